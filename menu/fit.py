"""What a screen takes on a phone: every screen, in every language, on every network, each value in
it as long as it may be and each row the longest there is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from menu.document import KeyPath
from menu.language import Language
from menu.language_names import own_name
from menu.paging import Footers, pages_of
from menu.program import RESERVED_KEYS
from menu.question_compiler import answers_of, takes_zero
from menu.question_schema import Ask
from menu.schema import LanguageOptions, Option, RowOptions, Screen
from menu.screen_compiler import row_label
from menu.screens import SAFE_LIMIT, lines_of, ways_out
from menu.source import Flat, Source
from menu.texts import filled
from menu.widths import Widths
from telecom.encoding import Limit, size_of

MOST_ROWS: Final = 90  # of a list: more have no key
LAST_KEY: Final = "90"


@dataclass(frozen=True, slots=True)
class Network:
    """What a gateway's phones show. Without a name it is what every network and handset carries."""

    name: str = ""
    limit: Limit = SAFE_LIMIT
    is_latin: bool = False

    def languages(self, source: Source) -> tuple[Language, ...]:
        """Those that its callers read; some ask for Latin letters wherever they are."""
        if not self.is_latin:
            return source.written_languages
        return tuple(source.romanised.get(each, each) for each in source.languages)


ANY_NETWORK: Final = Network()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A screen of the menu as it is shown, page by page."""

    path: KeyPath
    screen: str
    language: Language
    network: Network
    pages: tuple[str, ...]

    @property
    def fullest(self) -> str:
        """The page that has the least room left."""
        return max(
            self.pages, key=lambda page: size_of(page).units / self.network.limit.room_for(page)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One choice: its key, its label, where it stands; the row that it is made of."""

    path: KeyPath
    key: str
    label: str
    row: str = ""

    @property
    def written(self) -> str:
        return lines_of([(self.key, self.label)])[0]


def shown_on(source: Source, network: Network, widths: Widths | None = None) -> Iterator[Shown]:
    """Every screen that has a text, in every language of the network."""
    widths = widths or Widths(source)
    dialled = {entry.go for entry in source.menu.entry_points.ussd.values()}
    for name, flat in source.flat.items():
        if flat.screen.leads_on:
            continue
        for language in network.languages(source):
            text = text_of(source, flat.screen, language, widths)
            lines = tuple(
                each.written for each in lines_on(source, flat, language, widths, is_whole=True)
            )
            footers = footers_of(source, flat.screen, language)
            if name in dialled and footers == ways_out(source.phrases, language).deeper:
                footers = ways_out(source.phrases, language).at_top
            pages = pages_of(text, lines, footers, network.limit)
            yield Shown(
                path=flat.path, screen=name, language=language, network=network, pages=pages
            )


def text_of(source: Source, screen: Screen, language: Language, widths: Widths) -> str:
    """With whom to call below it, and that nobody is there now."""
    parts = [widths.widest(screen.text, language)] if screen.text is not None else []
    helpline = source.menu.helplines.get(screen.helpline.name) if screen.helpline else None
    if helpline is not None:
        label = filled(helpline.label, source.displayed)[language]
        parts.append(f"{label}: {helpline.number}")
        parts += [source.phrases["closed_now"][language]] if helpline.hours else []
    return "\n".join(parts)


def lines_on(
    source: Source, flat: Flat, language: Language, widths: Widths, *, is_whole: bool = False
) -> Iterator[Line]:
    """Its choices. Of the rows of a table only the longest; `is_whole`: each row that is listed,
    where the menu tells which these are."""
    screen = flat.screen
    taken = {key for _, key, _ in screen.numbered_options()} | RESERVED_KEYS
    for position, option in enumerate(screen.options):
        path = (*flat.path, "options", position)
        if isinstance(option, Option):
            key = option.key or str(position + 1)
            label = filled(option.label, source.displayed)[language]
            yield Line(path=(*path, "label"), key=key, label=label)
        elif isinstance(option, RowOptions):
            yield from _rows(source, path, option, language, widths, taken, is_whole)
        elif isinstance(option, LanguageOptions) and is_whole:
            from_one = enumerate(source.languages, start=1)
            names = ((str(key), own_name(each, language)) for key, each in from_one)
            yield from (Line(path=path, key=key, label=name) for key, name in names)
    ask = screen.ask
    if isinstance(ask, Ask):
        if not is_whole:  # they come behind an answer, on pages of their own
            yield from _rows(source, (*flat.path, "ask"), ask, language, widths, taken, is_whole)
    elif ask is not None:
        for position, (key, _, texts) in enumerate(answers_of(source, ask)):
            path = (*flat.path, "ask", "choices", position, "label")
            yield Line(path=path, key=key, label=texts[language])
    elif screen.confirm is not None:
        for key, phrase in (("1", "yes"), ("2", "no")):
            yield Line(
                path=(*flat.path, "confirm"), key=key, label=source.phrases[phrase][language]
            )


def footers_of(source: Source, screen: Screen, language: Language) -> Footers:
    """Of a screen deep inside: there the last line is longest."""
    ways = ways_out(source.phrases, language)
    if screen.ask is not None and takes_zero(screen.ask):
        return ways.without_zero
    return ways.ending if screen.ends else ways.deeper


def _rows(
    source: Source,
    path: KeyPath,
    lookup: RowOptions | Ask,
    language: Language,
    widths: Widths,
    taken: frozenset[str] | set[str],
    is_whole: bool,
) -> Iterator[Line]:
    rows = source.data_sets.get(lookup.data_set)
    if rows is None or lookup.data_set not in source.menu.data:
        return
    label = row_label(source, lookup.data_set, lookup.label)[language]
    if not is_whole:
        row, written = widths.longest_label(rows, label, language)
        key = LAST_KEY if len(rows.rows) > 9 else str(len(rows.rows))
        yield Line(path=path, key=key, label=written, row=row.key)
    elif isinstance(lookup, RowOptions):
        kept = rows.rows
        for column, cell in lookup.where.items():
            if "{" not in cell and column in rows.columns:
                keys = {row.key for row in rows.where(column, cell)}
                kept = tuple(row for row in kept if row.key in keys)
        if any("{" in cell for cell in lookup.where.values()):
            kept = kept[:1]  # which they are is known when somebody has chosen
        free = (str(each) for each in range(1, 100) if str(each) not in taken)
        for key, row in zip(free, kept[:MOST_ROWS], strict=False):
            yield Line(path=path, key=key, label=widths.filled(label, language, row), row=row.key)
