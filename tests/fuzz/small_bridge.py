"""The services of random menus. All else that stands around a runner is in menu/stand_ins.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Services:
    """Answers now and then, and long."""

    asked: int = 0

    def ask(
        self,
        service: str,
        told: Mapping[str, str],
        answer_by: float,
    ) -> Mapping[str, str] | None:
        self.asked += 1
        if self.asked % 3 == 0:
            return None
        if service == "balance":
            return {"amount": "125000.5", "not asked for": "x"}
        return {"sky": "clear " * 40, "heat": ("41", "hot", "")[self.asked % 3]}
