"""Copies of a SQLite file by SQLite's own backup interface: of one moment, while others write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from models.backup_file import BackupFault, Progress, percent

_PAGES: Final = 2_000  # of 4 KB, between two words of progress
_PATIENCE_SECONDS: Final = 10.0


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


def is_empty(url: str) -> bool:
    file = file_of(url)
    if not file.exists() or file.stat().st_size == 0:
        return True
    with _faults(), closing(sqlite3.connect(file, timeout=_PATIENCE_SECONDS)) as conn:
        return conn.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def copy(url: str, to: Path, progress: Progress) -> None:
    """Raises BackupFault."""
    file = file_of(url)
    if not file.exists():
        raise BackupFault(f"there is no database {file}")
    with _faults(), closing(sqlite3.connect(file, isolation_level=None)) as source:
        # Its own reading transaction pins one moment. Else each commit of others would make the
        # copy begin anew, and on a busy bridge it would never end.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(to)) as target:
            source.backup(target, pages=_PAGES, progress=_telling(progress, "copying"))
        source.execute("COMMIT")


def put(made: Path, url: str, progress: Progress) -> None:
    """Puts `made` in the place of what is there, all at once. Raises BackupFault."""
    file = file_of(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    with (
        _faults(),
        closing(sqlite3.connect(made)) as source,
        closing(sqlite3.connect(file, timeout=_PATIENCE_SECONDS)) as target,
    ):
        source.backup(target, pages=_PAGES, progress=_telling(progress, "restoring"))
        target.execute("PRAGMA journal_mode = WAL")


def find_fault(file: Path) -> str | None:
    """What is wrong inside, None when nothing is."""
    with closing(sqlite3.connect(file)) as conn:
        try:
            (told,) = conn.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as fault:
            return str(fault)
    return None if told == "ok" else str(told)


def _telling(progress: Progress, verb: str) -> Callable[[int, int, int], None]:
    return lambda _, left, whole: progress(f"{verb}: {percent(whole - left, whole)}")


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as fault:
        raise BackupFault(f"SQLite says: {fault}") from None
