"""One file of numbers that one process writes, in the format that prometheus-client merges.

We write it ourselves for two reasons. prometheus-client's own writer is one a process and takes its
folder from the environment at import. And it leaves holes in its file: when the disk is full, the
kernel ends the process that counts into one. Here every byte is on the disk before it is used.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Final

from prometheus_client.mmap_dict import mmap_key

STEP_BYTES: Final = 32 * 1024
MAX_BYTES: Final = 1024 * 1024  # far over what the catalogue can fill with a dozen gateways

_USED = struct.Struct("i")
_NUMBERS = struct.Struct("dd")  # the value, and a time that only some gauges need


class Full(Exception):
    """The file may not grow."""


class Store:
    """Not for several threads at once. Raises OSError when there is no place on the disk."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("x+b")
        self._size = 0
        self._used = 8
        self._grow()
        self._map[:4] = _USED.pack(self._used)

    def add(
        self, metric: str, sample: str, labels: dict[str, str], meaning: str, value: float = 0.0
    ) -> int:
        """A new number, and the place by which it is `set`. Raises Full, OSError."""
        key = mmap_key(metric, sample, list(labels), list(labels.values()), meaning).encode()
        padded = key + b" " * (8 - (len(key) + 4) % 8)
        entry = _USED.pack(len(key)) + padded + _NUMBERS.pack(value, 0.0)
        while self._used + len(entry) > self._size:
            self._grow()
        place = self._used + len(entry) - _NUMBERS.size
        self._map[self._used : self._used + len(entry)] = entry
        self._used += len(entry)
        self._map[:4] = _USED.pack(self._used)  # last: a reader sees whole entries only
        return place

    def set(self, place: int, value: float) -> None:
        _NUMBERS.pack_into(self._map, place, value, 0.0)

    def close(self) -> None:
        self._map.close()
        self._file.close()

    def _grow(self) -> None:
        if self._size + STEP_BYTES > MAX_BYTES:
            raise Full
        self._file.seek(self._size)
        self._file.write(bytes(STEP_BYTES))
        self._file.flush()
        self._size += STEP_BYTES
        self._map = mmap.mmap(self._file.fileno(), self._size)
