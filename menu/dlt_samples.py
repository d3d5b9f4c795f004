"""What may stand in the blanks of a text, by examples: the longest, and those with the signs that a
DLT variable may refuse. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from menu import schema
from menu.data_schema import Kind
from menu.date_limits import parse_iso
from menu.formats import Formats, formats_of
from menu.known import find_number, plain_day
from menu.language import Language
from menu.question_schema import AskMoney, AskNumber, AskPhone, AskPinCode
from menu.source import Source
from menu.templates import Blank
from menu.value_types import ValueKind, ValueType

Samples = tuple[str, ...]

_DIGITS: Final = 12  # of a number that nobody limits
_LARGE: Final = Decimal(9999999)
_DAY: Final = date(2026, 9, 30)
_LOOKED_AT: Final = 2000  # cells of a column: the longest, and as many others


def samples_of(source: Source, blank: Blank, language: Language) -> Samples:
    """Never none; a blank that nothing fills is an empty text, and another rule's business."""
    formats = formats_of((language,), source.menu.country)[language]
    data_set = source.saved_rows.get(blank.saved_as) if blank.saved_as else None
    if data_set is not None:
        return _of_cells(source, data_set, blank, language, formats) or ("",)
    name = f"{blank.saved_as}.{blank.column}" if blank.saved_as else blank.column
    its = source.values.get(name)
    if its is None:
        return ("",)
    return _of_value(source, name, its, blank, language, formats)


def _of_value(
    source: Source,
    name: str,
    its: ValueType,
    blank: Blank,
    language: Language,
    formats: Formats,
) -> Samples:
    match its.kind:
        case ValueKind.DATE:
            return (formats.date(_DAY) if blank.format == "date" else plain_day(_DAY),)
        case ValueKind.NUMBER | ValueKind.MONEY:
            if blank.format == "money":
                return (formats.money(_LARGE, its.currency or source.currency),)
            if blank.format == "number":
                return (formats.number(_LARGE),)
            return _plain_numbers(source, name)
        case ValueKind.CHOICE | ValueKind.YES_NO if its.labels:
            return tuple(texts.get(language, "") for texts in its.labels.values())
    if isinstance(_ask_of(source, name), AskPhone | AskPinCode):
        return ("9" * min(its.widest, _DIGITS),)
    return ("x" * its.widest,)


def _plain_numbers(source: Source, name: str) -> Samples:
    ask = _ask_of(source, name)
    most = "9" * _DIGITS
    if isinstance(ask, AskNumber | AskMoney):
        most = ask.max.lstrip("-") if ask.max else most
    if isinstance(ask, AskNumber) and ask.decimals:
        return (most, f"9.{'5' * ask.decimals}")
    return (most,)


def _ask_of(source: Source, name: str) -> schema.AnyAsk | None:
    return next((ask for _, ask in source.asks() if ask.save_as == name), None)


def _of_cells(
    source: Source, data_set: str, blank: Blank, language: Language, formats: Formats
) -> Samples:
    """Of the cells that are there now: the longest, and the first of each other kind."""
    known = source.data_sets.get(data_set)
    if known is None or not known.rows:
        return ()
    is_label = blank.column in known.rows[0].labels
    if not is_label and blank.column not in known.rows[0].cells:
        return ()
    cells = [row.show(blank.column, language) for row in known.rows]
    if blank.format:
        is_day = known.columns.get(blank.column) is Kind.DATE
        longest = sorted(filter(None, cells), key=len, reverse=True)[:_LOOKED_AT]
        write = _day if is_day else _number
        cells = [write(cell, blank.format, formats, source.currency) for cell in longest]
    return tuple(dict.fromkeys(_telling(cells)))


def _telling(cells: Iterable[str]) -> Iterator[str]:
    found = [cell for cell in cells if cell]
    if not found:
        return
    yield max(found, key=len)
    tests: tuple[Callable[[str], bool], ...] = (
        lambda cell: not cell.isdigit(),
        lambda cell: not cell.replace(" ", "").isalnum(),
        lambda cell: "://" in cell or cell.lower().startswith("www."),
    )
    for test in tests:
        yield from (cell for cell in found[:1] if test(cell))
        yield from [cell for cell in found if test(cell)][:1]


def _number(cell: str, form: str, formats: Formats, currency: str) -> str:
    number = find_number(cell)
    if number is None:
        return cell
    return formats.money(number, currency) if form == "money" else formats.number(number)


def _day(cell: str, form: str, formats: Formats, _currency: str) -> str:
    day = parse_iso(cell)
    if day is None:
        return cell
    return formats.date(day) if form == "date" else plain_day(day)
