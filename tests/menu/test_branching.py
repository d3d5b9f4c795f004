"""Forms, last questions, conditions, sub-menus, and what happens on the way: walks through one menu
that has them all."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menu.arriving import MOST_IN_A_ROW
from menu.compiler import compile_menu, compile_published
from menu.effects import Effect, SendSms
from menu.engine import Step, enter, enter_prefilled, press, resume
from menu.program import EntryPoint, Program
from menu.screens import ANY_PHONE
from menu.services import Reply, ServiceSpec
from menu.value_types import ValueKind
from menu.walking import MAX_INSIDE, MAX_KEPT_BYTES, MAX_PATH

NOON = 1_795_674_600.0  # Thursday, 26 November 2026, 12:00 in Kolkata
NIGHT = NOON + 12 * 3600

MENU = """
version: 1
name: Office
languages: [en]
open:
  office: { days: mon-fri, from: "09:00", to: "18:00" }
helplines:
  women: { label: Women helpline, number: "181", hours: office }
entry_points: { ussd: { "*384*7#": home, "*384*8#": gate, "*384*9#": sure } }
screens:
  home:
    text: Office
    set: { visits: visits + 1 }
    options:
      - { label: Order, go: order }
      - { label: Again, when: visits > 1, go: home }
      - { label: Gate, go: gate }
      - { label: Women, go: women }
      - { label: Ask us, go: { screen: who, then: thanks } }
      - { label: Gold, set: { plan: '"gold"' }, go: plan }
      - { label: Balance, go: uan }
  order:
    form:
      - { text: Name?, ask: { kind: text, save_as: name } }
      - { text: Age?, ask: { kind: number, save_as: age, tries: 2 } }
      - { text: Sure of your age?, ask: { kind: yes_no, save_as: agreed } }
    go:
      - { when: age < 18, go: too_young }
      - { when: not agreed, go: home }
      - sure
  too_young: { text: "{name} is too young.", end: true }
  sure:
    text: Order now?
    confirm: { yes: ordered, no: home }
  ordered:
    send_sms: "Ordered."
    text: Ordered.
    options: [ { label: Home, go: home } ]
  gate: { go: [ { when: open.office, go: here }, { when: now.hour > 22, go: here }, away ] }
  here: { text: We are here., end: true }
  away: { text: Nobody is here., options: [ { label: Home, go: home } ] }
  women: { helpline: { name: women, sms: true } }
  who:
    text: Who are you?
    options:
      - { label: A farmer, set: { who: '"a farmer"' }, go: { screen: deeper, then: who_ends } }
      - { label: Nobody, set: { who: '"nobody"' }, go: { return: true } }
  deeper: { text: Really?, options: [ { label: "Yes", go: { return: true } } ] }
  who_ends: { go: { return: true } }
  thanks: { text: "Thanks, {who}.", options: [ { label: Home, go: home } ] }
  plan: { text: "Plan: {plan}", end: true }
  uan:
    text: UAN?
    ask: { kind: pattern, pattern: "[0-9]{12}", save_as: uan }
    go: pin
  pin:
    text: PIN?
    ask: { kind: text, max_length: 8, sensitive: true, save_as: pin, tries: 2 }
    go: balance
  balance:
    call:
      service: pf_balance
      with: { uan: "{uan}", pin: "{pin}" }
      save_as: pf
      on_error: sorry
    text: "Balance: {pf.amount:money}"
    end: true
  sorry: { text: Try later., end: true }
"""
SERVICES = {
    "pf_balance": ServiceSpec(takes=frozenset({"uan", "pin"}), gives={"amount": ValueKind.MONEY})
}
FILES = {"menus.yaml": MENU}
PROGRAM: Program = compile_menu(FILES, SERVICES)
HOME = EntryPoint(screen="home")


def balance_of(told: Mapping[str, str]) -> Reply:
    """A service in a thimble."""
    if told["pin"] != "4321":
        return Reply(outcome="refused")
    return Reply(parts={"amount": "125000", "else": "?"})


def served(step: Step, now: float) -> Step:
    if step.needs is None:
        return step
    assert step.needs.call.service == "pf_balance"
    return resume(PROGRAM, step, balance_of(dict(step.needs.told)), ANY_PHONE, now)


def walk(*typed: str, now: float = NOON, entry: str = "home") -> tuple[Step, list[Effect]]:
    step = enter(PROGRAM, EntryPoint(screen=entry), "en", ANY_PHONE, now)
    effects = list(step.effects)
    for text in typed:
        assert not step.ends
        step = served(press(PROGRAM, step.place, text, ANY_PHONE, now), now)
        effects += step.effects
    return step, effects


MENU_LINES = "1 Order\n3 Gate\n4 Women\n5 Ask us\n6 Gold\n7 Balance\n0 Exit"
AGAIN_LINES = MENU_LINES.replace("3 Gate", "2 Again\n3 Gate")
UAN = "1" * 12

WALKS = [
    # typed, shown
    ([], f"Office\n{MENU_LINES}"),
    (["2"], f"Wrong choice.\nOffice\n{MENU_LINES}"),  # hidden
    (["3"], "We are here."),
    (["1"], "Name?\n0 Back 00 Home"),
    (["1", "Asha", "0"], "Name?\n0 Back 00 Home"),
    (["1", "Asha", "30", "0"], "Age?\n0 Back 00 Home"),
    (["1", "Asha", "30", "0", "0", "0"], f"Office\n{MENU_LINES}"),
    (["1", "Asha", "12", "1"], "Asha is too young."),
    (["1", "Asha", "30", "no"], f"Office\n{AGAIN_LINES}"),
    (["1", "Asha", "x", "y"], "Too many tries. Please call again."),
    (["1", "Asha", "30", "1"], "Order now?\n1 Yes\n2 No\n0 Back 00 Home"),
    (["1", "Asha", "30", "1", "3"], "Wrong choice.\nOrder now?\n1 Yes\n2 No\n0 Back 00 Home"),
    (["1", "Asha", "30", "1", "yes"], "Ordered.\n1 Home\n0 Back 00 Home"),
    (["1", "Asha", "30", "1", "yes", "0"], f"Office\n{MENU_LINES}"),  # not back to the question
    (["1", "Asha", "30", "1", "yes", "1"], f"Office\n{AGAIN_LINES}"),
    (["1", "Asha", "30", "1", "no"], f"Office\n{AGAIN_LINES}"),
    (["5", "2"], "Thanks, nobody.\n1 Home\n0 Back 00 Home"),
    (["5", "1"], "Really?\n1 Yes\n0 Back 00 Home"),
    (["5", "1", "1"], "Thanks, a farmer.\n1 Home\n0 Back 00 Home"),
    (["5", "1", "1", "0"], f"Office\n{MENU_LINES}"),  # nobody goes back into what is over
    (["5", "1", "0", "2"], "Thanks, nobody.\n1 Home\n0 Back 00 Home"),
    (["5", "0", "5", "0", "5", "2"], "Thanks, nobody.\n1 Home\n0 Back 00 Home"),
    (["6"], "Plan: gold"),
    (["7", UAN, "1234"], "Try later."),
    (["7", UAN, "4321"], "Balance: Rs 1,25,000"),
    (["7", UAN, "123456789"], "Too long: at most 8 characters.\nPIN?\n0 Back 00 Home"),
    (["4"], "Women helpline: 181"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "shown"), WALKS)
def test_a_walk(typed: list[str], shown: str) -> None:
    assert walk(*typed)[0].shown == shown


BY_NIGHT = [
    (["3"], "Nobody is here.\n1 Home\n0 Back 00 Home"),
    (["3", "0"], f"Office\n{MENU_LINES}"),  # the gate was never shown
    (["4"], "Women helpline: 181\nClosed now."),
]


@pytest.mark.parametrize(("typed", "shown"), BY_NIGHT)
def test_a_walk_by_night(typed: list[str], shown: str) -> None:
    assert walk(*typed, now=NIGHT)[0].shown == shown


def test_a_screen_that_only_leads_on_may_be_the_first() -> None:
    assert walk(entry="gate")[0].shown == "We are here."
    assert walk(entry="gate", now=NIGHT)[0].shown == "Nobody is here.\n1 Home\n0 Exit"


def test_what_a_last_question_is_about_happens_once() -> None:
    _, effects = walk("1", "Asha", "30", "1", "yes", "0", "1", "Asha", "30", "1", "2")
    assert effects == [SendSms("Ordered.", "en")]
    assert walk("1", entry="sure")[0].place.path == ()


def test_back_does_nothing_again() -> None:
    step, effects = walk("1", "0", "3", now=NIGHT)
    assert step.place.values == {"visits": "1"}
    assert effects == []


SHORTCUTS = [
    # keys, stands then, keys that were followed
    (["1", "Asha", "30"], "order", 1),
    (["6"], "plan", 1),
    (["5", "1", "1", "1"], "home", 4),
    (["3"], "here", 1),
    (["4"], "home", 0),  # it would send an SMS
    (["7", UAN], "uan", 1),
    (["9", "1"], "home", 0),
]


@pytest.mark.parametrize(("keys", "screen", "walked"), SHORTCUTS)
def test_a_shortcut_only_chooses_options(keys: list[str], screen: str, walked: int) -> None:
    step = enter_prefilled(PROGRAM, HOME, "en", keys, ANY_PHONE, NOON)
    assert (step.place.screen, step.walked, step.effects) == (screen, walked, ())


@pytest.mark.parametrize("key", ["1", "2"])
def test_a_shortcut_answers_no_last_question(key: str) -> None:
    step = enter_prefilled(PROGRAM, EntryPoint(screen="sure"), "en", [key], ANY_PHONE, NOON)
    assert (step.place.screen, step.walked, step.effects) == ("sure", 0, ())


def chain(length: int) -> str:
    """A menu that leads on by itself from its first screen to its last; nobody checked it."""
    screens = "".join(
        f"  s{number}: {{ send_sms: Hello., go: s{number + 1} }}\n" for number in range(length)
    )
    top = MENU.partition("screens:")[0].replace("{ ussd", "{ sms: { default: s0 }, ussd")
    last = f"  s{length}: {{ text: The end., end: true }}\n"
    return f"{top}screens:\n{screens}{last}  home: {{ go: home }}\n"


@pytest.mark.parametrize(
    ("length", "shown", "sent"),
    [(3, "The end.", 3), (MOST_IN_A_ROW - 1, "The end.", MOST_IN_A_ROW - 1),
     (MOST_IN_A_ROW, "Service is busy. Try again later.", 0),
     (1000, "Service is busy. Try again later.", 0)],
)  # fmt: skip
def test_a_chain_of_screens_has_an_end(length: int, shown: str, sent: int) -> None:
    program = compile_published({"menus.yaml": chain(length)})
    step = enter(program, EntryPoint(screen="s0"), "en", ANY_PHONE, NOON)
    assert (step.shown, step.ends, len(step.effects)) == (shown, True, sent)


def test_a_circle_of_screens_has_an_end() -> None:
    program = compile_published({"menus.yaml": chain(1)})
    assert enter(program, HOME, "en", ANY_PHONE, NOON).ends


TYPED = st.sampled_from(["0", "00", "98", "1", "2", "3", "4", "5", "6", "7", "Asha", UAN, "yes"])


@settings(max_examples=300)
@given(st.lists(TYPED | st.text(max_size=5), max_size=60), st.floats(0, 2e9))
def test_whatever_is_typed_the_walk_goes_on_or_ends(typed: list[str], now: float) -> None:
    step = enter(PROGRAM, HOME, None, ANY_PHONE, now)
    for text in typed:
        if step.ends:
            break
        step = served(press(PROGRAM, step.place, text, ANY_PHONE, now), now)
        place = step.place
        assert step.shown
        assert ANY_PHONE.limit.fits(step.shown)
        assert place.screen in PROGRAM.screens
        assert PROGRAM.screens[place.screen].onward is None
        assert len(place.path) <= MAX_PATH
        assert len(place.returns) <= MAX_INSIDE
        assert "pin" not in place.values
        assert sum(len(value.encode()) for value in place.values.values()) <= MAX_KEPT_BYTES
