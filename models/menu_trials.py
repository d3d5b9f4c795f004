"""Menus that not everybody sees: previews, shares and plans; each with its line in the audit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from menu.compiler import compile_with_warnings, fingerprint
from menu.files import Files
from menu.services import NO_SERVICES, Services
from models import audit, menu_plan, menu_preview, menu_publication, menu_share, menu_version
from models.audit import What
from models.database import Database
from models.menu_plan import Plan, PlanState
from models.menu_share import Share
from models.publishing import NoSuchVersion, source_of, texts_of, write_again


class Unfit(Exception):
    """What was asked makes no sense as things are. Says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does it, why, and when."""

    by: str
    note: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What callers see besides the live menu, and what is to come. `previews` are numbers of test
    numbers by version."""

    live: int | None
    share: Share | None
    plans: tuple[Plan, ...]
    previews: dict[int, int]


def standing(database: Database) -> Standing:
    """Raises DatabaseDown."""
    with database.read() as conn:
        return Standing(
            live=menu_publication.find_live_id(conn),
            share=menu_share.find_running(conn),
            plans=tuple(menu_plan.waiting(conn)),
            previews=menu_preview.count(conn),
        )


def entries(database: Database, limit: int) -> list[audit.Entry]:
    """The newest first. Raises DatabaseDown."""
    with database.read() as conn:
        return audit.entries(conn, limit)


def preview(
    database: Database,
    files: Files,
    hashes: Collection[str],
    doing: Doing,
    services: Services = NO_SERVICES,
) -> int:
    """These test numbers see these files from now on. Raises BadMenu, Unfit, DatabaseDown."""
    compile_with_warnings(files, services)

    def begin(conn: Connection) -> int:
        version = _kept(conn, files)
        there = menu_preview.previews(conn).keys() | set(hashes)
        if len(there) > menu_preview.MOST:
            raise Unfit(f"{len(there)} test numbers; {menu_preview.MOST} is the most")
        menu_preview.show(conn, hashes, version, doing.now)
        note = f"{numbers_in_words(len(set(hashes)))}. {doing.note}"
        _record(conn, doing, What.PREVIEWED, version, note)
        return version

    return write_again(database, begin)


def stop_preview(database: Database, hashes: Collection[str] | None, doing: Doing) -> int:
    """These see what all others see, or all do; how many that were. Raises DatabaseDown."""
    with database.write() as conn:
        menu_publication.be_publisher(conn)
        stopped = menu_preview.stop(conn, hashes)
        if stopped:
            note = f"{numbers_in_words(stopped)}. {doing.note}"
            _record(conn, doing, What.PREVIEW_ENDED, None, note)
        return stopped


def share(
    database: Database,
    files: Files,
    percent: int,
    doing: Doing,
    services: Services = NO_SERVICES,
) -> int:
    """So many percent of callers (1 to 99) see these files from now on; a share that runs ends, and
    the counts begin anew. Returns the version. Raises BadMenu, Unfit, DatabaseDown."""
    compile_with_warnings(files, services)

    def begin(conn: Connection) -> int:
        version = _kept(conn, files)
        live = menu_publication.find_live_id(conn)
        if live is None:
            raise Unfit("no menu is live yet: publish one for all first")
        if live == version:
            raise Unfit(f"version {version} is live for all already")
        menu_share.end(conn, doing.now, f"version {version} is shared with {percent} %")
        menu_share.begin(
            conn,
            version=version,
            percent=percent,
            begun_by=doing.by,
            note=doing.note,
            now=doing.now,
        )
        note = f"with {percent} % of callers. {doing.note}"
        _record(conn, doing, What.SHARED, version, note)
        return version

    return write_again(database, begin)


def share_with_all(database: Database, doing: Doing) -> int:
    """What is shared goes live for all, as it was shared; no file is looked at. Returns the
    version. Raises Unfit, DatabaseDown."""

    def go_live(conn: Connection) -> int:
        menu_publication.be_publisher(conn)
        running = menu_share.find_running(conn)
        stored = menu_version.get(conn, running.menu_version) if running else None
        if stored is None:
            raise Unfit("no menu is shared")
        return _publish(conn, stored, doing.by, doing.note, doing.now)

    return write_again(database, go_live)


def plan(
    database: Database,
    files: Files,
    due_at: datetime,
    zone: str,
    doing: Doing,
    services: Services = NO_SERVICES,
) -> tuple[int, int]:
    """These files go live at this time: the plan's number, and the version. Raises BadMenu, Unfit,
    DatabaseDown."""
    compile_with_warnings(files, services)
    if due_at <= doing.now:
        raise Unfit("that time is over")

    def begin(conn: Connection) -> tuple[int, int]:
        version = _kept(conn, files)
        if version == menu_publication.find_live_id(conn):
            raise Unfit(f"version {version} is live already")
        made = menu_plan.plan(
            conn,
            version=version,
            due_at=due_at,
            zone=zone,
            planned_by=doing.by,
            note=doing.note,
            now=doing.now,
        )
        note = f"plan {made}, for {due_at:%Y-%m-%d %H:%M} UTC. {doing.note}"
        _record(conn, doing, What.PLANNED, version, note)
        return made, version

    return write_again(database, begin)


def cancel(database: Database, plan_id: int | None, doing: Doing) -> Plan:
    """This plan, or the only one there is. Raises Unfit, DatabaseDown."""
    with database.write() as conn:
        menu_publication.be_publisher(conn)
        waiting = menu_plan.waiting(conn)
        if plan_id is None and len(waiting) > 1:
            numbers = ", ".join(str(each.id) for each in waiting)
            raise Unfit(f"several plans wait ({numbers}): name one")
        chosen = [each for each in waiting if plan_id in (None, each.id)]
        if not chosen:
            raise Unfit("no plan waits" if plan_id is None else f"plan {plan_id} does not wait")
        menu_plan.settle(conn, chosen[0].id, PlanState.CANCELLED)
        note = f"plan {chosen[0].id}. {doing.note}".strip()
        _record(conn, doing, What.CANCELLED, chosen[0].menu_version, note)
        return chosen[0]


def get_source(database: Database, version: int) -> str:
    """The files of any version, as JSON text. Raises NoSuchVersion, DatabaseDown."""
    with database.read() as conn:
        stored = menu_version.get(conn, version)
    if stored is None:
        raise NoSuchVersion(f"there is no version {version}")
    return stored.source


def publish_plan(
    conn: Connection, plan: Plan, stored: menu_version.MenuVersion, now: datetime
) -> int:
    """As a publisher (`be_publisher`), and who settled the plan."""
    return _publish(conn, stored, plan.planned_by, f"plan {plan.id}: {plan.note}", now)


def _publish(
    conn: Connection, stored: menu_version.MenuVersion, by: str, note: str, now: datetime
) -> int:
    return menu_publication.publish(
        conn,
        fingerprint=stored.fingerprint,
        source=stored.source,
        published_by=by,
        note=note,
        now=now,
    )


def _kept(conn: Connection, files: Files) -> int:
    menu_publication.be_publisher(conn)
    return menu_publication.keep(conn, fingerprint(files), source_of(texts_of(files)))


def _record(conn: Connection, doing: Doing, what: What, version: int | None, note: str) -> None:
    told = note.strip()
    done = audit.Entry(at=doing.now, who=doing.by, what=what, menu_version=version, note=told)
    audit.record(conn, done)


def numbers_in_words(count: int) -> str:
    return f"{count} test number{'' if count == 1 else 's'}"
