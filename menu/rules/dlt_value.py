"""M903: what a blank may be filled with does not go into the variable of the DLT template: too long
or of another kind. That SMS would be refused, on the day when somebody gives such an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.dlt_compiler import allowed_by
from menu.dlt_naming import candidates
from menu.dlt_texts import UNKNOWN_ADDRESS, SmsText, sms_texts
from menu.source import Source
from telecom.dlt_match import values_in
from telecom.dlt_template import DltTemplate, Variable
from telecom.dlt_values import Allowed, ValueFault, fault_of

RULE: Final = "M903"
_TAKES: Final = {
    ValueFault.EMPTY: "takes a value, and this may be empty",
    ValueFault.SPACE: "takes no space at its ends",
    ValueFault.NOT_DIGITS: "takes digits only",
    ValueFault.SIGNS: "takes letters, digits and spaces only",
    ValueFault.LINK: "takes links only that are under dlt.links",
    ValueFault.NUMBER: "takes numbers only that are under dlt.numbers",
    ValueFault.EMAIL: "takes e-mail addresses only",
}
_HINT: Final = "Let the template have another type of variable there, or shorten what is filled in."


def check(source: Source) -> Iterator[Diagnostic]:
    if source.menu.dlt is None:
        return
    allowed, told = allowed_by(source.menu.dlt), set()
    for text in sms_texts(source):
        of_words = [
            (each, _faults(each, text, allowed))
            for each in candidates(source, text)
            if values_in(each, text.text) is not None
        ]
        if not of_words or any(not faults for _, faults in of_words):
            continue
        template, faults = min(of_words, key=lambda one: len(one[1]))
        for reason in faults:
            place = source.value_place(*text.path)
            found = error(place, RULE, f'{reason} (template "{template.name}").', _HINT)
            if found not in told:
                told.add(found)
                yield found


def _faults(template: DltTemplate, text: SmsText, allowed: Allowed) -> list[str]:
    """None where some reading of the text fits, with every example of its values."""

    def fits(variable: Variable, value: str) -> bool:
        return _fault(variable, value, text, allowed) is None

    if values_in(template, text.text, fits) is not None:
        return []
    values = values_in(template, text.text) or ()
    faults = []
    for place, (variable, value) in enumerate(zip(template.variables, values, strict=True), 1):
        found = _fault(variable, value, text, allowed)
        if found is not None:
            fault, example = found
            faults.append(_told(place, variable, text.as_written(value), fault, example))
    return faults


def _fault(
    variable: Variable, value: str, text: SmsText, allowed: Allowed
) -> tuple[ValueFault, str] | None:
    for example in text.filled(value):
        fault = fault_of(variable.tag, variable.most, example, allowed)
        # Nobody told which address the bridge has: it is looked at when it is sent.
        is_ours = fault is ValueFault.LINK and example.startswith(UNKNOWN_ADDRESS)
        if fault is not None and not is_ours:
            return fault, example
    return None


def _told(place: int, variable: Variable, written: str, fault: ValueFault, example: str) -> str:
    its = f"variable {place}, {{#{variable.tag}#}},"
    if fault is ValueFault.TOO_LONG:
        return (
            f'"{written}" can have {len(example)} characters; {its} takes {variable.most} at most'
        )
    shown = f', such as "{example[:40]}"' if example and example != written else ""
    return f'"{written}"{shown}: {its} {_TAKES[fault]}'
