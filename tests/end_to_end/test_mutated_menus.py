"""Mutated copies of the default menu, saved one after the other while people dial.

Each is either live, or refused with the line of a mistake, within two seconds; and whatever a
caller reads in one dialogue is what one published version shows. `make mutants` saves a thousand.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from menu import engine
from menu.compiler import compile_published, fingerprint
from menu.program import Program
from menu.screens import ANY_PHONE
from models import menu_publication
from models.database import Database
from models.menu_files import MenuFiles
from telecom.clock import SystemClock
from tests.fuzz.mutants import mutant_of

ROOT: Final = Path(__file__).parents[2]
SEED: Final = int(os.environ.get("SEED") or 20261126)
MUTANTS: Final = int(
    os.environ.get("SANKET_MUTANTS") or (40 if "SANKET_NO_SKIPS" in os.environ else 12)
)
WITHIN_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 30.0  # of a machine that others use as well
SLACK_SECONDS: Final = 5.0
CODE: Final = "*384*97183#"
WALKS: Final = (("4", "1"), ("5", "4"), ("2",), ("3", "2"), ("9", "98", "0"))
NOT_SERVED: Final = "END This code is not in service."
TOLD: Final = re.compile(r"[a-z_/]+\.(yaml|csv):\d+:\d+ M\d{3} error .+")


@dataclass
class Version:
    """A menu that was live, from when to when at most."""

    program: Program
    since: float
    until: float = float("inf")


@dataclass
class Caller(threading.Thread):
    """Dials and walks, again and again, each time another number."""

    town: Any
    number: int
    stop: threading.Event
    heard: list[tuple[float, float, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        for session in count():
            walk = WALKS[session % len(WALKS)]
            begun, seen = time.monotonic(), []
            caller = f"+919{self.number}{session:08d}"
            for keys in range(len(walk) + 1):
                typed = "*".join(walk[:keys])
                status, body = self.town.turn(f"ATUid_{self.number}_{session}", caller, typed)
                seen.append(body if status == 200 else f"{status} {body}")
                if not body.startswith("CON"):
                    break
            self.heard.append((begun, time.monotonic(), walk, tuple(seen)))
            if self.stop.wait(0.05):
                return


def expected(program: Program, walk: tuple[str, ...]) -> tuple[str, ...]:
    entry = program.ussd.get(CODE)
    if entry is None:
        return (NOT_SERVED,)
    step = engine.enter(program, entry, None, ANY_PHONE)
    seen = [_body(step)]
    for key in walk:
        if step.ends:
            break
        step = engine.press(program, step.place, key, ANY_PHONE)
        seen.append(_body(step))
    return tuple(seen)


def _body(step: Any) -> str:
    return f"{'END' if step.ends else 'CON'} {step.shown}"


@pytest.fixture(scope="module")
def menus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("menus")
    shutil.copy(ROOT / "menus.yaml", folder)
    for part in ("menus", "data"):
        shutil.copytree(ROOT / part, folder / part)
    return folder / "menus.yaml"


@pytest.fixture(scope="module")
def town(new_town: Any, menus: Path, eventually: Any) -> Any:
    place = new_town({"BRIDGE_MENUS": str(menus)})
    eventually(place.is_ready, 60)
    return place


class Judge:
    """What became of each file: asked of the database, and read in the log."""

    def __init__(self, town: Any) -> None:
        (file,) = (town.folder / "var").glob("*.db")
        self._database = Database(f"sqlite:///{file}", busy_timeout_seconds=10)
        self._log = town.folder / "out.log"
        self._read = self._log.stat().st_size

    def live(self) -> str:
        with self._database.read() as conn:
            found = menu_publication.find_live(conn)
        assert found is not None
        return found.fingerprint

    def refusal(self) -> list[str] | None:
        """The errors of the newest refusal since the last look."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            whole, _, _ = log.read().rpartition(b"\n")
        self._read += len(whole)
        lines = [line for line in whole.decode().splitlines() if "menu file refused" in line]
        return list(json.loads(lines[-1])["errors"]) if lines else None


def test_every_mutant_is_served_right_or_refused_with_its_line(
    town: Any, menus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pristine = dict(MenuFiles(menus, SystemClock()).read())
    judge, stop = Judge(town), threading.Event()
    versions = [Version(compile_published(pristine), 0.0)]
    callers = [Caller(town, number, stop) for number in range(1, 4)]
    for caller in callers:
        caller.start()
    waits: list[float] = []
    refused: list[tuple[int, list[str]]] = []
    changed = ""
    try:
        for seed in range(SEED, SEED + MUTANTS):
            name, content = mutant_of(pristine, seed)
            files = {**pristine, name: content}
            if changed not in ("", name):  # one file differs at a time
                _save(menus.parent / changed, pristine[changed] + f"# {seed}\n".encode())
                pristine[changed] += f"# {seed}\n".encode()
                files = {**pristine, name: content}
            changed = name
            saved = time.monotonic()
            _save(menus.parent / name, content)
            errors = _outcome(judge, fingerprint(files), saved)
            waits.append(time.monotonic() - saved)
            if errors is None:
                versions[-1].until = time.monotonic()
                versions.append(Version(compile_published(files), saved))
            else:
                refused.append((seed, errors))
    finally:
        stop.set()
        for caller in callers:
            caller.join(60)
    heard = [each for caller in callers for each in caller.heard]
    late = sum(wait > WITHIN_SECONDS for wait in waits)
    with capsys.disabled():
        print(
            f"\nmutants: {MUTANTS} by seed {SEED}, {len(versions) - 1} live, {len(refused)}"
            f" refused, median {sorted(waits)[len(waits) // 2]:.2f} s, {late} later than 2 s,"
            f" {len(heard)} dialogues",
            flush=True,
        )
    assert wrong(heard, versions) == []
    assert [(seed, told) for seed, told in refused if not _has_line(told)] == []
    assert len(versions) > 1
    assert refused
    assert len(heard) > MUTANTS
    # On a busy machine some are late; the promise is that of an idle one.
    assert sorted(waits)[len(waits) // 4] <= WITHIN_SECONDS, waits


def wrong(
    heard: list[tuple[float, float, tuple[str, ...], tuple[str, ...]]], versions: list[Version]
) -> list[str]:
    """The dialogues that no version shows that was live at the time."""
    known: dict[tuple[int, tuple[str, ...]], tuple[str, ...]] = {}
    found = []
    for begun, ended, walk, seen in heard:
        for at, version in enumerate(versions):
            is_of_then = version.since - SLACK_SECONDS < ended and (
                begun < version.until + SLACK_SECONDS
            )
            if is_of_then:
                if (at, walk) not in known:
                    known[at, walk] = expected(version.program, walk)
                if known[at, walk] == seen:
                    break
        else:
            found.append(f"{walk}: {seen}")
    return found


def _has_line(errors: list[str]) -> bool:
    return bool(errors) and TOLD.match(errors[0]) is not None


def _outcome(judge: Judge, digest: str, saved: float) -> list[str] | None:
    """None when it is live, else why not."""
    pause = threading.Event()
    while time.monotonic() - saved < PATIENCE_SECONDS:
        if judge.live() == digest:
            return None
        if (errors := judge.refusal()) is not None:
            return errors
        pause.wait(0.05)
    pytest.fail(f"neither live nor refused after {PATIENCE_SECONDS} s")


def _save(file: Path, content: bytes) -> None:
    draft = file.with_suffix(".draft")
    draft.write_bytes(content)
    draft.rename(file)


def test_a_wrong_screen_would_be_found() -> None:
    files: Mapping[str, bytes] = MenuFiles(ROOT / "menus.yaml", SystemClock()).read()
    program = compile_published(files)
    walk = WALKS[0]
    right = expected(program, walk)
    assert wrong([(1.0, 2.0, walk, right)], [Version(program, 0.0)]) == []
    other = (*right[:-1], right[-1] + "!")
    assert len(wrong([(1.0, 2.0, walk, other)], [Version(program, 0.0)])) == 1
    assert len(wrong([(90.0, 91.0, walk, right)], [Version(program, 0.0, 10.0)])) == 1
