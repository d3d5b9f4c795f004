"""Draws the phone: strings only. A 128 by 160 pixel screen holds about 20 columns and 8 rows.

On a terminal the right edge is set by cursor position, so that the frame stays straight although
terminals disagree about the width of Indic letters; elsewhere by counting cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simulator.cells import pad, visible_lines, width_of, wrap
from simulator.seen import ReceivedSms
from simulator.sizes import sms_size

COLUMNS: Final = 20
ROWS: Final = 8
MARGIN: Final = "  "
RIGHT_EDGE: Final = len(MARGIN) + COLUMNS + 2  # counted from 1, as terminals do
OPEN_KEYS: Final = ("Answer", "Cancel")
CLOSED_KEYS: Final = ("OK", "")
MORE_BELOW: Final = "▼ more"
MORE_ABOVE: Final = "▲ more"

_STYLES: Final = {"screen": "\x1b[30;102m", "fault": "\x1b[31m", "faint": "\x1b[2m"}
_RESET: Final = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Ink:
    """What the paper can do. `places` allows to set the cursor, `colours` to colour."""

    places: bool = False
    colours: bool = False

    def paint(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self.colours else text


PLAIN: Final = Ink()


def ink_for(is_terminal: bool, environ: Mapping[str, str]) -> Ink:
    """Colours only on a terminal, and only if NO_COLOR is unset or empty (no-color.org)."""
    if not is_terminal or environ.get("TERM") == "dumb":
        return PLAIN
    return Ink(places=True, colours=not environ.get("NO_COLOR"))


def last_top(text: str) -> int:
    """The line at which scrolling down ends; 0 if the whole text is on the screen."""
    lines = len(wrap(text, COLUMNS))
    return 0 if lines <= ROWS else lines - (ROWS - 1)


def draw_screen(text: str, keys: tuple[str, str], *, top: int = 0, ink: Ink = PLAIN) -> str:
    """The phone in its true size. `top` is the first line that is shown; `keys` the soft keys."""
    lines = wrap(text, COLUMNS)
    if len(lines) > ROWS:
        end = last_top(text)
        top = max(0, min(top, end))
        arrows = (MORE_ABOVE if top else "", MORE_BELOW if top < end else "")
        lines = (*lines[top : top + ROWS - 1], _apart(*arrows))
    rows = [*lines, *[""] * (ROWS - len(lines))]
    return _frame([_row(row, ink) for row in rows], keys, ink)


def draw_unrolled(text: str, keys: tuple[str, str], *, ink: Ink = PLAIN) -> str:
    """The phone with its whole text, for paper that cannot scroll; a dotted line marks the fold."""
    lines = wrap(text, COLUMNS)
    rows = [_row(line, ink) for line in (*lines, *[""] * (ROWS - len(lines)))]
    if len(lines) > ROWS:
        rows.insert(ROWS - 1, _rule("├", f" {MORE_BELOW} ".center(COLUMNS, "┄"), "┤"))
    return _frame(rows, keys, ink)


def draw_sms(sms: ReceivedSms, place: int, *, ink: Ink = PLAIN) -> str:
    """One SMS of the inbox. Its lines are not folded: a link must be copied in one piece."""
    sender_id = " ".join(visible_lines(sms.sender_id or "(no sender)"))
    head = f"{MARGIN}{place}. {sender_id}, {sms.at:%d %b %H:%M} UTC"
    body = "\n".join(f"{MARGIN}│ {line}" for line in visible_lines(sms.text))
    return f"{head}\n{body}\n{ink.paint('faint', f'{MARGIN}  {sms_size(sms.text)}')}"


def draw_size(size: str, *, ink: Ink = PLAIN) -> str:
    return ink.paint("faint", f"{MARGIN} {size}")


def draw_fault(fault: str, *, ink: Ink = PLAIN) -> str:
    """What was wrong behind the phone. Its owner would never read this."""
    seen = " ".join(visible_lines(fault))  # it may quote a header of the answer
    return ink.paint("fault", f"{MARGIN} bridge fault: {seen}")


def _frame(rows: list[str], keys: tuple[str, str], ink: Ink) -> str:
    edge = "─" * COLUMNS
    parts = (
        _rule("┌", edge, "┐"),
        *rows,
        _rule("├", edge, "┤"),
        _row(_apart(*keys), ink),
        _rule("└", edge, "┘"),
    )
    return "\n".join(parts)


def _row(line: str, ink: Ink) -> str:
    edge = f"\x1b[{RIGHT_EDGE}G│" if ink.places else "│"
    return f"{MARGIN}│{ink.paint('screen', pad(line, COLUMNS))}{edge}"


def _rule(left: str, line: str, right: str) -> str:
    return f"{MARGIN}{left}{line}{right}"


def _apart(left: str, right: str) -> str:
    return left + " " * (COLUMNS - width_of(left) - width_of(right)) + right
