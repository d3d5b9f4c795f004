"""Random dialogues over random menus. The long form is `make fuzz`.

What must hold in each turn stands in tests/fuzz/callers.py: no failure, no way that the author did
not write, no effect twice, no page over its limit, the same bytes for a repeat, sessions within
4 KB, and no sensitive answer anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from menu import arriving, engine, runner, showing, turns, walking
from menu.choices import Choice
from menu.hearing import Heard
from menu.known import Known
from menu.screens import Display
from tests.fuzz.play import play


def test_random_dialogues_over_random_menus() -> None:
    assert play(400) >= 400


def sends_again(known: Known, display: Display, effects: Sequence[Any] = ()) -> showing.Step:
    screen = known.program.screens[known.place.screen]
    again = arriving.effects_of(known, screen, known.place.language)
    return showing.show(known, display, (*effects, *again))


def leads_elsewhere(known: Known, key: str) -> Choice:
    return Choice(key, max(known.program.screens))


BUGS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "a PIN is kept": (turns, "kept", lambda _, said, **__: (said.text, 0)),
    "a repeat is an answer": (runner, "hear", lambda *_: Heard("1")),
    "back sends it again": (engine, "show", sends_again),
    "an option leads elsewhere": (engine, "find_choice", leads_elsewhere),
    "home is where one stands": (walking, "home", lambda place: place),
    "nothing is cut": (showing, "pages_of", lambda head, lines, *_: ("\n".join([head, *lines]),)),
}


@pytest.mark.parametrize("name", BUGS)
def test_what_must_hold_finds_a_bug(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, what, instead = BUGS[name]
    monkeypatch.setattr(where, what, instead)
    with pytest.raises(AssertionError):
        play(600, start=1)
