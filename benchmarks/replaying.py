"""Ten thousand recorded dialogues through the shipped menu: read, opened, run, compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from benchmarks.house import bridge_in, home
from benchmarks.measuring import Round, Sample, Scale, timed
from menu import replaying, turn_record
from menu.compiler import compile_published
from menu.language import Language
from menu.last_answer import KeptAnswer
from menu.linter import Files
from menu.ports import LeftOff, Loaded
from menu.program import Program
from menu.replaying import Verdict
from menu.runner import Runner
from menu.session import Session
from menu.turn_record import Recorder, TurnRecord
from menu.turns import Visit
from models import turn
from models.menu_files import MenuFiles
from services.table import specs_of
from settings import CHECKOUT
from telecom.clock import SystemClock
from telecom.events import Last
from wiring import Bridge

TURNS: Final = 5  # of a dialogue, at most
KEYS: Final = ("1", "2", "3", "4", "5", "6", "98", "0", "gehu", "pulis", "123456789012")
BEGAN_AT: Final = 1_763_888_400.0
MOSTLY: Final = 0.99
A_TIME: Final = 1_000  # rows that are inserted together


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    files = MenuFiles(CHECKOUT / "menus.yaml", SystemClock()).read()
    with home() as place, bridge_in(place) as bridge:
        tape = Tape(compile_published(files, specs_of()), Recorder(bridge.turn_sealer.seal))
        tape.record(scale.dialogues)
        keep(bridge, tape.turns)
        yield {"replay-10000": partial(_replay, bridge, files, scale.dialogues)}


def keep(bridge: Bridge, turns: list[TurnRecord]) -> None:
    rows = [((number, 0, "epoch"), record) for number, record in enumerate(turns)]
    for start in range(0, len(rows), A_TIME):
        with bridge.database.write() as conn:
            turn.insert_new(conn, rows[start : start + A_TIME])


def _replay(bridge: Bridge, files: Files, dialogues: int) -> Sample:
    found: Counter[Verdict] = Counter()

    def replay() -> None:
        draft = replaying.read(files, specs_of())
        found.update(finding.verdict for finding in draft.run(bridge.recorded(dialogues)))

    sample = timed(dialogues, replay)
    # A few callers get as far as a service, whose answer no record holds.
    if found.total() != dialogues or found[Verdict.SAME] < MOSTLY * dialogues:
        raise RuntimeError(f"not as recorded: {found}")
    if found.keys() - {Verdict.SAME, Verdict.CANNOT_TELL}:
        raise RuntimeError(f"not as recorded: {found}")
    return sample


@dataclass
class Tape:
    """Callers who press what they like, and the record of it. The same each time."""

    program: Program
    recorder: Recorder
    turns: list[TurnRecord] = field(default_factory=list)
    session: Session | None = None

    def record(self, dialogues: int) -> None:
        draw = random.Random(7)  # noqa: S311 - nothing here is secret
        runner = Runner(self, self, self, record=self.recorder)
        (code, *_) = self.program.ussd
        for number in range(dialogues):
            self.session = None
            for place in range(TURNS):
                at = BEGAN_AT + 100 * number + 10 * place
                visit = Visit(
                    session_key=f"ussd:{number:032x}",
                    caller_key=f"{number:032x}",
                    said=Last(draw.choice(KEYS) if place else ""),
                    sequence=place,
                    ttl_seconds=180,
                    now=at,
                    channel="ussd",
                    gateway="india",
                    masked="+91********78",
                )
                if runner.keep(visit, runner.dial(visit, code)).ended:
                    break

    def live(self) -> tuple[int, Program]:
        return 1, self.program

    def live_for(self, caller_key: str) -> tuple[int, Program]:  # noqa: ARG002
        return self.live()

    def get(self, menu_version: int) -> Program | None:
        return self.program if menu_version == 1 else None

    def load(self, session_key: str, caller_key: str) -> Loaded:  # noqa: ARG002 - one at a time
        return Loaded(self.session, None, language_is_cached=True)

    def save(
        self,
        session_key: str,  # noqa: ARG002
        session: Session,
        *,
        expected_turn: int,  # noqa: ARG002
        ttl_seconds: int,  # noqa: ARG002
        left_off: LeftOff | None = None,  # noqa: ARG002
        turn: bytes | None = None,
        last_answer: KeptAnswer | None = None,  # noqa: ARG002
    ) -> Session | None:
        self.session = session
        record = turn_record.read(turn or b"")
        if record is not None:
            self.turns.append(record)
        return None

    def cache_language(self, caller_key: str, language: Language | None) -> None:
        pass

    def find_language(self, caller_key: str) -> Language | None:  # noqa: ARG002
        return None
