"""A menu of several files becomes one document, in which every part knows its file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from menu import files as names
from menu import loader
from menu.diagnostics import Diagnostic, Place, did_you_mean, error
from menu.document import Branch, Document, KeyPath, Marks, Plain
from menu.files import MAX_FILES, MAX_TOTAL_BYTES, NOTHING_UNREAD, Files, Unread
from menu.schema import Menu
from menu.shape_faults import UNKNOWN_NAME

BAD_FILE_NAME: Final = "M016"
UNREAD: Final = "M017"
INCLUDES_AGAIN: Final = "M018"
TOO_MANY_FILES: Final = "M019"
TOO_LARGE_IN_ALL: Final = "M020"

# Of an included file.
PARTS: Final = ("entry_points", "links", "data", "services", "screens", "tests")
# What several files fill together. All else has one place.
MAPS: Final[frozenset[KeyPath]] = frozenset(
    {
        ("screens",),
        ("links",),
        ("data",),
        ("services",),
        ("entry_points",),
        ("entry_points", "ussd"),
        ("entry_points", "sms"),
        ("entry_points", "sms", "keywords"),
        ("entry_points", "missed_call"),
    }
)
LISTS: Final[frozenset[KeyPath]] = frozenset({("tests",)})

_PART_BEGINS: Final = 'Begin with a line such as "screens:".'
_NAME: Final = 'Write it from the folder of the menu on, with /, such as "crops.yaml".'


def load(files: Files, unread: Unread = NOTHING_UNREAD) -> tuple[Document | None, list[Diagnostic]]:
    """The whole menu, or everything that keeps it from being read.

    Whatever the files hold, nothing is raised; without any file ValueError is. Places know their
    files. A name that is in `unread` is told with the reason that stands there.
    """
    root = names.root_of(files)
    document, found = loader.load(root, files[root])
    if document is None:
        return None, found
    included = list(_included(document, root, found))
    parts = []
    for name in included:
        if name in files:
            part, faults = loader.load(name, files[name], _PART_BEGINS)
            found += [*faults, *(_misplaced(part, root) if part else ())]
            parts += [part] if part else []
    named = _named(document, included, parts)
    found += _unread(files, named, unread)
    if not found:
        found += [fault for part in parts for fault in _merge(document, part)]
    return (None if found else document), found


def _included(document: Document, root: str, found: list[Diagnostic]) -> Iterator[str]:
    """The files that the root includes; what cannot be one of them is added to `found`."""
    seen: set[str] = set()
    for path, name in names.included_in(document):
        reason, hint = None, "Remove this line."
        if name == root:
            reason = f'"{name}" includes itself.'
        elif name in seen:
            reason = f'"{name}" is included twice.'
        elif not names.is_menu_file(name):
            reason, hint = f'"{name[:50]}" cannot be a file of this menu.', _NAME
        if reason is None:
            seen.add(name)
            yield name
        else:
            found.append(error(document.value_place(path), BAD_FILE_NAME, reason, hint))


def _misplaced(part: Document, root: str) -> Iterator[Diagnostic]:
    """What cannot stand at the top of an included file."""
    for name in part.plain if isinstance(part.plain, dict) else ():
        place = part.key_place((name,))
        if name == "include":
            hint = f"List all files in {root}."
            yield error(place, INCLUDES_AGAIN, "An included file includes no other.", hint)
        elif name not in PARTS:
            known = name in Menu.model_fields
            hint = f"It belongs in {root}." if known else did_you_mean(name, PARTS)
            yield error(place, UNKNOWN_NAME, f'"{name}" is not known here.', hint)


def _named(document: Document, included: list[str], parts: list[Document]) -> dict[str, Place]:
    """Every further file of the menu, in order, and where it is named first."""
    places = {name: document.value_place(path) for path, name in names.included_in(document)}
    named = {name: places[name] for name in included}
    for each in (document, *parts):
        for path, name in names.data_files_in(each):
            named.setdefault(name, each.value_place(path))
    return named


def _unread(files: Files, named: Mapping[str, Place], unread: Unread) -> Iterator[Diagnostic]:
    """Files that are not there, and the first that is too much."""
    total = names.size_of(next(iter(files.values())))
    for count, (name, place) in enumerate(named.items(), start=2):
        total += names.size_of(files.get(name, ""))
        if count > MAX_FILES:
            reason = f"The menu has more than {MAX_FILES} files."
            yield error(place, TOO_MANY_FILES, reason, "Put some of them together.")
            return
        if total > MAX_TOTAL_BYTES:
            megabytes = MAX_TOTAL_BYTES // 1024**2
            reason = f"With this file the menu has more than {megabytes} MB."
            yield error(place, TOO_LARGE_IN_ALL, reason, "Remove what is no longer used.")
            return
        if name not in files:
            why = unread.get(name, "No such file or directory")
            yield error(place, UNREAD, f'The file "{name}" cannot be read: {why}.')


def _merge(document: Document, part: Document) -> Iterator[Diagnostic]:
    """Adds what stands in `part` to `document`; yields every name that both have."""
    if isinstance(document.plain, dict) and isinstance(part.plain, dict):
        yield from _merge_maps(document.plain, document.marks, part.plain, part.marks, ())


def _merge_maps(
    plain: dict[str, Plain],
    marks: Marks,
    more: Mapping[str, Plain],
    more_marks: Marks,
    path: KeyPath,
) -> Iterator[Diagnostic]:
    places, more_places = _places(marks), _places(more_marks)
    for name, value in more.items():
        there, old = (*path, name), plain.get(name)
        if old is None:
            plain[name], places[name] = value, more_places[name]
        elif there in MAPS and isinstance(old, dict) and isinstance(value, dict):
            yield from _merge_maps(old, places[name], value, more_places[name], there)
        elif there in LISTS and isinstance(old, list) and isinstance(value, list):
            for at, item in enumerate(_places(more_places[name]).values(), start=len(old)):
                _places(places[name])[at] = item
            old.extend(value)
        elif there in MAPS | LISTS:
            # One of them has the wrong kind; the schema shall see it and say so.
            if isinstance(old, dict if there in MAPS else list):
                plain[name], places[name] = value, more_places[name]
        else:
            first = Document(plain, marks).key_place((name,))
            second = Document({}, more_marks).key_place((name,))
            reason = f'"{name}" is here a second time; the first is in {first.file}:{first.line}.'
            yield error(second, loader.TWICE, reason, "Rename or remove one of them.")


def _places(marks: Marks) -> dict[str | int, Marks]:
    """Of what is inside a mapping or a list."""
    return marks.parts if isinstance(marks, Branch) else {}
