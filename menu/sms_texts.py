"""Every text that a menu sends by SMS, as long as it may get, with what it is billed as. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from menu.document import KeyPath
from menu.language import Language
from menu.link_text import LINK
from menu.rules.first_contact import ADDRESS
from menu.source import Source
from menu.texts import filled
from menu.widths import Widths
from telecom.encoding import Encoding, encoding_of, segments_of, size_of
from telecom.text import plain_text


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsText:
    """`name` is that of the screen or the app link that sends it."""

    path: KeyPath
    name: str
    language: Language
    text: str

    @property
    def encoding(self) -> Encoding:
        return encoding_of(self.text)

    @property
    def units(self) -> int:
        return size_of(self.text).units

    @property
    def segments(self) -> int:
        return segments_of(self.text)


def texts_sent(source: Source) -> Iterator[SmsText]:
    """In every language that people may read."""
    widths = Widths(source)
    for language in source.written_languages:
        for name, link in source.menu.links.items():
            text = filled(link.sms, source.displayed)[language].replace(LINK, ADDRESS)
            yield _text(source, ("links", name, "sms", language), name, language, text)
        for name, screen in source.menu.screens.items():
            path: KeyPath = ("screens", name)
            if screen.send_sms is not None:
                text = widths.widest(screen.send_sms, language)
                yield _text(source, (*path, "send_sms", language), name, language, text)
            helpline = screen.helpline
            if helpline and helpline.sms and helpline.name in source.menu.helplines:
                its = source.menu.helplines[helpline.name]
                text = f"{filled(its.label, source.displayed)[language]}: {its.number}"
                yield _text(source, (*path, "helpline"), name, language, text)
    for name, link in source.menu.links.items():
        if link.sms_unknown_language is not None:
            text = link.sms_unknown_language.replace(LINK, ADDRESS)
            path = ("links", name, "sms_unknown_language")
            yield _text(source, path, name, source.languages[0], text)


def _text(source: Source, path: KeyPath, name: str, language: Language, text: str) -> SmsText:
    """As it is sent: see menu.answers."""
    if source.menu.plain_letters:
        plain = plain_text(text)
        if encoding_of(plain) is Encoding.GSM7 or segments_of(plain) < segments_of(text):
            text = plain
    return SmsText(path=path, name=name, language=language, text=text)
