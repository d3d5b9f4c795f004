"""Random dialogues over random menus. The long form is `make fuzz`.

What must hold in each turn stands in tests/fuzz/callers.py: no failure, no way that the author did
not write, no effect twice, no page over its limit, the same bytes for a repeat, sessions within
4 KB, and no sensitive answer anywhere. What must hold for whoever is dropped and dials again stands
in tests/fuzz/resumes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from menu import arriving, engine, offers, resuming, runner, showing, turns, walking
from menu.choices import Choice
from menu.hearing import Heard
from menu.known import Known
from menu.place import Place
from menu.ports import LeftOff
from menu.program import Program
from menu.resuming import Wish
from menu.screens import Display
from menu.session import Session
from menu.usual import Usual
from tests.fuzz.play import play


def test_random_dialogues_over_random_menus() -> None:
    assert play(400) >= 400


def sends_again(known: Known, display: Display, effects: Sequence[Any] = ()) -> showing.Step:
    screen = known.program.screens[known.place.screen]
    again = arriving.effects_of(known, screen, known.place.language)
    return showing.show(known, display, (*effects, *again))


def leads_elsewhere(known: Known, key: str) -> Choice:
    return Choice(key, max(known.program.screens))


def begins_again(program: Program, place: Place, display: Display, now: float) -> showing.Step:
    return arriving.arrive(Known(program, place, now), display, reads=place.language)


def loses_answers(session: Session, *others: Any) -> LeftOff | None:
    kept = resuming.kept_of(session, *others)
    if kept is None or kept.session is None:
        return kept
    session = msgspec.structs.replace(kept.session, values={}, rows={})
    return LeftOff(caller_key=kept.caller_key, session=session, seconds=kept.seconds)


def keeps_private(session: Session, *others: Any) -> LeftOff | None:
    return resuming.kept_of(msgspec.structs.replace(session, is_private=False), *others)


def counts_anew(thought: turns.Thought, **fields: Any) -> turns.Thought:
    return turns.changed(thought, **{**fields, "ahead": 0})


WISH_OF = resuming.wish_of


def goes_back(program: Program, typed: str) -> Wish:
    wish = WISH_OF(program, typed)
    return Wish.GO_ON if wish is Wish.AFRESH else wish


BUGS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "a PIN is kept": (turns, "kept", lambda _, said, **__: (said.text, 0)),
    "a repeat is an answer": (runner, "hear", lambda *_: Heard("1")),
    "back sends it again": (engine, "show", sends_again),
    "an option leads elsewhere": (engine, "find_choice", leads_elsewhere),
    "home is where one stands": (walking, "home", lambda place: place),
    "what is gone on with begins again": (engine, "look", begins_again),
    "answers are lost at a drop": (turns, "kept_of", loses_answers),
    "what lies behind a PIN is offered": (turns, "kept_of", keeps_private),
    "what was done is done again": (offers, "changed", counts_anew),
    "start again goes on": (resuming, "wish_of", goes_back),
    "an offer never ends": (resuming, "is_fresh", lambda *_: True),
    "the usual query forgets": (runner, "Usual", lambda **kept: Usual(**{**kept, "values": {}})),
    "nothing is cut": (showing, "pages_of", lambda head, lines, *_: ("\n".join([head, *lines]),)),
}


@pytest.mark.parametrize("name", BUGS)
def test_what_must_hold_finds_a_bug(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, what, instead = BUGS[name]
    monkeypatch.setattr(where, what, instead)
    with pytest.raises(AssertionError):
        play(4000, start=1)  # it ends at the first that does not hold
