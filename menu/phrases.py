"""The program's own words, short on purpose: every letter here is one less for the author's text.

Hindi and Bengali after the SIM toolkit of Android (Apache-2.0) where it has the word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from menu.program import Language, Texts
from menu.schema import Phrases
from menu.texts import find_text

BUILT_IN: Final[Mapping[str, Texts]] = MappingProxyType(
    {
        "back": {"en": "Back", "hi": "वापस", "bn": "ফিরুন"},
        "home": {"en": "Home", "hi": "होम", "bn": "হোম"},
        "exit": {"en": "Exit", "hi": "बाहर", "bn": "শেষ"},
        "wrong_choice": {"en": "Wrong choice.", "hi": "गलत विकल्प।", "bn": "ভুল বিকল্প।"},
        "goodbye": {"en": "Thank you.", "hi": "धन्यवाद।", "bn": "ধন্যবাদ।"},
        "busy": {
            "en": "Service is busy. Try again later.",
            "hi": "सेवा व्यस्त है। बाद में कोशिश करें।",
            "bn": "পরিষেবা ব্যস্ত। পরে চেষ্টা করুন।",
        },
        "session_over": {
            "en": "Session over. Please start again.",
            "hi": "सत्र समाप्त। फिर से शुरू करें।",
            "bn": "সেশন শেষ। আবার শুরু করুন।",
        },
    }
)
LAST_RESORT: Final = "en"


def resolve(languages: Sequence[Language], overrides: Phrases) -> Mapping[str, Texts]:
    """Every phrase in every language: the author's, else ours, else both again in the first."""
    return {
        name: {language: _phrase(name, language, languages[0], overrides) for language in languages}
        for name in BUILT_IN
    }


def is_spoken(name: str, language: Language, overrides: Phrases) -> bool:
    """Whether this phrase needs no fallback in this language."""
    return _find(name, language, overrides) is not None


def _phrase(name: str, language: Language, first: Language, overrides: Phrases) -> str:
    return (
        _find(name, language, overrides)
        or _find(name, first, overrides)
        or BUILT_IN[name][LAST_RESORT]
    )


def _find(name: str, language: Language, overrides: Phrases) -> str | None:
    own = getattr(overrides, name)
    return (find_text(own, language) if own else None) or BUILT_IN[name].get(language)
