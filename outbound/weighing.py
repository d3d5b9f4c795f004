"""What all delivery reports of one message say as a whole. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from telecom.statuses import DlrStatus, MtStatus

_LEFT_US: Final = frozenset({DlrStatus.SENT, DlrStatus.DELIVERED})


@dataclass(frozen=True, slots=True)
class Said:
    """What one report of a message says."""

    gateway_message_id: str
    part: int
    dlr_status: DlrStatus


def weigh(reports: Collection[Said], submissions: int) -> MtStatus | None:
    """None when they decide nothing.

    delivered: one copy is on the phone, with every part that was ever reported of it. failed: every
    copy that may exist was reported as failed; else another may still arrive.
    """
    copies: dict[str, dict[int, set[DlrStatus]]] = defaultdict(lambda: defaultdict(set))
    for said in reports:
        copies[said.gateway_message_id][said.part].add(said.dlr_status)
    ends = [_end_of(parts.values()) for parts in copies.values()]
    if DlrStatus.DELIVERED in ends:
        return MtStatus.DELIVERED
    if 0 < submissions <= ends.count(DlrStatus.FAILED):
        return MtStatus.FAILED
    return MtStatus.SENT if any(said.dlr_status in _LEFT_US for said in reports) else None


def _end_of(parts: Collection[set[DlrStatus]]) -> DlrStatus | None:
    """Of one copy. A part that is on the phone is there, whatever else was said of it."""
    if all(DlrStatus.DELIVERED in said for said in parts):
        return DlrStatus.DELIVERED
    missing = (said for said in parts if DlrStatus.DELIVERED not in said)
    return DlrStatus.FAILED if any(DlrStatus.FAILED in said for said in missing) else None
