"""The verdict on a scenario, from what the vendor's and the people's ledgers say. Pure.

Our own rows are asked for one thing only: what an operator sees of an SMS that never arrived.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

VISIBLE: Final = frozenset({"failed", "unknown_final", "expired", "suppressed"})
PROVEN: Final = frozenset({"sent", "delivered"})
AMBIGUOUS: Final = frozenset(
    {"lost_before", "no_reply", "hang_lost", "hang_taken", "fault", "fault_taken"}
)
_LINK: Final = re.compile(r"/l/(\w+)")

Entries = Iterable[Mapping[str, Any]]


@dataclass
class Verdict:
    """Callers, where nothing else is said: each event has one of its own."""

    events: int = 0
    acknowledged: int = 0
    promised: dict[str, str] = field(default_factory=dict)  # caller: class
    copies: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)  # promised, the vendor never heard, none sees it
    silent: list[str] = field(default_factory=list)  # promised, never taken, and none sees it
    out_of_nothing: list[str] = field(default_factory=list)  # nobody asked for it
    doubled_effects: list[str] = field(default_factory=list)  # two messages for one event
    doubled_once_only: list[str] = field(default_factory=list)  # of a class that is never resent
    copied: list[str] = field(default_factory=list)  # the same message twice
    copied_though_reported: list[str] = field(default_factory=list)
    said_sent: list[str] = field(default_factory=list)  # marked sent, never taken
    said_failed: list[str] = field(default_factory=list)  # marked failed, and taken
    not_sent: list[str] = field(default_factory=list)  # promised, of a once-only class, not taken
    ambiguous: int = 0  # requests whose answer left it open
    taken: int = 0
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def is_sound(self) -> bool:
        """What holds under any fault at all."""
        broken = (
            self.lost,
            self.silent,
            self.out_of_nothing,
            self.doubled_effects,
            self.doubled_once_only,
            self.said_sent,
            self.said_failed,
        )
        return self.events > 0 and not any(broken)

    def __str__(self) -> str:
        return (
            f"events {self.events:,}  acked {self.acknowledged:,}  acked lost {len(self.lost)}  "
            f"lost silently {len(self.silent)}  effects doubled {len(self.doubled_effects)}  "
            f"from nothing {len(self.out_of_nothing)}  SMS {self.taken:,}  "
            f"second copies {len(self.copied)}"
        )


def judge(said: Entries, vendor: Entries, rows: Mapping[str, str]) -> Verdict:
    """`rows` tells the status by caller."""
    verdict = Verdict(statuses=Counter(rows.values()))
    asked = _read_people(verdict, said)
    keys: dict[str, set[str]] = defaultdict(set)
    reported: dict[str, float] = {}
    heard: set[str] = set()
    for entry in sorted(vendor, key=lambda entry: float(entry["at"])):
        to = str(entry["to"])
        if "report" in entry:
            # Of Africa's Talking it proves nothing while the id is not known: the reply was lost.
            if entry["status"] == 200 and str(entry["report"]).startswith("SM"):
                reported.setdefault(to, float(entry["at"]))
            continue
        heard.add(to)
        keys[to].add(_key_of(entry))
        verdict.ambiguous += entry["outcome"] in AMBIGUOUS
        if not entry["taken"]:
            continue
        verdict.taken += 1
        verdict.copies[to] += 1
        if verdict.copies[to] > 1:
            verdict.copied.append(to)
            if to in reported:
                verdict.copied_though_reported.append(to)
    verdict.out_of_nothing = sorted(heard - asked)
    verdict.doubled_effects = [to for to, found in keys.items() if len(found) > 1]
    _compare(verdict, heard, rows)
    return verdict


def _read_people(verdict: Verdict, said: Entries) -> set[str]:
    """Everybody who asked for something."""
    asked, events, acknowledged = set(), set(), set()
    for entry in said:
        asked.add(str(entry["caller"]))
        events.add(entry["event"])
        if entry["status"] == 200:
            acknowledged.add(entry["event"])
        if entry["promises"]:
            verdict.promised[str(entry["caller"])] = str(entry["promises"])
    verdict.events, verdict.acknowledged = len(events), len(acknowledged)
    return asked


def _key_of(entry: Mapping[str, Any]) -> str:
    """Which message it is: each has its own link; what has none is the only one for its caller."""
    link = _LINK.search(str(entry["text"]))
    return link[1] if link else str(entry["text"])


def _compare(verdict: Verdict, heard: set[str], rows: Mapping[str, str]) -> None:
    for to, kind in verdict.promised.items():
        is_visible = rows.get(to) in VISIBLE
        if to not in heard and not is_visible:
            verdict.lost.append(to)
        if not verdict.copies[to]:
            if not is_visible:
                verdict.silent.append(to)
            if kind == "confirmation":
                verdict.not_sent.append(to)
        elif kind == "confirmation" and verdict.copies[to] > 1:
            verdict.doubled_once_only.append(to)
    for to, status in rows.items():
        if status in PROVEN and not verdict.copies[to]:
            verdict.said_sent.append(to)
        if status == "failed" and verdict.copies[to]:
            verdict.said_failed.append(to)
