"""The program's own words, short on purpose: every letter here is one less for the author's text.

Hindi and Bengali after the SIM toolkit of Android (Apache-2.0) where it has the word; the same in
Latin letters (hi-Latn, bn-Latn) for networks that carry no others is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from menu.language import Language, Texts, base_of, is_romanised
from menu.schema import Phrases
from menu.texts import find_text
from telecom.encoding import Encoding, encoding_of

BUILT_IN: Final[Mapping[str, Texts]] = MappingProxyType(
    {
        "back": {
            "en": "Back",
            "hi": "वापस",
            "bn": "ফিরুন",
            "hi-Latn": "Wapas",
            "bn-Latn": "Firun",
        },
        "home": {
            "en": "Home",
            "hi": "होम",
            "bn": "হোম",
            "hi-Latn": "Home",
            "bn-Latn": "Home",
        },
        "exit": {
            "en": "Exit",
            "hi": "बाहर",
            "bn": "শেষ",
            "hi-Latn": "Bahar",
            "bn-Latn": "Shesh",
        },
        "more": {
            "en": "More",
            "hi": "और",
            "bn": "আরও",
            "hi-Latn": "Aur",
            "bn-Latn": "Aro",
        },
        "wrong_choice": {
            "en": "Wrong choice.",
            "hi": "गलत विकल्प।",
            "bn": "ভুল বিকল্প।",
            "hi-Latn": "Galat vikalp.",
            "bn-Latn": "Bhul bikolpo.",
        },
        "not_found": {
            "en": "Not found. Try again.",
            "hi": "नहीं मिला। फिर लिखें।",
            "bn": "মেলেনি। আবার লিখুন।",
            "hi-Latn": "Nahi mila. Phir likhen.",
            "bn-Latn": "Meleni. Abar likhun.",
        },
        "which_one": {
            "en": "Which one?",
            "hi": "कौन सा?",
            "bn": "কোনটি?",
            "hi-Latn": "Kaun sa?",
            "bn-Latn": "Konti?",
        },
        "more_letters": {
            "en": "Many fit. Write more letters.",
            "hi": "बहुत मिले। और अक्षर लिखें।",
            "bn": "অনেক আছে। আরও অক্ষর লিখুন।",
            "hi-Latn": "Bahut mile. Aur akshar likhen.",
            "bn-Latn": "Onek achhe. Aro okkhor likhun.",
        },
        "goodbye": {
            "en": "Thank you.",
            "hi": "धन्यवाद।",
            "bn": "ধন্যবাদ।",
            "hi-Latn": "Dhanyavad.",
            "bn-Latn": "Dhonnobad.",
        },
        "busy": {
            "en": "Service is busy. Try again later.",
            "hi": "सेवा व्यस्त है। बाद में कोशिश करें।",
            "bn": "পরিষেবা ব্যস্ত। পরে চেষ্টা করুন।",
            "hi-Latn": "Seva vyast hai. Baad mein koshish karen.",
            "bn-Latn": "Porisheba byasto. Pore cheshta korun.",
        },
        "session_over": {
            "en": "Session over. Please start again.",
            "hi": "सत्र समाप्त। फिर से शुरू करें।",
            "bn": "সেশন শেষ। আবার শুরু করুন।",
            "hi-Latn": "Satra samapt. Phir se shuru karen.",
            "bn-Latn": "Session shesh. Abar shuru korun.",
        },
        "stopped": {
            "en": "{name}: you will get no more SMS. To get them again, SMS START.",
            "hi": "अब SMS नहीं आएंगे। फिर पाने के लिए START भेजें।",
            "bn": "আর SMS আসবে না। আবার পেতে START পাঠান।",
            "hi-Latn": "{name}: ab SMS nahi aayenge. Phir paane ke liye START bhejen.",
            "bn-Latn": "{name}: ar SMS asbe na. Abar pete START pathan.",
        },
        "started": {
            "en": "{name}: you will get SMS again. To end them, SMS STOP.",
            "hi": "अब SMS आएंगे। बंद करने के लिए STOP भेजें।",
            "bn": "আবার SMS আসবে। বন্ধ করতে STOP পাঠান।",
            "hi-Latn": "{name}: ab SMS aayenge. Band karne ke liye STOP bhejen.",
            "bn-Latn": "{name}: abar SMS asbe. Bondho korte STOP pathan.",
        },
        "help": {
            "en": "{name}. To end SMS, send STOP. Other languages: LANG. Emergency: 112",
            "hi": "{name}. SMS बंद: STOP. भाषा: LANG. आपातकाल: 112",
            "bn": "{name}. SMS বন্ধ: STOP. ভাষা: LANG. জরুরি: 112",
            "hi-Latn": "{name}. SMS band: STOP. Bhasha: LANG. Aapatkal: 112",
            "bn-Latn": "{name}. SMS bondho: STOP. Bhasha: LANG. Joruri: 112",
        },
        "language_set": {
            "en": "Language: {language}.",
            "hi": "भाषा: {language}।",
            "bn": "ভাষা: {language}।",
            "hi-Latn": "Bhasha: {language}.",
            "bn-Latn": "Bhasha: {language}.",
        },
        "which_language": {
            "en": "To choose a language, SMS LANG and one of these: {codes}",
            "hi": "भाषा चुनें: LANG के साथ भेजें: {codes}",
            "bn": "ভাষা বাছুন: LANG লিখে পাঠান: {codes}",
            "hi-Latn": "Bhasha chunen: LANG ke saath bhejen: {codes}",
            "bn-Latn": "Bhasha bachhun: LANG likhe pathan: {codes}",
        },
        "no_sms": {
            "en": "You ended our SMS. To get them again, SMS START.",
            "hi": "आपने SMS बंद किए हैं। पाने के लिए START भेजें।",
            "bn": "আপনি SMS বন্ধ করেছেন। পেতে START পাঠান।",
            "hi-Latn": "Aapne SMS band kiye hain. Paane ke liye START bhejen.",
            "bn-Latn": "Apni SMS bondho korechhen. Pete START pathan.",
        },
        "too_many_sms": {
            "en": "No SMS can be sent to you today. Please try again tomorrow.",
            "hi": "आज और SMS नहीं भेज सकते। कल फिर कोशिश करें।",
            "bn": "আজ আর SMS পাঠানো যাবে না। কাল আবার চেষ্টা করুন।",
            "hi-Latn": "Aaj aur SMS nahi bhej sakte. Kal phir koshish karen.",
            "bn-Latn": "Aj ar SMS pathano jabe na. Kal abar cheshta korun.",
        },
        "answer_later": {
            "en": "You will get the answer by SMS.",
            "hi": "जवाब SMS से मिलेगा।",
            "bn": "উত্তর SMS-এ পাবেন।",
            "hi-Latn": "Jawab SMS se milega.",
            "bn-Latn": "Uttor SMS-e paben.",
        },
        "yes": {
            "en": "Yes",
            "hi": "हाँ",
            "bn": "হ্যাঁ",
            "hi-Latn": "Haan",
            "bn-Latn": "Hyan",
        },
        "no": {
            "en": "No",
            "hi": "नहीं",
            "bn": "না",
            "hi-Latn": "Nahi",
            "bn-Latn": "Na",
        },
        "wrong_text": {
            "en": "Use letters and digits only.",
            "hi": "केवल अक्षर और अंक लिखें।",
            "bn": "শুধু অক্ষর ও সংখ্যা লিখুন।",
            "hi-Latn": "Keval akshar aur ank likhen.",
            "bn-Latn": "Shudhu okkhor o sonkhya likhun.",
        },
        "too_short": {
            "en": "Too short: at least {limit} characters.",
            "hi": "कम से कम {limit} अक्षर लिखें।",
            "bn": "কমপক্ষে {limit} অক্ষর লিখুন।",
            "hi-Latn": "Kam se kam {limit} akshar likhen.",
            "bn-Latn": "Komopokkhe {limit} okkhor likhun.",
        },
        "too_long": {
            "en": "Too long: at most {limit} characters.",
            "hi": "अधिक से अधिक {limit} अक्षर लिखें।",
            "bn": "বেশি হলে {limit} অক্ষর লিখুন।",
            "hi-Latn": "Adhik se adhik {limit} akshar likhen.",
            "bn-Latn": "Beshi hole {limit} okkhor likhun.",
        },
        "wrong_number": {
            "en": "Please type a number.",
            "hi": "कृपया संख्या लिखें।",
            "bn": "সংখ্যা লিখুন।",
            "hi-Latn": "Kripya sankhya likhen.",
            "bn-Latn": "Sonkhya likhun.",
        },
        "too_small": {
            "en": "The least is {limit}.",
            "hi": "कम से कम {limit} लिखें।",
            "bn": "সর্বনিম্ন {limit}।",
            "hi-Latn": "Kam se kam {limit} likhen.",
            "bn-Latn": "Sorbonimno {limit}.",
        },
        "too_large": {
            "en": "The most is {limit}.",
            "hi": "अधिक से अधिक {limit} लिखें।",
            "bn": "সর্বোচ্চ {limit}।",
            "hi-Latn": "Adhik se adhik {limit} likhen.",
            "bn-Latn": "Sorbochcho {limit}.",
        },
        "wrong_date": {
            "en": "Type day-month-year: 15-08-2026",
            "hi": "दिन-माह-वर्ष लिखें: 15-08-2026",
            "bn": "দিন-মাস-বছর লিখুন: 15-08-2026",
            "hi-Latn": "Din-mah-varsh likhen: 15-08-2026",
            "bn-Latn": "Din-mash-bochhor likhun: 15-08-2026",
        },
        "too_early": {
            "en": "Not before {limit}.",
            "hi": "{limit} से पहले नहीं।",
            "bn": "{limit} এর আগে নয়।",
            "hi-Latn": "{limit} se pehle nahi.",
            "bn-Latn": "{limit} er age noy.",
        },
        "too_late": {
            "en": "Not after {limit}.",
            "hi": "{limit} के बाद नहीं।",
            "bn": "{limit} এর পরে নয়।",
            "hi-Latn": "{limit} ke baad nahi.",
            "bn-Latn": "{limit} er pore noy.",
        },
        "wrong_phone": {
            "en": "This is not a phone number.",
            "hi": "यह फ़ोन नंबर नहीं है।",
            "bn": "এটি ফোন নম্বর নয়।",
            "hi-Latn": "Yah phone number nahi hai.",
            "bn-Latn": "Eti phone nombor noy.",
        },
        "wrong_pin_code": {
            "en": "This is not a PIN code.",
            "hi": "यह पिन कोड नहीं है।",
            "bn": "এটি পিন কোড নয়।",
            "hi-Latn": "Yah PIN code nahi hai.",
            "bn-Latn": "Eti PIN code noy.",
        },
        "wrong_answer": {
            "en": "Please check what you typed.",
            "hi": "कृपया जांचकर फिर लिखें।",
            "bn": "দেখে আবার লিখুন।",
            "hi-Latn": "Kripya jaanchkar phir likhen.",
            "bn-Latn": "Dekhe abar likhun.",
        },
        "too_many_tries": {
            "en": "Too many tries. Please call again.",
            "hi": "बहुत बार गलत। फिर से डायल करें।",
            "bn": "অনেকবার ভুল। আবার ডায়াল করুন।",
            "hi-Latn": "Bahut baar galat. Phir se dial karen.",
            "bn-Latn": "Onekbar bhul. Abar dial korun.",
        },
        "closed_now": {
            "en": "Closed now.",
            "hi": "अभी बंद है।",
            "bn": "এখন বন্ধ।",
            "hi-Latn": "Abhi band hai.",
            "bn-Latn": "Ekhon bondho.",
        },
        "unfinished": {
            "en": "You were cut off.",
            "hi": "बात अधूरी रही।",
            "bn": "কথা শেষ হয়নি।",
            "hi-Latn": "Baat adhoori rahi.",
            "bn-Latn": "Kotha shesh hoyni.",
        },
        "go_on": {
            "en": "Continue",
            "hi": "जारी रखें",
            "bn": "চালিয়ে যান",
            "hi-Latn": "Jari rakhen",
            "bn-Latn": "Chaliye jan",
        },
        "start_again": {
            "en": "Start again",
            "hi": "फिर शुरू करें",
            "bn": "আবার শুরু করুন",
            "hi-Latn": "Phir shuru karen",
            "bn-Latn": "Abar shuru korun",
        },
        "last_answer": {
            "en": "Your last answer, {time}",
            "hi": "पिछला जवाब, {time}",
            "bn": "শেষ উত্তর, {time}",
            "hi-Latn": "Pichhla jawab, {time}",
            "bn-Latn": "Shesh uttor, {time}",
        },
        "read_it": {
            "en": "Read it",
            "hi": "पढ़ें",
            "bn": "পড়ুন",
            "hi-Latn": "Padhen",
            "bn-Latn": "Porun",
        },
        "answer_waits": {
            "en": "Your last answer is not there yet. It comes by SMS.",
            "hi": "जवाब अभी नहीं आया। SMS से मिलेगा।",
            "bn": "উত্তর এখনও আসেনি। SMS-এ আসবে।",
            "hi-Latn": "Jawab abhi nahi aaya. SMS se milega.",
            "bn-Latn": "Uttor ekhono aseni. SMS-e asbe.",
        },
        "did_you_mean": {
            "en": "Did you mean {keyword}? Answer 1.",
            "hi": "क्या {keyword}? हाँ: 1 भेजें।",
            "bn": "{keyword} কি? হ্যাঁ: 1 পাঠান।",
            "hi-Latn": "Kya {keyword}? Haan: 1 bhejen.",
            "bn-Latn": "{keyword} ki? Hyan: 1 pathan.",
        },
        "link_over": {
            "en": "This link is not valid any more. Call again for a new one:",
            "hi": "यह लिंक अब मान्य नहीं है। नए लिंक के लिए फिर कॉल करें:",
            "bn": "এই লিঙ্কটি আর নেই। নতুন লিঙ্কের জন্য আবার কল করুন:",
            "hi-Latn": "Yah link ab manya nahi hai. Naye link ke liye phir call karen:",
            "bn-Latn": "Ei link-ti ar nei. Notun link-er jonno abar call korun:",
        },
    }
)
# Needed only by a menu that asks for more than a name, or hands over to people.
OF_QUESTIONS: Final = frozenset(
    {
        "yes", "no", "wrong_text", "too_short", "too_long", "wrong_number", "too_small",
        "too_large", "wrong_date", "too_early", "too_late", "wrong_phone", "wrong_pin_code",
        "wrong_answer", "too_many_tries",
        "closed_now",
    }
)  # fmt: skip
# Needed only where a dropped dialogue may go on.
OF_RESUMING: Final = frozenset({"unfinished", "go_on", "start_again"})
# Needed only where the last answer is offered.
OF_LAST_ANSWERS: Final = frozenset({"last_answer", "read_it", "answer_waits"})
# Needed only by a menu that has keywords.
OF_KEYWORDS: Final = frozenset({"did_you_mean"})
# Needed only by a menu that sends app links.
OF_LINKS: Final = frozenset({"link_over"})
# Needed only by a menu that asks services.
OF_SERVICES: Final = frozenset({"answer_later"})
LAST_RESORT: Final = "en"

# What the program fills in; without them a text works as well.
PLACEHOLDERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "stopped": ("{name}",),
        "started": ("{name}",),
        "help": ("{name}",),
        "language_set": ("{language}",),
        "which_language": ("{codes}",),
        "too_short": ("{limit}",),
        "too_long": ("{limit}",),
        "too_small": ("{limit}",),
        "too_large": ("{limit}",),
        "too_early": ("{limit}",),
        "too_late": ("{limit}",),
        "did_you_mean": ("{keyword}",),
        "last_answer": ("{time}",),
    }
)


def resolve(languages: Sequence[Language], overrides: Phrases) -> Mapping[str, Texts]:
    """Every phrase in every language: the author's, else ours, else both again in the first."""
    return {
        name: {language: _phrase(name, language, languages[0], overrides) for language in languages}
        for name in BUILT_IN
    }


def is_spoken(name: str, language: Language, overrides: Phrases) -> bool:
    """Whether this phrase needs no fallback in this language."""
    return find_phrase(name, language, overrides) is not None


def find_phrase(name: str, language: Language, overrides: Phrases) -> str | None:
    """The author's phrase in this language, else ours."""
    own = getattr(overrides, name)
    return (find_text(own, language) if own else None) or BUILT_IN[name].get(language)


def _phrase(name: str, language: Language, first: Language, overrides: Phrases) -> str:
    return (
        find_phrase(name, language, overrides)
        or _find_unromanised(name, language, overrides)
        or find_phrase(name, first, overrides)
        or BUILT_IN[name][LAST_RESORT]
    )


def _find_unromanised(name: str, language: Language, overrides: Phrases) -> str | None:
    """What stands there in the language itself, if Latin letters are enough for it."""
    if not is_romanised(language):
        return None
    own = find_phrase(name, base_of(language), overrides)
    return own if own and encoding_of(own) is Encoding.GSM7 else None
