"""M412 (warning): a keyword begins with another that takes answers. Who sends the short one, and an
answer that happens to be the rest of the long one, is taken to mean the long one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu import question_schema as asked
from menu.diagnostics import Diagnostic, warning
from menu.inputs import fold
from menu.schema import Keyword
from menu.source import Source
from menu.texts import filled

RULE: Final = "M412"


def check(source: Source) -> Iterator[Diagnostic]:
    words = [(place, word, fold(word), keyword) for place, word, keyword, _ in source.sms_words()]
    known = {folded: (word, keyword) for _, word, folded, keyword in words}
    for place, _, folded, keyword in words:
        parts = folded.split()
        for count in range(1, len(parts)):
            short, other = known.get(" ".join(parts[:count]), (None, None))
            if short is None or other is None or other.go == keyword.go:
                continue
            rest = " ".join(parts[count:])
            if _may_answer(source, other, rest):
                reason = f'Who sends "{short}" with the answer "{rest}" comes here.'
                hint = f'Use a word that does not begin with "{short}".'
                yield warning(place, RULE, reason, hint)


def _may_answer(source: Source, keyword: Keyword, rest: str) -> bool:
    """Whether the question that the keyword leads to takes this for an answer."""
    screen = source.flat_screens.get(keyword.go)
    match screen.ask if screen else None:
        case asked.Ask(find_in=name):
            rows = source.data_sets.get(name)
            return rows is not None and bool(rows.search(rest, 1))
        case asked.AskText() | asked.AskPattern():
            return True
        case asked.AskChoice(choices=choices):
            labels = (filled(item.label, source.displayed).values() for item in choices)
            return any(fold(label) == rest for texts in labels for label in texts)
        case _:
            return False
