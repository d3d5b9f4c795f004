"""Copies of a menu with something wrong, or only different, as an author's slip would make it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Final

NAME: Final = re.compile(r"\b[a-z][a-z_]{2,}\b")
TEXT: Final = re.compile(r"(?<=[:\"] )?[A-Z\u0900-\u09ff][^\"{}\[\],:#]{3,}")
SLIPS_A_MUTANT: Final = (1, 1, 1, 1, 2, 3)  # most authors make one at a time


def drop(dice: random.Random, lines: list[str]) -> None:
    del lines[dice.randrange(len(lines))]


def duplicate(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(len(lines))
    lines.insert(at, lines[at])


def swap(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def indent(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(len(lines))
    by = dice.choice((-2, -1, 1, 2))
    lines[at] = " " * by + lines[at] if by > 0 else lines[at][min(-by, _indent_of(lines[at])) :]


def lengthen(dice: random.Random, lines: list[str]) -> None:
    """One of the texts in a line, by a few letters or many."""

    def longer(found: re.Match[str]) -> str:
        return found[0] + found[0][-1] * dice.choice((1, 5, 30, 200))

    _change(dice, lines, TEXT, longer)


def rename(dice: random.Random, lines: list[str]) -> None:
    """One letter of a name: that of a screen, or a word of the language."""

    def other(found: re.Match[str]) -> str:
        at = dice.randrange(len(found[0]))
        letter = dice.choice("abcdefghijklmnopqrstuvwxyz_")
        return found[0][:at] + letter + found[0][at + 1 :]

    _change(dice, lines, NAME, other)


SLIPS: Final = (drop, duplicate, swap, indent, lengthen, rename)


def mutant_of(files: Mapping[str, bytes], seed: int) -> tuple[str, bytes]:
    """The name of the file that is changed, and what then stands in it: no two are alike."""
    dice = random.Random(seed)
    name = dice.choice(sorted(each for each in files if each.endswith(".yaml")))
    lines = files[name].decode().splitlines()
    for _ in range(dice.choice(SLIPS_A_MUTANT)):
        dice.choice(SLIPS)(dice, lines)
    return name, "\n".join([*lines, f"# mutant {seed}", ""]).encode()


def _change(
    dice: random.Random,
    lines: list[str],
    what: re.Pattern[str],
    how: Callable[[re.Match[str]], str],
) -> None:
    """One find in one line that has any, remarks aside."""
    found = [
        (at, each)
        for at, line in enumerate(lines)
        if not line.lstrip().startswith("#")
        for each in what.finditer(line)
    ]
    at, each = dice.choice(found)
    lines[at] = lines[at][: each.start()] + how(each) + lines[at][each.end() :]


def _indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())
