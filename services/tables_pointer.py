"""Which index of a table counts: a small file beside the indexes, replaced in one piece."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

SUFFIX: Final = ".json"

Stamp = tuple[int, int]  # octets, and when it was changed (ns)


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """`index` is the name of the file; `source` that of the table, and `stamp` what it was like
    when it was read. `refused`: what it was like when it was found bad; the index is older."""

    source: str
    stamp: Stamp
    digest: str = ""
    index: str = ""
    rows: int = 0
    built_at: float = 0.0
    build_seconds: float = 0.0
    widest: Mapping[str, int] = msgspec.field(default_factory=dict)
    refused: Stamp | None = None
    faults: list[str] = msgspec.field(default_factory=list)

    @property
    def seen(self) -> Stamp:
        return self.refused or self.stamp


_decode: Final = msgspec.json.Decoder(Pointer).decode


def find_pointer(path: Path) -> Pointer | None:
    try:
        return _decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def save_pointer(path: Path, pointer: Pointer) -> None:
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_bytes(msgspec.json.encode(pointer))
    new.replace(path)


def stamp_of(path: Path) -> Stamp | None:
    """None where there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
