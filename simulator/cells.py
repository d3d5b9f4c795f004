"""How wide text is in a terminal, and how it folds into the columns of a small screen.

A cluster (what a reader calls one letter, `\\X`) is never broken. Its width is counted as Linux
terminals do: marks above and below take no cell, spacing vowel signs take one, East Asian wide
letters and emoji two. Limits: terminals that shape Devanagari or Bengali may draw a conjunct
narrower than that, old ones draw a joined emoji wider, and right-to-left scripts are not reordered.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

JOINERS: Final = frozenset("\u200c\u200d")  # of Indic conjuncts and emoji: invisible, but wanted
UNSEEN: Final = frozenset({"Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
NO_GLYPH: Final = "\ufffd"
NO_BASE: Final = "\u25cc"  # the dotted circle that carries a mark without a letter
CONTROL_PICTURES: Final = 0x2400


def width_of(text: str) -> int:
    """Terminal cells that `text`, one line, takes."""
    return sum(map(_cluster_width, regex.findall(r"\X", text)))


def wrap(text: str, columns: int) -> tuple[str, ...]:
    """The lines of a screen of `columns` cells: folded at spaces, else between clusters."""
    lines: list[str] = []
    for paragraph in visible_lines(text):
        lines += _fold(_clusters(paragraph, columns), columns)
    return tuple(lines)


def visible_lines(text: str) -> tuple[str, ...]:
    """The lines as they were written, with every character to be seen.

    Those that cannot be seen cost a place in an SMS as well; and a terminal would obey some.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return tuple("".join(map(_visible, line)) for line in lines)


def pad(line: str, columns: int) -> str:
    return line + " " * (columns - width_of(line))


def _fold(clusters: list[str], columns: int) -> list[str]:
    lines: list[str] = []
    line: list[str] = []
    width = 0
    for cluster in clusters:
        line.append(cluster)
        width += _cluster_width(cluster)
        if width <= columns:
            continue
        fold = _last_space(line)  # of a space that does not fit, the fold itself
        lines.append("".join(line[:fold] if fold else line[:-1]))
        line = line[fold + 1 :] if fold else [cluster]
        width = sum(map(_cluster_width, line))
    return [*lines, "".join(line)]


def _last_space(line: list[str]) -> int:
    """Where the last space stands; 0 if there is none to fold at."""
    return max((place for place, cluster in enumerate(line) if cluster == " "), default=0)


def _clusters(paragraph: str, columns: int) -> list[str]:
    return [_drawable(cluster, columns) for cluster in regex.findall(r"\X", paragraph)]


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc":
        return chr(CONTROL_PICTURES + ord(char)) if char < " " else NO_GLYPH
    return NO_GLYPH if category in UNSEEN and char not in JOINERS else char


def _drawable(cluster: str, columns: int) -> str:
    """The cluster, on a base of its own: a lone mark would creep into the frame."""
    if cluster[0] in JOINERS or unicodedata.category(cluster[0]).startswith("M"):
        cluster = NO_BASE + cluster
    return cluster if _cluster_width(cluster) <= columns else NO_GLYPH


def _cluster_width(cluster: str) -> int:
    if _char_width(cluster[0]) == 2:
        return 2  # what joins a wide base (emoji, Hangul) is drawn inside its two cells
    return sum(map(_char_width, cluster))


def _char_width(char: str) -> int:
    if char in JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
