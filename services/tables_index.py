"""The index of a table: a SQLite file, written once, and then only read, by all processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from menu.service_parts import Service
from menu.table_parts import Nearest, Range, TableFile
from services.tables_keys import Key, asked_of

_TOGETHER: Final = 5000
_TOLD: Final = 30
_WRITING: Final = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA cache_size=-16000",
    "PRAGMA temp_store=FILE",
)
_READING: Final = ("PRAGMA query_only=1", "PRAGMA cache_size=-1000", "PRAGMA mmap_size=0")

# line, keys, (low, high), parts
IndexRow = tuple[Key, ...]


def write_index(path: Path, way: TableFile, rows: Iterable[IndexRow]) -> int:
    """How many rows there are. Raises what the rows raise, and sqlite3.Error."""
    columns = ["line", *_keys(way), *(["low", "high"] if way.ordered else []), *_parts(way)]
    marks = ", ".join("?" * len(columns))
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for pragma in _WRITING:
            conn.execute(pragma)
        conn.execute(f"CREATE TABLE found ({', '.join(columns)})")
        conn.execute("BEGIN")
        for some in _batches(rows):
            conn.executemany(f"INSERT INTO found VALUES ({marks})", some)  # noqa: S608 - our names
        sorted_by = [*_keys(way), *(["low"] if way.ordered else [])]
        conn.execute(f"CREATE INDEX by_key ON found ({', '.join(sorted_by)})")
        conn.execute("COMMIT")
        return int(conn.execute("SELECT count(*) FROM found").fetchone()[0])


def clashes(path: Path, way: TableFile) -> Iterator[tuple[int, int, bool]]:
    """Rows of which a look-up would find two: their line, that of the other, and whether they are
    the same key (else their ranges overlap)."""
    keys = _keys(way)
    parted = f"PARTITION BY {', '.join(keys)} " if keys else ""
    if isinstance(way.ordered, Range):
        reach = (
            f"max(high) OVER ({parted}ORDER BY low, line "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        )
        clash = "low <= reach"
    else:
        same = [*keys, *(["low"] if way.ordered else [])]
        parted = f"PARTITION BY {', '.join(same)} "
        reach, clash = "0", "other IS NOT NULL"
    order = "low, line" if way.ordered else "line"
    query = (
        f"SELECT line, other FROM (SELECT line, {'low,' if way.ordered else ''} "  # noqa: S608
        f"lag(line) OVER ({parted}ORDER BY {order}) AS other, {reach} AS reach FROM found) "
        f"WHERE other IS NOT NULL AND {clash} ORDER BY line LIMIT {_TOLD}"
    )
    with closing(open_index(path)) as conn:
        for line, other in conn.execute(query):
            first, second = sorted((int(line), int(other)))
            yield second, first, not isinstance(way.ordered, Range)


def open_index(path: Path) -> sqlite3.Connection:
    """Nobody ever writes to it, so no lock is taken. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    conn = sqlite3.connect(uri, uri=True, check_same_thread=False)
    for pragma in _READING:
        conn.execute(pragma)
    return conn


class Lookup:
    """How one service finds its row in an index."""

    def __init__(self, service: Service, way: TableFile) -> None:
        self._takes = service.takes
        self._way = way
        self._names = list(way.parts)
        where = [f"{key} = ?" for key in _keys(way)]
        picked = _parts(way)
        if way.ordered:
            where.append("low <= ?")
            picked = ["high", *picked]
        ordered = " ORDER BY low DESC" if way.ordered else ""
        self._query = (
            f"SELECT {', '.join(picked)} FROM found "  # noqa: S608 - our own names
            f"WHERE {' AND '.join(where)}{ordered} LIMIT 1"
        )

    def find(self, conn: sqlite3.Connection, told: Mapping[str, str]) -> dict[str, str] | None:
        """The columns of the answer, by the names of the parts. Raises sqlite3.Error."""
        asked: list[Key] = []
        for name in self._way.exact:
            low, high = asked_of(self._takes[name].kind, told[name])
            if low != high:
                return None
            asked.append(low)
        above: Key | None = None
        match self._way.ordered:
            case Range(name) | Nearest(name):
                low, above = asked_of(self._takes[name].kind, told[name])
                asked.append(low)
        row = conn.execute(self._query, asked).fetchone()
        if row is None:
            return None
        if above is not None:
            high, *row = row
            if isinstance(self._way.ordered, Range) and high < above:
                return None
        return dict(zip(self._names, row, strict=True))


def _keys(way: TableFile) -> list[str]:
    return [f"key{at}" for at in range(len(way.exact))]


def _parts(way: TableFile) -> list[str]:
    return [f"part{at}" for at in range(len(way.parts))]


def _batches(rows: Iterable[IndexRow]) -> Iterator[Sequence[IndexRow]]:
    some: list[IndexRow] = []
    for row in rows:
        some.append(row)
        if len(some) == _TOGETHER:
            yield some
            some = []
    yield some
