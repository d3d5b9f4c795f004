"""Feedback as it is shown and taken along: lines, JSON, and CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from models.record_act import Act
from services.record_desk import Opened
from telecom.text import cut

MOST_WORDS: Final = 40  # of a line in a list
# What a cell must not begin with, as spreadsheets take it for a formula; nor may it stand behind
# what begins a new cell where another sign than the comma divides them.
_FORMULA: Final = re.compile("((?:^|[\"';,|\t])\\s*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_BEFORE: Final = ("reference", "received_at", "department", "kind", "status", "number")
_BEHIND: Final = ("note", "changed_at")


def as_line(one: Opened) -> str:
    words = [one.department or "-", one.kind or "-", one.standing, one.number]
    told = cut(" | ".join(one.told.values()), MOST_WORDS)
    when = f"{one.received_at:%Y-%m-%d %H:%M} UTC"
    return "  ".join([one.reference, when, *words, told]).rstrip()


def as_page(one: Opened, acts: Sequence[Act]) -> list[str]:
    rows = {
        "reference": one.reference,
        "register": one.register,
        "department": one.department or "-",
        "kind": one.kind or "-",
        "status": one.standing,
        "number": one.number,
        "received": f"{one.received_at:%Y-%m-%d %H:%M} UTC",
        "changed": f"{one.changed_at:%Y-%m-%d %H:%M} UTC",
        **one.told,
        "note": one.note or "-",
    }
    return [*(f"{name:<11} {text}" for name, text in rows.items()), *map(as_deed, acts)]


def as_deed(act: Act) -> str:
    words = [f"{act.at:%Y-%m-%d %H:%M} UTC", act.by, act.deed, act.reference or ""]
    return "  ".join([*filter(None, words), *([f"({act.note})"] if act.note else [])])


def as_object(one: Opened) -> dict[str, object]:
    """For programs; the keys are stable."""
    return {
        "reference": one.reference,
        "register": one.register,
        "department": one.department,
        "kind": one.kind,
        "status": one.standing,
        "number": one.number,
        "received_at": one.received_at.isoformat(timespec="seconds"),
        "changed_at": one.changed_at.isoformat(timespec="seconds"),
        "told": dict(one.told),
        "note": one.note,
    }


def deed_as_object(act: Act) -> dict[str, object]:
    return {
        "at": act.at.isoformat(),
        "by": act.by,
        "deed": act.deed,
        "reference": act.reference,
        "note": act.note,
    }


def csv_header(names: Sequence[str]) -> str:
    return _csv([*_BEFORE, *names, *_BEHIND])


def csv_row(one: Opened, names: Sequence[str]) -> str:
    """One line with its end. Every cell is quoted, and none begins a formula."""
    cells = {name: str(value) for name, value in as_object(one).items()}
    told = (one.told.get(name, "") for name in names)
    return _csv([*(cells[name] for name in _BEFORE), *told, *(cells[name] for name in _BEHIND)])


def harmless(cell: str) -> str:
    """With a quote before all that a spreadsheet would run."""
    return _FORMULA.sub(r"\1'", cell)


def _csv(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(harmless, cells))
    return line.getvalue()
