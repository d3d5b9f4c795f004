"""One file that holds a copy of the database and says what is in it: a tar of two members.

`manifest.json` comes first and can be read by anybody; the copy follows. What identifies a person
is sealed in the copy as it is in the database.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_COPY: Final = "database"
_CHUNK: Final = 1 << 20
_LONGEST_MANIFEST: Final = 1 << 20

Progress = Callable[[str], None]


class BackupFault(Exception):
    """Why there is no backup, or why this one is not restored: words for an operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`proof` is made of `sha256` with the bridge's secret key: only its own backups have it."""

    format: int
    made_at: str  # ISO, UTC
    database: str  # sqlite or postgresql
    schema: str
    counts: dict[str, int]
    size: int
    sha256: str
    proof: str


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(path: Path, copy: Path, manifest: Manifest) -> None:
    """Writes the file at once or not at all, for its owner only. Raises BackupFault, OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    text = json.dumps(asdict(manifest), indent=2).encode() + b"\n"
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, copy.open("rb") as source:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                tar.addfile(_member(_MANIFEST, len(text)), io.BytesIO(text))
                tar.addfile(_member(_COPY, manifest.size), source)
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(part)
    except FileExistsError:
        raise BackupFault(f"{path} is there already: it is not overwritten") from None
    finally:
        part.unlink(missing_ok=True)


def read(path: Path) -> Manifest:
    """Raises BackupFault, OSError."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            member = tar.next()
            if member is None or member.name != _MANIFEST or member.size > _LONGEST_MANIFEST:
                raise BackupFault(f"{path} is no backup of ours")
            file = tar.extractfile(member)
            said = json.loads(file.read()) if file else {}
    except (tarfile.TarError, ValueError):
        raise BackupFault(f"{path} is no backup of ours, or damaged") from None
    return _manifest(path, said)


def unpack(path: Path, manifest: Manifest, to: Path, progress: Progress) -> None:
    """Writes the copy to a new file. Raises BackupFault where it is not what the manifest says."""
    found, done = hashlib.sha256(), 0
    try:
        with tarfile.open(path, mode="r:") as tar, to.open("xb") as file:
            source = tar.extractfile(_COPY)
            while source and (chunk := source.read(_CHUNK)):
                found.update(chunk)
                file.write(chunk)
                done += len(chunk)
                progress(f"reading {path.name}: {percent(done, manifest.size)}")
    except (tarfile.TarError, KeyError):
        raise BackupFault(f"{path} is damaged") from None
    if (done, found.hexdigest()) != (manifest.size, manifest.sha256):
        raise BackupFault(f"{path} is damaged: its SHA-256 is not that of its manifest")


def percent(done: int, whole: int) -> str:
    return f"{100 * done // max(whole, 1)} %"


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _manifest(path: Path, said: Any) -> Manifest:
    if not isinstance(said, dict) or not isinstance(said.get("format"), int):
        raise BackupFault(f"{path} is no backup of ours")
    if said["format"] > FORMAT:
        raise BackupFault(f"{path} was made by a newer program: restore it with that one")
    try:
        return Manifest(**said)
    except TypeError:
        raise BackupFault(f"{path} is no backup of ours, or damaged") from None
