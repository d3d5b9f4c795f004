"""A checked menu becomes a `Program`: languages filled, keywords folded, screens composed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from menu import schema
from menu.diagnostics import BadMenu, Diagnostic
from menu.dlt_compiler import compile_dlt
from menu.files import Files, root_of
from menu.formats import formats_of
from menu.inputs import fold
from menu.language import Language
from menu.linter import examine
from menu.openings import Hours
from menu.program import AppLink, EntryPoint, Platform, Program
from menu.repeats import repeatable
from menu.reserved_words import bare
from menu.screen_compiler import compile_screen
from menu.screens import ways_out
from menu.services import NO_SERVICES, Services
from menu.source import Source
from menu.texts import filled


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program, and what its author should know of it all the same."""

    program: Program
    warnings: tuple[Diagnostic, ...]


def compile_menu(files: Files, services: Services = NO_SERVICES) -> Program:
    """The program of a menu that has no error; warnings pass. Raises BadMenu."""
    return compile_with_warnings(files, services).program


def compile_with_warnings(files: Files, services: Services = NO_SERVICES) -> Compiled:
    """The same, together with what `check` warns of. Raises BadMenu."""
    examined = examine(files, services=services)
    if examined.source is None:
        raise BadMenu(examined.diagnostics)
    return Compiled(_program(examined.source, fingerprint(files)), examined.diagnostics)


def compile_published(files: Files, services: Services = NO_SERVICES) -> Program:
    """The program of a menu that was clean when it was published: read and shaped, not judged.

    A rule that came later must not take a menu away that is live, or that a session pins.
    Raises BadMenu only for what can no longer be read at all.
    """
    examined = examine(files, rules=(), services=services)
    if examined.source is None:
        raise BadMenu(examined.diagnostics)
    return _program(examined.source, fingerprint(files))


def fingerprint(files: Files) -> str:
    """SHA-256 (hex) over names and contents, the root first; the order of the others counts not."""
    root = root_of(files)
    digest = hashlib.sha256()
    for name in [root, *sorted(files.keys() - {root})]:
        content = files[name]
        raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        for part in (name.encode(), raw):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _program(source: Source, digest: str) -> Program:
    menu, points = source.menu, source.menu.entry_points
    phrases = source.phrases
    return Program(
        fingerprint=digest,
        name=menu.name,
        languages=tuple(menu.languages),
        romanised=source.romanised,
        phrases=phrases,
        ways_out={language: ways_out(phrases, language) for language in source.displayed},
        data_sets=source.data_sets,
        saved_rows=source.saved_rows,
        screens={
            name: compile_screen(source, name, flat.screen) for name, flat in source.flat.items()
        },
        links={name: _link(source, name, link) for name, link in menu.links.items()},
        ussd=_entries(points.ussd),
        sms_keywords=_keywords(source),
        sms_words=_spellings(word for _, word, _, _ in source.sms_words()),
        sms_default=_entry(points.sms.default) if points.sms.default else None,
        missed_call=_entries(points.missed_call),
        values=source.values,
        formats=formats_of(source.displayed, menu.country),
        currency=source.currency,
        zone=ZoneInfo(menu.timezone),
        openings={name: _hours(openings) for name, openings in menu.open.items()},
        resume_seconds=menu.resume.minutes * 60,
        country=menu.country,
        repeatable=repeatable(source),
        services=source.declared,
        has_plain_letters=menu.plain_letters,
        dlt=compile_dlt(source),
    )


def _link(source: Source, name: str, link: schema.Link) -> AppLink:
    written = {platform: getattr(link, platform) for platform in Platform}
    return AppLink(
        name=name,
        addresses={platform: address for platform, address in written.items() if address},
        sms=filled(link.sms, source.displayed),
        sms_unknown_language=link.sms_unknown_language,
        elsewhere={
            country: other for other, countries in link.elsewhere.items() for country in countries
        },
    )


def _hours(openings: Sequence[schema.Opening]) -> tuple[Hours, ...]:
    return tuple(Hours(opening.weekdays(), *opening.hours()) for opening in openings)


def _entries(entries: Mapping[str, schema.Entry]) -> dict[str, EntryPoint]:
    return {name: _entry(entry) for name, entry in entries.items()}


def _keywords(source: Source) -> dict[str, EntryPoint]:
    entries = {word: _entry(keyword, lang) for _, word, keyword, lang in source.sms_words()}
    return {folded: entries[word] for folded, word in _spellings(entries).items()}


def _spellings(words: Iterable[str]) -> dict[str, str]:
    """As each is found, with and without the signs between its letters: "P.F." is "pf" to nobody,
    but "p f" to many."""
    as_written = list(words)
    spelt = {fold(word): word for word in as_written}
    for word in as_written:
        spelt.setdefault(bare(word), word)
    return spelt


def _entry(entry: schema.Entry, language: Language | None = None) -> EntryPoint:
    plain = EntryPoint(screen=entry.go, sets_language=language or entry.language)
    if isinstance(entry, schema.Keyword):
        return replace(plain, args=tuple(entry.args))
    if isinstance(entry, schema.Called):
        foreign = _entry(entry.foreign) if entry.foreign else None
        return replace(plain, is_usual=entry.usual, foreign=foreign)
    if isinstance(entry, schema.Dialled) and entry.last_answer is not None:
        return replace(plain, answer_seconds=entry.last_answer.minutes * 60)
    return plain
