"""What is known in a turn: the program, where the caller stands, and what time it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from menu.conditions import Condition
from menu.data_schema import Kind
from menu.data_set import Row
from menu.date_limits import parse_iso
from menu.language import Language, base_of
from menu.moments import Moment, moment_of
from menu.openings import is_open
from menu.place import Place
from menu.program import Program
from menu.templates import Blank, fill
from menu.texts import Plural
from menu.value_types import ValueKind


@dataclass(frozen=True, slots=True)
class Known:
    """Implements menu.conditions.Facts. `now` is in seconds since the epoch."""

    program: Program
    place: Place
    now: float

    def at(self, place: Place) -> Known:
        """The same for another place."""
        return Known(self.program, place, self.now)

    @property
    def moment(self) -> Moment:
        """Worked out when it is asked for: most turns need no clock."""
        return moment_of(self.now, self.program.zone)

    @property
    def values(self) -> Mapping[str, str]:
        return self.place.values

    @property
    def language(self) -> Language:
        """Without its script: conditions ask for the languages of the menu."""
        own = self.place.language
        return own if own in self.program.languages else base_of(own)

    def cell(self, saved_as: str, column: str) -> str | None:
        row = self.row(saved_as)
        return row.cells.get(column) if row else None

    def is_open(self, hours: str) -> bool:
        switches = self.program.switches
        if switches.openings:
            if switches.closed(hours, self.now) is not None:
                return False
            changed = switches.hours_of(hours, self.now)
            if changed is not None:
                return is_open(changed, self.moment)
        return is_open(self.program.openings.get(hours, ()), self.moment)

    def why_closed(self, hours: str, language: Language) -> str:
        """The reason of a holiday, if one was told, else that it is closed now."""
        holiday = self.program.switches.closed(hours, self.now)
        reason = holiday.told.in_language(language) if holiday else ""
        return reason or self.program.phrases["closed_now"][language]

    def holds(self, condition: Condition | None) -> bool:
        return condition is None or condition.holds(self)

    def row(self, saved_as: str) -> Row | None:
        """The row that was chosen under this name."""
        data_set = self.program.data_sets.get(self.program.saved_rows.get(saved_as, ""))
        return data_set.find(self.place.rows.get(saved_as, "")) if data_set else None

    def fill(self, text: str, language: Language) -> str:
        """With what was chosen and answered; nothing for what was not: the check finds such."""
        return fill(text, lambda blank: self.shown(blank, language))

    def shown(self, blank: Blank, language: Language) -> str:
        """What stands in a blank."""
        row = self.row(blank.saved_as) if blank.saved_as else None
        if row is not None:
            return self._formatted_cell(row, blank, language)
        name = f"{blank.saved_as}.{blank.column}" if blank.saved_as else blank.column
        its, kept = self.program.values.get(name), self.place.values.get(name, "")
        if its is None or not kept:
            return ""
        if kept in its.labels:
            return its.labels[kept][language]
        return self._formatted(kept, its.kind, blank.format, its.currency, language)

    def form_of(self, plural: Plural, language: Language) -> str:
        """The form of a text that the number of things asks for."""
        owner, _, name = plural.count.rpartition(".")
        cell = self.cell(owner, name) if owner else None
        number = find_number(cell or self.place.values.get(plural.count, ""))
        if number is None:
            return plural.forms["other"]
        form = self.program.formats[language].plural(abs(number))
        return plural.forms.get(form, plural.forms["other"])

    def _formatted_cell(self, row: Row, blank: Blank, language: Language) -> str:
        text = row.show(blank.column, language)
        if not blank.format or not text:
            return text
        kinds = self.program.data_sets[self.program.saved_rows[blank.saved_as]].columns
        is_day = kinds.get(blank.column) is Kind.DATE
        kind = ValueKind.DATE if is_day else ValueKind.NUMBER
        return self._formatted(text, kind, blank.format, "", language)

    def _formatted(
        self, kept: str, kind: ValueKind, form: str, currency: str, language: Language
    ) -> str:
        formats = self.program.formats[language]
        if kind is ValueKind.DATE:
            day = parse_iso(kept)
            if day is None:
                return kept
            return formats.date(day) if form == "date" else plain_day(day)
        number = find_number(kept) if form in ("number", "money") else None
        if number is None:
            return kept
        if form == "money":
            return formats.money(number, currency or self.program.currency)
        return formats.number(number)


def find_number(kept: str) -> Decimal | None:
    try:
        number = Decimal(kept)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**16 else None


def plain_day(day: date) -> str:
    """As people type it: 15-08-2026."""
    return f"{day.day:02}-{day.month:02}-{day.year:04}"
