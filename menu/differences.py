"""What callers would notice of a menu that takes the place of another, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from menu.data_set import DataSet
from menu.program import EntryPoint, Program
from menu.screen_differences import screen_differences
from menu.told_changes import Difference, changed_texts, language_name, quoted

MOST_NAMED = 5  # rows of a table that are told by their keys


def find_differences(before: Program, after: Program) -> list[Difference]:
    """The doors first, then screen by screen, then what screens are made of."""
    found = [
        *_of_all(before, after),
        *_doors(before, after),
        *_screens(before, after),
        *_links(before, after),
        *_tables(before.data_sets, after.data_sets),
        *_phrases(before, after),
    ]
    if not found and replace(before, fingerprint="") != replace(after, fingerprint=""):
        found.append(Difference("menu", "", "it works otherwise than before"))
    return found


def _of_all(before: Program, after: Program) -> Iterator[Difference]:
    if before.name != after.name:
        yield Difference("menu", "", f"the name changed: {before.name} -> {after.name}")
    for language in after.languages:
        if language not in before.languages:
            yield Difference("language", "", f"{language_name(language)} is a new language")
    for language in before.languages:
        if language not in after.languages:
            yield Difference("language", "", f"{language_name(language)} is gone")
    if before.fallback_language != after.fallback_language:
        first = language_name(after.fallback_language)
        yield Difference("language", "", f"who chose no language reads {first}")
    others = {
        "the country is another": (before.country, after.country),
        "the currency is another": (before.currency, after.currency),
        "the time zone is another": (before.zone.key, after.zone.key),
        "services are asked otherwise": (before.services, after.services),
        "opening hours changed": (before.openings, after.openings),
        "who is dropped may go on for another time": (before.resume_seconds, after.resume_seconds),
        "SMS are written with other letters": (before.has_plain_letters, after.has_plain_letters),
    }
    for says, (old, new) in others.items():
        if old != new:
            told = f": {old} -> {new}" if isinstance(old, str) else ""
            yield Difference("menu", "", says + told)


def _doors(before: Program, after: Program) -> Iterator[Difference]:
    yield from _entries("code", "code", before.ussd, after.ussd)
    yield from _entries("keyword", "keyword", _keywords(before), _keywords(after))
    yield from _entries("number", "missed call", before.missed_call, after.missed_call)
    old = {"": before.sms_default} if before.sms_default else {}
    new = {"": after.sms_default} if after.sms_default else {}
    yield from _entries("keyword", "any other text", old, new)


def _keywords(program: Program) -> dict[str, EntryPoint]:
    """As the author wrote them, in capitals where there are any."""
    words = program.sms_words
    return {words.get(each, each).upper(): to for each, to in program.sms_keywords.items()}


def _entries(
    what: str, name: str, before: Mapping[str, EntryPoint], after: Mapping[str, EntryPoint]
) -> Iterator[Difference]:
    for key in (*before, *(key for key in after if key not in before)):
        old, new, says = before.get(key), after.get(key), f"{name} {key}".strip()
        if old is None and new is not None:
            yield Difference(what, "", f"{says} is new: it leads to {new.screen}")
        elif new is None:
            yield Difference(what, "", f"{says} is gone")
        elif old is not None and old.screen != new.screen:
            yield Difference(what, "", f"{says} leads to {new.screen} instead of {old.screen}")
        elif old != new:
            yield Difference(what, "", f"{says} is answered otherwise than before")


def _screens(before: Program, after: Program) -> Iterator[Difference]:
    for name, screen in after.screens.items():
        if name in before.screens:
            yield from screen_differences(before.screens[name], screen)
        else:
            text = quoted(next(iter(screen.text.values()), ""))
            yield Difference("screen", name, f"this screen is new: {text}")
    for name in before.screens:
        if name not in after.screens:
            yield Difference("screen", name, "this screen is gone")


def _links(before: Program, after: Program) -> Iterator[Difference]:
    for name, link in after.links.items():
        old = before.links.get(name)
        if old is None:
            yield Difference("link", name, "this link is new")
            continue
        for platform in dict.fromkeys((*link.addresses, *old.addresses)):
            was, now = old.addresses.get(platform), link.addresses.get(platform)
            if was != now:
                told = f"the address for {platform} changed: {was or 'none'} -> {now or 'none'}"
                yield Difference("link", name, told)
        for says in changed_texts("its SMS", old.sms, link.sms):
            yield Difference("link", name, says)
        if (old.elsewhere, old.sms_unknown_language) != (link.elsewhere, link.sms_unknown_language):
            yield Difference("link", name, "who gets it, or in which words, changed")
    for name in before.links:
        if name not in after.links:
            yield Difference("link", name, "this link is gone")


def _tables(before: Mapping[str, DataSet], after: Mapping[str, DataSet]) -> Iterator[Difference]:
    for name in (*before, *(name for name in after if name not in before)):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            says = "this table is new" if old is None else "this table is gone"
            yield Difference("table", name, says)
            continue
        was, now = ({row.key: row for row in each.rows} for each in (old, new))
        rows = {
            "new": [key for key in now if key not in was],
            "gone": [key for key in was if key not in now],
            "changed": [key for key in now if key in was and now[key] != was[key]],
        }
        told = [f"{len(keys)} rows {word} ({_some(keys)})" for word, keys in rows.items() if keys]
        if told:
            yield Difference("table", name, ", ".join(told))
        elif [*was] != [*now]:
            yield Difference("table", name, "its rows stand in another order")
        elif old.columns != new.columns:
            yield Difference("table", name, "its columns changed")


def _some(keys: list[str]) -> str:
    more = ["..."] if len(keys) > MOST_NAMED else []
    return ", ".join([*keys[:MOST_NAMED], *more])


def _phrases(before: Program, after: Program) -> Iterator[Difference]:
    for name, texts in after.phrases.items():
        if name in before.phrases:
            for says in changed_texts(f'the words "{name}"', before.phrases[name], texts):
                yield Difference("phrase", "", says)
