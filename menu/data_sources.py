"""The data sets of a menu, from the files that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from menu import data_file
from menu.data_set import DataSet
from menu.diagnostics import Diagnostic
from menu.language import Language
from menu.schema import Menu


def read_all(
    menu: Menu, files: Mapping[str, str | bytes], languages: Sequence[Language]
) -> tuple[dict[str, DataSet], list[Diagnostic]]:
    """By name, without those of which there is nothing to read. `languages`: those displayed.

    A file that is not there was told before (M017).
    """
    data_sets, found = {}, []
    for name, source in menu.data.items():
        if source.file in files:
            data_set, faults = data_file.read(name, source, files[source.file], languages)
            found += faults
            if data_set:
                data_sets[name] = data_set
    return data_sets, found
