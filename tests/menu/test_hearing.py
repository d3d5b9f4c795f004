"""What a gateway's request means, given what the session has heard before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from menu.hearing import Heard, Repeat, hear, kept
from menu.session import Session
from telecom.events import Cumulative, Last, Said


def session(heard: str, *, ended: bool = False, sequence: int | None = None) -> Session:
    return Session(
        menu_version=1, turn=1, screen="home", language="en", heard=heard, shown="?",
        ended=ended, at=1000.0, sequence=sequence,
    )  # fmt: skip


CUMULATIVE = [
    # heard before, text now, meaning
    ("", "", Repeat()),
    ("", "1", Heard("1")),
    ("", "*", Heard("*")),
    ("1", "1", Repeat()),
    ("1", "1*2", Heard("2")),
    ("1", "1*", Heard("")),
    ("1", "1**", Heard("*")),
    ("1*", "1**2", Heard("2")),
    ("1", "1*2*3", Heard("2*3")),  # the caller typed "2*3" himself
    ("1*2", "1", Repeat()),  # an older turn, late
    ("1*2", "", Repeat()),  # the first turn once more
    ("1*2", "1*3", Heard("3")),  # the gateway never told us of the "2"
    ("1*राम", "1*राम*हाँ", Heard("हाँ")),
]


@pytest.mark.parametrize(("before", "text", "meaning"), CUMULATIVE)
def test_cumulative_text(before: str, text: str, meaning: Repeat | Heard) -> None:
    assert hear(session(before), Cumulative(text), None, 1001.0) == meaning


LAST = [
    # heard, sequence before, text, sequence now, seconds later, meaning
    ("1", None, "1", None, 0.4, Repeat()),
    ("1", None, "1", None, 1.5, Heard("1")),
    ("1", None, "2", None, 0.1, Heard("2")),
    ("1", 3, "1", 4, 0.1, Heard("1")),
    ("1", 3, "1", 3, 9.0, Repeat()),
    ("1", 3, "2", 2, 9.0, Repeat()),
]


@pytest.mark.parametrize(("before", "seq_before", "text", "seq", "later", "meaning"), LAST)
def test_last_input(
    before: str,
    seq_before: int | None,
    text: str,
    seq: int | None,
    later: float,
    meaning: Repeat | Heard,
) -> None:
    stored = session(before, sequence=seq_before)
    assert hear(stored, Last(text), seq, 1000.0 + later) == meaning


def test_a_long_answer_is_known_again_by_its_beginning_and_length() -> None:
    text = "x" * 160
    clear, hidden = kept(session("1"), Last(text), is_secret=False)
    stored = replace(session(clear), hidden=hidden)
    assert hidden
    assert hear(stored, Last(text), None, 1000.5) == Repeat()
    assert hear(stored, Last("y" * 160), None, 1000.5) == Heard("y" * 160)
    assert hear(stored, Last("y" * hidden), None, 1000.5) == Heard("y" * hidden)


@pytest.mark.parametrize("said", [Cumulative("1*2"), Last("2")])
def test_an_ended_session_hears_nothing_new(said: Said) -> None:
    assert hear(session("1", ended=True), said, None, 2000.0) == Repeat()


@given(st.lists(st.text(alphabet="0123456789*#aक", max_size=6), max_size=6), st.text(max_size=9))
def test_whatever_is_typed_after_a_known_text_is_heard_whole(typed: list[str], new: str) -> None:
    before = "*".join(typed)
    now = f"{before}*{new}" if before else new
    expected = Repeat() if now == before else Heard(new)
    assert hear(session(before), Cumulative(now), None, 1001.0) == expected
