"""Everything that is wrong with a menu, in three steps: reading, shape, rules.

A later step needs what the one before it made, so each runs when the earlier found no error; within
a step everything is reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from menu import (
    data_cells,
    data_file,
    data_header,
    data_rows,
    data_sources,
    decoding,
    loader,
    merging,
    shape_faults,
    yaml_faults,
)
from menu.diagnostics import Diagnostic, in_file_order
from menu.files import NOTHING_UNREAD, Unread
from menu.files import Files as Files
from menu.rules import (
    blank_format,
    called_number,
    condition,
    costly_character,
    dlt_category,
    dlt_header,
    dlt_link,
    dlt_registered,
    dlt_unknown,
    dlt_unused,
    dlt_value,
    dlt_variables,
    dlt_without,
    dlt_words,
    duplicate_key,
    elsewhere,
    empty_list,
    failing_error,
    first_contact,
    hidden_shortcut,
    keyword,
    keyword_args,
    keyword_inside,
    label_lines,
    last_try,
    leads_on,
    link_address,
    looks_secret,
    missed_call_acts,
    missing_translation,
    moving_key,
    never_saved,
    never_there_yet,
    never_used,
    no_entry,
    no_fallback_text,
    no_language_option,
    no_way_back,
    nobody_to_return_to,
    nothing_to_choose,
    options_or_end,
    placeholder,
    plural_form,
    prefetch_known,
    prefetch_screen,
    prefetch_service,
    record_asked,
    record_gives,
    record_takes,
    reserved_key,
    reserved_keyword,
    same_keyword,
    same_number,
    saved_twice,
    screen_too_long,
    secret_args,
    sensitive,
    service_address,
    service_answer,
    service_blank,
    service_code,
    service_effects,
    service_outcome,
    service_secret,
    service_test,
    test_caller,
    test_entry,
    test_order,
    text_missing,
    told_too_early,
    too_many_calls,
    too_many_options,
    too_many_rows,
    twin_keywords,
    twin_labels,
    unknown_column,
    unknown_data_set,
    unknown_helpline,
    unknown_language,
    unknown_link,
    unknown_screen,
    unknown_service,
    unmet_error,
    unreachable_screen,
    value_name,
    whose_clock,
)
from menu.services import NO_SERVICES, Services
from menu.source import Source

MAX_PER_RULE: Final = 50  # a rule that found so many has made its point


class Rule(Protocol):
    """A module of menu/rules/. Its docstring begins with its id and says why it exists."""

    @property
    def RULE(self) -> str: ...  # noqa: N802 - a constant of the module

    def check(self, source: Source) -> Iterator[Diagnostic]:
        """Pure; takes any source whose shape is right, however its parts fit together."""
        ...


RULES: Final[tuple[Rule, ...]] = (
    unknown_link,
    unreachable_screen,
    unknown_screen,
    options_or_end,
    duplicate_key,
    reserved_key,
    too_many_options,
    label_lines,
    screen_too_long,
    text_missing,
    no_language_option,
    unknown_language,
    missing_translation,
    no_fallback_text,
    placeholder,
    first_contact,
    costly_character,
    service_code,
    keyword,
    same_keyword,
    called_number,
    link_address,
    elsewhere,
    no_entry,
    nobody_to_return_to,
    reserved_keyword,
    missed_call_acts,
    keyword_args,
    secret_args,
    test_entry,
    test_order,
    test_caller,
    unknown_data_set,
    unknown_column,
    never_saved,
    saved_twice,
    moving_key,
    too_many_rows,
    condition,
    value_name,
    sensitive,
    leads_on,
    last_try,
    blank_format,
    plural_form,
    unknown_helpline,
    unknown_service,
    whose_clock,
    never_used,
    no_way_back,
    nothing_to_choose,
    empty_list,
    twin_labels,
    unmet_error,
    keyword_inside,
    twin_keywords,
    hidden_shortcut,
    same_number,
    failing_error,
    too_many_calls,
    told_too_early,
    never_there_yet,
    looks_secret,
    dlt_unknown,
    dlt_words,
    dlt_value,
    dlt_variables,
    dlt_link,
    dlt_category,
    dlt_header,
    dlt_unused,
    dlt_without,
    dlt_registered,
    service_blank,
    service_address,
    service_effects,
    service_secret,
    service_outcome,
    service_answer,
    service_test,
    prefetch_screen,
    prefetch_service,
    prefetch_known,
    record_takes,
    record_gives,
    record_asked,
)

RULE_IDS: Final[tuple[str, ...]] = (
    decoding.TOO_LARGE,
    decoding.NOT_UTF_8,
    decoding.INVISIBLE,
    yaml_faults.SYNTAX,
    yaml_faults.TAB,
    loader.ALIAS,
    loader.TAG,
    loader.TWICE,
    loader.MERGE,
    loader.TOO_DEEP,
    loader.TOO_MANY,
    loader.DOCUMENTS,
    loader.EMPTY,
    loader.NOT_A_MENU,
    loader.BAD_NAME,
    merging.BAD_FILE_NAME,
    merging.UNREAD,
    merging.INCLUDES_AGAIN,
    merging.TOO_MANY_FILES,
    merging.TOO_LARGE_IN_ALL,
    shape_faults.UNKNOWN_NAME,
    shape_faults.MISSING,
    shape_faults.WRONG_KIND,
    shape_faults.BAD_VALUE,
    *(rule.RULE for rule in RULES),
    data_file.NOT_CSV,
    data_file.QUOTES,
    data_file.NO_ROWS,
    data_header.BAD_HEADER,
    data_header.NOT_DECLARED,
    data_rows.CELLS_IN_ROW,
    data_cells.EMPTY_CELL,
    data_cells.WRONG_CELL,
    data_rows.SAME_KEY,
    data_cells.FORMULA,
    data_cells.TOO_MUCH,
    data_rows.NOT_TRANSLATED,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """`source` is None exactly when the diagnostics hold an error."""

    source: Source | None
    diagnostics: tuple[Diagnostic, ...]


def check(
    files: Files, unread: Unread = NOTHING_UNREAD, services: Services = NO_SERVICES
) -> list[Diagnostic]:
    """All that is wrong, in file order. Whatever the files hold, nothing is raised.

    The first file is the root; none at all is a ValueError, because it is the caller's mistake.
    `unread` says why files that the menu names are not among them, `services` what it may call.
    """
    return list(examine(files, unread=unread, services=services).diagnostics)


def examine(
    files: Files,
    rules: Sequence[Rule] | None = None,
    unread: Unread = NOTHING_UNREAD,
    services: Services = NO_SERVICES,
) -> Examined:
    """What `check` finds, together with the menu that was read. Without `rules`, all of them."""
    document, found = merging.load(files, unread)
    source = None
    if document is not None:
        menu, faults = shape_faults.parse(document)
        found = [*found, *faults]
        if menu is not None:
            displayed = Source(menu, document).displayed
            data_sets, faults = data_sources.read_all(menu, files, displayed)
            # Published data was judged in its time; it only has to be there.
            if rules is None or len(data_sets) < len(menu.data):
                found += faults
            source = Source.of(menu, document, data_sets, services)
            for rule in RULES if rules is None else rules:
                found.extend(islice(rule.check(source), MAX_PER_RULE))
    has_error = any(diagnostic.is_error for diagnostic in found)
    return Examined(None if has_error else source, tuple(in_file_order(found)))
