"""Some random callers of one random menu, as hypothesis draws them."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from tests.fuzz.callers import Caller
from tests.fuzz.dialogues import live
from tests.fuzz.menus import Dice, menus

SESSIONS: Final = 10  # over each menu


@st.composite
def _played(draw: st.DrawFn) -> int:
    """How many sessions; whatever must hold in them was held."""
    dice = Dice(draw)
    drawn = menus(dice)
    note(drawn.files["menus.yaml"])
    for _ in range(SESSIONS):
        live(Caller(dice, drawn))
    return SESSIONS


def play(sessions: int, start: int | None = None) -> int:
    """Plays so many sessions, by this seed if there is one; how many there were.

    Raises AssertionError, with the menu and the dialogue, where something did not hold.
    """
    played = 0

    @settings(
        max_examples=-(-sessions // SESSIONS),
        database=None,
        deadline=None,
        # Whole dialogues do not become small in a reasonable time.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_played())
    def some(count: Any) -> None:
        nonlocal played
        played += count

    (some if start is None else seed(start)(some))()
    return played
