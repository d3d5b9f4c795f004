"""Reads the rows of a CSV, TSV or JSON file one by one, however large it is, with their places."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from menu.csv_table import DELIMITERS, Record, Table
from services.tables_faults import COLUMNS, UNREADABLE, BadFile

MOST_LINE: Final = 64 * 1024  # octets of a line, characters of a JSON object
_CHUNK: Final = 256 * 1024
_NOT_UTF_8: Final = "From here on the file is not UTF-8 text."
_SAVE: Final = 'Save it again with the encoding "UTF-8".'
_SPACES: Final = re.compile(r"[ \t\r\n]*")


class Row(NamedTuple):
    """`cells` are those of the columns that were asked for, in that order; None: not one text.
    `spot` tells line and column of one of them."""

    line: int
    cells: Sequence[str | None]
    spot: Callable[[int], tuple[int, int]]


Progress = Callable[[int], None]  # octets that were read since it was told last


def rows_of(path: Path, columns: Sequence[str], progress: Progress, most: int) -> Iterator[Row]:
    """Of a file of `most` octets. Raises BadFile, OSError."""
    if path.stat().st_size > most:
        reason = f"The file has over {most} octets."
        raise BadFile((1, 1), UNREADABLE, reason, "Use a database.")
    if path.suffix == ".json":
        return _json_rows(path, columns, progress)
    return _csv_rows(path, columns, progress)


class _Lines:
    """The lines of a file, and those of the record that is just being read."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.taken: list[str] = []
        self.number = 0
        self._path = path
        self._progress = progress

    def __iter__(self) -> Iterator[str]:
        codec, told = "utf-8-sig", 0
        with self._path.open("rb") as file:
            while raw := file.readline(MOST_LINE + 1):
                self.number += 1
                if len(raw) > MOST_LINE:
                    reason = f"This line has more than {MOST_LINE} octets."
                    raise BadFile((self.number, 1), UNREADABLE, reason, "Look for a lost quote.")
                told += len(raw)
                if told >= _CHUNK:
                    self._progress(told)
                    told = 0
                try:
                    text = raw.decode(codec)
                except UnicodeDecodeError as fault:
                    at = len(raw[: fault.start].decode(codec, "replace")) + 1
                    raise BadFile((self.number, at), UNREADABLE, _NOT_UTF_8, _SAVE) from None
                codec = "utf-8"
                if "\0" in text:
                    raise BadFile((self.number, 1), UNREADABLE, "This is no text.", _SAVE)
                self.taken.append(text)
                if len(self.taken) * 80 > MOST_LINE and sum(map(len, self.taken)) > MOST_LINE:
                    first = (self.number - len(self.taken) + 1, 1)
                    reason = "From here on the quotes do not fit."
                    raise BadFile(first, UNREADABLE, reason, 'Write "" for a quote inside.')
                yield text
        self._progress(told)


def _csv_rows(path: Path, columns: Sequence[str], progress: Progress) -> Iterator[Row]:
    lines = _Lines(path, progress)
    source = iter(lines)
    first = next(source, "")
    delimiter = "\t" if path.suffix == ".tsv" else max(DELIMITERS, key=first.count)
    lines.taken.clear()
    heading = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
    positions = _positions([cell.strip() for cell in heading], columns)
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        lines.taken.clear()
        before = lines.number
        try:
            cells = next(reader, None)
        except csv.Error:
            reason = "From here on the quotes do not fit."
            raise BadFile((before + 1, 1), UNREADABLE, reason, 'Write "" for a quote.') from None
        if cells is None:
            return
        if not any(map(str.strip, cells)):
            continue
        if len(cells) != len(heading):
            reason = f"This row has {len(cells)} cells; the first line has {len(heading)}."
            hint = "Put a text with a comma in double quotes; an empty cell counts too."
            raise BadFile((before + 1, 1), UNREADABLE, reason, hint)
        spot = partial(_spot, "".join(lines.taken), delimiter, before, cells, positions)
        yield Row(before + 1, [cells[at].strip() for at in positions], spot)


def _positions(heading: list[str], columns: Sequence[str]) -> list[int]:
    for column in columns:
        found = heading.count(column)
        if found != 1:
            reason = f'The column "{column}" is here {found} times.' if found else ""
            hint = f"The file has: {', '.join(heading[:12])}."
            raise BadFile((1, 1), COLUMNS, reason or f'There is no column "{column}".', hint)
    return [heading.index(column) for column in columns]


def _spot(
    raw: str, delimiter: str, before: int, cells: list[str], positions: list[int], at: int
) -> tuple[int, int]:
    last = 1 + raw.rstrip("\r\n").count("\n")
    found = Table(raw, delimiter, [], None).spot(Record(1, last, cells), positions[at])
    return before + found.line, found.column


def _json_rows(path: Path, columns: Sequence[str], progress: Progress) -> Iterator[Row]:
    decode = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse).raw_decode
    text = _Text(path, progress)
    if text.next_sign() != "[":
        reason = "The file is no list of objects."
        raise BadFile(text.place(), UNREADABLE, reason, 'Write [ { "column": "value" }, ... ].')
    text.skip()
    known: set[str] = set()
    while (sign := text.next_sign()) != "]":
        at = text.place()
        if sign != "{":
            raise BadFile(at, UNREADABLE, "Here an object should begin.", "Look before it.")
        found = text.decoded(decode)
        known.update(found)
        if not known.issuperset(columns) and (missing := set(columns) - known):
            reason = f'The first object has no "{min(missing)}".'
            raise BadFile(at, COLUMNS, reason, "Name it there, even if it is null.")
        yield Row(at[0], [_plain(found.get(column)) for column in columns], partial(_here, at))
        if text.next_sign() == ",":
            text.skip()
        elif text.next_sign() != "]":
            raise BadFile(text.place(), UNREADABLE, "Here a comma is missing.", "Add it.")
    text.skip()
    if text.next_sign():
        raise BadFile(text.place(), UNREADABLE, "Something follows the list.", "Remove it.")


def _here(at: tuple[int, int], _position: int) -> tuple[int, int]:
    return at


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _plain(value: object) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip() if isinstance(value, str) else None


class _Text:
    """A file of JSON, of which only what is being read is in memory."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._file = path.open(encoding="utf-8-sig", newline="")
        self._progress = progress
        self._buffer = ""
        self._at = 0
        self._line, self._column = 1, 1

    def next_sign(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            found = _SPACES.match(self._buffer, self._at)
            self._pass(found.end() if found else self._at)
            if self._at < len(self._buffer) or not self._more():
                return self._buffer[self._at : self._at + 1]

    def skip(self) -> None:
        self._pass(self._at + 1)

    def place(self) -> tuple[int, int]:
        return self._line, self._column

    def decoded(self, decode: Callable[[str, int], tuple[Any, int]]) -> dict[str, Any]:
        while True:
            began = self._at
            try:
                found, end = decode(self._buffer, self._at)
            except (ValueError, RecursionError) as fault:
                is_long = len(self._buffer) - self._at > MOST_LINE
                if is_long or isinstance(fault, RecursionError) or not self._more():
                    reason = "This object is no JSON."
                    if isinstance(fault, json.JSONDecodeError):
                        self._pass(self._at + fault.pos - began)
                        reason = "From here on this is no JSON."
                    hint = "Write names and texts in double quotes, and no comma at the end."
                    raise BadFile(self.place(), UNREADABLE, reason, hint) from None
            else:
                self._pass(end)
                return dict(found)

    def _pass(self, end: int) -> None:
        lines = self._buffer.count("\n", self._at, end)
        self._line += lines
        if lines:
            self._column = end - self._buffer.rfind("\n", self._at, end)
        else:
            self._column += end - self._at
        self._at = end

    def _more(self) -> bool:
        try:
            chunk = self._file.read(_CHUNK)
        except UnicodeDecodeError:
            raise BadFile(self.place(), UNREADABLE, _NOT_UTF_8, _SAVE) from None
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        self._progress(len(chunk))
        if not chunk:
            self._file.close()
        return bool(chunk)
