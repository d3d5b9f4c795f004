"""Times to come as people type them, on the clock of some place: `2026-11-27 09:00`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

FORMATS: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


class ZonedTime(click.ParamType[datetime]):
    """A time on some place's clock (naive); or with its offset, and then of no place."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        found = value if isinstance(value, datetime) else _find_time(str(value))
        if found is None:
            self.fail(f'{value!r} is no time such as "2026-11-27 09:00"', param, ctx)
        return found


def _find_time(text: str) -> datetime | None:
    for form in (*FORMATS, *(f"{form}%z" for form in FORMATS)):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes apart
        except ValueError:
            continue
    return None


class Zone(click.ParamType[ZoneInfo]):
    name = "zone"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> ZoneInfo:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(f"{value!r} is no time zone such as Asia/Kolkata", param, ctx)


def moment_in(zone: ZoneInfo, at: datetime) -> datetime:
    """In UTC. Raises click.BadParameter for a time that clocks leave out, or show twice, there."""
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    first, second = (at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != at:
        raise click.BadParameter(f"clocks in {zone.key} leave out {at:%H:%M} on that day")
    if first != second:
        raise click.BadParameter(
            f"clocks in {zone.key} show {at:%H:%M} twice on that day: say which, with +HH:MM"
        )
    return first
