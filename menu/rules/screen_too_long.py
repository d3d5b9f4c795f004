"""M206: a screen does not fit a phone. What is longer than one page is cut into several; four are
the most that people turn (a warning), and a label must fit on one: 160 septets of GSM-7, or 70
units of UCS-2 as soon as one character is outside GSM-7. The keys for more and back count too, and
so do the longest answers and rows that a text may be filled with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from menu.diagnostics import Diagnostic, Severity
from menu.document import KeyPath
from menu.fit import ANY_NETWORK, Line, Network, footers_of, lines_on, text_of
from menu.language import Language
from menu.limits_told import LIMIT
from menu.overflows import cure_of, excess_of
from menu.paging import pages_of
from menu.question_compiler import errors_of
from menu.question_schema import Ask
from menu.screens import ways_out
from menu.source import Flat, Source
from menu.widths import WIDEST_LIMIT, Widths
from telecom.encoding import Limit, size_of

RULE: Final = "M206"
MOST_PAGES: Final = 4


def check(source: Source) -> Iterator[Diagnostic]:
    return misfits(source, ANY_NETWORK)


def misfits(source: Source, network: Network) -> Iterator[Diagnostic]:
    """What does not fit the phones of this network."""
    widths = Widths(source)
    for flat in source.flat.values():
        for language in network.languages(source):
            sized = _Sized(source, network, flat, language, widths)
            yield from sized.labels()
            yield from sized.pages()
            yield from sized.errors()


class _Sized:
    """One screen in one language on one network."""

    def __init__(
        self, source: Source, network: Network, flat: Flat, language: Language, widths: Widths
    ) -> None:
        self._source, self._network, self._flat = source, network, flat
        self._language, self._widths = language, widths
        self._ways = ways_out(source.phrases, language)
        self._lines = list(lines_on(source, flat, language, widths))

    def labels(self) -> Iterator[Diagnostic]:
        """Of options, of answers, and of the longest row: a label stands on one page."""
        for line in self._lines:
            page = f"{line.written}\n{self._ways.deeper.middle}"
            if not self._network.limit.overflow(page):
                continue
            cure = cure_of(line.label, partial(self._page, line), self._limit)
            hint = f"{cure} The keys for more and back count too."
            if line.row:
                what = f'the label of the row "{line.row}" is cut: it is'
                yield self._told(Severity.WARNING, line.path, what, page, hint)
            else:
                path = (*line.path, self._language)
                yield self._told(Severity.ERROR, path, "this label is", page, hint)

    def pages(self) -> Iterator[Diagnostic]:
        screen = self._flat.screen
        if screen.text is None:
            return
        text = text_of(self._source, screen, self._language, self._widths)
        lines = tuple(line.written for line in self._lines if not line.row)
        footers = footers_of(self._source, screen, self._language)
        pages = pages_of(text, lines, footers, self._limit)
        if len(pages) > MOST_PAGES:
            beyond = "\n".join(page.rpartition("\n")[0] or page for page in pages[MOST_PAGES:])
            unit = "UCS-2 units" if size_of(text).encoding == "ucs2" else "septets"
            reason = (
                f'The screen "{self._flat.path[1]}" in "{self._language}" takes {len(pages)} pages'
                f"{self._where}, {size_of(beyond).units} {unit} more than {MOST_PAGES}."
            )
            hint = f"Few people turn more than {MOST_PAGES}; shorten it, or make several screens."
            place = self._source.value_place(*self._flat.path, "text", self._language)
            yield Diagnostic(
                place=place, rule=RULE, severity=Severity.WARNING, reason=reason, hint=hint
            )

    def errors(self) -> Iterator[Diagnostic]:
        """What is said of a wrong answer stands on one page, with the answers to choose from."""
        ask = self._flat.screen.ask
        if ask is None or isinstance(ask, Ask):
            return
        lines = [line.written for line in self._lines]
        for rule, texts in errors_of(self._source, ask).items():
            told = texts[self._language].replace(LIMIT, WIDEST_LIMIT)
            page = "\n".join((told, *lines, self._ways.deeper.only))
            if self._limit.overflow(page):
                cure = cure_of(
                    told,
                    lambda told: "\n".join((told, *lines, self._ways.deeper.only)),
                    self._limit,
                )
                path = (*self._flat.path, "ask", "errors", rule, self._language)
                hint = f"{cure} It stands above the answers and the keys for back."
                yield self._told(Severity.ERROR, path, "this error is", page, hint)

    @property
    def _limit(self) -> Limit:
        return self._network.limit

    @property
    def _where(self) -> str:
        return f' through the gateway "{self._network.name}"' if self._network.name else ""

    def _page(self, line: Line, label: str) -> str:
        return f"{line.key} {label}\n{self._ways.deeper.middle}"

    def _told(
        self, severity: Severity, path: KeyPath, what: str, page: str, hint: str
    ) -> Diagnostic:
        reason = f'In "{self._language}"{self._where} {what} {excess_of(page, self._limit)}'
        place = self._source.value_place(*path)
        return Diagnostic(place=place, rule=RULE, severity=severity, reason=reason, hint=hint)
