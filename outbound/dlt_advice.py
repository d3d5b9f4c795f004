"""What is told of an SMS that DLT refused, or that we did not send because it would: the template
with its line, and what to do. Of the text itself nothing is told. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from telecom.dlt_book import DltBook, DltRefusal, Unlike, WrongValue
from telecom.dlt_codes import advice_for
from telecom.dlt_template import DltTemplate
from telecom.dlt_values import ValueFault

NOT_CALLED: Final = MappingProxyType(
    {
        DltRefusal.WORDS.value: "its text is none of the DLT templates of the menu",
        DltRefusal.VALUE.value: "a variable of its DLT template does not take what stands there",
        DltRefusal.HOURS.value: "its DLT template is promotion, which goes out from 10 to 21 h IST",
        "dlt_unknown": "nobody could tell which DLT templates the menu has",
    }
)
_FAULTS: Final = MappingProxyType(
    {
        ValueFault.EMPTY: "nothing stands there",
        ValueFault.SPACE: "a space stands at one of its ends",
        ValueFault.NOT_DIGITS: "not only digits stand there",
        ValueFault.SIGNS: "other signs than letters, digits and spaces stand there",
        ValueFault.LINK: "the link there is not under dlt.links",
        ValueFault.NUMBER: "the number there is not under dlt.numbers",
        ValueFault.EMAIL: "no e-mail address stands there",
    }
)


def advise(
    book: DltBook | None, text: str | None, last_outcome: str | None, reports: Sequence[str]
) -> list[str]:
    """Sentences. `text` None: it was wiped, or does not open. `reports`: the vendor's words."""
    lines = []
    if last_outcome is not None and last_outcome in NOT_CALLED:
        lines.append(f"It was not sent: {NOT_CALLED[last_outcome]}. An operator would refuse it.")
        if book is not None and text is not None:
            lines += _told(book.unlike(text))
    template = _template_of(book, text)
    for told in dict.fromkeys(reports):
        found = advice_for(told)
        if found is not None:
            code, advice = found
            words = f"DLT refused it with {code}, {advice.word}: {advice.means}. {advice.cure}"
            lines.append(words)
            if advice.of_template and template is not None:
                lines.append(f"It went out under {_named(template)}.")
    return lines


def _template_of(book: DltBook | None, text: str | None) -> DltTemplate | None:
    if book is None or text is None:
        return None
    unlike = book.unlike(text)
    return unlike.template if unlike and unlike.difference is None else None


def _told(unlike: Unlike | None) -> Iterator[str]:
    if unlike is None:
        return
    where = unlike.difference
    if where is not None:
        there = f'"{where.there}"' if where.there else "its end"
        yield (
            f"The nearest is {_named(unlike.template)}: the text differs at its character"
            f" {where.at + 1}, where the template has {there}."
        )
    elif unlike.values:
        yield f"Its words are those of {_named(unlike.template)}."
        yield from map(_wrong, unlike.values)
    else:
        yield f"By now it fits {_named(unlike.template)}."


def _wrong(value: WrongValue) -> str:
    its = f"Variable {value.place}, {{#{value.variable.tag}#}}"
    if value.fault is ValueFault.TOO_LONG:
        return f"{its}: {value.length} characters stand there, {value.variable.most} are the most."
    return f"{its}: {_FAULTS[value.fault]}."


def _named(template: DltTemplate) -> str:
    return f'the DLT template "{template.name}" ({template.at}, id {template.template_id})'
