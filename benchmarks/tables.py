"""A table of shops in two scripts, and what people write who look for one. The same each time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from menu import data_file
from menu.data_keypad import keys_of
from menu.data_schema import DataSource
from menu.data_set import DataSet

ANSWERS: Final = 2_000
_LATIN: Final = [a + b for a in "bcdghjklmnprstvy" for b in "aeiou"]
_HINDI: Final = [a + b for a in "बचदगहजकलमनपरसतवय" for b in ("", "े", "ि", "ो", "ु")]
_SOURCE: Final = DataSource.model_validate(
    {"file": "shops.csv", "columns": {"id": "key", "name": "label", "also": "words"}}
)
_Draw = random.Random


@dataclass(frozen=True, slots=True)
class Table:
    rows: DataSet
    answers: tuple[str, ...]


def table_of(size: int) -> Table:
    """Names of two words, which are about as often new as known."""
    draw = random.Random(4)  # noqa: S311 - nothing here is secret
    names, lines = [], ["id,name:en,name:hi,also\n"]
    for number in range(size):
        (first, hindi), (second, _) = _word(draw), _word(draw)
        names.append((f"{first} {second}", hindi))
        lines.append(f"r{number},{first} {second},{hindi},{second}\n")
    rows, found = data_file.read("shops", _SOURCE, "".join(lines), ["en", "hi"])
    if rows is None or found:
        raise ValueError(found)
    return Table(rows, tuple(_answer(draw, names, at) for at in range(ANSWERS)))


def _word(draw: _Draw) -> tuple[str, str]:
    places = draw.choices(range(len(_LATIN)), k=draw.choice((2, 3, 4, 5)))
    return "".join(_LATIN[at] for at in places), "".join(_HINDI[at] for at in places)


def _answer(draw: _Draw, names: list[tuple[str, str]], at: int) -> str:
    """Each kind of answer as often as every other."""
    name, hindi = draw.choice(names)
    kinds: list[Callable[[], str]] = [
        lambda: name,
        lambda: hindi,
        lambda: name[: draw.randint(1, 6)],
        lambda: " ".join(word[:2] for word in name.split()),
        lambda: keys_of(name.replace(" ", "")),
        lambda: keys_of(name)[: draw.randint(2, 5)],
        lambda: _mistaken(draw, name),
        lambda: " ".join(_mistaken(draw, word) for word in name.split()),
        lambda: _mistaken(draw, hindi),
        lambda: name.replace("i", "ee").replace("u", "oo"),
        lambda: "".join(word[0] for word in name.split()),
        lambda: "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 12))),
        lambda: " ".join(draw.choice(names)[0] for _ in range(4))[:40],  # no row has all of them
        lambda: str(draw.randint(10, 999_999)),
    ]
    return kinds[at % len(kinds)]()


def _mistaken(draw: _Draw, text: str) -> str:
    at = draw.randrange(len(text))
    before, letter, after = text[:at], text[at], text[at + 1 :]
    return draw.choice(
        [
            before + after,
            f"{before}q{letter}{after}",
            f"{before}z{after}",
            before + after[:1] + letter + after[1:],
        ]
    )
