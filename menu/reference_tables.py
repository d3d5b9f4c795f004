"""What the reference of the menu language says beside its shapes: where each stands, what values
look like, and the words inside texts, conditions and patterns. Each row finds its example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Sign(NamedTuple):
    """`found` is the regular expression that tells an example of it; none is needed for a value."""

    written: str
    meaning: str
    found: str = ""


# By the names of shapes: where it stands.
HEADINGS: Final[Mapping[str, str]] = {
    "Menu": "The whole menu",
    "Opening": "Opening hours: `open:`",
    "Resume": "Who was cut off: `resume:`",
    "Phrases": "The program's own words: `phrases:`",
    "EntryPoints": "Ways in: `entry_points:`",
    "Entry": "One way in",
    "Dialled": "A service code: `ussd:`",
    "LastAnswer": "The last answer: `last_answer:`",
    "SmsEntryPoints": "Text messages: `sms:`",
    "Keyword": "A keyword: `keywords:`",
    "Called": "A called number: `missed_call:`",
    "Link": "App links: `links:`",
    "Helpline": "Helplines: `helplines:`",
    "DataSource": "Data sets: `data:`",
    "Column": "Columns: `columns:`",
    "Dlt": "India's DLT: `dlt:`",
    "DltLengths": "Lengths of variables: `lengths:`",
    "DltTemplate": "Registered texts: `templates:`",
    "DltPhrases": "The program's own words, registered",
    "ServiceShape": "Services: `services:`",
    "TableShape": "A table of a service: `table:`",
    "Take": "What a service takes: `takes:`",
    "AuthShape": "How it lets us in: `auth:`",
    "BasicAuth": "A name and a password: `basic:`",
    "KeyAuth": "A key: `api_key:`",
    "OAuth2": "A token: `oauth2:`",
    "Give": "What a service gives: `gives:`",
    "OutcomeShape": "What may happen instead: `outcomes:`",
    "Redirects": "Redirects: `redirects:`",
    "Screen": "Screens: `screens:`",
    "Counted": "Forms for one and many",
    "Option": "An option: `options:`",
    "SubMenu": "A sub-menu, in a way",
    "Branch": "A condition, in a way",
    "RowOptions": "An option for each row",
    "LanguageOptions": "An option for each language",
    "Asking": "Every question: `ask:`",
    "Ask": "A question for a row: `find_in:`",
    "TypedAsking": "A question for a value: `kind:`",
    "AskText": "`kind: text`",
    "FreeErrors": "`errors:` of a text",
    "AskNumber": "`kind: number`",
    "RangeErrors": "`errors:` of a number or a sum",
    "AskMoney": "`kind: money`",
    "AskDate": "`kind: date`",
    "DateErrors": "`errors:` of a day",
    "AskPhone": "`kind: phone`",
    "KindErrors": "`errors:` of all others",
    "AskPinCode": "`kind: pin_code`",
    "AskYesNo": "`kind: yes_no`",
    "AskChoice": "`kind: choice`",
    "ChoiceItem": "An answer: `choices:`",
    "AskPattern": "`kind: pattern`",
    "Question": "A question of a form: `form:`",
    "Confirm": "A last question: `confirm:`",
    "HandOver": "Handing over: `helpline:`",
    "Call": "Asking a service: `call:`",
    "Case": "Tests: `tests:`",
    "SampleAnswer": "Answers of services in a test: `answers:`",
    "Step": "Steps: `steps:`",
}

VALUES: Final = (
    Sign(
        "a name", "small letters a-z, digits and `_`, a letter first, 40 at most: `opening_hours`"
    ),
    Sign("a text", "what people read; in quotes where it holds a colon or begins with a sign"),
    Sign(
        "a text, or one for each language",
        "`Address`, or `{ en: Address, hi: पता }`. Where a language is missing, the first is shown,"
        " and the check tells (M302)",
    ),
    Sign(
        "a language",
        "its short code, as in `languages`: `en`, `hi`; `hi-Latn` is Hindi in Latin letters",
    ),
    Sign("a way", "a screen; a sub-menu; or a list of conditions, the last without one"),
    Sign("a condition or sum", "[one line](#conditions-and-sums): `amount > 500 and open.office`"),
    Sign("true or false", "in small letters; nothing else is either"),
    Sign("a key", 'one or two digits, 1 to 97: `"3"`'),
    Sign("a number", "digits, perhaps with a point: `500`, `12.5`"),
    Sign("a day", "`2026-08-15`, `today`, `today + 30 days`, `today - 18 years`"),
    Sign("a time", '`"09:00"`, in quotes; `"24:00"` ends a day'),
    Sign("a pattern", '[how an answer is written](#patterns): `"[A-Z]{3}[0-9]{4}"`'),
    Sign("a time zone", "`Asia/Kolkata`, `Africa/Nairobi`"),
    Sign("two capitals", "a country: `IN`, `KE`"),
    Sign("three capitals", "a currency: `INR`, `KES`"),
    Sign("a file", "from the folder of menus.yaml on: `crops.yaml`, `data/prices.csv`"),
    Sign("lines", "the words of another table, indented, or in `{ }`"),
)

BLANKS: Final = (
    Sign(
        "{name}", "what was answered or kept under this name, as the language writes it", r"\{\w+\}"
    ),
    Sign(
        "{name.column}",
        "a cell of the row that was chosen, or a part of a service's answer",
        r"\{\w+\.\w+\}",
    ),
    Sign("{name:number}", "a number with its commas: `1,25,000`", r"\{[\w.]+:number\}"),
    Sign("{name:money}", "a sum with its currency: `Rs 1,25,000`", r"\{[\w.]+:money\}"),
    Sign("{name:date}", "a day: `15 Aug 2026`", r"\{[\w.]+:date\}"),
    Sign("{link}", "in the SMS of an app link: its short address", r"\{link\}"),
    Sign("{limit}", "in `errors` and phrases: what the answer must keep to", r"\{limit\}"),
)

CONDITIONS: Final = (
    Sign(
        "amount", "an answer or a count. What is not there yet is false, and counts as 0", r"Name"
    ),
    Sign("crop.kind", "a cell of the row that was chosen; no label", r"Attribute"),
    Sign('"gold"', "a text, in quotes", r"Text"),
    Sign("500", "a number", r"Number"),
    Sign("true, yes", "yes", r"true|yes"),
    Sign("false, no", "no", r"false|no"),
    Sign("and", "both hold", "And"),
    Sign("or", "one holds; of two values, the first that is there", "Or"),
    Sign("not", "it does not hold", "Not"),
    Sign("==", "are the same", "Eq"),
    Sign("!=", "are not", "NotEq"),
    Sign("<", "less, or earlier", "Lt"),
    Sign("<=", "no more, or no later", "LtE"),
    Sign(">", "more, or later", "Gt"),
    Sign(">=", "no less, or no earlier", "GtE"),
    Sign("in [ ]", "is one of these", "In"),
    Sign("not in [ ]", "is none of these", "NotIn"),
    Sign("+", "a sum; of a day and a number, so many days later", "Add"),
    Sign("-", "a difference; of two days, the days between them", "Sub"),
    Sign("*", "times", "Mult"),
    Sign("/", "divided by", "Div"),
    Sign("today", "the day", "today"),
    Sign("now.hour", "the hour, 0 to 23", r"now\.hour"),
    Sign("now.minute", "the minute, 0 to 59", r"now\.minute"),
    Sign("now.day", "the day of the month", r"now\.day"),
    Sign("now.month", "the month, 1 to 12", r"now\.month"),
    Sign("now.year", "the year", r"now\.year"),
    Sign("now.weekday", '`"mon"` to `"sun"`', r"now\.weekday"),
    Sign("language", 'the caller\'s: `"hi"`', "language"),
    Sign("open.NAME", "the opening hours of this name hold now", r"open\.\w+"),
)

PATTERNS: Final = (
    Sign("A", "itself, capital or small", r"(?<![\\\[\w-])[A-Z]"),
    Sign(".", "any character", r"(?<!\\)\."),
    Sign("\\d", "a digit", r"\\d"),
    Sign("[A-Z0-9]", "one of these", r"\[[^^]"),
    Sign("[^A-Z]", "none of these", r"\[\^"),
    Sign("( | )", "one of several", r"\(.*\|.*\)"),
    Sign("?", "once or not at all", r"\?"),
    Sign("*", "as often as one likes, or not at all", r"\*"),
    Sign("+", "once or more", r"\+"),
    Sign("{3}", "three times", r"\{\d+\}"),
    Sign("{2,4}", "two to four times", r"\{\d+,\d+\}"),
    Sign("\\", "before a sign that is meant itself: `\\.`", r"\\[^d]"),
)

COLUMNS: Final = (
    Sign("key", "the name of the row, for programs: a-z, 0-9, `_`, `-`. Exactly one column", "key"),
    Sign("label", "a text for people; a column for each language: `name:en`, `name:hi`", "label"),
    Sign("words", "further words by which the row is found, with `;` between them", "words"),
    Sign("text", "any text, the same in every language", "text"),
    Sign("number", "digits, at most one point", "number"),
    Sign("date", "year-month-day: `2026-11-23`", "date"),
    Sign("phone", "digits, with single spaces or `-` between them", "phone"),
)

TABLES: Final[Mapping[str, tuple[str, tuple[Sign, ...]]]] = {
    "Blanks": ("What texts of screens, SMS and errors are filled with.", BLANKS),
    "Conditions and sums": (
        "One line under `when` or `set`. Names are answers, counts, and rows that were chosen.",
        CONDITIONS,
    ),
    "Patterns": ("Under `pattern`. The whole answer must be as it says.", PATTERNS),
    "Types of columns": (
        "Under `columns`. [data-sets.md](data-sets.md#types) tells more.",
        COLUMNS,
    ),
}
