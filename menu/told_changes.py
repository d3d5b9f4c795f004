"""How a change is told: texts in their languages, ways, and what two values were and are. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from babel import Locale

from menu.language import Language, Texts, base_of, is_romanised
from menu.ways import Go, Target
from telecom.text import graphemes_of

MOST_LETTERS: Final = 100  # of a text that is told
_ENGLISH: Final = Locale("en")


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is one of a few stable words, `where` a screen or another name of the menu's ("" for
    the menu as a whole), `says` half a sentence about it."""

    what: str
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}" if self.where else self.says

    def as_json(self) -> dict[str, str]:
        """The keys are stable."""
        return {"what": self.what, "where": self.where, "says": self.says}


def language_name(language: Language) -> str:
    """As an English reader calls it."""
    base = base_of(language)
    name = str(_ENGLISH.languages.get(base.replace("-", "_"), base))
    return f"{name} in Latin letters" if is_romanised(language) else name


def quoted(text: str) -> str:
    line = " / ".join(text.splitlines())
    letters = list(graphemes_of(line[: 8 * MOST_LETTERS]))
    short = "".join(letters[:MOST_LETTERS])
    return f'"{short}{"" if short == line else "…"}"'


def changed_texts(name: str, before: Texts, after: Texts) -> Iterator[str]:
    """`name`: "the text". In the languages that both have; what the first language lends to others
    is told once."""
    both = [language for language in after if language in before]
    changes = {
        language: (before[language], after[language])
        for language in both
        if before[language] != after[language]
    }
    told: set[tuple[str, str]] = set()
    if len(set(changes.values())) == 1 and len(changes) == len(both):
        old, new = next(iter(changes.values()))
        yield f"{name} changed: {quoted(old)} -> {quoted(new)}"
        return
    for language, change in changes.items():
        if change not in told:
            told.add(change)
            old, new = map(quoted, change)
            yield f"{name} in {language_name(language)} changed: {old} -> {new}"


def way(go: Go | None) -> str:
    """Where something leads."""
    if go is None:
        return "nothing"
    if isinstance(go, str):
        return go
    if not go.branches:
        return _target(go.otherwise)
    branches = [f"{_target(target)} if {when.text}" for when, target in go.branches]
    return ", ".join([*branches, f"else {_target(go.otherwise)}"])


def _target(target: Target) -> str:
    screen = target.screen or "the end of the sub-menu"
    return f"{screen} and then {target.then}" if target.then else screen
