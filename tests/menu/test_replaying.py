"""What callers did, run again through another menu: same, changed, broken, or not to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu import replaying, turn_record
from menu.compiler import compile_menu
from menu.language import Language
from menu.last_answer import KeptAnswer
from menu.ports import LeftOff, Loaded
from menu.program import Program
from menu.recorded import dialogues_of, opened
from menu.replaying import Finding, Verdict
from menu.runner import Runner
from menu.services import ServiceSpec
from menu.session import Session
from menu.turn_record import Recorder, TurnRecord
from menu.turns import Visit
from menu.value_types import ValueKind
from telecom.events import Cumulative, Last

MENU = """version: 1
name: Office
languages: [en, hi]
resume: { minutes: 10 }
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { APP: app, CROP: ask_crop }, default: home }
links:
  umang: { web: https://app.example/, sms: "App: {link}" }
screens:
  home:
    text: Office
    options:
      - { label: App, go: app }
      - { label: Crop, go: ask_crop }
      - { label: Hindi, language: hi, go: home }
      - { label: More, go: more }
  more: { text: More, options: [ { label: App, go: app }, { label: Pin, go: pin } ] }
  ask_crop:
    text: Which crop?
    ask: { kind: text, max_length: 20, save_as: crop }
    go: price
  price: { text: "{crop}: 100", options: [ { label: Thanks, go: thanks } ] }
  thanks: { text: Goodbye, end: true }
  pin:
    text: PIN?
    ask: { kind: text, max_length: 8, sensitive: true, save_as: pin }
    go: thanks
  app: { text: An SMS comes., send_link: umang, end: true }
"""
CODE = "*384*7#"


def seal(text: str) -> bytes:
    return b"sealed:" + text[::-1].encode()


def find_open(sealed: bytes) -> str | None:
    return sealed.removeprefix(b"sealed:").decode()[::-1] if b"sealed:" in sealed else None


@dataclass
class Tape:
    """One caller, and the record of what he does. `services` of the menu all fail."""

    program: Program
    turns: list[TurnRecord] = field(default_factory=list)
    by_key: dict[str, Session] = field(default_factory=dict)
    left_off: Session | None = None
    language: Language | None = None
    now: float = 1000.0
    session: str = "ussd:0"
    typed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runner = Runner(self, self, self, record=Recorder(seal))

    def live(self) -> tuple[int, Program]:
        return 7, self.program

    def live_for(self, caller_key: str) -> tuple[int, Program]:
        return self.live()

    def get(self, menu_version: int) -> Program | None:
        return self.program if menu_version == 7 else None

    def load(self, session_key: str, caller_key: str) -> Loaded:
        assert caller_key == "caller"
        return Loaded(self.by_key.get(session_key), self.language, True, self.left_off)

    def save(
        self,
        session_key: str,
        session: Session,
        *,
        expected_turn: int,
        ttl_seconds: int,
        left_off: LeftOff | None = None,
        turn: bytes | None = None,
        last_answer: KeptAnswer | None = None,
    ) -> Session | None:
        assert (session.turn, ttl_seconds) == (expected_turn + 1, 180)
        self.by_key[session_key] = session
        if left_off:
            self.left_off = left_off.session
        record = turn_record.read(turn or b"")
        assert record is not None
        self.turns.append(record)
        return None

    def cache_language(self, caller_key: str, language: Language | None) -> None:
        assert caller_key == "caller"
        self.language = language

    def find_language(self, caller_key: str) -> Language | None:
        assert caller_key == "caller"
        return self.language

    def dial(self, code: str = CODE, text: str = "") -> None:
        self.session = f"ussd:{len(self.turns) + 1}"
        self.typed = [text] if text else []
        self._hop(code)

    def press(self, *each: str) -> None:
        for typed in each:
            self.typed.append(typed)
            self._hop(CODE)

    def text(self, said: str) -> None:
        visit = self._visit("sms:1", Last(said), "sms")
        self.runner.keep(visit, self.runner.text(visit))

    def _hop(self, code: str) -> None:
        visit = self._visit(self.session, Cumulative("*".join(self.typed)), "ussd")
        self.runner.keep(visit, self.runner.dial(visit, code))

    def _visit(self, key: str, said: Any, channel: str) -> Visit:
        self.now += 10
        return Visit(
            session_key=key, caller_key="caller", said=said, ttl_seconds=180, now=self.now,
            keeps_input=channel == "ussd", channel=channel, gateway="india", masked="+91********78",
        )  # fmt: skip

    def do(self, deeds: str) -> Tape:
        """`dial`, `text WORDS`, `lost` (the session), or something typed; between semicolons."""
        for deed in (each.strip() for each in deeds.split(";")):
            verb, _, rest = deed.partition(" ")
            match verb:
                case "dial":
                    self.dial(rest or CODE)
                case "text":
                    self.text(rest)
                case "lost":
                    self.by_key.clear()
                    self.left_off = None
                case _:
                    self.press(deed)
        return self


def recorded(deeds: str, menu: str = MENU) -> Tape:
    return Tape(compile_menu({"menus.yaml": menu})).do(deeds)


def replayed(tape: Tape, menu: str) -> list[Finding]:
    draft = replaying.read({"menus.yaml": menu})
    return list(draft.run(dialogues_of(opened(turn, find_open) for turn in tape.turns)))


WALKS = [
    "dial; 1",
    "dial; 2; wheat; 1",
    "dial; 2; 0; 4; 1",
    "dial; 3; 98; 2; गेहूँ; 00; 0",
    "dial; 9; Crop; wheat",
    "dial *384*7*4*1#",
    "dial *384*7*1#; 1",
    "dial; 2; dial; 1; maize; 1",  # was cut off, and goes on
    "dial; 2; dial; 2; 1",  # was cut off, and begins again
    "dial; 2; dial; 7; 1; rice",
    "dial; 2; lost; rice",  # what is typed into a lost session only walks
    "dial; 4; lost; 1",
    "text APP",
    "text CROP wheat; text 1",
    "text crap; text 1",  # did you mean APP, or CROP?
    "text 1; text 4; text 1",
    "dial; 2; text APP; wheat",
]


@pytest.mark.parametrize("deeds", WALKS)
def test_in_the_same_menu_all_is_the_same(deeds: str) -> None:
    tape = recorded(deeds)
    assert len(tape.turns) >= 1
    found = replayed(tape, MENU)
    assert found
    assert {finding.verdict for finding in found} == {Verdict.SAME}


PRESSES = st.sampled_from(["0", "00", "1", "2", "3", "4", "98", "wheat", "more", "", " 1. ", "क"])


@given(st.lists(st.one_of(PRESSES, st.just("dial"), st.just("text APP")), max_size=12))
def test_whatever_people_do_is_the_same_in_the_same_menu(deeds: list[str]) -> None:
    tape = recorded("dial")
    for deed in deeds:
        if deed not in ("dial", "text APP") and tape.by_key[tape.session].ended:
            continue  # the phone has hung up
        tape.do(deed)
    # Nobody types a PIN here without a word about it: then it is not to be told.
    verdicts = {finding.verdict for finding in replayed(tape, MENU)}
    assert Verdict.SAME in verdicts or Verdict.CANNOT_TELL in verdicts
    assert not verdicts & {Verdict.CHANGED, Verdict.BROKEN}


OPTION = "      - { label: App, go: app }\n"


@pytest.mark.parametrize(
    ("deeds", "before", "after", "verdict", "line", "what"),
    [
        (
            "dial; 1", "Crop, go: ask_crop", "Crop, go: thanks", "same", "", "",
        ),
        (
            "dial; 2", "Crop, go: ask_crop", "Crop, go: thanks", "changed", "label: Crop",
            '"home": 2 leads to "thanks"; it led to "ask_crop"',
        ),
        (
            "dial; 2; wheat", "Crop, go: ask_crop", "Crop, go: thanks", "broken", "label: Crop",
            '"home": 2 leads to "thanks"; it led to "ask_crop"',
        ),
        (  # a planted regression: an option in front of the others moves their numbers
            "dial; 4; 1", OPTION, "      - { label: New, go: thanks }\n" + OPTION,
            "changed", "label: Hindi",
            '"home": 4 leads to "home"; it led to "more"',
        ),
        (
            "dial; 4; 1", "      - { label: More, go: more }\n", "", "broken", "  home:",
            '"home": 4 is no answer; it led to "more"',
        ),
        (
            "dial; 1", "send_link: umang, ", "", "broken", "  app:",
            '"app" no longer does: link umang',
        ),
        (
            "dial; 2; wheat; 1", "text: Goodbye, end: true", "text: Goodbye, send_link: umang,"
            " end: true", "changed", "  thanks:", '"thanks" does what it did not: link umang',
        ),
        (
            "dial; 2; wheat; 1", "text: Goodbye, end: true",
            "text: Goodbye, options: [ { label: App, go: app } ]", "changed", "  thanks:",
            '"thanks" goes on after 1; it ended it',
        ),
        (
            "dial; 2; wheat", "options: [ { label: Thanks, go: thanks } ]", "end: true",
            "changed", "  price:", '"price" ends the dialogue after what was typed; it went on',
        ),
        (
            "dial; 2; wheat; 1", "options: [ { label: Thanks, go: thanks } ]", "end: true",
            "broken", "  price:", '"price" ends the dialogue after what was typed; it went on',
        ),
        (
            "dial; 2; wheat", "max_length: 20", "max_length: 4", "broken", "  ask_crop:",
            '"ask_crop": what was typed is no answer; it led to "price"',
        ),
        (
            "dial", '{ "*384*7#": home }', '{ "*384*8#": home }', "broken", "entry_points:",
            '"*384*7#" has no entry point any more',
        ),
        (
            "dial *384*7*4#", "More, go: more", "More, go: thanks", "changed", "  ussd:",
            '"*384*7*4#" leads to "thanks"; it led to "more"',
        ),
        (
            "text APP", "APP: app", "APP: home", "broken", "  sms:",
            '"app" leads to "home"; it led to "app"',
        ),
        (
            "text APP", "APP: app, ", "", "broken", "entry_points:", '"app" is no keyword any more',
        ),
        (
            "dial; 2; dial; 1; wheat", "minutes: 10", "minutes: 0", "changed", "  ussd:",
            '"*384*7#" leads to "home"; it led to "ask_crop"',
        ),
    ],
)  # fmt: skip
def test_what_another_menu_does(
    deeds: str, before: str, after: str, verdict: str, line: str, what: str
) -> None:
    assert before in MENU
    draft = MENU.replace(before, after)
    (found,) = replayed(recorded(deeds), draft)
    assert (found.verdict, found.what) == (verdict, what)
    if found.place is not None:
        assert line
        assert line in draft.splitlines()[found.place.line - 1]
    assert (found.place is None) == (verdict == "same")


def test_where_the_record_is_silent_nobody_can_tell() -> None:
    tape = recorded("dial; 4; 2; 4321; dial; 1; dial; 2; wheat; 1; text PIN 4321; text 4")
    pin = tape.turns[3]
    assert (pin.said, pin.sealed, pin.is_withheld) == ("", b"", True)
    missing = [turn for turn in tape.turns if (turn.session, turn.turn) != ("ussd:7", 2)]
    assert len(missing) == len(tape.turns) - 1
    tape.turns = missing
    said = [(finding.verdict, finding.what) for finding in replayed(tape, MENU)]
    sensitive = (Verdict.CANNOT_TELL, "what was said is not kept: it was sensitive")
    missed = (Verdict.CANNOT_TELL, "a turn is missing in the record")
    assert said == [sensitive, (Verdict.SAME, ""), missed, sensitive]


def test_what_breaks_before_the_record_is_silent_is_told() -> None:
    tape = recorded("dial; 4; 2; 4321")
    (found,) = replayed(tape, MENU.replace(", { label: Pin, go: pin }", ""))
    assert (found.verdict, found.what) == (
        Verdict.BROKEN,
        '"more": 2 is no answer; it led to "pin"',
    )


def test_what_a_service_says_nobody_can_tell() -> None:
    spec = ServiceSpec(takes=frozenset(), gives={"rate": ValueKind.TEXT}, reads=True)
    asks = MENU.replace(
        "  thanks: { text",
        "  thanks: { call: { service: rates, save_as: rate, on_error: app }, text",
    )
    draft = replaying.read({"menus.yaml": asks}, {"rates": spec})
    for deeds, verdict in (("dial; 2; rice; 1", "cannot tell"), ("dial; 2; rice", "same")):
        turns = (opened(turn, find_open) for turn in recorded(deeds).turns)
        assert [found.verdict for found in draft.run(dialogues_of(turns))] == [verdict]


def test_what_people_write_is_sealed_and_what_they_choose_is_not() -> None:
    tape = recorded("dial; 2; wheat; 1; dial; 2; 98; dial; 9*9; 0")
    kept = [(turn.said, find_open(turn.sealed), turn.is_withheld) for turn in tape.turns]
    assert kept == [
        ("", None, False), ("2", None, False), ("", "wheat", False), ("1", None, False),
        ("", None, False), ("2", None, False), ("98", None, False),
        # Two inputs at once come after a turn that was lost: one of them may be a PIN.
        ("", None, False), ("", None, True), ("0", None, False),
    ]  # fmt: skip
    long = recorded("dial; 2; " + "x" * 201)
    assert (long.turns[2].sealed, long.turns[2].is_withheld) == (b"", True)


def test_a_record_has_what_is_needed_and_no_number() -> None:
    tape = recorded("dial *384*7*3#; 2; wheat; text app")
    first, choice, wheat, app = tape.turns
    assert msgspec.structs.asdict(first) == {
        "session": "ussd:1", "origin": "", "caller": "caller", "masked": "+91********78",
        "channel": "ussd", "gateway": "india", "turn": 1, "at": 1010.0, "menu_version": 7,
        "language": "en", "begins": True, "entry": CODE, "said": "", "sealed": b"",
        "is_withheld": False, "screen": "home", "outcome": "open", "effects": (),
        "septets": 160, "ucs2": 70, "is_latin": False, "region": "",
    }  # fmt: skip
    assert (choice.begins, choice.turn, choice.screen) == (False, 2, "ask_crop")
    assert (wheat.outcome, wheat.screen) == ("open", "price")
    assert (app.channel, app.entry, app.outcome) == ("sms", "app", "completed")
    assert app.effects == ("link umang",)


def test_outcomes() -> None:
    tape = recorded("dial; 3; 0; dial; 1; text crap; dial; 2; dial; 3")
    assert [turn.outcome for turn in tape.turns] == [
        *("open", "open", "ended", "open", "completed", "asked", "open", "open", "asked", "asked")
    ]
    assert tape.turns[1].effects == ("language hi",)


def test_a_dialogue_that_goes_on_elsewhere_is_one() -> None:
    tape = recorded("dial; 2; dial; 1; wheat; 1; dial; 1")
    assert [len(dialogue.turns) for dialogue in dialogues_of(tape.turns)] == [6, 2]
    # Of one whose beginning is not there nothing is told.
    assert [len(dialogue.turns) for dialogue in dialogues_of(tape.turns[1:])] == [2]


def test_what_cannot_be_opened_is_not_said() -> None:
    (turn,) = (turn for turn in recorded("dial; 2; wheat").turns if turn.sealed)
    assert opened(turn, lambda _: None).is_withheld
    assert opened(turn, find_open).said == "wheat"


@pytest.mark.parametrize("written", [b"", b"x", b"\x93\x01\x02\x03", b"\xc0"])
def test_another_format_is_no_record(written: bytes) -> None:
    assert turn_record.read(written) is None
