"""Reading a menu: with every rule, as `menus check` and a publication do; and as a worker does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Final

from benchmarks.measuring import Round, Sample, Scale, Skipped, timed
from benchmarks.menu_files import menu_of
from menu import data_file
from menu.compiler import compile_menu, compile_published
from menu.diagnostics import BadMenu
from menu.linter import Files, check
from menu.program import Program
from models.menu_files import MenuFiles
from telecom.clock import SystemClock

DEFAULT: Final = Path(__file__).parents[1] / "menus.yaml"
SIZES: Final = (10, 1_000, 10_000)  # screens
SCREENS_A_ROUND: Final = 1_000


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    checks = {f"check-{size}": partial(_load, compile_menu, size, scale) for size in SIZES}
    loads = {f"load-{size}": partial(_load, compile_published, size, scale) for size in SIZES}
    yield {"check-default": _check_default, **checks, **loads}


def readable_menu(size: int, scale: Scale) -> Files:
    """Raises Skipped where this version of the menu language cannot hold as many screens."""
    if size > scale.largest_menu:
        raise Skipped("too large for a quick look")
    files = _menu(size)
    if len(files) > 1 and not _files_may_include():
        raise Skipped("more than one file holds, and a menu cannot include others yet")
    return files


def _load(read: Callable[[Files], Program], size: int, scale: Scale) -> Sample:
    files = readable_menu(size, scale)
    times = max(1, SCREENS_A_ROUND // size)
    return timed(times, lambda: [read(files) for _ in range(times)])


def _check_default() -> Sample:
    """The menus of the checkout with their tables, as `flask menus check` reads them."""
    files = MenuFiles(DEFAULT, SystemClock()).read()
    data_file._read.cache_clear()  # a command begins with nothing in memory
    return timed(1, lambda: check(files))


@cache
def _menu(size: int) -> Files:
    return menu_of(size)


@cache
def _files_may_include() -> bool:
    """Asked of a small menu that is cut into many files."""
    try:
        compile_published(menu_of(10, file_bytes=500))
    except (BadMenu, ValueError):
        return False
    return True
