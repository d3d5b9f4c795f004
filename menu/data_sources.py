"""The data sets of a menu, from the files that it names.

M601: a CSV file is named that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from menu import data_file
from menu.data_set import DataSet
from menu.diagnostics import Diagnostic, did_you_mean, error
from menu.document import Document
from menu.language import Language
from menu.schema import Menu

NO_FILE: Final = "M601"
ENDING: Final = ".csv"


def read_all(
    menu: Menu,
    document: Document,
    files: Mapping[str, str | bytes],
    languages: Sequence[Language],
) -> tuple[dict[str, DataSet], list[Diagnostic]]:
    """By name, without those of which there is nothing to read. `languages`: those displayed."""
    data_sets, found = {}, []
    for name, source in menu.data.items():
        if source.file not in files:
            tables = [file for file in files if file.endswith(ENDING)]
            place = document.value_place(("data", name, "file"))
            hint = did_you_mean(source.file, tables)
            found.append(error(place, NO_FILE, f'There is no file "{source.file}".', hint))
            continue
        data_set, faults = data_file.read(name, source, files[source.file], languages)
        found += faults
        if data_set:
            data_sets[name] = data_set
    return data_sets, found
