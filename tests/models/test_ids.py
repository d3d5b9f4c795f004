"""Ids sort by time and are real version 7 uuids; refs cannot be guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from models.ids import new_id, new_ref

TIMES = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(TIMES, st.timedeltas(timedelta(milliseconds=2), timedelta(days=900)))
def test_ids_sort_by_time(at: datetime, later: timedelta) -> None:
    assert new_id(at) < new_id(at + later)


@given(TIMES)
def test_an_id_is_a_uuid_7_that_knows_its_time(at: datetime) -> None:
    made = UUID(new_id(at))
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(at.timestamp() * 1000)


def test_ids_of_one_moment_and_refs_differ() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert len({new_id(at) for _ in range(1000)}) == 1000
    refs = {new_ref() for _ in range(1000)}
    assert len(refs) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", ref) for ref in refs)
