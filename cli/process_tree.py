"""A parent and its members: started again when they die, stopped together, the base last."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from metrics.catalogue import DEATHS
from metrics.meter import SILENT, Meter
from state.owned import spawn_owned

log = structlog.get_logger(__name__)

GLANCE_SECONDS: Final = 0.1
# How long to wait before starting a member again, by how often it died in a row.
PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0)
STEADY_SECONDS: Final = 20.0  # who lived this long did not die of its start


class Member(Protocol):
    @property
    def name(self) -> str: ...
    def start(self) -> None: ...
    def has_exited(self) -> bool: ...
    def ask_to_stop(self) -> None: ...
    def stop(self, patience_seconds: float) -> None:
        """Asks, waits, and uses force after `patience_seconds`. Safe when nothing runs."""
        ...


class Child:
    """A member that is a command line. Its output goes where the parent's goes."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self._argv = argv
        self._env = env
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._spawn((), ())

    def _spawn(self, more: Sequence[str], pass_fds: Sequence[int]) -> None:
        self._running = spawn_owned([*self._argv, *more], env=self._env, pass_fds=pass_fds)

    def has_exited(self) -> bool:
        return self._running is not None and self._running.poll() is not None

    def ask_to_stop(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()

    def stop(self, patience_seconds: float) -> None:
        if self._running is None:
            return
        give_up_at = time.monotonic() + patience_seconds
        while (left := give_up_at - time.monotonic()) > 0:
            # Asked again each second: granian may lose a signal that comes while a worker dies.
            self.ask_to_stop()
            try:
                self._running.wait(min(left, 1.0))
            except subprocess.TimeoutExpired:
                continue
            return
        log.warning("ended by force", member=self.name, why=f"not within {patience_seconds:.0f} s")
        self._running.kill()
        self._running.wait()


@dataclass(slots=True)
class _Life:
    """How a member fares. Times are of the monotonic clock."""

    started_at: float = 0.0
    deaths: int = 0
    again_at: float | None = None
    is_renewed: bool = False  # asked to end, to be started again


class ProcessTree:
    """`base` is what the members lean on: it comes first and goes last."""

    def __init__(
        self, members: Sequence[Member], base: Member | None = None, meter: Meter = SILENT
    ) -> None:
        self._members = members
        self._base = base
        self._meter = meter
        self._lives: dict[str, _Life] = {}

    def start(self, member: Member) -> None:
        """Starts one of its members for the first time. Raises what its start raises."""
        member.start()
        self._lives[member.name] = _Life(started_at=time.monotonic())

    def watch(self, stop: threading.Event, glance: Callable[[], None] = lambda: None) -> None:
        """Starts again what dies, until `stop` is set. `glance` is called with each look."""
        everybody = [*self._members, *([self._base] if self._base else [])]
        while not stop.wait(GLANCE_SECONDS):
            glance()
            for member in everybody:
                self._revive(member, time.monotonic())

    def renew(self, member: Member) -> None:
        """It ends what it has begun, and is started again then: no death."""
        self._lives[member.name].is_renewed = True
        member.ask_to_stop()

    def stop(self, patience_seconds: float, base_patience_seconds: float) -> None:
        """Asks all members at once and waits for them together; the base ends after the last."""
        give_up_at = time.monotonic() + patience_seconds
        for member in self._members:
            member.ask_to_stop()
        for member in self._members:
            member.stop(max(0.0, give_up_at - time.monotonic()))
        if self._base:
            self._base.stop(base_patience_seconds)

    def _revive(self, member: Member, now: float) -> None:
        life = self._lives[member.name]
        if life.again_at is None and life.is_renewed and member.has_exited():
            life.is_renewed, life.again_at = False, now
        elif life.again_at is None and member.has_exited():
            life.deaths = 1 if now - life.started_at > STEADY_SECONDS else life.deaths + 1
            life.again_at = now + pause_seconds(life.deaths)
            self._meter.count(DEATHS, member.name)
            log.warning("died, starting it again", member=member.name, deaths=life.deaths)
        if life.again_at is None or now < life.again_at:
            return
        try:
            member.start()
        except Exception as fault:
            life.deaths += 1
            life.again_at = now + pause_seconds(life.deaths)
            log.error(  # noqa: TRY400 - the words say it; a traceback a second would bury them
                "does not start", member=member.name, why=str(fault)
            )
        else:
            life.started_at, life.again_at = now, None


def pause_seconds(deaths: int) -> float:
    """The wait after the so-many-th death in a row (1 is the first)."""
    return PAUSES[min(deaths, len(PAUSES)) - 1]
