"""What the engine asks the world to do. Saying so changes nothing; committing it does."""

from __future__ import annotations

from dataclasses import dataclass, field

from menu.language import Language


@dataclass(frozen=True, slots=True)
class SendLink:
    """Send this app link by SMS. `language` None: nobody knows what the caller reads."""

    link: str
    language: Language | None


@dataclass(frozen=True, slots=True)
class RememberLanguage:
    """The caller chose this language, for every channel and every later session."""

    language: Language


@dataclass(frozen=True, slots=True)
class SendSms:
    """Send this text by SMS, in this language: it is written out already."""

    text: str = field(repr=False)
    language: Language


Effect = SendLink | SendSms | RememberLanguage
