"""How a menu becomes live: saved, published, or rolled back to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, exc

from menu.compiler import compile_published, compile_with_warnings, fingerprint
from menu.diagnostics import BadMenu, Diagnostic
from menu.files import Files
from menu.linter import examine
from menu.moved_keys import find_moved
from menu.services import NO_SERVICES, Services
from models import audit, menu_plan, menu_publication, menu_share, menu_version
from models.audit import What
from models.database import Database

TRIES: Final = 5  # two publishers at once: one of them fails on a unique column, and comes again

MAX_NAMED: Final = 8  # changed files that a note names

Made = TypeVar("Made")


class NoSuchVersion(Exception):
    """Was never published, or there is none before the live one. Says which."""


@dataclass(frozen=True, slots=True)
class Published:
    """The version that is live now, and what `check` warns of."""

    version: int
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Outdated:
    """A source that was published once, while another is live."""

    version: int
    live: int

    def __str__(self) -> str:
        return (
            f"The file was published before, as version {self.version}, and version {self.live} is"
            ' live. "flask menus publish" makes the file live again.'
        )


def publish(
    database: Database,
    files: Files,
    *,
    published_by: str,
    note: str,
    now: datetime,
    services: Services = NO_SERVICES,
) -> Published:
    """Makes these files live, whatever was published before. Raises BadMenu, DatabaseDown.

    Here and below, `services` are those that a menu may call.
    """
    compiled = compile_with_warnings(files, services)
    moved = find_moved_keys(database, files, services)
    source = source_of(texts_of(files))
    digest = compiled.program.fingerprint

    def make_live(conn: Connection) -> int:
        return menu_publication.publish(
            conn,
            fingerprint=digest,
            source=source,
            published_by=published_by,
            note=note,
            now=now,
        )

    return Published(write_again(database, make_live), (*compiled.warnings, *moved))


def find_moved_keys(
    database: Database, files: Files, services: Services = NO_SERVICES
) -> list[Diagnostic]:
    """What people know by heart of the live menu, and would find elsewhere in this one; nothing of
    files with errors, or where none is live yet. Raises DatabaseDown."""
    after = examine(files, rules=(), services=services).source
    with database.read() as conn:
        live = menu_publication.find_live(conn)
    if after is None or live is None:
        return []
    try:
        before = compile_published(json.loads(live.source), services)
    except BadMenu:
        return []  # nobody sees it any more
    return find_moved(after, compile_published(files, services), before)


def publish_if_new(
    database: Database,
    files: Files,
    published_by: str,
    now: datetime,
    services: Services = NO_SERVICES,
) -> int | None:
    """Publishes a source that was never published before; None when it was, so a rollback stays.

    The note says which files differ from those that were live. Raises BadMenu, DatabaseDown.
    """
    return _publish_unless(_was_published, database, files, published_by, now, services)


def publish_unless_live(
    database: Database,
    files: Files,
    published_by: str,
    now: datetime,
    services: Services = NO_SERVICES,
) -> int | None:
    """The same for a source that somebody saved just now: it may have been live before."""
    return _publish_unless(_is_live, database, files, published_by, now, services)


def _publish_unless(
    is_enough: Callable[[Connection, str], bool],
    database: Database,
    files: Files,
    published_by: str,
    now: datetime,
    services: Services,
) -> int | None:
    digest = fingerprint(files)
    with database.read() as conn:  # most files are known: nobody waits for a lock then
        if is_enough(conn, digest):
            return None
        live = menu_publication.find_live(conn)
    compile_with_warnings(files, services)
    texts = texts_of(files)
    note = _changed(json.loads(live.source), texts) if live else ""

    def make_live(conn: Connection) -> int | None:
        menu_publication.be_publisher(conn)  # before the look, or two that look see nothing both
        if is_enough(conn, digest):
            return None
        return menu_publication.publish(
            conn,
            fingerprint=digest,
            source=source_of(texts),
            published_by=published_by,
            note=note,
            now=now,
        )

    return write_again(database, make_live)


def _was_published(conn: Connection, digest: str) -> bool:
    return _find_released(conn, digest) is not None


def _find_released(conn: Connection, digest: str) -> int | None:
    """The version that somebody gave to callers: to all, to some, or for a day to come. One that
    only test numbers saw is no news to keep from going live.
    """
    known = menu_version.find_id(conn, digest)
    ways = (menu_publication.was_live, menu_share.was_shared, menu_plan.was_planned)
    return known if known and any(was(conn, known) for was in ways) else None


def _is_live(conn: Connection, digest: str) -> bool:
    known = menu_version.find_id(conn, digest)
    return known is not None and known == menu_publication.find_live_id(conn)


def roll_back(
    database: Database,
    version: int | None,
    *,
    published_by: str,
    note: str,
    now: datetime,
    services: Services = NO_SERVICES,
) -> int:
    """Makes an older version live again: this one, or the one that was live before; while one is
    shared, the way back for those who see it is the live one. Returns the version that is live.

    Its source is not looked up in any file, and no rule judges it again. Raises NoSuchVersion;
    BadMenu for a source that can no longer be read at all; DatabaseDown.
    """

    def make_live(conn: Connection) -> int:
        menu_publication.be_publisher(conn)
        shared, live = menu_share.find_running(conn), menu_publication.find_live_id(conn)
        if version is None and shared is not None and live is not None:
            why = note or "rolled back"
            menu_share.end(conn, now, why)
            ended = audit.Entry(
                at=now,
                who=published_by,
                what=What.SHARE_ENDED,
                menu_version=shared.menu_version,
                note=why,
            )
            audit.record(conn, ended)
            return live
        target = _target(conn, version)
        was_live = menu_publication.was_live(conn, target)
        stored = menu_version.get(conn, target) if was_live else None
        if stored is None:
            raise NoSuchVersion(f"version {target} was never published")
        compile_published(json.loads(stored.source), services)
        return menu_publication.publish(
            conn,
            fingerprint=stored.fingerprint,
            source=stored.source,
            published_by=published_by,
            note=note or f"back to version {target}",
            now=now,
            what=What.ROLLED_BACK,
        )

    return write_again(database, make_live)


def history(database: Database) -> list[menu_publication.Listed]:
    """Every publication, the live one first. Raises DatabaseDown."""
    with database.read() as conn:
        return menu_publication.history(conn)


def is_anything_live(database: Database) -> bool:
    """Raises DatabaseDown."""
    with database.read() as conn:
        return menu_publication.find_live_id(conn) is not None


def was_published(database: Database, files: Files) -> bool:
    """Whether these very files ever went live. Raises DatabaseDown."""
    with database.read() as conn:
        return _was_published(conn, fingerprint(files))


def find_outdated(database: Database, files: Files) -> Outdated | None:
    """Why a clean file is not what people see; None when it is, or was never published.

    Raises DatabaseDown.
    """
    with database.read() as conn:
        known = _find_released(conn, fingerprint(files))
        live = menu_publication.find_live_id(conn)
    return Outdated(known, live) if known and live and known != live else None


def _target(conn: Connection, version: int | None) -> int:
    target = version or menu_publication.find_previous_id(conn)
    if target is None:
        raise NoSuchVersion("no version was live before this one")
    return target


def texts_of(files: Files) -> dict[str, str]:
    """What compiled is UTF-8."""
    return {
        name: content if isinstance(content, str) else content.decode("utf-8")
        for name, content in files.items()
    }


def source_of(texts: Mapping[str, str]) -> str:
    """JSON text: its objects keep the order of their names, so the root stays the first."""
    return json.dumps(texts, ensure_ascii=False)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The names of the files that are new or different, and of those that are gone."""
    names = [name for name, text in after.items() if before.get(name) != text]
    names += [f"without {name}" for name in before if name not in after]
    left_out = len(names) - MAX_NAMED
    return ", ".join([*names[:MAX_NAMED], *([f"and {left_out} more"] if left_out > 0 else [])])


def write_again(database: Database, make_live: Callable[[Connection], Made]) -> Made:
    for _ in range(TRIES - 1):
        try:
            with database.write() as conn:
                return make_live(conn)
        except exc.IntegrityError:
            continue
    with database.write() as conn:
        return make_live(conn)
