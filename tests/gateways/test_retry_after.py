"""The Retry-After header in both its forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.retry_after import MAX_SECONDS, parse_retry_after

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("86400", MAX_SECONDS),
        ("999999999", MAX_SECONDS),
        ("9" * 400, None),
        ("-7", None),
        ("7.5", None),
        ("soon", None),
        ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0),
        ("Fri, 02 Jan 2026 03:04:35 -0000", None),  # a date of no zone
        ("Fri, 02 Jan 2026 03:00:00 GMT", 0.0),
        ("Sat, 03 Jan 2026 03:04:05 GMT", MAX_SECONDS),
        ("Fri, 99 Jan 2026 03:04:35 GMT", None),
    ],
)
def test_how_long_to_wait(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@given(header=st.text())
def test_any_header_is_a_wait_or_nothing(header: str) -> None:
    seconds = parse_retry_after(header, NOW)
    assert seconds is None or 0 <= seconds <= MAX_SECONDS
