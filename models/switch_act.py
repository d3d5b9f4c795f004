"""What people switched off and on again: who, when, what, why. Rows are only ever added.

What holds now is read from them; a row whose time is over holds nothing, whoever reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, and_, func, select
from sqlalchemy import insert as sql_insert

from models import menu_publication
from models.dialect import alone
from models.metadata import WORD, UtcDateTime, metadata

MOST_ACTS: Final = 1000  # that may hold at once: the newest; nobody plans as many holidays


class Deed(StrEnum):
    OFF = "off"
    ON = "on"  # ends all that was said before about the same thing
    HOURS = "hours"
    NOTICE = "notice"


# Names are those of menus, and menus come and go: no foreign key.
switch_act: Final = Table(
    "switch_act",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("deed", WORD, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("name", String(64), nullable=False),
    Column("texts", Text, nullable=False),  # JSON: what callers read, by language
    Column("hours", Text, nullable=False),
    Column("begins_at", UtcDateTime),
    Column("until", UtcDateTime),
    Column("note", Text, nullable=False),
    Index("ix_switch_act_kind_name", "kind", "name"),
)
_T: Final = switch_act.c
_LAST_ACT: Final = select(func.coalesce(func.max(_T.id), 0))
_LAST_ON: Final = (
    select(_T.kind, _T.name, func.max(_T.id).label("last"))
    .where(_T.deed == Deed.ON)
    .group_by(_T.kind, _T.name)
    .subquery()
)
_HOLDING: Final = (
    select(switch_act)
    .join(_LAST_ON, and_(_LAST_ON.c.kind == _T.kind, _LAST_ON.c.name == _T.name), isouter=True)
    .where(_T.deed != Deed.ON, _T.id > func.coalesce(_LAST_ON.c.last, 0))
    .order_by(_T.id.desc())
    .limit(MOST_ACTS)
)
_MARKS: Final = select(
    menu_publication.LIVE.scalar_subquery(),
    _LAST_ACT.scalar_subquery(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`texts` by language; "" is what is read in every language that has none of its own.

    `begins_at` None: at once; `until` None: until somebody ends it. `note` is for us, not callers.
    """

    at: datetime
    by: str
    deed: str
    kind: str
    name: str
    texts: Mapping[str, str]
    hours: str = ""
    begins_at: datetime | None = None
    until: datetime | None = None
    note: str = ""
    id: int = 0


def record(conn: Connection, act: Act) -> int:
    """Its number. Two who act at once take turns, so that who has seen a number has seen all
    before it."""
    alone(conn, "switches")
    number: int = conn.execute(_LAST_ACT).scalar_one() + 1
    conn.execute(
        sql_insert(switch_act).values(
            id=number,
            at=act.at,
            by=act.by,
            deed=act.deed,
            kind=act.kind,
            name=act.name,
            texts=json.dumps(dict(act.texts), ensure_ascii=False),
            hours=act.hours,
            begins_at=act.begins_at,
            until=act.until,
            note=act.note,
        )
    )
    return number


def find_marks(conn: Connection) -> tuple[int | None, int]:
    """What is asked twice a second by every process, in one trip: the version that is live, and the
    last act."""
    live, last = conn.execute(_MARKS).one()
    return live, last


def holding(conn: Connection) -> list[Act]:
    """All that nobody ended, the oldest first; the time of some may be over, or yet to come."""
    return [_act(dict(row)) for row in reversed(conn.execute(_HOLDING).mappings().all())]


def history(conn: Connection, most: int) -> list[Act]:
    """The newest first."""
    query = select(switch_act).order_by(_T.id.desc()).limit(most)
    return [_act(dict(row)) for row in conn.execute(query).mappings()]


def _act(fields: dict[str, object]) -> Act:
    texts: Mapping[str, str] = json.loads(str(fields.pop("texts")))
    return Act(texts=texts, **fields)  # type: ignore[arg-type]
