"""The phone as drawn: golden frames, scrolling, and a frame that no text can bend."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.cells import width_of
from simulator.display import (
    CLOSED_KEYS,
    COLUMNS,
    OPEN_KEYS,
    ROWS,
    Ink,
    draw_fault,
    draw_screen,
    draw_size,
    draw_sms,
    draw_unrolled,
    ink_for,
    last_top,
)
from simulator.seen import ReceivedSms

LONG = "x" * 161  # one more than a USSD screen carries: nine lines of twenty


def rows_of(drawn: str) -> list[str]:
    """What stands between the edges, without the padding."""
    return [line.strip(" │").rstrip() for line in drawn.splitlines() if line.endswith("│")]


def test_a_hindi_screen_in_its_true_size() -> None:
    drawn = draw_screen("उमंग सेवाएं\n1. ऐप पाएं\n2. मंडी भाव", OPEN_KEYS)

    assert drawn == "\n".join(
        [
            "  ┌────────────────────┐",
            "  │उमंग सेवाएं            │",
            "  │1. ऐप पाएं           │",
            "  │2. मंडी भाव          │",
            "  │                    │",
            "  │                    │",
            "  │                    │",
            "  │                    │",
            "  │                    │",
            "  ├────────────────────┤",
            "  │Answer        Cancel│",
            "  └────────────────────┘",
        ]
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("UMANG services\n1. Get the app", ["UMANG services", "1. Get the app"]),
        ("You will get an SMS with the link.", ["You will get an SMS", "with the link."]),
        ("আপনি লিঙ্ক সহ একটি এসএমএস পাবেন।", ["আপনি লিঙ্ক সহ একটি", "এসএমএস পাবেন।"]),
        ("आपको लिंक SMS से मिलेगा।", ["आपको लिंक SMS से", "मिलेगा।"]),
        ("", []),
    ],
)
def test_folding_in_both_drawings(text: str, rows: list[str]) -> None:
    for draw in (draw_screen, draw_unrolled):
        drawn = rows_of(draw(text, CLOSED_KEYS))
        assert drawn == [*rows, *[""] * (ROWS - len(rows)), "OK"]


@pytest.mark.parametrize(
    ("lines", "top", "first", "last"),
    [
        (8, 0, "1", "8"),  # all of it: nothing scrolls
        (8, 5, "1", "8"),
        (9, 0, "1", "▼ more"),
        (9, 1, "2", "▲ more        ▼ more"),
        (9, 2, "3", "▲ more"),
        (9, 99, "3", "▲ more"),
        (9, -5, "1", "▼ more"),
    ],
)
def test_scrolling(lines: int, top: int, first: str, last: str) -> None:
    text = "\n".join(str(line) for line in range(1, lines + 1))

    rows = rows_of(draw_screen(text, CLOSED_KEYS, top=top))

    assert len(rows) == ROWS + 1
    assert (rows[0], rows[-2]) == (first, last)


def test_every_line_of_161_characters_can_be_reached() -> None:
    assert last_top("x" * 160) == 0
    assert last_top(LONG) == 2
    seen = [rows_of(draw_screen(LONG, CLOSED_KEYS, top=top))[:7] for top in range(3)]

    assert seen[0] == seen[1] == ["x" * 20] * 7
    assert seen[2] == [*["x" * 20] * 6, "x"]


def test_the_whole_text_with_a_mark_at_the_fold() -> None:
    drawn = draw_unrolled(LONG, CLOSED_KEYS).splitlines()

    assert drawn[1 + 7] == "  ├┄┄┄┄┄┄ ▼ more ┄┄┄┄┄┄┤"
    assert "".join(rows_of("\n".join(drawn))[:-1]) == LONG


@given(st.text(max_size=300), st.integers(-3, 30))
@settings(max_examples=200)
def test_no_text_bends_the_frame(text: str, top: int) -> None:
    for drawn in (draw_screen(text, OPEN_KEYS, top=top), draw_unrolled(text, OPEN_KEYS)):
        lines = drawn.split("\n")
        assert len(lines) >= ROWS + 4
        assert {width_of(line) for line in lines} == {COLUMNS + 4}


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_no_text_commands_the_terminal(text: str) -> None:
    drawn = draw_sms(ReceivedSms("1", datetime(2026, 1, 2, tzinfo=UTC), text, text), 1)

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", drawn)


def test_an_sms_keeps_its_link_in_one_piece() -> None:
    link = "http://127.0.0.1:8000/l/" + "a" * 60
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    assert draw_sms(ReceivedSms("1", at, "UMANG", f"UMANG:\n{link}"), 3).splitlines() == [
        "  3. UMANG, 02 Jan 03:04 UTC",
        "  │ UMANG:",
        f"  │ {link}",
        "    1 SMS, 91/160 GSM-7",
    ]
    assert "(no sender)" in draw_sms(ReceivedSms("1", at, None, ""), 1)


@pytest.mark.parametrize(
    ("is_terminal", "environ", "ink"),
    [
        (False, {}, Ink()),
        (True, {}, Ink(places=True, colours=True)),
        (True, {"NO_COLOR": ""}, Ink(places=True, colours=True)),
        (True, {"NO_COLOR": "1"}, Ink(places=True)),
        (True, {"TERM": "dumb"}, Ink()),
        (False, {"TERM": "xterm"}, Ink()),
    ],
)
def test_colours_only_where_they_are_wanted(
    is_terminal: bool, environ: dict[str, str], ink: Ink
) -> None:
    assert ink_for(is_terminal, environ) == ink


@pytest.mark.parametrize(
    "draw",
    [
        lambda ink: draw_screen("उमंग", OPEN_KEYS, ink=ink),
        lambda ink: draw_unrolled(LONG, OPEN_KEYS, ink=ink),
        lambda ink: draw_size("63/70 UCS-2", ink=ink),
        lambda ink: draw_fault("HTTP 500", ink=ink),
    ],
)
def test_colours_change_nothing_else(draw: Callable[[Ink], str]) -> None:
    plain, coloured = draw(Ink()), draw(Ink(places=True, colours=True))

    assert "\x1b[" not in plain
    assert "m" in "".join(re.findall(r"\x1b\[[0-9;]*(m)", coloured))
    assert re.sub(r"\x1b\[[0-9;]*[mG]", "", coloured) == plain
    assert "\x1b[24G│" in draw(Ink(places=True)) or "│" not in plain
