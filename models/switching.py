"""Rows of `switch_act` as the value that the engine looks at."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from math import inf

from pydantic import ValidationError

from menu.openings import Hours
from menu.switches import Kind, Switch, Switches, Told
from menu.top_schema import Opening
from models.switch_act import Act, Deed

_PART = re.compile(r"(?P<days>.+?) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


class BadHours(ValueError):
    """In words for whoever wrote them."""


def switches_of(acts: Sequence[Act]) -> Switches:
    """`acts` that nobody ended, the oldest first."""
    found: dict[str, defaultdict[str, list[Switch]]] = {kind: defaultdict(list) for kind in Kind}
    for act in reversed(acts):
        switch = Switch(
            told=Told(act.texts),
            begins=_seconds(act.begins_at, -inf),
            until=_seconds(act.until, inf),
            hours=parse_hours(act.hours) if act.deed == Deed.HOURS else None,
        )
        if act.kind in found:  # a newer release may know more
            found[act.kind][act.name].append(switch)
    return Switches(
        screens=found[Kind.SCREEN],
        services=found[Kind.SERVICE],
        openings=found[Kind.OPEN],
        notices=tuple(found[Kind.NOTICE][""][:1]),
    )


def parse_hours(text: str) -> tuple[Hours, ...]:
    """`mon-fri 09:00-17:00; sat 10:00-13:00`. Raises BadHours."""
    return tuple(_part(part.strip()) for part in text.split(";"))


def _part(part: str) -> Hours:
    found = _PART.fullmatch(part)
    if found is None:
        raise BadHours(f'"{part[:50]}" are no hours such as "mon-fri 09:00-17:00".')
    try:
        opening = Opening.model_validate(
            {"days": found["days"], "from": found["opens"], "to": found["closes"]}
        )
    except ValidationError as fault:
        raise BadHours(f'"{part[:50]}": {fault.errors()[0]["msg"]}') from None
    return Hours(opening.weekdays(), *opening.hours())


def _seconds(at: datetime | None, otherwise: float) -> float:
    return at.timestamp() if at else otherwise
