"""Takes lists of do-not-disturb in: a number a line, kept as keyed hashes, in bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from models import consent as consents
from models import do_not_disturb
from models.consent import Change, ConsentCause, ConsentState
from models.database import Database
from models.shared_clock import SharedClock
from outbound import consent
from telecom.errors import Malformed
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn

BATCH: Final = 1000  # lines that are taken in by one transaction
PROMOTIONAL: Final = "promotional"
EVERYTHING: Final = "all"
HEADERS: Final = frozenset({"msisdn", "number", "phone", "mobile"})

OnBad = Callable[[int, str], None]


@dataclass(slots=True)
class Imported:
    """Lines by what became of them. `listed` and `opted_out` are news, `known` are not."""

    listed: int = 0
    opted_out: int = 0
    known: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Wanting:
    """How many numbers want less: by state and cause of the last change, and in the lists."""

    by_state: Mapping[tuple[str, str], int]
    listed: int


@dataclass(frozen=True, slots=True)
class _Entry:
    msisdn_hash: str
    is_everything: bool


class Register:
    def __init__(self, database: Database, hasher: KeyedHash, clock: SharedClock) -> None:
        self._database = database
        self._hasher = hasher
        self._clock = clock

    def take(self, lines: Iterable[str], *, country: str, source: str, on_bad: OnBad) -> Imported:
        """A CSV file: the number, and perhaps "promotional" (the default) or "all".

        Each batch is kept when it is through, and a second run changes nothing. `on_bad` is told
        the line and the reason, never what stands there. Raises DatabaseDown.
        """
        done = Imported()
        numbered = enumerate(csv.reader(lines), 1)
        while batch := list(islice(numbered, BATCH)):
            entries = []
            for line, cells in batch:
                try:
                    entry = self._read(line, cells, country)
                except Malformed as fault:
                    done.bad += 1
                    on_bad(line, str(fault))
                    continue
                if entry is not None:
                    entries.append(entry)
            self._keep(entries, source, done)
        return done

    def count(self) -> Wanting:
        """Raises DatabaseDown."""
        with self._database.read() as conn:
            return Wanting(consents.count(conn), do_not_disturb.count(conn))

    def _read(self, line: int, cells: list[str], country: str) -> _Entry | None:
        number, *rest = [cell.strip() for cell in cells] or [""]
        scope = rest[0].casefold() if rest and rest[0] else PROMOTIONAL
        if not number or (line == 1 and number.casefold() in HEADERS):
            return None
        if scope not in (PROMOTIONAL, EVERYTHING):
            raise Malformed(f'the second column is neither "{PROMOTIONAL}" nor "{EVERYTHING}"')
        msisdn = Msisdn.parse(number, country)
        return _Entry(self._hasher.of(msisdn.e164), scope == EVERYTHING)

    def _keep(self, entries: list[_Entry], source: str, done: Imported) -> None:
        with self._database.write() as conn:
            now = self._clock.now(conn)
            some = sorted({entry.msisdn_hash for entry in entries if not entry.is_everything})
            listed = do_not_disturb.add(conn, some, now)
            changes = [
                Change(
                    msisdn_hash=whose,
                    state=ConsentState.OPTED_OUT,
                    at=now,
                    cause=ConsentCause.LIST,
                    gateway=source,
                )
                for whose in sorted({one.msisdn_hash for one in entries if one.is_everything})
            ]
            opted_out = len(consent.settle_all(conn, changes))
        done.listed += listed
        done.opted_out += opted_out
        done.known += len(entries) - listed - opted_out
