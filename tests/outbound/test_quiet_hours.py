"""When promotional SMS may go: India's hours, to the second, and nobody else held by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest

from outbound.outbox import NewMt
from outbound.quiet_hours import HOURS, opening_of
from telecom.msisdn import Msisdn
from telecom.statuses import POLICIES, MessageClass

if TYPE_CHECKING:
    from tests.outbound.conftest import World

BULK = MessageClass.BULK


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-23T04:29:59", "2026-11-23T04:30:00"),  # 09:59:59 in Delhi
        ("2026-11-23T04:30:00", "2026-11-23T04:30:00"),
        ("2026-11-23T15:29:59", "2026-11-23T15:29:59"),  # 20:59:59
        ("2026-11-23T15:30:00", "2026-11-24T04:30:00"),  # 21:00:00
        ("2026-11-23T18:29:00", "2026-11-24T04:30:00"),  # 23:59
        ("2026-11-23T18:31:00", "2026-11-24T04:30:00"),  # 00:01 of the next day
        ("2026-12-31T16:00:00", "2027-01-01T04:30:00"),
    ],
)
def test_indias_hours(now: str, opening: str) -> None:
    assert opening_of(BULK, "IN", at(now)) == at(opening)


@pytest.mark.parametrize("message_class", [one for one in MessageClass if one is not BULK])
def test_what_somebody_asked_for_goes_at_any_hour(message_class: MessageClass) -> None:
    night = at("2026-11-23T20:00:00")
    assert opening_of(message_class, "IN", night) == night


@pytest.mark.parametrize("country", ["KE", None])
def test_a_country_without_hours_has_none(country: str | None) -> None:
    night = at("2026-11-23T20:00:00")
    assert opening_of(BULK, country, night) == night


@pytest.mark.skipif("Asia/Kolkata" not in available_timezones(), reason="no zones on this host")
def test_the_offset_is_the_zones() -> None:
    for day in range(0, 366, 30):
        now = at("2026-01-01T00:00:00") + timedelta(days=day)
        assert now.astimezone(HOURS["IN"].zone).utcoffset() == ZoneInfo("Asia/Kolkata").utcoffset(
            now.astimezone(ZoneInfo("Asia/Kolkata")).replace(tzinfo=None)
        )


def test_bulk_of_the_night_lives_from_the_opening(world: World) -> None:
    world.clock.pass_seconds(9 * 3600)  # 18:00 UTC, 23:30 in Delhi
    with world.database.write() as conn:
        new = NewMt(
            gateway="at-ke",
            to=Msisdn.parse("+919812345678", "IN"),
            text="Buy",
            message_class=BULK,
            dedupe_key="campaign:1",
        )
        assert world.outbox.enqueue(conn, new)
    (row,) = world.rows()
    assert row.not_before == at("2026-11-24T04:30:00")
    assert row.expires_at == row.not_before + timedelta(seconds=POLICIES[BULK].life_seconds)
