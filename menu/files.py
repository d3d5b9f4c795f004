"""Which files a menu is made of, as its own text names them. Pure: whoever reads them asks here.

The first file is the root. It includes other menu files, which stand behind it, and both name data
files, which stand last. All names count from the root's folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from menu import loader
from menu.document import Document, KeyPath

Files = Mapping[str, str | bytes]  # by name, the root first; contents as read from the disk
Unread = Mapping[str, str]  # why a file that the menu names could not be read, by its name
NOTHING_UNREAD: Final[Unread] = MappingProxyType({})

MAX_FILES: Final = 64
MAX_TOTAL_BYTES: Final = 8 * 1024 * 1024

# No absolute path, no "..", nothing hidden, no backslash: a menu reads its own folder only.
_PART: Final = r"[^/\\:.\s][^/\\:]*"
MENU_FILE: Final = rf"({_PART}/)*{_PART}\.ya?ml"
DATA_FILE: Final = rf"({_PART}/)*{_PART}\.csv"

# Who names another file writes one of these words, or hides it behind a backslash.
_SIGNS: Final = (b"include", b"data", b"\\")


@dataclass(frozen=True, slots=True)
class Asked:
    """The further files that one menu file names, each well-formed name once."""

    includes: tuple[str, ...] = ()
    data_files: tuple[str, ...] = ()


def root_of(files: Files) -> str:
    """The name of the first file. Raises ValueError without one: it is the caller's mistake."""
    for name in files:
        return name
    raise ValueError("a menu has at least one file")


def wanted(files: Files, asked: Callable[[str | bytes], Asked] | None = None) -> list[str]:
    """The further names that these files ask for, in order; empty when nothing is missing.

    What is included may ask again, so whoever reads comes back. `asked` may be a remembering
    `asked_by`.
    """
    ask = asked or asked_by
    root = root_of(files)
    by_root = ask(files[root])
    includes = [name for name in by_root.includes if name != root]
    by_others = [ask(files[name]) for name in includes if name in files]
    data_files = [name for by in (by_root, *by_others) for name in by.data_files]
    return [name for name in dict.fromkeys([*includes, *data_files]) if name not in files]


def asked_by(content: str | bytes) -> Asked:
    """Lenient: what is ill-formed asks for nothing, and is told by `menu.linter`."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if not any(sign in raw for sign in _SIGNS):  # most of many files name no other
        return Asked()
    document, _ = loader.load("", raw)
    if document is None:
        return Asked()
    includes = (name for _, name in included_in(document) if is_menu_file(name))
    data_files = (name for _, name in data_files_in(document))
    return Asked(tuple(dict.fromkeys(includes)), tuple(dict.fromkeys(data_files)))


def included_in(document: Document) -> Iterator[tuple[KeyPath, str]]:
    """Every name under `include`, well-formed or not, with its path."""
    plain = document.plain
    names = plain.get("include") if isinstance(plain, dict) else None
    for position, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str):
            yield ("include", position), name


def data_files_in(document: Document) -> Iterator[tuple[KeyPath, str]]:
    """Every well-formed file name under `data`, with its path. The schema refuses the others."""
    plain = document.plain
    sets = plain.get("data") if isinstance(plain, dict) else None
    for name, entry in sets.items() if isinstance(sets, dict) else ():
        file = entry.get("file") if isinstance(entry, dict) else None
        if isinstance(file, str) and _is_like(DATA_FILE, file):
            yield ("data", name, "file"), file


def is_menu_file(name: str) -> bool:
    """Whether a menu may include a file of this name."""
    return _is_like(MENU_FILE, name)


def size_of(content: str | bytes) -> int:
    return len(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def _is_like(pattern: str, name: str) -> bool:
    return name.isprintable() and re.fullmatch(pattern, name) is not None
