"""Copies of a PostgreSQL database by its own programs: pg_dump, pg_restore, and psql.

They read the password from their environment: on a command line everybody could.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from models.backup_file import BackupFault, Progress

_GLANCE_SECONDS: Final = 0.5
_EMPTY: Final = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE public.%I CASCADE', one.tablename);
  END LOOP;
END $$;
"""
# Committed with the tables themselves: no worker sees them without it. Before revision 0006 there
# is no such table, and without it no worker of this program claims anything.
_PAUSE: Final = """
DO $$ BEGIN
  IF to_regclass('public.outbox_pause') IS NOT NULL THEN
    INSERT INTO public.outbox_pause (gateway, since, "by", note)
      VALUES ('*', clock_timestamp(), 'restore', 'a restore that did not end: do it again')
      ON CONFLICT (gateway) DO NOTHING;
  END IF;
END $$;
"""


def dump(url: str, snapshot: str, to: Path, progress: Progress) -> None:
    """The moment of an exported snapshot, in the custom format. Raises BackupFault."""
    program = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    command = [*program, f"--snapshot={snapshot}", f"--file={to}", f"--dbname={plain(url)}"]
    with subprocess.Popen(  # noqa: S603 - a list that we wrote
        command, env=environ_of(url), stderr=subprocess.PIPE, text=True
    ) as running:
        while True:
            try:
                _, words = running.communicate(timeout=_GLANCE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                size = to.stat().st_size if to.exists() else 0
                progress(f"copying: {size / 1e6:.0f} MB")
    if running.returncode != 0:
        raise BackupFault(f"pg_dump says: {_last_line(words)}")


def put(made: Path, url: str, progress: Progress) -> None:
    """Puts `made` in the place of every table that is there, in one transaction, paused.

    Raises BackupFault; then nothing has changed.
    """
    progress("restoring")
    script = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(made)]
    quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    command = [_program("psql"), *quiet, "--single-transaction", f"--dbname={plain(url)}"]
    command += [f"--command={_EMPTY}", "--file=-", f"--command={_PAUSE}"]
    with (
        subprocess.Popen(  # noqa: S603
            script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as reads,
        subprocess.Popen(  # noqa: S603
            command, env=environ_of(url), stdin=reads.stdout, stderr=subprocess.PIPE, text=True
        ) as writes,
    ):
        assert reads.stdout is not None  # noqa: S101 - it is a pipe
        reads.stdout.close()
        _, words = writes.communicate()
        _, reasons = reads.communicate()
    if writes.returncode != 0:
        raise BackupFault(f"psql says: {_last_line(words)}")
    if reads.returncode != 0:
        raise BackupFault(f"pg_restore says: {_last_line(reasons)}")


def check_programs(names: Sequence[str]) -> None:
    """Raises BackupFault."""
    for name in names:
        _program(name)


def _program(name: str) -> str:
    """Debian keeps them out of PATH where only the server is installed; the newest is taken."""
    found = shutil.which(name)
    others = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    if (newest := found or max(others, key=_version, default=None)) is None:
        raise BackupFault(
            f"{name} is not installed, and PostgreSQL cannot be copied without it. On Debian and"
            " Ubuntu: sudo apt-get install postgresql-client"
        )
    return newest


def _version(path: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path))


def plain(url: str) -> str:
    """As libpq reads it, without the password."""
    bare = make_url(url)._replace(drivername="postgresql", password=None)
    return bare.render_as_string()


def environ_of(url: str) -> Mapping[str, str]:
    password = make_url(url).password
    return os.environ | ({"PGPASSWORD": str(password)} if password else {})


def _last_line(words: str) -> str:
    """Whole rows may stand in a DETAIL or a CONTEXT: only the error itself is shown."""
    lines = [line for line in words.splitlines() if "error" in line.lower()] or ["nothing"]
    return lines[0]
