"""A menu file that was read: plain texts, lists and mappings, and where in the file each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from menu.diagnostics import Place

Plain = str | list["Plain"] | dict[str, "Plain"]
KeyPath = tuple[str | int, ...]  # ("screens", "home", "options", 0, "label")


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a name and its value stand; for an item of a list both are the value."""

    key: Place
    value: Place


@dataclass(frozen=True, slots=True)
class Document:
    """A menu file as plain texts, lists and mappings, with the place of each."""

    plain: Plain
    marks: Mapping[KeyPath, Marks]

    def key_place(self, path: KeyPath) -> Place:
        """Where the name at this path stands; of what is not there, the nearest thing around it."""
        return self._nearest(path).key

    def value_place(self, path: KeyPath) -> Place:
        return self._nearest(path).value

    def _nearest(self, path: KeyPath) -> Marks:
        while path not in self.marks:
            path = path[:-1]
        return self.marks[path]
