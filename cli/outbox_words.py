"""What `flask outbox` prints: of numbers only what may be read, of texts nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from models.mt_search import Group
from models.outbox_pause import Pause
from outbound.desk import Overview, Shown
from outbound.story import Told

DUE_IS_LATE_SECONDS: Final = 60.0


def overview(seen: Overview) -> Iterator[tuple[str, str | None]]:
    """Lines, each with its colour."""
    if not seen.pauses:
        yield "Sending.", "green"
    for pause in seen.pauses:
        yield _pause(pause), "yellow"
    if not seen.groups:
        yield "No SMS was ever promised.", None
        return
    width = max(len(group.gateway) for group in seen.groups)
    for group in seen.groups:
        due = _due(group, seen.now)
        line = f"{group.gateway:<{width}}  {group.message_class:<12}  {group.status:<13}"
        late = due is not None and due > DUE_IS_LATE_SECONDS
        told = f"   the oldest due for {_span(due)}" if due is not None else ""
        yield f"{line}  {group.count:>9}{told}", "yellow" if late else None


def overview_as_json(seen: Overview) -> dict[str, object]:
    return {
        "at": seen.now.isoformat(),
        "is_paused": any(pause.is_of_all for pause in seen.pauses),
        "pauses": [
            {
                "gateway": None if pause.is_of_all else pause.gateway,
                "since": pause.since.isoformat(),
                "by": pause.by,
                "note": pause.note,
            }
            for pause in seen.pauses
        ],
        "counts": [
            {
                "gateway": group.gateway,
                "class": group.message_class.value,
                "status": group.status.value,
                "count": group.count,
                "oldest_due": group.oldest_due.isoformat() if group.oldest_due else None,
            }
            for group in seen.groups
        ],
    }


def after_restore(seen: Overview) -> Iterator[str]:
    """What whoever resumes after a restore must have read."""
    act = seen.restored
    if act is None:
        return
    yield f"This database was restored at {_time(act.at)} UTC by {act.by}:"
    yield f"  {act.note}"
    yield "What waited in the backup may have been sent after it was made, so none of it is sent"
    yield "by itself: it is unknown, and unknown for good after a minute, unless a delivery report"
    yield "tells. Look at it: flask outbox search --status unknown_final. What surely did not"
    yield "arrive goes out by: flask outbox requeue ID. Events and STOPs of after the backup are"
    yield "lost; a gateway that repeats such an event has it answered once more."


def still_paused(seen: Overview, resumed: str | None) -> Iterator[str]:
    for pause in seen.pauses:
        if pause.gateway != (resumed or "*"):
            yield _pause(pause)


def found(shown: Shown) -> str:
    row = shown.row
    why = row.last_outcome or ""
    return (
        f"{row.id}  {_time(row.created_at)}  {row.status:<13}  {row.message_class:<12}"
        f"  {row.gateway}  {shown.masked}  {why}"
    ).rstrip()


def found_as_json(shown: Shown) -> str:
    row = shown.row
    return json.dumps(
        {
            "id": row.id,
            "promised_at": row.created_at.isoformat(),
            "status": row.status.value,
            "class": row.message_class.value,
            "gateway": row.gateway,
            "to": shown.masked,
            "attempts": row.attempts,
            "last_outcome": row.last_outcome,
            "gateway_message_id": row.gateway_message_id,
            "event": row.inbound_event_id,
            "resend_of": row.resend_of,
            "not_before": row.not_before.isoformat(),
            "expires_at": row.expires_at.isoformat(),
        },
        ensure_ascii=False,
    )


def told(mt_id: str, masked: str, story: Told) -> Iterator[tuple[str, bool]]:
    """Lines; True for a heading."""
    yield f"{mt_id}, to {masked}. All times are UTC.", True
    for fact in story.facts:
        yield f"  {_time(fact.at)}  {fact.words}", False
    yield "Where it stands:", True
    for line in story.stands:
        yield f"  {line}", False
    yield "What comes next:", True
    for line in story.comes:
        yield f"  {line}", False


def told_as_json(mt_id: str, masked: str, story: Told) -> dict[str, object]:
    return {
        "id": mt_id,
        "to": masked,
        "facts": [{"at": fact.at.isoformat(), "words": fact.words} for fact in story.facts],
        "stands": story.stands,
        "comes": story.comes,
    }


def _pause(pause: Pause) -> str:
    what = "PAUSED" if pause.is_of_all else f"{pause.gateway} is paused"
    note = " ".join(pause.note.split())
    return f"{what} since {_time(pause.since)} UTC by {pause.by}: {note}"


def _due(group: Group, now: datetime) -> float | None:
    """For how many seconds the oldest of them is due; None when none is."""
    if group.oldest_due is None or group.oldest_due > now:
        return None
    return (now - group.oldest_due).total_seconds()


def _span(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
