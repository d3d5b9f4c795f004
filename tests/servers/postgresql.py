"""A private PostgreSQL for the tests: its own cluster, a unix socket for its owner, no port.

In a test: `with PostgreSQL() as server:`, then `server.create(like=...)` for a database and its
URL. It refuses to run as root, so as root it runs as the user that Debian's package made.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import psycopg
from psycopg import sql

OWNER: Final = "postgres"
SECONDS: Final = 60
SETTINGS: Final = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "max_wal_size": "64MB",
    "log_min_messages": "fatal",
    # Worded so that a passing test needs no luck with the machine's locale.
    "lc_messages": "C",
}


def find_program(name: str) -> str | None:
    """Debian keeps PostgreSQL's programs out of PATH, by version; the newest is taken."""
    found = [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    return max(found, key=_version, default=None) or shutil.which(name)


class PostgreSQL:
    def __init__(self, where: Path | None = None) -> None:
        """Everything it holds stands in a new folder in `where`, else in memory if possible."""
        # In memory a database is copied in 40 ms, on a disk in 350: no test pulls the plug. And
        # pytest's own paths are too long for a socket.
        in_memory = Path("/dev/shm")
        where = where or (in_memory if in_memory.is_dir() else None)
        self.folder = Path(tempfile.mkdtemp(prefix="sanket-pg-", dir=where))
        self._cluster = self.folder / "cluster"
        self._numbers = count(1)
        self._account = pwd.getpwnam(OWNER) if os.geteuid() == 0 else None
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)

    def __enter__(self) -> PostgreSQL:
        self._run("initdb", "--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--no-sync",
                  "--locale=C.UTF-8", f"--pgdata={self._cluster}")  # fmt: skip
        with (self._cluster / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write(f"unix_socket_directories = '{self.folder}'\n")
            file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        self._control("start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._control("stop", "--mode=immediate")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self) -> None:
        """As after a crash: every connection is cut, and what was committed comes from the log."""
        self._control("restart", "--mode=immediate")

    def stop(self) -> None:
        self._control("stop", "--mode=immediate")

    def kill(self) -> None:
        """kill -9 of its first process; the others find that out and end themselves."""
        file = self._cluster / "postmaster.pid"
        pid = int(file.read_text(encoding="ascii").split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        os.kill(pid, signal.SIGKILL)
        pause, give_up_at = threading.Event(), time.monotonic() + SECONDS
        # Shared memory is theirs as long as one of them lives, and no new server starts before.
        while any(Path(f"/proc/{child}").exists() for child in children):
            assert time.monotonic() < give_up_at, "PostgreSQL's children do not end"
            pause.wait(0.02)

    def start(self) -> None:
        self._control("start")

    def url(self, name: str) -> str:
        return f"postgresql://{OWNER}@/{name}?host={self.folder}"

    def create(self, *, like: str = "template0") -> str:
        """A new database's URL; `like` names the one that it is a copy of."""
        name = f"t{next(self._numbers)}"
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(like)
            )
        )
        return self.url(name)

    def drop(self, url: str) -> None:
        name = self.name(url)
        self.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def lose(self, url: str) -> None:
        """Cuts every connection to it and lets nobody in, as if it were gone."""
        name = self.name(url)
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name))
        self.execute(allow)
        cut = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
        self.execute(cut.format(sql.Literal(name)))

    def find(self, url: str) -> None:
        """The end of `lose`."""
        name = sql.Identifier(self.name(url))
        self.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))

    def name(self, url: str) -> str:
        found = re.search(r"@/(\w+)\?", url)
        assert found
        return found[1]

    def execute(
        self, statement: sql.SQL | sql.Composed, name: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """One statement as the owner, outside of any transaction."""
        with psycopg.connect(self.url(name), autocommit=True) as conn:
            cursor = conn.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _control(self, *command: str) -> None:
        # -w: it waits until the server answers, or is gone.
        self._run("pg_ctl", *command, "-w", f"--pgdata={self._cluster}",
                  f"--log={self.folder / 'log'}", f"--timeout={SECONDS}", "--silent")  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        path = find_program(program)
        assert path is not None, f"no {program}"
        account = self._account
        done = subprocess.run(
            [path, *arguments],
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=2 * SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{program} {arguments[0]}: {done.stderr}"


def _version(path: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path))
