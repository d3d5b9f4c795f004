"""The services of random menus. All else that stands around a runner is in menu/stand_ins.py."""

from __future__ import annotations

from dataclasses import dataclass

from menu.services import Inquiry, Reply


@dataclass
class Services:
    """Answers now and then, and long."""

    asked: int = 0

    def ask(self, inquiry: Inquiry) -> Reply:
        self.asked += 1
        if self.asked % 3 == 0:
            return Reply(outcome="down")
        if inquiry.service == "balance":
            return Reply(parts={"amount": "125000.5", "not asked for": "x"})
        heat = ("41", "hot", "")[self.asked % 3]
        return Reply(parts={"sky": "clear " * 40, "heat": heat})
