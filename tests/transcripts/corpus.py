"""The dialogues of this folder, read and shaped. README.md tells how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from menu.case_schema import Case, Step
from menu.shapes import Shape
from menu.text_schema import Yes

FOLDER: Final = Path(__file__).parent
ROOT: Final = FOLDER.parents[1]
RING: Final = "ring"  # written by a program: a thousand screens, each of which leads to the next
USSD, SMS, CALL = "ussd", "sms", "missed_call"
_CHANNELS: Final = {"dial": USSD, "press": USSD, "type": USSD, "text": SMS, "ring": CALL}


class Turn(Step):
    """A step of `tests:`, and what only a whole bridge can do."""

    type: str | None = None
    """Anything, also nothing."""
    text: str | None = None
    """Anything, also nothing."""
    shows: str | None = None
    """The screen is this and no more, byte for byte."""
    late: Yes | None = None
    """The webhook before the last comes once more: the screen of today, and nothing happens."""
    wait: int | None = None
    """So many seconds pass."""
    menu: str | None = None
    """Another menu goes live."""


class Dialogue(Case):
    steps: list[Turn]  # type: ignore[assignment]
    text: str | None = None
    at: str | None = None
    """When it begins, in UTC: 2026-11-23 09:00."""
    secret: str | None = None
    """What may stand nowhere: on no screen, in no SMS, in no log, in no store."""

    def turns(self) -> list[Turn]:
        opening = [
            Turn.model_validate({verb: value})
            for verb in ("dial", "text", "ring")
            if (value := getattr(self, verb)) is not None
        ]
        return [*opening, *self.steps]

    @property
    def channels(self) -> set[str]:
        return {_CHANNELS[turn.verb] for turn in self.turns() if turn.verb in _CHANNELS}

    @property
    def verbs(self) -> set[str]:
        return {turn.verb for turn in self.turns()}


class Transcript(Shape):
    menu: str
    """`default`, `ring`, or a file of menus/."""
    dialogues: list[Dialogue]


@dataclass(frozen=True)
class File:
    name: str
    transcript: Transcript


def files() -> list[File]:
    found = sorted(path for path in FOLDER.glob("*.yaml"))
    return [File(path.stem, read(path)) for path in found]


def read(path: Path) -> Transcript:
    written: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.CBaseLoader)
    return Transcript.model_validate(written)


def menu_files(name: str) -> dict[str, bytes]:
    """The files of a menu: menus.yaml, what it includes, and those of its data."""
    if name == RING:
        return {"menus.yaml": _ring().encode()}
    folder, file = (ROOT, "menus.yaml") if name == "default" else (FOLDER / "menus", f"{name}.yaml")
    others = [*(folder / "data").glob("*.csv"), *(ROOT / "menus").glob("*.yaml")]
    beside = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in others}
    return {"menus.yaml": (folder / file).read_bytes(), **beside}


def _ring() -> str:
    screens = "".join(
        f"  s{at}: {{ text: Place {at}, options: [ {{ label: On, go: s{(at + 1) % 1000} }} ] }}\n"
        for at in range(1000)
    )
    return (
        "version: 1\nname: Ring\nlanguages: [en]\nentry_points:\n"
        '  ussd: { "*384*7#": s0 }\n  sms: { keywords: { RING: s0 } }\nscreens:\n' + screens
    )
