"""How a menu becomes live: saved, published, or rolled back to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import Connection, exc

from menu.compiler import compile_published, compile_with_warnings, fingerprint
from menu.diagnostics import Diagnostic
from menu.linter import Files
from models import menu_version
from models.database import Database

TRIES: Final = 5  # two publishers at once: one of them fails on a unique column, and comes again

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
    database: Database, files: Files, *, published_by: str, note: str, now: datetime
) -> Published:
    """Makes these files live, whatever was published before. Raises BadMenu, DatabaseDown."""
    compiled = compile_with_warnings(files)
    source = _source(files)
    digest = compiled.program.fingerprint

    def make_live(conn: Connection) -> int:
        return menu_version.publish(
            conn,
            fingerprint=digest,
            source=source,
            published_by=published_by,
            note=note,
            now=now,
        )

    return Published(_write(database, make_live), compiled.warnings)


def publish_if_new(
    database: Database, files: Files, published_by: str, now: datetime
) -> int | None:
    """Publishes a source that was never published before; None when it was, so a rollback stays.

    Raises BadMenu, DatabaseDown.
    """
    digest = fingerprint(files)
    with database.read() as conn:  # most files are known: nobody waits for a lock then
        if menu_version.find_by_fingerprint(conn, digest):
            return None
    compile_with_warnings(files)
    source = _source(files)

    def make_live(conn: Connection) -> int | None:
        menu_version.be_publisher(conn)  # before the look, or two that look see nothing both
        if menu_version.find_by_fingerprint(conn, digest):
            return None
        return menu_version.publish(
            conn, fingerprint=digest, source=source, published_by=published_by, now=now
        )

    return _write(database, make_live)


def roll_back(
    database: Database, version: int | None, *, published_by: str, note: str, now: datetime
) -> int:
    """Makes an older version live again: this one, or the one that was live before.

    Its source is not looked up in any file, and no rule judges it again. Raises NoSuchVersion;
    BadMenu for a source that can no longer be read at all; DatabaseDown.
    """

    def make_live(conn: Connection) -> int:
        target = _target(conn, version)
        stored = menu_version.get(conn, target)
        if stored is None:
            raise NoSuchVersion(f"version {target} was never published")
        compile_published(json.loads(stored.source))
        return menu_version.publish(
            conn,
            fingerprint=stored.fingerprint,
            source=stored.source,
            published_by=published_by,
            note=note or f"back to version {target}",
            now=now,
        )

    return _write(database, make_live)


def history(database: Database) -> list[menu_version.Listed]:
    """The live version first. Raises DatabaseDown."""
    with database.read() as conn:
        return menu_version.history(conn)


def is_anything_live(database: Database) -> bool:
    """Raises DatabaseDown."""
    with database.read() as conn:
        return menu_version.find_live_id(conn) is not None


def find_outdated(database: Database, files: Files) -> Outdated | None:
    """Why a clean file is not what people see; None when it is, or was never published.

    Raises DatabaseDown.
    """
    with database.read() as conn:
        known = menu_version.find_by_fingerprint(conn, fingerprint(files))
        live = menu_version.find_live_id(conn)
    return Outdated(known.id, live) if known and live and known.id != live else None


def _target(conn: Connection, version: int | None) -> int:
    if version is not None:
        return version
    served = menu_version.history(conn)
    if len(served) < 2:
        raise NoSuchVersion("no version was live before this one")
    return served[1].id


def _source(files: Files) -> str:
    texts = {
        name: content if isinstance(content, str) else content.decode("utf-8")
        for name, content in files.items()
    }
    return json.dumps(texts, ensure_ascii=False)


def _write(database: Database, make_live: Callable[[Connection], Made]) -> Made:
    for _ in range(TRIES - 1):
        try:
            with database.write() as conn:
                return make_live(conn)
        except exc.IntegrityError:
            continue
    with database.write() as conn:
        return make_live(conn)
