"""Asked, hung up, and dialled again: the last answer, and whose it never is."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest

from menu.compiler import compile_menu
from menu.last_answer import LastAnswer
from menu.program import Program
from menu.rehearsal import Rehearsal
from menu.retelling import is_offered
from menu.screens import ANY_PHONE, Display
from menu.service_parts import DOWN, SLOW
from menu.services import Inquiry, Reply, ServiceSpec
from menu.session import Session
from menu.value_types import ValueKind
from telecom.encoding import Limit
from telecom.msisdn import Msisdn

MENU = """
version: 1
name: Prices
languages: [en, hi]
entry_points:
  ussd:
    "*384*7#": { go: home, last_answer: { minutes: 30 } }
    "*384*8#": { go: home, last_answer: { minutes: 30 } }
    "*384*9#": home
screens:
  home:
    text: { en: Prices, hi: दाम }
    options:
      - { label: { en: One, hi: एक }, go: crop }
      - { label: { en: With a PIN, hi: पिन से }, go: pin }
      - { label: { en: No price, hi: दाम नहीं }, go: sorry }
      - { label: { en: A text, hi: SMS }, go: sent }
      - { label: { en: More, hi: और }, go: more }
  more:
    text: { en: More, hi: और }
    options:
      - { label: हिन्दी, language: hi, go: home }
      - { label: { en: Stays, hi: रुके }, go: stays }
  crop:
    text: { en: Which crop?, hi: कौन सी फ़सल? }
    ask: { kind: text, save_as: crop }
    go: price
  price:
    call: { service: prices, with: { crop: "{crop}" }, save_as: price, SLOW }
    text:
      en: "{crop}: Rs {price.modal}"
      hi: "{crop}: {price.modal} रुपये"
      hi-Latn: "{crop}: {price.modal} rupaye"
    end: true
  pin:
    text: { en: "PIN?", hi: "पिन?" }
    ask: { kind: text, sensitive: true, save_as: pin }
    go: secret
  secret:
    call: { service: prices, with: { crop: "{pin}" }, save_as: price, SLOW }
    text: { en: "Balance: {price.modal}", hi: "शेष: {price.modal}" }
    options: [ { label: { en: Again, hi: फिर }, go: after } ]
  after:
    call: { service: prices, with: { crop: x }, save_as: price, SLOW }
    text: { en: "Balance: {price.modal}", hi: "शेष: {price.modal}" }
    end: true
  sent:
    call: { service: prices, with: { crop: x }, save_as: price, SLOW }
    send_sms: { en: "All: {price.modal}", hi: "सब: {price.modal}" }
    text: { en: Sent., hi: भेजा। }
    end: true
  stays:
    call: { service: prices, with: { crop: x }, save_as: price, SLOW }
    text: { en: "Now: {price.modal}", hi: "अब: {price.modal}" }
    options: [ { label: { en: Again, hi: फिर }, go: stays } ]
  sorry: { text: { en: No price., hi: दाम नहीं। }, end: true }
""".replace("SLOW", "when_slow: sms, on_error: sorry")
SPEC = ServiceSpec(
    takes=frozenset({"crop"}),
    gives={"modal": ValueKind.NUMBER},
    widest={"modal": 9},
    reads=True,
    outcomes=frozenset({"not_found"}),
)
PROGRAM: Program = compile_menu({"menus.yaml": MENU}, {"prices": SPEC})
CODE = "*384*7#"
OFFER = "Your last answer, 05:31\n1 Read it\n2 Start again\n0 Exit"
ANSWER = "Your last answer, 05:31\nonion: Rs 2400\n2 Start again\n0 Exit"
WAITING = "Your last answer is not there yet. It comes by SMS.\n2 Start again\n0 Exit"
HOME = "Prices\n1 One"


@dataclass
class Prices:
    """Slow on the phone where it says so; it answers then, or never does."""

    outcome: str = ""
    later: str = ""
    modal: str = "2400"
    asked: list[Inquiry] = field(default_factory=list)

    def ask(self, inquiry: Inquiry) -> Reply:
        self.asked.append(inquiry)
        outcome = self.later if inquiry.patience_seconds else self.outcome
        return Reply(outcome=outcome) if outcome else Reply(parts={"modal": self.modal})


def phone(services: Prices | None = None, program: Program = PROGRAM) -> Rehearsal:
    return Rehearsal(program, Msisdn.parse("+919812345678", "IN"), "en", services or Prices())


def shown(played: Rehearsal) -> str:
    assert played.reply
    return played.reply.text


def after(played: Rehearsal, *typed: str, code: str = CODE) -> str:
    played.dial(code)
    for each in typed:
        played.press(each)
    return shown(played)


def test_who_hung_up_before_the_answer_reads_it() -> None:
    played = phone()
    assert after(played, "1", "onion") == "onion: Rs 2400"
    assert again(played) == [OFFER, ANSWER]


def again(played: Rehearsal, *typed: str) -> list[str]:
    """What a redial shows, one screen after the other."""
    seen = [without_time(after(played))]
    for each in typed or ("1",):
        played.press(each)
        seen.append(without_time(shown(played)))
    return seen


def without_time(text: str) -> str:
    head, _, rest = text.partition("\n")
    title, comma, _ = head.partition(", ")
    return f"{title}, 05:31\n{rest}" if comma else text


def test_it_asks_no_service_again_and_stays_until_he_begins_again() -> None:
    prices = Prices()
    played = phone(prices)
    after(played, "1", "onion")
    for _ in range(3):
        assert again(played) == [OFFER, ANSWER]
    assert len(prices.asked) == 1
    assert again(played, "1", "2")[-1].startswith(HOME)
    assert after(played).startswith(HOME)


@pytest.mark.parametrize("key", ["2", "00", "start again", "फिर शुरू करें"])
def test_who_begins_again_is_not_asked_any_more(key: str) -> None:
    played = phone()
    after(played, "1", "onion")
    assert again(played, key)[-1].startswith(HOME)
    assert after(played).startswith(HOME)
    assert after(played, "1", "wheat") == "wheat: Rs 2400"
    assert "wheat" in again(played)[-1]


def test_who_leaves_the_offer_finds_it_again() -> None:
    played = phone()
    after(played, "1", "onion")
    assert again(played, "0")[-1] == "Thank you."
    assert again(played, "1", "0")[-1] == "Thank you."
    assert again(played) == [OFFER, ANSWER]


def test_a_wrong_key_says_so() -> None:
    played = phone()
    after(played, "1", "onion")
    seen = again(played, "7", "read it", "7")
    assert "Wrong choice." in shown(played)
    assert seen[2] == ANSWER


def test_a_slow_answer_is_read_as_well() -> None:
    played = phone(Prices(outcome=SLOW))
    assert after(played, "1", "onion") == "You will get the answer by SMS."
    assert list(played.unread) == ["onion: Rs 2400"]
    assert again(played) == [OFFER, ANSWER]


def test_an_apology_is_an_answer_to_who_was_put_off() -> None:
    played = phone(Prices(outcome=SLOW, later=DOWN))
    after(played, "1", "onion")
    assert "No price." in again(played)[-1]


def test_what_the_menu_sends_is_the_answer() -> None:
    played = phone()
    assert after(played, "4") == "Sent."
    assert "All: 2400" in again(played)[-1]


def test_while_it_is_worked_on_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    played = phone(Prices(outcome=SLOW))
    monkeypatch.setattr(played, "_answer_late", lambda *_: None)
    after(played, "1", "onion")
    assert again(played) == [WAITING, WAITING]
    assert again(played, "5")[-1] == f"Wrong choice.\n{WAITING}"
    assert again(played, "2")[-1].startswith(HOME)
    assert again(played) == [WAITING, WAITING]  # it comes; that he began again changes nothing


KEPT_NOT: list[tuple[str, list[str], Prices, str]] = [
    ("a PIN led to it", ["2", "4321"], Prices(), CODE),
    ("a PIN led to it, slowly", ["2", "4321"], Prices(outcome=SLOW), CODE),
    ("a PIN was typed before", ["2", "4321", "1"], Prices(), CODE),
    ("a PIN was typed before, slowly", ["2", "4321", "1"], Prices(), CODE),
    ("nothing was asked", ["3"], Prices(), CODE),
    ("the service failed", ["1", "onion"], Prices(outcome=DOWN), CODE),
    ("the author wants none", ["1", "onion"], Prices(), "*384*9#"),
    ("he sees it, for he answers it", ["5", "2", "0", "0"], Prices(), CODE),
]


@pytest.mark.parametrize(
    ("typed", "prices", "code"),
    [row[1:] for row in KEPT_NOT],
    ids=[row[0] for row in KEPT_NOT],
)
def test_what_is_kept_by_nobody(typed: list[str], prices: Prices, code: str) -> None:
    played = phone(prices)
    after(played, *typed, code=code)
    assert played._sessions.kept_answer is None
    assert after(played, code=code).startswith(HOME)


def test_a_secret_turn_later_keeps_nothing_however_slow_it_is() -> None:
    prices = Prices()
    played = phone(prices)
    after(played, "2", "4321")
    prices.outcome = SLOW
    played.press("1")
    assert shown(played) == "You will get the answer by SMS."
    assert played._sessions.kept_answer is None


def test_another_code_and_a_shortcut_make_no_offer() -> None:
    played = phone()
    after(played, "1", "onion")
    assert after(played, code="*384*8#").startswith(HOME)
    assert after(played, "0", code="*384*7*1#").startswith(HOME)
    assert again(played) == [OFFER, ANSWER]


def test_where_he_was_dropped_comes_first() -> None:
    played = phone()
    after(played, "1", "onion")
    again(played, "1")
    played.dial(CODE)
    played.press("2")
    played.press("1")
    assert after(played).startswith("You were cut off.")


def test_a_screen_with_choices_is_gone_on_with() -> None:
    played = phone()
    after(played, "5", "2")
    assert after(played).startswith("You were cut off.")
    played.press("1")
    assert shown(played).startswith("Now: 2400")


def test_a_long_answer_has_pages() -> None:
    """Whatever the screen, every page fits, and all of it is read in order."""
    played = phone(Prices(modal="123456789"))
    after(played, "1", "प्याज " * 9)
    while not (played.reply and played.reply.ends):
        played.press("98")
    again(played, "1")
    pages = [shown(played)]
    while "98 More" in pages[-1]:
        played.press("98")
        pages.append(shown(played))
    assert len(pages) > 1
    assert all(Limit().fits(page) for page in pages)
    assert " ".join(pages).count("प्याज") == kept_text(played).count("प्याज") == 9
    assert "Rs 123456789" in " ".join(pages)
    played.press("0")
    assert shown(played) == pages[-2]
    played.press("00")
    assert shown(played).startswith(HOME)


def kept_text(played: Rehearsal) -> str:
    kept = played._sessions.kept_answer
    assert kept
    assert kept.answer
    return kept.answer.text


def test_in_latin_letters_where_no_others_are_carried() -> None:
    played = Rehearsal(PROGRAM, Msisdn.parse("+919812345678", "IN"), "hi", Prices())
    after(played, "1", "प्याज")
    assert "प्याज: 2400 रुपये" in again(played)[-1]
    kept = played._sessions.kept_answer
    assert kept
    answer = kept.answer
    assert answer
    latin = Display(is_latin=True)
    assert is_offered(answer, PROGRAM, CODE, latin, answer.at)
    unwritten = msgspec.structs.replace(answer, latin="")
    assert not is_offered(unwritten, PROGRAM, CODE, latin, answer.at)
    assert is_offered(unwritten, PROGRAM, CODE, ANY_PHONE, answer.at)


@pytest.mark.parametrize(("age", "offered"), [(0, True), (1800, True), (1801, False)])
def test_it_is_offered_for_as_long_as_the_author_says(age: float, offered: bool) -> None:
    answer = LastAnswer(code=CODE, language="en", asked_at=1000.0, at=1000.0, text="x")
    assert is_offered(answer, PROGRAM, CODE, ANY_PHONE, 1000.0 + age) is offered


def test_an_answer_that_is_lost_between_two_turns_leads_home() -> None:
    played = phone()
    after(played, "1", "onion")
    played.dial(CODE)
    played._sessions.kept_answer = None
    played.press("1")
    assert shown(played).startswith(HOME)


def test_a_session_of_the_program_before_is_loaded() -> None:
    of_before = msgspec.msgpack.encode([7, 3, "home", "en"])
    assert not msgspec.msgpack.decode(of_before, type=Session).offers_answer
