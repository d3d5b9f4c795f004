"""Which font draws which letter: those that lie beside this file, then those of the system.

Never fails for want of a font: what none draws is told by `undrawn`, and drawn as an empty box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import regex
import uharfbuzz

VENDORED: Final = Path(__file__).with_name("fonts")
SYSTEM: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts/Supplemental",
)
MOST_SYSTEM_FONTS: Final = 2_000
PREFERRED: Final = ("notosans", "noto", "lohit", "")  # of the system's, by how their names begin
INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\n")
WEIGHT_OF_FACES: Final = ("bold", "italic", "oblique", "light", "thin", "medium", "black", "mono")


@dataclass(frozen=True, eq=False)
class Face:
    """One font file. `upem` are its units to an em, in which all it says is measured."""

    path: Path

    @cached_property
    def font(self) -> uharfbuzz.Font:
        return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(self.path))))

    @cached_property
    def letters(self) -> frozenset[int]:
        return frozenset(self.font.face.unicodes)

    @property
    def upem(self) -> int:
        return int(self.font.face.upem)

    def has(self, cluster: str) -> bool:
        return all(ord(char) in self.letters for char in cluster if char not in INVISIBLE)


class Fonts:
    """`faces` in the order in which they are asked; then the system's."""

    def __init__(self, faces: Sequence[Face], system: Iterable[str] = SYSTEM) -> None:
        if not faces:
            raise NoFonts("There is no font to draw with.")
        self._faces = list(faces)
        self._system = tuple(system)
        self._by_cluster: dict[str, Face | None] = {}

    def runs(self, line: str) -> list[tuple[str, Face]]:
        """The line in pieces of one font each, as long as can be: shaping needs neighbours."""
        runs: list[tuple[str, Face]] = []
        for cluster in regex.findall(r"\X", line):
            last = runs[-1][1] if runs else None
            is_neutral = not any(char.isalpha() for char in cluster) and not cluster.isdecimal()
            face = last if last and is_neutral and last.has(cluster) else self.face_of(cluster)
            face = face or last or self._faces[0]
            if face is last:
                runs[-1] = (runs[-1][0] + cluster, face)
            else:
                runs.append((cluster, face))
        return runs

    def undrawn(self, text: str) -> frozenset[str]:
        """The characters that would be empty boxes."""
        return frozenset(
            char
            for cluster in set(regex.findall(r"\X", text))
            if self.face_of(cluster) is None
            for char in cluster
            if self.face_of(char) is None
        )

    def face_of(self, cluster: str) -> Face | None:
        if cluster not in self._by_cluster:
            self._by_cluster[cluster] = self._find(cluster)
        return self._by_cluster[cluster]

    def _find(self, cluster: str) -> Face | None:
        for face in self._faces:
            if face.has(cluster):
                return face
        for face in self._of_system:
            if face.has(cluster):
                self._faces.append(face)
                return face
        return None

    @cached_property
    def _of_system(self) -> list[Face]:
        """Read only when a letter asks for them."""
        paths = [path for folder in self._system for path in _font_files(Path(folder))]
        return [*_readable(sorted(paths, key=_liking)[:MOST_SYSTEM_FONTS])]


class NoFonts(Exception):
    """Nothing can be drawn, and why, in a whole sentence."""


def load_fonts(
    own: Iterable[Path] = (), folder: Path = VENDORED, system: Iterable[str] = SYSTEM
) -> Fonts:
    """`own` are asked first. Raises NoFonts, for a file that is no font, too."""
    faces = [Face(path) for path in own]
    for face in faces:
        if not [*_readable([face.path])]:
            raise NoFonts(f"{face.path} is not a font.")
    return Fonts([*faces, *_readable(sorted(folder.glob("*.ttf")))], system)


def _readable(paths: Iterable[Path]) -> Iterator[Face]:
    for path in paths:
        face = Face(path)
        try:
            is_font = path.is_file() and bool(face.letters)
        except (OSError, uharfbuzz.HarfBuzzError, MemoryError):
            continue
        if is_font:
            yield face


def _font_files(folder: Path) -> Iterator[Path]:
    try:
        yield from (
            path
            for path in folder.expanduser().rglob("*.[to]tf")
            if not any(word in path.stem.lower() for word in WEIGHT_OF_FACES)
        )
    except (OSError, RuntimeError):
        return


def _liking(path: Path) -> tuple[int, str]:
    name = path.stem.lower()
    return next(at for at, begin in enumerate(PREFERRED) if name.startswith(begin)), str(path)
