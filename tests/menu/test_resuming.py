"""Dropped, and dialled again: what is offered, where it goes on, and what never happens twice."""

from __future__ import annotations

import re
from typing import Final

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from menu import offers, resuming
from menu.compiler import compile_menu
from menu.engine import Step
from menu.phrases import BUILT_IN
from menu.place import Crumb
from menu.program import Program
from menu.rehearsal import Rehearsal
from menu.reserved_words import bare, command_of
from menu.resuming import Wish
from menu.screens import Display
from menu.services import Inquiry, Reply, ServiceSpec
from menu.session import Session
from menu.turns import Visit, may_be_done, next_thought, turn_key
from menu.value_types import ValueKind
from state.sessions import MAX_SESSION_BYTES
from telecom.encoding import Limit
from telecom.events import Last
from telecom.msisdn import Msisdn

MENU = """
version: 1
name: Office
languages: [en, hi]
resume: RESUME
entry_points:
  ussd: { "*384*7#": home, "*384*8#": home, "*384*9#": order }
  sms: { keywords: { MENU: home }, default: home }
screens:
  home:
    text: { en: Office, hi: कार्यालय }
    options:
      - { label: { en: Order, hi: मंगाएं }, go: order }
      - { label: { en: Papers, hi: कागज़ }, go: papers }
      - { label: हिन्दी, language: hi, go: home }
      - { label: { en: Balance, hi: शेष }, go: pin }
  order:
    form:
      - { text: { en: "Name?", hi: "नाम?" }, ask: { kind: text, save_as: name } }
      - { text: { en: "{name}, how many?", hi: "{name}, कितने?" }, ask: { kind: number, max: 5, save_as: copies } }
    go: sure
  sure: { text: { en: "{copies} for {name}?", hi: "{name}: {copies}?" }, confirm: { yes: ordered, no: home } }
  ordered:
    send_sms: { en: "{copies} ordered.", hi: "{copies} मंगाए।" }
    text: { en: Ordered., hi: मंगाया। }
    options: [ { label: { en: Home, hi: होम }, go: home } ]
  papers: { text: { en: Bring papers., hi: कागज़ लाएं। }, options: [ { label: { en: Home, hi: होम }, go: home } ] }
  pin:
    text: { en: "PIN?", hi: "पिन?" }
    ask: { kind: text, sensitive: true, save_as: pin }
    go: balance
  balance:
    call: { service: balance, with: { pin: "{pin}" }, save_as: pf, on_error: home }
    text: { en: "Rs {pf.amount}", hi: "रु {pf.amount}" }
    options: [ { label: { en: Home, hi: होम }, go: home } ]
"""  # noqa: E501
SERVICES = {"balance": ServiceSpec(takes=frozenset({"pin"}), gives={"amount": ValueKind.NUMBER})}
CALLER = Msisdn.parse("+919812345678", "IN")


class Bank:
    def ask(self, inquiry: Inquiry) -> Reply:
        return Reply(parts={"amount": "5"})


def program(resume: str = "{ minutes: 10 }") -> Program:
    return compile_menu({"menus.yaml": MENU.replace("RESUME", resume)}, SERVICES)


PROGRAM = program()


def phone(of: Program = PROGRAM, language: str | None = None) -> Rehearsal:
    return Rehearsal(of, CALLER, language, Bank())


def shown(played: Rehearsal) -> str:
    assert played.reply
    return played.reply.text


def after(played: Rehearsal, *typed: str, code: str = "*384*7#") -> str:
    """What is shown when somebody dials and answers so."""
    played.dial(code)
    for each in typed:
        played.press(each)
    return shown(played)


OFFER = "You were cut off.\n1 Continue\n2 Start again\n0 Exit"


def test_a_redial_goes_on_at_the_very_question_with_what_was_answered() -> None:
    played = phone()
    asked = after(played, "1", "Asha")
    played.dial("*384*7#")
    assert shown(played) == OFFER
    played.repeat()
    played.press("1")
    assert shown(played) == asked
    assert asked.startswith("Asha, how many?")
    played.repeat()
    played.press("9")
    assert shown(played).startswith("The most is 5.")
    played.press("2")
    assert shown(played).startswith("2 for Asha?")


def test_back_and_home_lead_where_they_led_before() -> None:
    played = phone()
    after(played, "1", "Asha")
    after(played, "1", "0")
    assert shown(played).startswith("Name?")
    played.press("0")
    assert shown(played).startswith("Office")


WAYS = [
    # what is answered to the offer, what is shown then
    ("1", "Asha, how many?"),
    ("१", "Asha, how many?"),
    (" 1. ", "Asha, how many?"),
    ("continue", "Asha, how many?"),
    ("जारी रखें", "Asha, how many?"),
    ("2", "Office"),
    ("00", "Office"),
    ("START AGAIN", "Office"),
    ("0", "Thank you."),
    ("3", "Wrong choice.\n" + OFFER),
    (" ", "Wrong choice.\n" + OFFER),
    ("*", "Wrong choice.\n" + OFFER),
    ("x" * 160, "Wrong choice.\n" + OFFER),
    ("\u202e🙂", "Wrong choice.\n" + OFFER),
]


@pytest.mark.parametrize(("typed", "then"), WAYS)
def test_the_offer_is_answered(typed: str, then: str) -> None:
    played = phone()
    after(played, "1", "Asha")
    assert after(played, typed).startswith(then)
    played.repeat()


def test_whoever_leaves_the_offer_or_is_dropped_there_is_asked_once_more() -> None:
    played = phone()
    after(played, "1", "Asha")
    for typed in ([], ["0"], ["7"], ["7", "8"]):
        assert after(played).startswith("You were cut off.")
        for each in typed:
            played.press(each)
    assert after(played, "1").startswith("Asha, how many?")


def test_whoever_begins_again_is_not_asked_any_more() -> None:
    played = phone()
    after(played, "1", "Asha")
    after(played, "2")
    assert after(played).startswith("Office")
    assert "Asha" not in repr(played._sessions.left_off)


def test_dropped_again_after_it_went_on() -> None:
    played = phone()
    after(played, "1", "Asha")
    after(played, "1", "3")
    assert after(played, "1").startswith("3 for Asha?")
    assert after(played, "1", "1").startswith("Ordered.")
    assert played.unread.popleft() == "3 ordered."


NO_OFFER: list[tuple[list[str], str]] = [
    ([], "the first screen"),
    (["3"], "the first screen, after a choice of language"),
    (["1", "0"], "back on the first screen"),
    (["1", "Asha", "00"], "home again"),
    (["0"], "an end"),
    (["1", "Asha", "2", "2"], "no to the last question leads home"),
    (["4", "4321"], "behind a PIN"),
    (["4", "4321", "1", "1"], "anywhere behind a PIN"),
    (["4", "x" * 100], "a PIN that was wrong"),
]


@pytest.mark.parametrize(
    "typed", [typed for typed, _ in NO_OFFER], ids=[why for _, why in NO_OFFER]
)
def test_what_is_not_worth_an_offer_gets_none(typed: list[str]) -> None:
    played = phone()
    after(played, *typed)
    kept = repr(played._sessions.left_off)
    played.dial("*384*7#")
    assert "1 Order" in shown(played) or "1 मंगाएं" in shown(played)
    assert "4321" not in kept


def test_a_question_for_a_pin_is_offered_before_it_is_answered() -> None:
    played = phone()
    after(played, "4")
    assert after(played, "1").startswith("PIN?")


def test_what_lies_behind_an_effect_is_shown_again_and_does_not_happen_again() -> None:
    played = phone()
    after(played, "1", "Asha", "2", "1")
    assert played.unread.popleft() == "2 ordered."
    assert after(played, "1").startswith("Ordered.")
    assert not played.unread


def test_an_answer_that_was_taken_and_not_kept_does_nothing_twice() -> None:
    """The turn that ordered was committed, then the store of sessions was away: what is kept for
    the caller stands before the last question still."""
    played = phone()
    after(played, "1", "Asha", "2")
    before = played._sessions.left_off
    played.press("1")
    assert played.unread.popleft() == "2 ordered."
    played._sessions.left_off = before
    assert after(played, "1").startswith("2 for Asha?")
    played.press("1")
    assert shown(played).startswith("Ordered.")
    assert not played.unread
    played.press("1")
    played.press("1")
    for typed in ("Ravi", "3", "1"):
        played.press(typed)
    assert played.unread.popleft() == "3 ordered."  # another order is another


def test_another_code_and_a_shortcut_make_no_offer() -> None:
    played = phone()
    after(played, "1", "Asha")
    assert after(played, code="*384*8#").startswith("Office")
    assert after(played, code="*384*7*2#").startswith("Bring papers.")
    after(played, "1", "Asha")
    assert after(played, code="*384*7*1#").startswith("Name?")
    assert after(played, "1").startswith("Name?")  # what was dropped last is what is offered


def test_an_offer_of_another_code_stays_while_its_caller_only_looks_in_elsewhere() -> None:
    played = phone()
    after(played, "1", "Asha")
    after(played, code="*384*8#")
    assert after(played, "1").startswith("Asha, how many?")


def test_a_form_as_the_first_screen_is_offered_once_something_was_answered() -> None:
    played = phone()
    assert after(played, code="*384*9#").startswith("Name?")
    assert after(played, "Asha", code="*384*9#").startswith("Asha, how many?")
    assert after(played, "1", code="*384*9#").startswith("Asha, how many?")


@pytest.mark.parametrize("written", ["off", "{ minutes: 0 }"])
def test_an_author_may_want_none(written: str) -> None:
    played = phone(program(written))
    after(played, "1", "Asha")
    assert played._sessions.left_off is None
    assert after(played).startswith("Office")


def test_it_is_offered_for_so_many_minutes() -> None:
    played = phone(program("{ minutes: 1 }"))
    after(played, "1", "Asha")
    for _ in range(5):
        after(played)  # ten seconds each; the offer renews nothing
    assert shown(played).startswith("You were cut off.")
    after(played)
    assert after(played).startswith("Office")


def test_unless_told_it_is_ten_minutes() -> None:
    untold = compile_menu({"menus.yaml": MENU.replace("resume: RESUME\n", "")}, SERVICES)
    assert untold.resume_seconds == PROGRAM.resume_seconds == 600


def test_the_offer_speaks_the_callers_language() -> None:
    played = phone(language="hi")
    after(played, "1", "आशा")
    assert after(played) == "बात अधूरी रही।\n1 जारी रखें\n2 फिर शुरू करें\n0 बाहर"
    played.press("1")
    assert shown(played).startswith("आशा, कितने?")


def test_by_sms() -> None:
    played = phone()
    after(played, "1", "Asha")
    played.text("Continue")
    assert played.unread.popleft().startswith("Asha, how many?")
    assert after(played).startswith("Office")  # there it goes on, and nowhere else
    played.text("2")
    assert played.unread.popleft().startswith("2 for Asha?")
    played.text("1")
    assert played.unread.popleft() == "2 ordered."
    played.text("continue")
    assert played.unread.pop().startswith("Wrong choice.")


def test_an_sms_dialogue_that_goes_on_already_makes_room() -> None:
    played = phone()
    played.text("MENU")
    after(played, "1", "Asha")
    played.unread.clear()
    played.text("जारी रखें")
    assert played.unread.popleft().startswith("Asha, how many?")
    played.text("2")
    assert played.unread.popleft().startswith("2 for Asha?")


@pytest.mark.parametrize("text", ["1", "hello", "MENU", "continue please"])
def test_any_other_text_is_what_it_was(text: str) -> None:
    played = phone()
    after(played, "1", "Asha")
    played.text(text)
    assert played.unread.popleft().startswith("Office")
    assert after(played, "1").startswith("Asha, how many?")


@pytest.mark.parametrize("word", sorted(resuming.GO_ON_WORDS))
def test_no_word_to_go_on_by_is_a_command(word: str) -> None:
    assert command_of(word) is None
    assert resuming.asks_to_go_on(PROGRAM, f" {word.upper()}! ")


def test_the_built_in_phrase_of_each_language_is_such_a_word() -> None:
    assert {bare(phrase) for phrase in BUILT_IN["go_on"].values()} <= resuming.GO_ON_WORDS


@pytest.mark.parametrize("limit", [Limit(), Limit(septets=60, ucs2=40), Limit(septets=41, ucs2=36)])
@pytest.mark.parametrize("is_latin", [False, True])
@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("is_unclear", [False, True])
def test_the_offer_fits_any_page_with_both_ways(
    limit: Limit, is_latin: bool, language: str, is_unclear: bool
) -> None:
    session = Session(menu_version=1, turn=1, screen="home", language=language)
    display = Display(limit, is_latin=is_latin)
    asked = resuming.offer(PROGRAM, session, display, is_unclear=is_unclear)
    assert limit.fits(asked)
    assert {line[:2] for line in asked.splitlines()} >= {"1 ", "2 ", "0 "}


@given(st.text(max_size=170))
def test_whatever_is_answered_is_understood_somehow(typed: str) -> None:
    assert isinstance(resuming.wish_of(PROGRAM, typed), Wish)


TYPED = st.sampled_from(["1", "2", "3", "4", "0", "00", "98", "Asha", "9", "", "*", "#", "77", "४"])
DEED = st.one_of(TYPED, st.sampled_from(["dial", "other", "short", "text", "repeat"]))


LAST_QUESTION: Final = re.compile(r" for |: \d+\?")  # in English, in Hindi


@given(st.lists(DEED, max_size=25))
@example(["3", "1", "1", "1", "1"])  # in Hindi
def test_no_run_of_drops_and_redials_does_anything_twice(deeds: list[str]) -> None:
    """An order needs a yes, and each yes on a last question that was shown is one order at most."""
    played = phone()
    played.dial("*384*7#")
    asked = 0
    for deed in deeds:
        before = shown(played)
        match deed:
            case "dial":
                played.dial("*384*7#")
            case "other":
                played.dial("*384*8#")
            case "short":
                played.dial("*384*7*1*1*1#")
            case "text":
                played.text("continue")
            case "repeat":
                played.repeat()
            case typed:
                assert played.reply
                if not played.reply.ends:
                    played.press(typed)
                    asked += bool(LAST_QUESTION.search(before)) and typed == "1"
        assert Limit().fits(shown(played))
    orders = sum("ordered" in text or "मंगाए।" in text for text in played.unread)
    assert orders <= asked


def test_what_is_kept_stays_small() -> None:
    longest = Session(
        menu_version=9**9, turn=999, screen="s" * 40, language="hi-Latn", shown="य" * 300,
        path=tuple(Crumb("s" * 40, 9, "क" * 40, 5) for _ in range(13)),
        values={"v" * 40: "x" * 600}, code="*384*97183#", heard="1" * 150,
    )  # fmt: skip
    kept = resuming.kept_of(longest, "ussd:" + "f" * 64, "caller", PROGRAM)
    assert kept
    assert kept.session
    assert (kept.session.shown, kept.session.heard) == ("", "")
    assert len(msgspec.msgpack.encode(kept.session)) < MAX_SESSION_BYTES


def test_a_session_of_the_program_before_is_loaded() -> None:
    of_before = msgspec.msgpack.encode(
        [7, 3, "home", "en", [], "1", "shown", False, 9.5, None, 0, "", {}, {}, 0, [], 0]
    )
    session = msgspec.msgpack.decode(of_before, type=Session)
    assert (session.code, session.origin, session.ahead, session.offers) == ("", "", 0, False)


def test_the_first_answer_by_sms_is_the_turn_that_may_have_been_done() -> None:
    """By its name a service knows a call that comes twice; a text may come twice, too."""
    left_off = Session(
        menu_version=1, turn=4, screen="order.2", language="en", path=(Crumb("home"),),
        values={"name": "Asha"}, code="*384*7#", origin="ussd:first", ahead=2, taken_up=("india",),
    )  # fmt: skip

    def visit(event: str) -> Visit:
        return Visit(
            session_key="sms:x", caller_key="c", said=Last("1"), ttl_seconds=9, now=1.0, event=event
        )

    session = offers.take_up(PROGRAM, visit("on"), None, left_off).session
    for event in ("first", "first", "second"):
        due = "ussd:first:7" if event == "first" else event
        assert turn_key(visit(event), session) == due
        session = next_thought(
            PROGRAM, visit(event), session, Step(shown="", ends=False, place=session.place)
        ).session
        done_by = ("india", "ussd:first:7") if event == "first" else None
        assert may_be_done(visit(event), session) == done_by
