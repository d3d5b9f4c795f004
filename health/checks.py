"""The checks behind /readyz: what each looks at, and the words for what it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from gateways.findings import BadGateways
from health.readiness import Check, Found
from menu.diagnostics import BadMenu, Diagnostic
from menu.ports import SessionsDown
from models.database import DatabaseDown
from models.library import NothingPublished
from models.outbox_pause import Pause
from web.spool import Spool

SILENT_DISPATCHER_SECONDS: Final = 90.0

_DATABASE: Final = (
    "The database does not answer ({why}). Meanwhile texts and calls are kept in the spool, and"
    " phones read a polite end. Is it running, and reachable from here? BRIDGE_DATABASE_URL says"
    " where it is."
)
_REDIS: Final = (
    "Redis does not answer ({why}). Meanwhile phones that dial read a polite end; texts and calls"
    " are served. Is it running? BRIDGE_REDIS_URL says where it is; without it flask serve starts"
    " one, and its log under var/redis says why not."
)
_BEHIND: Final = (
    "The database has schema {there}, this program needs {needed}. Bring it up to date:"
    " flask --app app db upgrade."
)
_AHEAD: Final = (
    "The database has schema {there}, which this program does not know: it is older than the"
    " database. Go back to the newer program; there is no way back for the database but a backup."
)
_OTHER_KEY: Final = (
    "The database belongs to another BRIDGE_SECRET_KEY than this process has: nobody's STOP is"
    " found, and nothing that others sealed opens. Give it the key of the others and restart it."
)
_GATEWAYS: Final = (
    "{finding} No webhook is answered and nothing is sent. All findings: flask --app app gateways"
    " check."
)
_NOTHING_LIVE: Final = (
    "No menu was ever published, so nobody can be served. Publish one: flask --app app menus"
    " publish."
)
_UNREADABLE_MENU: Final = (
    "The live menu cannot be read any more ({finding}). Go back to the one before:"
    " flask --app app menus rollback."
)
_SPOOL_CLOSED: Final = (
    "{folder} cannot be written ({why}): a text or call that comes while the database is away would"
    " be lost. Is the disk full, or the folder somebody else's?"
)
_SPOOL_WAITS: Final = (
    "{count} webhooks wait in {folder} for the database. The flask worker of this host takes them"
    ' in within seconds; if it does not, its log says "spool not replayed" and why.'
)
_SPOOL_UNREADABLE: Final = (
    "{count} webhooks in {folder} could not be read and lie there as *.unreadable. Was the secret"
    " key changed? With the old one they can be renamed to *.event and are taken."
)
_NO_DISPATCHER: Final = (
    "SMS wait, and no dispatcher did its round {since}. flask serve runs one, and starts it again"
    ' when it dies: its log says "died, starting it again" and the dispatcher\'s own words before'
    " that. More of them: flask --app app worker."
)
_PAUSED: Final = (
    "{what} is paused since {since:%Y-%m-%d %H:%M:%S} UTC by {by}: SMS wait. flask --app app outbox"
    " show says why, flask --app app outbox resume{how} ends it."
)


def database(ask: Callable[[], object]) -> Check:
    """`ask` raises DatabaseDown."""

    def look() -> Found:
        try:
            ask()
        except DatabaseDown as fault:
            return Found(_DATABASE.format(why=fault))
        return Found()

    return Check(look, _DATABASE.format(why="no answer in time"))


def redis(ask: Callable[[], object]) -> Check:
    """`ask` raises SessionsDown."""

    def look() -> Found:
        try:
            ask()
        except SessionsDown as fault:
            return Found(_REDIS.format(why=fault))
        return Found()

    return Check(look, _REDIS.format(why="no answer in time"))


def schema(current: Callable[[], str | None], known: Callable[[], Sequence[str]]) -> Check:
    """`current` raises DatabaseDown; `known`: all revisions of this program, the newest first."""

    def look() -> Found:
        try:
            there = current()
        except DatabaseDown:
            return Found()
        needed, *older = known()
        if there == needed:
            return Found()
        words = _BEHIND if there is None or there in older else _AHEAD
        return Found(words.format(there=there or "none", needed=needed))

    return Check(look)


def key(is_of_another: Callable[[], bool]) -> Check:
    """`is_of_another` raises DatabaseDown."""

    def look() -> Found:
        try:
            return Found(_OTHER_KEY if is_of_another() else None)
        except DatabaseDown:
            return Found()

    return Check(look)


def gateways(load: Callable[[], object], findings: Callable[[], Sequence[Diagnostic]]) -> Check:
    """`load` raises BadGateways, OSError: what this process serves. `findings`: the file now."""

    def look() -> Found:
        errors = [str(finding) for finding in findings() if finding.is_error]
        try:
            load()
        except (BadGateways, OSError, UnicodeDecodeError):
            first = errors[0] if errors else "The file could not be read when it was needed."
            return Found(_GATEWAYS.format(finding=first))
        return Found(warnings=[f"{error} The next start will be refused." for error in errors])

    return Check(look)


def menus(refresh: Callable[[], object], warnings: Callable[[], Sequence[str]]) -> Check:
    """`refresh` raises DatabaseDown, NothingPublished, BadMenu; `warnings` are of the file.

    A fault is told without them: to check a large file may take longer than the patience of who
    asks, and silence would pass for health.
    """

    def look() -> Found:
        try:
            refresh()
        except DatabaseDown:
            pass
        except NothingPublished:
            return Found(_NOTHING_LIVE)
        except BadMenu as bad:
            return Found(_UNREADABLE_MENU.format(finding=bad.diagnostics[0]))
        return Found(warnings=warnings())

    return Check(look)


def services(lacks: Callable[[], Sequence[object]]) -> Check:
    """`lacks`: why some cannot be asked. People read the screen that their menu has for that."""
    return Check(lambda: Found(warnings=[str(lack) for lack in lacks()]))


def spool(box: Spool, folder: str) -> Check:
    def look() -> Found:
        told = []
        try:
            box.try_out()
        except OSError as fault:
            told.append(_SPOOL_CLOSED.format(folder=folder, why=fault.strerror))
        if waiting := box.waiting():
            told.append(_SPOOL_WAITS.format(count=waiting, folder=folder))
        if unreadable := box.unreadable():
            told.append(_SPOOL_UNREADABLE.format(count=unreadable, folder=folder))
        return Found(warnings=told)

    return Check(look)


def outbox(pauses: Callable[[], Sequence[Pause]]) -> Check:
    """`pauses` raises DatabaseDown."""

    def look() -> Found:
        try:
            return Found(warnings=[_paused(pause) for pause in pauses()])
        except DatabaseDown:
            return Found()

    return Check(look)


def _paused(pause: Pause) -> str:
    what = "The outbox" if pause.is_of_all else f"Gateway {pause.gateway}"
    how = "" if pause.is_of_all else f" --gateway {pause.gateway}"
    return _PAUSED.format(what=what, since=pause.since, by=pause.by, how=how)


def dispatcher(has_due: Callable[[], bool], age: Callable[[], float | None]) -> Check:
    """`has_due` raises DatabaseDown, `age` (of the last sign of life) raises SessionsDown."""

    def look() -> Found:
        try:
            seconds = age()
            is_heard = seconds is not None and seconds <= SILENT_DISPATCHER_SECONDS
            if is_heard or not has_due():
                return Found()
        except (DatabaseDown, SessionsDown):
            return Found()
        since = "for days, or ever" if seconds is None else f"for {seconds:.0f} s"
        return Found(warnings=[_NO_DISPATCHER.format(since=since)])

    return Check(look)
