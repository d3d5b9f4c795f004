"""What the engine asks the world to do. Saying so changes nothing; committing it does."""

from __future__ import annotations

from dataclasses import dataclass, field

from menu.language import Language
from menu.place import Place


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLater:
    """The service that is called where the caller stands is asked once nobody waits any more, and
    what the menu says then is sent by SMS.

    `told` is what it is told, `key` names what it does. `is_told`: what is shown then is sent, too,
    and not only what the menu sends by itself. `kept_seconds`: so long who dials `code` again may
    read what he asked for at `asked_at` (0: not at all).
    """

    service: str
    told: tuple[tuple[str, str], ...] = field(repr=False)
    place: Place = field(repr=False)
    key: str
    is_told: bool = True
    code: str = ""
    asked_at: float = 0.0
    kept_seconds: int = 0


Effect = SendLink | SendSms | RememberLanguage | AnswerLater
