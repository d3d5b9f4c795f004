"""Plans: versions that go live at a time that somebody chose. Rows stay when they are settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    exists,
    insert,
    select,
    update,
)

from models.menu_version import menu_version
from models.metadata import UtcDateTime, metadata, words


class PlanState(StrEnum):
    WAITING = "waiting"
    LIVE = "live"  # it went live; another may have since
    CANCELLED = "cancelled"
    FAILED = "failed"


menu_plan: Final = Table(
    "menu_plan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("menu_version", Integer, ForeignKey(menu_version.c.id), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("planned_by", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("state", words(PlanState), nullable=False),
    sqlite_autoincrement=True,
)
_plan: Final = menu_plan.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`zone` is the one in which its author thought of the time."""

    id: int
    menu_version: int
    due_at: datetime
    zone: str
    planned_at: datetime
    planned_by: str
    note: str


_COLUMNS: Final = [_plan[name] for name in Plan.__dataclass_fields__]


def plan(
    conn: Connection,
    *,
    version: int,
    due_at: datetime,
    zone: str,
    planned_by: str,
    note: str,
    now: datetime,
) -> int:
    """Returns its id."""
    row = insert(menu_plan).values(
        menu_version=version,
        due_at=due_at,
        zone=zone,
        planned_at=now,
        planned_by=planned_by,
        note=note,
        state=PlanState.WAITING,
    )
    made: int = conn.execute(row.returning(_plan.id)).scalar_one()
    return made


def waiting(conn: Connection) -> list[Plan]:
    """The next one first."""
    query = select(*_COLUMNS).where(_plan.state == PlanState.WAITING)
    return [Plan(**row) for row in conn.execute(query.order_by(_plan.due_at, _plan.id)).mappings()]


def settle(conn: Connection, plan_id: int, state: PlanState) -> bool:
    """False when it does not wait (any more)."""
    change = update(menu_plan).where(_plan.id == plan_id, _plan.state == PlanState.WAITING)
    return conn.execute(change.values(state=state)).rowcount > 0


def was_planned(conn: Connection, version: int) -> bool:
    return bool(conn.execute(select(exists().where(_plan.menu_version == version))).scalar())
