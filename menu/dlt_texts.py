"""Every text of a menu that is sent by SMS, with the DLT templates that it names: what the rules
about DLT look at. What is only known when it is sent (lists of rows, conditions, pages) is not
among them: there the dispatcher looks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from menu import schema
from menu.dlt_samples import Samples, samples_of
from menu.document import KeyPath
from menu.formats import PLURAL_FORMS
from menu.language import Language
from menu.link_text import LINK
from menu.paging import pages_of
from menu.phrases import PLACEHOLDERS
from menu.reach import reachable
from menu.reserved_words import base_of, code_of, own_name_of
from menu.screens import lines_of, ways_out
from menu.source import Source
from menu.templates import Blank, fill
from menu.text_schema import AnyTexts
from menu.texts import filled, written
from telecom.encoding import Encoding, Limit, encoding_of, segments_of
from telecom.text import cut, plain_text

SENT: Final = tuple(schema.DltPhrases.model_fields)  # phrases that are SMS by themselves
UNKNOWN_ADDRESS: Final = "https://bridge.example/l/"
CODE: Final = "Ab3dE6gH9jK"
_FIRST_SIGN: Final = 0xE000  # of Unicode's private area: nobody writes it
_NAME_LENGTH: Final = 40  # sms.keywords cuts a longer name
_PHONE: Final = Limit()


@dataclass(frozen=True, slots=True)
class SmsText:
    """`text` has one sign of the private area for each blank; `blanks` are these as the author
    wrote them, `samples` what may stand there. `names_at`: where the names of its templates stand.
    `what` tells people which text it is."""

    path: KeyPath
    language: Language | None
    names: Sequence[str]
    names_at: KeyPath
    what: str
    text: str
    blanks: Sequence[str] = ()
    samples: Sequence[Samples] = ()
    address: str = ""  # what our short addresses begin with, before the blank

    def filled(self, part: str) -> list[str]:
        """This part of it with examples of what may stand in its blanks."""
        count = max((len(each) for each in self.samples), default=1)
        return [self._filled(part, turn) for turn in range(count)]

    def as_written(self, part: str) -> str:
        for at, blank in enumerate(self.blanks):
            part = part.replace(self.address + chr(_FIRST_SIGN + at), blank)
        return part

    def _filled(self, part: str, turn: int) -> str:
        for at, each in enumerate(self.samples):
            part = part.replace(chr(_FIRST_SIGN + at), each[turn % len(each)])
        return part


def sms_texts(source: Source) -> Iterator[SmsText]:
    """All of them; nothing where nothing is registered."""
    if source.menu.dlt is None:
        return
    for text in (*_of_links(source), *_of_screens(source), *_answers(source), *_phrases(source)):
        yield _as_sent(source, text)


def named_templates(source: Source) -> Iterator[tuple[KeyPath, str]]:
    """Every name of a template, with its path."""
    for name, link in source.menu.links.items():
        yield from _numbered(("links", name, "dlt"), link.dlt)
    for name, screen in source.menu.screens.items():
        yield from _numbered(("screens", name, "dlt"), screen.dlt)
    if source.menu.dlt is not None:
        for phrase in SENT:
            names = getattr(source.menu.dlt.phrases, phrase)
            yield from _numbered(("dlt", "phrases", phrase), names)


def is_of(template: schema.DltTemplate, language: Language | None) -> bool:
    """Whether this template may be the one of a text in this language; None: of every language."""
    return language is None or template.language == language


def _numbered(path: KeyPath, names: Sequence[str]) -> Iterator[tuple[KeyPath, str]]:
    for place, name in enumerate(names):
        yield (*path, place), name


def _of_links(source: Source) -> Iterator[SmsText]:
    begins = (source.menu.dlt.short_address if source.menu.dlt else None) or UNKNOWN_ADDRESS
    for name, link in source.menu.links.items():
        make = partial(
            SmsText,
            names=link.dlt,
            names_at=("links", name, "dlt"),
            what=f'the link "{name}"',
        )
        texts: list[tuple[KeyPath, Language | None, str]] = [
            (("links", name, "sms", *suffix), _language(suffix), text)
            for suffix, text in written(link.sms)
        ]
        if link.sms_unknown_language:
            at: KeyPath = ("links", name, "sms_unknown_language")
            texts.append((at, source.languages[0], link.sms_unknown_language))
        for path, language, text in texts:
            yield make(
                path=path,
                language=language,
                text=text.replace(LINK, begins + chr(_FIRST_SIGN)),
                blanks=(LINK,),
                samples=((CODE,),),
                address=begins,
            )


def _of_screens(source: Source) -> Iterator[SmsText]:
    """What screens send."""
    for name, screen in source.menu.screens.items():
        if screen.send_sms is not None:
            yield from _filled_text(source, name, ("screens", name, "send_sms"), screen.send_sms)
        elif screen.helpline is not None and screen.helpline.sms:
            yield from _helpline(source, name, screen.helpline.name)


def _answers(source: Source) -> Iterator[SmsText]:
    """Screens that are the answer to a text, where all of them is known beforehand."""
    points = source.menu.entry_points.sms
    starts = [each.go for each in points.keywords.values()]
    starts += [points.default.go] if points.default else []
    inside = reachable(source.flat_screens, starts)
    for name, flat in source.flat.items():
        screen = flat.screen
        if name not in inside or screen.leads_on or screen.text is None:
            continue
        if screen.ends:
            if screen.send_sms is None and screen.send_link is None and screen.helpline is None:
                yield from _filled_text(source, name, (*flat.path, "text"), screen.text)
        elif _is_plain(screen):
            yield from _with_choices(source, name, screen, is_first=name in starts)


def _is_plain(screen: schema.Screen) -> bool:
    """Its choices are the same for everybody."""
    return not (screen.ask or screen.confirm) and all(
        isinstance(each, schema.Option) and each.when is None for each in screen.options
    )


def _with_choices(
    source: Source, name: str, screen: schema.Screen, *, is_first: bool
) -> Iterator[SmsText]:
    for language in source.languages:
        ways = ways_out(source.phrases, language)
        lines = lines_of(
            (key, filled(option.label, source.displayed)[language])
            for _, key, option in screen.numbered_options()
        )
        texts = screen.text if screen.text is not None else ""
        for text in _filled_text(source, name, ("screens", name, "text"), texts, language):
            footers = ways.at_top if is_first else ways.deeper
            pages = pages_of(text.text, lines, footers, _PHONE)
            if len(pages) == 1:
                yield replace(text, text=pages[0])


def _filled_text(
    source: Source, screen: str, path: KeyPath, texts: AnyTexts, only: Language | None = None
) -> Iterator[SmsText]:
    """As it is written; `only`: as it is read in this language."""
    own = screen.partition(".")[0]
    found = [((), filled(texts, source.displayed)[only])] if only else written(texts)
    for suffix, text in found:
        language = only or _language(suffix)
        blanks: list[Blank] = []
        marked = fill(text, partial(_mark, blanks))
        yield SmsText(
            path=(*path, *suffix),
            language=language,
            names=source.menu.screens[own].dlt,
            names_at=("screens", own, "dlt"),
            what=f'the screen "{own}"',
            text=marked,
            blanks=[_written(blank) for blank in blanks],
            samples=[
                samples_of(source, blank, language or source.languages[0]) for blank in blanks
            ],
        )


def _mark(blanks: list[Blank], blank: Blank) -> str:
    blanks.append(blank)
    return chr(_FIRST_SIGN + len(blanks) - 1)


def _helpline(source: Source, screen: str, name: str) -> Iterator[SmsText]:
    helpline = source.menu.helplines.get(name)
    if helpline is None:
        return
    for suffix, label in written(helpline.label):
        yield SmsText(
            path=("helplines", name, "label", *suffix),
            language=_language(suffix),
            names=source.menu.screens[screen].dlt,
            names_at=("screens", screen, "dlt"),
            what=f'the screen "{screen}"',
            text=f"{label}: {helpline.number}",
        )


def _phrases(source: Source) -> Iterator[SmsText]:
    dlt = source.menu.dlt
    if dlt is None or not source.menu.entry_points.sms.keywords | _default(source):
        return
    codes = ", ".join(dict.fromkeys(code_of(base_of(each)) for each in source.languages))
    known: dict[str, Samples] = {
        "{codes}": (codes,),
        "{language}": tuple(map(own_name_of, source.languages)),
    }
    for phrase in SENT:
        has_own = getattr(source.menu.phrases, phrase) is not None
        place: KeyPath = ("phrases", phrase) if has_own else ("dlt", "phrases", phrase)
        for language in source.languages:
            text, blanks = source.phrases[phrase][language], []
            for at, placeholder in enumerate(PLACEHOLDERS.get(phrase, ())):
                text = text.replace(placeholder, chr(_FIRST_SIGN + at))
                blanks.append(placeholder)
            yield SmsText(
                path=(*place, language) if has_own else place,
                language=language,
                names=getattr(dlt.phrases, phrase),
                names_at=("dlt", "phrases", phrase),
                what=f'the phrase "{phrase}"',
                text=text,
                blanks=blanks,
                samples=[known.get(each) or (_name_in(source, text),) for each in blanks],
            )


def _name_in(source: Source, phrase: str) -> str:
    """As much of the menu's name as sms.keywords leaves: all is one SMS."""
    for length in range(_NAME_LENGTH, 0, -1):
        name = cut(source.menu.name, length)
        if segments_of(phrase.replace(chr(_FIRST_SIGN), name)) == 1:
            return name
    return ""


def _default(source: Source) -> dict[str, object]:
    default = source.menu.entry_points.sms.default
    return {"": default} if default else {}


def _as_sent(source: Source, text: SmsText) -> SmsText:
    """Without typographic characters, where `plain_letters` takes them away."""
    if not source.menu.plain_letters:
        return text
    before, after = text.filled(text.text)[0], text.filled(plain_text(text.text))[0]
    if encoding_of(after) is Encoding.GSM7 or segments_of(after) < segments_of(before):
        return replace(text, text=plain_text(text.text))
    return text


def _language(suffix: Sequence[str]) -> Language | None:
    """The first part of the path of a text: a language, unless it is the form of a plural."""
    plural = frozenset(PLURAL_FORMS)
    return suffix[0] if suffix and suffix[0] not in plural else None


def _written(blank: Blank) -> str:
    owner = f"{blank.saved_as}." if blank.saved_as else ""
    form = f":{blank.format}" if blank.format else ""
    return f"{{{owner}{blank.column}{form}}}"
