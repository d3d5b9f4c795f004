"""Sizes, segments and limits; the counting is held against sms-segments-calculator's answers."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from telecom.encoding import Encoding, Limit, Size, encoding_of, segments_of, size_of


class Row(NamedTuple):
    name: str
    text: str
    encoding: str
    units: int
    segments: int


TABLE: Final = json.loads(Path(__file__).with_name("segments.json").read_bytes())
ROWS: Final = [Row(**row) for row in TABLE["rows"]]

# Where we differ on purpose, with our count. The oracle keeps a grapheme in one segment; the
# standard and gateways cut by units, and only a surrogate pair is kept whole.
OURS: Final = {
    "joined emoji across 67": 2,
    "conjunct across 67": 2,
    "vowel sign at 68": 2,
}


def test_the_table_says_whose_answers_it_holds() -> None:
    assert TABLE["made_by"] == {
        "package": "sms-segments-calculator",
        "version": "1.3.0",
        "license": "MIT",
        "smart_encoding": False,
    }
    assert len(ROWS) == len({row.name for row in ROWS}) >= 100
    assert OURS.keys() <= {row.name for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_size_and_segments_are_those_of_the_oracle(row: Row) -> None:
    assert size_of(row.text) == Size(Encoding(row.encoding), row.units)
    assert encoding_of(row.text) == row.encoding
    if row.name in OURS:
        assert row.segments == OURS[row.name] + 1, "no difference any more"
    assert segments_of(row.text) == OURS.get(row.name, row.segments)


GSM7_TEXT: Final = st.text(alphabet="aé@Δ €{}[]\n", max_size=700)
ANY_TEXT: Final = st.text(alphabet=st.characters(), max_size=300)


@given(st.one_of(GSM7_TEXT, ANY_TEXT, st.text(alphabet="aक🚀", max_size=300)))
def test_segments_follow_from_units_but_for_what_may_not_be_cut(text: str) -> None:
    encoding, units = size_of(text)
    single, joined = (160, 153) if encoding is Encoding.GSM7 else (70, 67)
    if units <= single:
        assert segments_of(text) == 1
    else:
        # each segment but the last may lose one unit to a pair that would be cut
        assert -(-units // joined) <= segments_of(text) <= -(-units // (joined - 1))


@given(GSM7_TEXT)
def test_one_devanagari_letter_makes_any_text_ucs2(text: str) -> None:
    assert encoding_of(text) is Encoding.GSM7
    assert size_of(text + "क") == Size(Encoding.UCS2, len(text) + 1)


def test_a_lone_surrogate_is_counted_not_refused() -> None:
    assert size_of("a\ud83d") == Size(Encoding.UCS2, 2)


HINDI: Final = "सेवा व्यस्त है। हम SMS भेजेंगे।"  # 31 units


@pytest.mark.parametrize(
    ("limit", "text", "overflow", "room"),
    [
        (Limit(), "", 0, 160),
        (Limit(), "a" * 160, 0, 160),
        (Limit(), "a" * 161, 1, 160),
        (Limit(), "a" * 159 + "€", 1, 160),
        (Limit(), "क" * 70, 0, 70),
        (Limit(), "क" * 72, 2, 70),
        (Limit(), "a" * 100 + "’", 31, 70),
        (Limit(182, 80), "a" * 182, 0, 182),
        (Limit(182, 80), "क" * 81, 1, 80),
        (Limit(150, 50), HINDI, 0, 50),
        (Limit(150, 30), HINDI, 1, 30),
    ],
)
def test_a_limit_counts_in_the_texts_own_encoding(
    limit: Limit, text: str, overflow: int, room: int
) -> None:
    assert limit.overflow(text) == overflow
    assert limit.fits(text) is (overflow == 0)
    assert limit.room_for(text) == room


@pytest.mark.parametrize(
    ("septets", "ucs2", "named"),
    [
        (1, 70, "septets"),
        (183, 70, "septets"),
        (-5, 70, "septets"),
        (160, 1, "ucs2"),
        (160, 81, "ucs2"),
    ],
)
def test_a_limit_that_no_network_has_is_refused(septets: int, ucs2: int, named: str) -> None:
    with pytest.raises(ValueError, match=f"{named} must be 2 to"):
        Limit(septets, ucs2)


def test_a_limit_stays_as_it_is() -> None:
    with pytest.raises(FrozenInstanceError):
        Limit().ucs2 = 80  # type: ignore[misc]


class Settings(BaseModel):
    ussd_limit: Limit = Limit()


def test_a_pydantic_model_reads_a_limit_from_a_mapping() -> None:
    read = Settings.model_validate({"ussd_limit": {"septets": 150, "ucs2": 50}})
    assert read.ussd_limit == Limit(septets=150, ucs2=50)
    assert Settings.model_validate({"ussd_limit": {"ucs2": 50}}).ussd_limit == Limit(160, 50)
    assert Settings().ussd_limit == Limit(160, 70)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"septets": 183}, "septets must be 2 to 182"),
        ({"ucs2": 0}, "ucs2 must be 2 to 80"),
        ({"septets": "many"}, "valid integer"),
        ({"bytes": 140}, "bytes"),
        (160, "dictionary"),
    ],
)
def test_a_pydantic_model_says_what_is_wrong_with_a_limit(written: object, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Settings.model_validate({"ussd_limit": written})
