"""What the scenarios share: how long, which seed, a field of their own, and where figures go.

SANKET_CHAOS_SECONDS (short without it), SANKET_CHAOS_SEED and SANKET_CHAOS_FIGURES (a file that
gets one JSON object a line) are set by `make chaos`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from tests.chaos.field import Field, Wishes, is_open
from tests.servers.ports import free_port

NURSERY: Final = Path(__file__).parents[1] / "servers" / "nursery.py"
LONG: Final = "SANKET_CHAOS_SECONDS" in os.environ
IN_MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None
SEED: Final = int(os.environ.get("SANKET_CHAOS_SEED") or 20261126)


# Left out, not skipped, for where nothing may be skipped these are still no part of the short form,
# or of one that is not root's: only root may mount a small disk.
collect_ignore = [
    *([] if os.geteuid() == 0 else ["test_full_disks.py"]),
    *([] if LONG else ["test_seeded_bugs.py"]),
]


@pytest.fixture(scope="session")
def seed() -> int:
    return SEED


@pytest.fixture(scope="session")
def seconds() -> Callable[[float], float]:
    """`seconds(8)`: the short form's length, or that of the long form."""
    return lambda short: float(os.environ.get("SANKET_CHAOS_SECONDS", short))


@pytest.fixture(scope="session")
def times() -> Callable[[int, int], int]:
    """`times(short, long)`: how often."""
    return lambda short, long: long if LONG else short


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], seed: int) -> Callable[..., None]:
    """`tell("G1", "events 12,034  lost 0")`: the one line of a goal."""
    began = time.monotonic()

    def say(goal: str, figures: object, bound: str = "") -> None:
        took = round(time.monotonic() - began, 1)
        with capsys.disabled():
            line = f"\n{goal:<4} {figures}  ({took} s, seed {seed})"
            print(line, file=sys.__stderr__, flush=True)
        if file := os.environ.get("SANKET_CHAOS_FIGURES"):
            entry = {"goal": goal, "figures": str(figures), "bound": bound, "seconds": took}
            with Path(file).open("a", encoding="utf-8") as out:
                out.write(json.dumps(entry | {"seed": seed}, ensure_ascii=False) + "\n")

    return say


@pytest.fixture(scope="session")
def nursery_kit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("by_path_nursery", NURSERY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def nursery(nursery_kit: Any) -> Iterator[Any]:
    """One for all: its start costs more than all of its children's."""
    nursery = nursery_kit.Nursery(os.environ | {"BRIDGE_DEV": "1"})
    yield nursery
    nursery.close()


class RedisServer:
    """Of one scenario, to be killed, frozen and emptied."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.running = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        give_up_at = time.monotonic() + 20
        while not is_open(self.port):
            assert time.monotonic() < give_up_at
            time.sleep(0.02)

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()
            self.running = None


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


NewField = Callable[..., Field]


@pytest.fixture
def new_field(
    database_url: str, redis_url: str, nursery_kit: Any, nursery: Any, seed: int
) -> Iterator[NewField]:
    """`new_field(webs=1)`: opened; closed at the end of the test."""
    fields: list[Field] = []
    folders: list[Path] = []

    def make(at_redis: str = redis_url, opens: bool = True, **wishes: Any) -> Field:
        folder = Path(tempfile.mkdtemp(prefix="sanket-chaos-", dir=IN_MEMORY))
        folders.append(folder)
        places = (database_url, at_redis)
        field = Field(folder, nursery_kit, nursery, places, Wishes(**{"seed": seed, **wishes}))
        fields.append(field)
        if opens:
            field.open()
        return field

    yield make
    for field in fields:
        field.close()
    for folder in folders:
        if "SANKET_CHAOS_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)
