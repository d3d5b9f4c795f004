"""Words that mean the same in every menu and come before it: STOP, START, HELP, LANG, PLAIN. Pure
tables.

Only a whole text counts: "please do not stop" is an ordinary text. The English words of STOP are
those that gateways take for an opt-out themselves, so that we never differ from them; YES, which
some take for START, is not here: people answer menus with it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from menu.inputs import fold
from menu.language import Language

LONGEST: Final = 60  # characters: no command is longer, and a text may be long on purpose


class Wish(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    LANG = "lang"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Command:
    """`language` is that of the word that was used; `wanted` is what followed LANG, folded."""

    wish: Wish
    language: Language
    wanted: str = ""


# In the script of the language, and as it is typed on a keypad without that script.
_WORDS: Final[Mapping[Wish, Mapping[Language, str]]] = {
    Wish.STOP: {
        "en": "stop, stopall, stop all, stop sms, stop messages, stop it, please stop, stop please,"
        " unsubscribe, cancel, end, quit, revoke, optout, opt out",
        "hi": "बंद, बन्द, बंद करो, बन्द करो, बंद करें, बन्द करें, बंद कर दो, बंद कीजिए, रोको, रोकें, रोक दो,"
        " रोकिए, स्टॉप, band, band karo, band kare, band karen, bandh karo, roko, roken, rok do",
        "bn": "বন্ধ, বন্ধ করো, বন্ধ কর, বন্ধ করুন, থামাও, থামান, থামুন, স্টপ,"
        " bondho, bondho koro, bondho korun, thamao, thaman, thamun",
    },
    Wish.START: {
        "en": "start, unstop, resume, subscribe, optin, opt in",
        "hi": "शुरू, शुरु, शुरू करो, शुरु करो, शुरू करें, शुरु करें, चालू, चालू करो, चालू करें, स्टार्ट,"
        " shuru, shuru karo, shuru karen, chalu, chalu karo, chaloo",
        "bn": "শুরু, শুরু করো, শুরু কর, শুরু করুন, চালু, চালু করো, চালু কর, চালু করুন, স্টার্ট,"
        " shuru koro, shuru korun, chalu koro, chalu korun",
    },
    Wish.HELP: {
        "en": "help, info, help me",
        "hi": "मदद, सहायता, मदद करो, मदद करें, हेल्प, madad, sahayata, sahayta, madad karo",
        "bn": "সাহায্য, সহায়তা, সাহায্য করো, সাহায্য করুন, হেল্প, sahajyo, shahajjo",
    },
    Wish.LANG: {
        "en": "lang, language",
        "hi": "भाषा, bhasha, bhasa",
        "bn": "ভাষা, bhasha, vasha",
    },
    Wish.PLAIN: {
        "en": "plain, plain letters",
        "hi": "सादा, सादे अक्षर, saada, sada, sade akshar",
        "bn": "সাদা, সাদা অক্ষর, shada, shada okkhor",
    },
}

# Code (the first three letters, where two languages do not share them), name, name in its own
# script. Own names are those of CLDR. People write names in their own way, so more may follow.
_LANGUAGES: Final[Mapping[Language, tuple[str, ...]]] = {
    "as": ("ASM", "Assamese", "অসমীয়া", "ASS"),
    "bn": ("BEN", "Bengali", "বাংলা", "Bangla", "BAN", "बंगाली", "बांग्ला", "বাঙলা"),
    "brx": ("BOD", "Bodo", "बर’"),
    "doi": ("DOG", "Dogri", "डोगरी"),
    "en": ("ENG", "English", "English", "अंग्रेज़ी", "अंग्रेजी", "इंग्लिश", "ইংরেজি", "ইংরাজি", "ইংলিশ"),
    "gu": ("GUJ", "Gujarati", "ગુજરાતી"),
    "hi": ("HIN", "Hindi", "हिन्दी", "हिंदी", "হিন্দি", "হিন্দী"),
    "kn": ("KAN", "Kannada", "ಕನ್ನಡ"),
    "kok": ("KON", "Konkani", "कोंकणी"),
    "ks": ("KAS", "Kashmiri", "کٲشُر"),
    "mai": ("MAI", "Maithili", "मैथिली"),
    "ml": ("MAL", "Malayalam", "മലയാളം"),
    "mni": ("MNI", "Manipuri", "মৈতৈলোন্", "MAN"),
    "mr": ("MAR", "Marathi", "मराठी"),
    "ne": ("NEP", "Nepali", "नेपाली"),
    "or": ("ODI", "Odia", "ଓଡ଼ିଆ", "Oriya", "ORI"),
    "pa": ("PUN", "Punjabi", "ਪੰਜਾਬੀ"),
    "sa": ("SAN", "Sanskrit", "संस्कृत"),
    "sat": ("SAT", "Santali", "ᱥᱟᱱᱛᱟᱲᱤ"),
    "sd": ("SIN", "Sindhi", "سنڌي"),
    "ta": ("TAM", "Tamil", "தமிழ்"),
    "te": ("TEL", "Telugu", "తెలుగు"),
    "ur": ("URD", "Urdu", "اردو"),
    "am": ("AMH", "Amharic", "አማርኛ"),
    "fr": ("FRE", "French", "français", "FRA"),
    "ha": ("HAU", "Hausa", "Hausa"),
    "ig": ("IGB", "Igbo", "Igbo"),
    "lg": ("LUG", "Luganda", "Luganda"),
    "pt": ("POR", "Portuguese", "português"),
    "rw": ("KIN", "Kinyarwanda", "Kinyarwanda"),
    "so": ("SOM", "Somali", "Soomaali"),
    "sw": ("SWA", "Swahili", "Kiswahili"),
    "yo": ("YOR", "Yoruba", "Yorùbá"),
    "zu": ("ZUL", "Zulu", "isiZulu"),
}


def command_of(text: str) -> Command | None:
    """What this whole text asks of the bridge itself; None for everything that is for the menu.

    LANG may be followed by one word, whatever it is: "LANG HINDU" is answered with the choices.
    """
    if len(text) > LONGEST:
        return None
    folded = bare(text)
    plain = _COMMANDS.get(folded)
    if plain is not None:
        return plain
    word, _, wanted = folded.partition(" ")
    lang = _COMMANDS.get(word)
    if lang is None or lang.wish is not Wish.LANG or (" " in wanted and not _is_tag(wanted)):
        return None
    return Command(Wish.LANG, lang.language, wanted)


def find_language(wanted: str, languages: Sequence[Language]) -> Language | None:
    """The language of this menu that somebody meant: by code, tag or name, in any script."""
    by_tag = {bare(language): language for language in languages}
    if wanted in by_tag:
        return by_tag[wanted]
    known = _NAMES.get(wanted, wanted)
    if known in languages:
        return known
    return next((language for language in languages if base_of(language) == known), None)


def code_of(language: Language) -> str:
    """What people write after LANG for this language: ENG, HIN, BEN."""
    known = _LANGUAGES.get(language)
    return known[0] if known else language.upper()


def own_name_of(language: Language) -> str:
    """The language's name as its readers write it; its tag where we do not know it."""
    known = _LANGUAGES.get(language)
    return known[2] if known else language


def plain_name_of(language: Language) -> str:
    """The language's name in Latin letters."""
    known = _LANGUAGES.get(base_of(language))
    return known[1] if known else language


def base_of(language: Language) -> Language:
    return language.partition("-")[0]


def bare(text: str) -> str:
    """A text without all that people put around a word: punctuation, symbols, joiners, case."""
    kept = "".join(_kept(char) for char in unicodedata.normalize("NFKC", text))
    return fold(kept)


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":  # joiners that some keyboards put into Indic words
        return ""
    return " " if category[0] in "PSZC" else char


def _is_tag(wanted: str) -> bool:
    """ "hi latn", which was hi-Latn: a known language and a script or region of it."""
    language, _, rest = wanted.partition(" ")
    return language in _LANGUAGES and " " not in rest and len(rest) in (2, 4)


# The first language that has a word keeps it: "bhasha" is Hindi and Bengali.
_COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        bare(word): Command(wish, language)
        for wish, by_language in _WORDS.items()
        for language, words in reversed(list(by_language.items()))
        for word in words.split(",")
    }
)
_NAMES: Final[Mapping[str, Language]] = MappingProxyType(
    {bare(name): language for language, names in _LANGUAGES.items() for name in (language, *names)}
)
