"""What a screen looks at that was chosen, answered or counted before it, and where that is kept.
Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from menu.blanks import used_blanks
from menu.condition_words import words_of
from menu.reach import saved_on_every_way
from menu.schema import Screen
from menu.source import Source
from menu.templates import blanks_of


@dataclass(frozen=True, slots=True)
class Need:
    """`name` as texts and conditions write it, without its column; `what` it is, in words.

    `saved_by` are the screens that keep it. `is_sure`: whoever gets here has it.
    """

    name: str
    what: str
    saved_by: tuple[str, ...]
    is_sure: bool


def needs_of(source: Source, screen: str) -> list[Need]:
    starts = [entry.go for _, entry in source.entries()]
    sure = saved_on_every_way(source.flat_screens, starts).get(screen, frozenset())
    own = frozenset(source.flat[screen].screen.set_)
    return [
        Need(name, what, tuple(_savers(source, name)), name in sure or name in own)
        for name, what in dict(_used(source, screen)).items()
    ]


def _used(source: Source, screen: str) -> Iterator[tuple[str, str]]:
    for used in used_blanks(source):
        if used.screen == screen and used.data_set and used.blank.saved_as:
            yield used.blank.saved_as, f"a row of {used.data_set}"
        elif used.screen == screen and used.value:
            yield from _named(source, used.value)
    for text in _expressions(source.flat[screen].screen):
        for name in sorted(words_of(text)):
            yield from _named(source, name)
    call = source.flat[screen].screen.call
    for text in call.with_.values() if call else ():
        for blank in blanks_of(text):
            yield from _named(source, f"{blank.saved_as}.{blank.column}".lstrip("."))


def _named(source: Source, name: str) -> Iterator[tuple[str, str]]:
    owner = name.partition(".")[0]
    if name in source.values:
        kind = source.values[name].kind.replace("_", " or ")
        yield owner, f"{kind}, the answer of a service" if "." in name else kind
    elif owner in source.saved_rows and "." in name:
        yield owner, f"a row of {source.saved_rows[owner]}"


def _expressions(screen: Screen) -> Iterator[str]:
    """Conditions, and what is worked out."""
    yield from screen.set_.values()
    for option in screen.options:
        when = getattr(option, "when", None)
        if when:
            yield when
    for _, _, option in screen.numbered_options():
        yield from option.set_.values()
    for _, go in screen.goes():
        if isinstance(go, list):
            yield from (when for item in go if isinstance(when := getattr(item, "when", None), str))


def _savers(source: Source, name: str) -> Iterator[str]:
    for screen, flat in source.flat.items():
        its = flat.screen
        saved: set[str] = {*its.set_, *(rows.save_as for _, rows in its.row_options())}
        saved |= {key for _, _, option in its.numbered_options() for key in option.set_}
        saved |= {ask.save_as for _, ask in its.questions()}
        if its.call and its.call.save_as:
            saved.add(its.call.save_as)
        if name in saved:
            yield screen
