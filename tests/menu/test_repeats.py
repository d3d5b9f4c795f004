"""What a missed call may repeat, and what it does when there is nothing to repeat."""

from __future__ import annotations

import pytest

from menu.compiler import compile_menu
from menu.diagnostics import BadMenu
from menu.linter import check
from menu.rehearsal import Rehearsal
from menu.services import Inquiry, Reply, ServiceSpec
from menu.usual import Usual
from menu.value_types import ValueKind
from telecom.msisdn import Msisdn

MENU = """
version: 1
name: Mandi
languages: [en, hi]
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { PRICE: ask_crop }, default: home }
  missed_call:
    "+911123456789": { go: welcome, usual: true, foreign: { go: abroad, language: en } }
    "+911123456780": welcome
screens:
  home:
    text: { en: Mandi, hi: मंडी }
    options:
      - { label: Price, go: ask_crop }
      - { label: Balance, go: ask_uan }
      - { label: Book, go: sure }
      - { label: हिन्दी, language: hi, go: home }
      - { label: Papers, go: papers }
  ask_crop: { text: Crop?, ask: { kind: text, save_as: crop }, go: look }
  look:
    call: { service: prices, with: { crop: "{crop}" }, save_as: price, on_error: sorry }
    go: told
  told: { text: { en: "{crop}: Rs {price.modal}", hi: "{crop}: {price.modal} रुपये" }, end: true }
  sorry: { text: Try later., end: true }
  ask_uan: { text: UAN?, ask: { kind: number, save_as: uan }, go: ask_pin }
  ask_pin: { text: PIN?, ask: { kind: number, save_as: pin, sensitive: true }, go: balance }
  balance:
    call: { service: balance, with: { uan: "{uan}", pin: "{pin}" }, save_as: pf, on_error: sorry }
    text: "{pf.amount}"
    end: true
  sure: { text: Book?, confirm: { yes: book, no: home } }
  book: { call: { service: book, save_as: ref, on_error: sorry }, go: booked }
  booked: { send_sms: Booked., text: Booked., end: true }
  papers: { send_sms: Passport and photo., text: An SMS comes., end: true }
  welcome: { text: SMS PRICE first., end: true }
  abroad: { text: Abroad, send_sms: From abroad call us., end: true }
"""
TEXT = ValueKind.TEXT
SERVICES = {
    "prices": ServiceSpec(takes=frozenset({"crop"}), gives={"modal": TEXT}, reads=True),
    "balance": ServiceSpec(takes=frozenset({"uan", "pin"}), gives={"amount": TEXT}, reads=True),
    "book": ServiceSpec(gives={"number": TEXT}),
}
PROGRAM = compile_menu({"menus.yaml": MENU}, SERVICES)
USUAL, PLAIN = "+911123456789", "+911123456780"


class Asked:
    """Services whose answers change from one to the next."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def ask(self, inquiry: Inquiry) -> Reply:
        self.calls.append(inquiry.service)
        assert inquiry.service != "prices" or inquiry.told["crop"]
        count = str(2150 + len(self.calls))
        return Reply(parts={"modal": count, "amount": count, "number": count})


def caller(number: str = "+919812345678") -> tuple[Rehearsal, Asked]:
    services = Asked()
    return Rehearsal(PROGRAM, Msisdn.parse(number, "IN"), None, services), services


def test_only_what_tells_something_is_repeated() -> None:
    assert PROGRAM.repeatable == {"look", "sorry", "papers", "welcome", "abroad"}


def test_without_such_a_number_nothing_is_kept() -> None:
    program = compile_menu({"menus.yaml": MENU.replace("usual: true, ", "")}, SERVICES)
    assert program.repeatable == frozenset()
    assert not program.keeps_usuals
    assert PROGRAM.keeps_usuals


REPEATED = [
    # what is done by USSD, the SMS of the missed call after it
    ((), "SMS PRICE first."),
    (("1", "wheat"), "wheat: Rs 2152"),
    (("5",), "Passport and photo."),
    (("2", "100", "1234"), "SMS PRICE first."),  # it would need the PIN again
    (("3", "1"), "SMS PRICE first."),  # booked twice, by a stranger perhaps
    (("3", "2"), "SMS PRICE first."),
    (("1",), "SMS PRICE first."),  # it never came to an end
    (("0",), "SMS PRICE first."),
    (("4", "1", "wheat"), "wheat: 2152 रुपये"),
]


@pytest.mark.parametrize(("typed", "sms"), REPEATED)
def test_a_missed_call_repeats_the_last_query(typed: tuple[str, ...], sms: str) -> None:
    phone, services = caller()
    if typed:
        phone.dial("*384*7#")
    for each in typed:
        phone.press(each)
    phone.unread.clear()
    before = services.calls.copy()
    phone.ring(USUAL)
    assert list(phone.unread) == [sms]
    assert set(services.calls[len(before) :]) <= {"prices"}
    phone.repeat()
    assert list(phone.unread) == [sms]


def test_by_sms_as_by_ussd_and_the_last_one_counts() -> None:
    phone, _ = caller()
    phone.dial("*384*7#")
    phone.press("5")
    phone.text("PRICE rice")
    phone.unread.clear()
    phone.ring(USUAL)
    phone.ring(USUAL)
    assert [text.partition(":")[0] for text in phone.unread] == ["rice", "rice"]


def test_another_number_repeats_nothing() -> None:
    phone, _ = caller()
    phone.text("PRICE rice")
    phone.unread.clear()
    phone.ring(PLAIN)
    assert list(phone.unread) == []


def test_callers_from_abroad_have_their_own_screen() -> None:
    phone, _ = caller("+12025550123")
    phone.text("PRICE rice")
    phone.unread.clear()
    phone.ring(USUAL)
    assert (list(phone.unread), phone.language) == (["From abroad call us."], "en")


GONE = [
    Usual(screen="gone", language="en"),
    Usual(screen="book", language="en"),
    Usual(screen="booked", language="en"),
    Usual(screen="home", language="en"),
    Usual(screen="papers", language="en", rows={"crop": "wheat"}),  # its data set is gone
]


@pytest.mark.parametrize("usual", GONE)
def test_what_the_menu_has_no_longer_is_not_repeated(usual: Usual) -> None:
    phone, _ = caller()
    phone._runner._usuals.keep("the caller", usual)
    phone.ring(USUAL)
    assert list(phone.unread) == ["SMS PRICE first."]


def test_a_language_that_is_gone_does_no_harm() -> None:
    phone, _ = caller()
    phone._runner._usuals.keep("the caller", Usual(screen="papers", language="ta"))
    phone.ring(USUAL)
    assert list(phone.unread) == ["Passport and photo."]


@pytest.mark.parametrize(
    ("go", "says"),
    [
        ("book", 'M409 error A missed call leads to "book", which asks a service to do something.'),
        ("sure", 'M409 error A missed call leads to "sure", which confirms something.'),
        ("look", None),
        ("told", None),
    ],
)
def test_a_missed_call_never_acts(go: str, says: str | None) -> None:
    menu = MENU.replace('"+911123456780": welcome', f'"+911123456780": {go}')
    found = [str(one) for one in check({"menus.yaml": menu}, services=SERVICES) if one.is_error]
    acts = [one for one in found if "M409" in one]
    assert len(acts) == (says is not None)
    assert all((says or "") in one for one in acts)
    if says:
        with pytest.raises(BadMenu):
            compile_menu({"menus.yaml": menu}, SERVICES)
