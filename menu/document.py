"""A menu that was read: plain texts, lists and mappings, and where in which file each stands."""

from __future__ import annotations

from dataclasses import dataclass

from menu.diagnostics import Place

Plain = str | list["Plain"] | dict[str, "Plain"]
KeyPath = tuple[str | int, ...]  # ("screens", "home", "options", 0, "label")

# The file, line and column of a name, line and column of its value; for an item of a list, which
# has no name, twice the same. A plain tuple: a large menu has a hundred thousand of them.
Mark = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a list or a mapping stands, and where all that is inside."""

    mark: Mark
    parts: dict[str | int, Marks]


Marks = Mark | Branch


@dataclass(frozen=True, slots=True)
class Document:
    """A menu as plain texts, lists and mappings, with the place of each."""

    plain: Plain
    marks: Marks

    def key_place(self, path: KeyPath) -> Place:
        """Where the name at this path stands; of what is not there, the nearest thing around it."""
        file, line, column, _, _ = self._nearest(path)
        return Place(file, line, column)

    def value_place(self, path: KeyPath) -> Place:
        file, _, _, line, column = self._nearest(path)
        return Place(file, line, column)

    def _nearest(self, path: KeyPath) -> Mark:
        marks = self.marks
        for part in path:
            if not isinstance(marks, Branch) or part not in marks.parts:
                break
            marks = marks.parts[part]
        return marks.mark if isinstance(marks, Branch) else marks
