"""What is wrong, in words for three in the morning: the thing, the reason, the cure.

A fault takes a process out of service. A warning does not: people are served by it as well as by
any other, but somebody has something to repair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from health.probe import Probe, ask_all

PATIENCE_SECONDS: Final = 1.5  # whoever asks has 2 s

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found; nothing of either is the good case."""

    fault: str | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """`when_silent` is the fault when there is no answer in time.

    None: it leans on something whose own check tells it.
    """

    look: Callable[[], Found]
    when_silent: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    faults: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return not self.faults


class Readiness:
    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._probes = {name: Probe(check.look) for name, check in checks.items()}

    def report(self) -> Report:
        """Within PATIENCE_SECONDS, whoever hangs."""
        report = Report()
        for name, answer in ask_all(self._probes, PATIENCE_SECONDS).items():
            found = answer if isinstance(answer, Found) else self._silent(name, answer)
            if found.fault:
                report.faults[name] = found.fault
            if found.warnings:
                report.warnings[name] = list(found.warnings)
        return report

    def _silent(self, name: str, fault: Exception) -> Found:
        if isinstance(fault, TimeoutError):
            return Found(self._checks[name].when_silent)
        log.error("check failed", check=name, exc_info=fault)
        return Found(
            f"It cannot be checked ({type(fault).__name__}): a bug of ours. The log tells where."
        )
