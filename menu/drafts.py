"""A menu that is still being written: what is wrong with it, and, where that is only how it looks
or how it is tested, the program all the same. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from menu.compiler import compile_published
from menu.diagnostics import Diagnostic
from menu.files import Files
from menu.linter import examine
from menu.program import Program
from menu.services import NO_SERVICES, Services
from menu.source import Source

# Errors of rules that leave a program which can be shown: too many options, labels of several
# lines, what does not fit, and mistakes in tests.
SHOWABLE: Final = frozenset({"M204", "M205", "M206", "M501", "M502", "M503"})


@dataclass(frozen=True, slots=True)
class Draft:
    source: Source
    program: Program
    findings: tuple[Diagnostic, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


def read_draft(files: Files, services: Services = NO_SERVICES) -> Draft | tuple[Diagnostic, ...]:
    """The findings alone where nothing can be shown."""
    findings = examine(files, services=services).diagnostics
    if any(each.is_error and each.rule not in SHOWABLE for each in findings):
        return findings
    source = examine(files, rules=(), services=services).source
    if source is None:
        return findings
    return Draft(source, compile_published(files, services), findings)
