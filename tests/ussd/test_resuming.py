"""A phone that is cut off, over Africa's Talking's webhooks: each comes twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from menu.ports import SessionsDown
from models.inbound_event import inbound_event
from models.mt_message import mt_message

MENU = """
version: 1
name: Village office
languages: [en, hi, bn]
entry_points:
  ussd: { "*384*7#": home, "*384*7*3#": order, "*384*9#": home }
  sms: { keywords: { OFFICE: home }, default: home }
screens:
  home:
    text: { en: Village office, hi: ग्राम कार्यालय, bn: গ্রাম অফিস }
    options:
      - { label: { en: Order, hi: मंगाएं, bn: অর্ডার }, go: order }
      - { label: Language, go: language }
  language:
    text: Language
    options:
      - { label: हिन्दी, language: hi, go: home }
      - { label: বাংলা, language: bn, go: home }
  order:
    form:
      - { text: { en: "Name?", hi: "नाम?", bn: "নাম?" }, ask: { kind: text, save_as: name } }
      - text: { en: "{name}, how many?", hi: "{name}, कितने?", bn: "{name}, কয়টি?" }
        ask: { kind: number, max: 5, save_as: copies }
    go: sure
  sure: { text: "{copies} {name}?", confirm: { yes: ordered, no: home } }
  ordered:
    send_sms: "{copies} {name}: OK"
    text: { en: Ordered., hi: मंगाया।, bn: হয়েছে। }
    end: true
"""
CODE = "*384*7#"


@pytest.fixture
def house_settings(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "office.yaml"
    file.write_text(MENU, encoding="utf-8")
    return {"BRIDGE_MENUS": str(file)}


class Handset:
    """Hangs up whenever it dials; counts sessions as a gateway does."""

    def __init__(self, house: Any) -> None:
        self._house = house
        self._sessions = 0
        self._text = ""
        self._code = CODE
        self.body = ""

    def dial(self, code: str = CODE, text: str = "") -> str:
        self._sessions += 1
        self._code, self._text = code, text
        return self._twice()

    def press(self, *typed: str) -> str:
        for each in typed:
            self._text = f"{self._text}*{each}" if self._text else each
            self._twice()
        return self.body

    def _twice(self) -> str:
        first, again = (
            self._house.dial(self._text, session=f"ATUid_{self._sessions}", code=self._code)
            for _ in range(2)
        )
        assert first == again
        self.body = first
        self._house.clock.pass_seconds(5)
        return str(first)


OFFER = "CON You were cut off.\n1 Continue\n2 Start again\n0 Exit"


def test_cut_off_in_a_form_and_again_at_the_last_question(house: Any) -> None:
    phone = Handset(house)
    phone.dial()
    asked = phone.press("1", "Asha")
    assert phone.dial() == OFFER
    assert phone.press("1") == asked
    assert phone.press("3").startswith("CON 3 Asha?\n1 Yes\n2 No")
    assert phone.dial() == OFFER
    assert phone.press("7") == OFFER.replace("CON ", "CON Wrong choice.\n")
    assert phone.press("1").startswith("CON 3 Asha?")
    assert house.count(inbound_event) == 0  # no turn so far touched SQL
    assert phone.press("1") == "END Ordered."
    assert house.send() == ["3 Asha: OK"]
    assert phone.dial().startswith("CON Village office\n1 Order")
    assert house.send() == []
    assert house.count(mt_message) == 1


def test_ten_minutes_later_it_is_over(house: Any) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("1", "Asha")
    house.clock.pass_seconds(601)
    assert phone.dial().startswith("CON Village office")


def test_somebody_else_is_offered_nothing(house: Any) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("1", "Asha")
    other = house.dial(session="ATUid_9", msisdn="+919812345679", code=CODE)
    assert other.startswith("CON Village office")


@pytest.mark.parametrize(
    ("key", "offer", "word", "asked"),
    [
        ("1", "बात अधूरी रही।\n1 जारी रखें\n2 फिर शुरू करें\n0 बाहर", "जारी", "Asha, कितने?"),
        ("2", "কথা শেষ হয়নি।\n1 চালিয়ে যান\n2 আবার শুরু করুন\n0 শেষ", "চালিয়ে যান", "Asha, কয়টি?"),
    ],
)
def test_in_the_language_that_was_chosen_and_on_by_sms(
    house: Any, key: str, offer: str, word: str, asked: str
) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("2", key, "1", "Asha")
    assert phone.dial() == f"CON {offer}"
    for event in ("first", "first"):
        house.text(word, event=event)
    (answer,) = house.send()
    assert answer.startswith(asked)
    house.text("2")
    house.send()
    for event in ("yes", "yes"):
        house.text("1", event=event)
    assert house.send() == ["2 Asha: OK"]
    assert phone.dial().startswith("CON ग्राम" if key == "1" else "CON গ্রাম")


def test_a_shortcut_goes_where_it_leads_and_stops_at_the_first_question(house: Any) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("2")
    assert phone.dial(text="1*Ravi*2*1").startswith("CON Name?")
    assert house.count(inbound_event) == 0
    assert phone.press("Ravi").startswith("CON Ravi, how many?")


def test_a_vendor_that_tells_the_whole_string_as_the_code(house: Any) -> None:
    phone = Handset(house)
    assert phone.dial("*384*9*1*5#").startswith("CON Name?")
    assert phone.press("Ravi").startswith("CON Ravi, how many?")
    assert phone.dial("*384*9#") == OFFER
    assert phone.press("1", "2").startswith("CON 2 Ravi?")


def test_the_longest_of_the_codes_that_share_a_gateway_wins(house: Any) -> None:
    phone = Handset(house)
    assert phone.dial("*384*7#", "3").startswith("CON Name?")
    assert phone.press("Asha").startswith("CON Asha, how many?")
    assert phone.dial("*384*7*3#") == OFFER
    assert phone.dial("*384*7#").startswith("CON Village office")
    assert phone.dial("*384*7#", "3") == OFFER
    assert phone.press("1", "4").startswith("CON 4 Asha?")


def test_it_goes_on_in_the_menu_in_which_it_began(house: Any) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("1", "Asha")
    file = house.bridge.settings.menus
    file.write_text(MENU.replace("how many?", "which number?"), encoding="utf-8")
    house.bridge.publish_menu_as("asha", "other words")
    house.bridge.library.refresh()
    assert phone.dial() == OFFER
    assert phone.press("1").startswith("CON Asha, how many?")
    phone.dial()
    assert phone.press("2", "1", "Ravi").startswith("CON Ravi, which number?")


def test_what_cannot_be_kept_is_not_offered(house: Any, redis: Any) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("1", "Asha")
    redis.flushall()
    assert phone.dial().startswith("CON Village office")
    assert b"Asha" not in b"".join(redis.keys("*"))


def test_two_redials_at_once_get_one_offer(house: Any) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("1", "Asha")
    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(lambda _: house.dial(session="ATUid_77", code=CODE), range(16)))
    assert bodies == {OFFER}


def lose_the_session(house: Any, phone: Handset, typed: str, monkeypatch: Any) -> None:
    """What the turn does is committed, and whoever thought it dies."""

    def away(*_: object, **__: object) -> None:
        raise SessionsDown("away")

    with monkeypatch.context() as patched:
        patched.setattr(house.bridge.sessions, "save", away)
        assert phone.press(typed).startswith("END Service is busy.")


def test_what_was_done_and_not_kept_is_not_done_again_by_sms(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("1", "Asha", "2")
    lose_the_session(house, phone, "1", monkeypatch)
    assert house.send() == ["2 Asha: OK"]
    house.text("CONTINUE")
    (asked,) = house.send()
    assert asked.startswith("2 Asha?")
    for event in ("yes", "yes"):
        house.text("1", event=event)
    assert house.send() == []
    for typed in ("OFFICE", "1", "Ravi", "3", "1"):
        house.text(typed)
    assert "3 Ravi: OK" in house.send()  # another order is another


def test_nor_by_another_gateway(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Handset(house)
    phone.dial()
    phone.press("1", "Asha", "2")
    lose_the_session(house, phone, "1", monkeypatch)
    assert house.send() == ["2 Asha: OK"]

    def other(text: str) -> str:
        return str(house.dial(text, session="ATUid_9", code=CODE, gateway="kenya"))

    assert other("") == OFFER
    assert other("1").startswith("CON 2 Asha?")
    assert other("1*1") == "END Ordered."
    assert house.send() == []
    assert house.count(mt_message) == 1
