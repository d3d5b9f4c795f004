"""The engine alone, in menus of growing size: what a step costs must not depend on the menu."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from benchmarks.measuring import Round, Sample, Scale, timed
from benchmarks.menu_files import BRANCHES
from benchmarks.menu_loading import SIZES, readable_menu
from menu import engine
from menu.compiler import compile_published
from menu.place import Crumb, Place
from menu.program import Program
from menu.screens import ANY_PHONE


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    yield {f"step-{size}": partial(_step, {}, size, scale) for size in SIZES}


def _step(known: dict[int, Program], size: int, scale: Scale) -> Sample:
    if size not in known:
        known[size] = compile_published(readable_menu(size, scale))
    program, places = known[size], _places(known[size])

    def walk() -> None:
        for number in range(scale.steps):
            engine.press(program, places[number % len(places)], "1", ANY_PHONE)

    return timed(scale.steps, walk)


def _places(program: Program) -> list[Place]:
    """Screens that lie evenly spread over the whole menu, each with options."""
    asking = [screen.name for screen in program.screens.values() if len(screen.choices) == BRANCHES]
    spread = asking[:: max(1, len(asking) // 100)]
    return [Place(screen=name, language="en", path=(Crumb("s0"),)) for name in spread]
