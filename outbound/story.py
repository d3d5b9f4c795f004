"""The story of one SMS in plain sentences: what happened, how it stands, what comes next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from models.consent import ConsentState
from models.mt_restored import RESTORED
from models.mt_search import Row
from models.mt_story import Attempt, Report, Story
from models.outbox_act import Act, Deed
from outbound.dlt_advice import NOT_CALLED
from telecom.statuses import POLICIES, DlrStatus, MessageClass, MtStatus

_CHANNELS: Final = MappingProxyType(
    {"sms": "A text", "missed_call": "A missed call", "ussd": "A USSD turn"}
)
_ENDS: Final = MappingProxyType(
    {
        "accepted": "the gateway accepted it",
        "retry": "the gateway surely did not take it, and it is worth another try",
        "give_up": "the gateway surely did not take it, and never will",
        "ambiguous": "no clear answer, so it may or may not have been taken",
    }
)
_STANDS: Final = MappingProxyType(
    {
        MtStatus.QUEUED: "It waits to be sent.",
        MtStatus.CLAIMED: "A worker holds it and has not called the gateway yet.",
        MtStatus.SUBMITTED: "A call to the gateway was begun and has no recorded end.",
        MtStatus.UNKNOWN: "It may or may not have been accepted.",
        MtStatus.SENT: "The gateway accepted it.",
        MtStatus.DELIVERED: "It is on the phone.",
        MtStatus.FAILED: "It surely did not arrive.",
        MtStatus.EXPIRED: "Its life was over before it was sent. Nothing reached the phone.",
        MtStatus.SUPPRESSED: "It was withheld before any call. Nothing reached the phone.",
        MtStatus.UNKNOWN_FINAL: "It may be on the phone or not, and nobody tries again.",
    }
)
OPEN: Final = frozenset({MtStatus.QUEUED, MtStatus.CLAIMED, MtStatus.SUBMITTED, MtStatus.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Fact:
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    facts: list[Fact]
    stands: list[str]
    comes: list[str]


def tell(
    story: Story,
    *,
    settle_seconds: float,
    gateways: Collection[str] | None,
    advice: Sequence[str] = (),
) -> Told:
    """`gateways` are those that this host can send through; None where that cannot be told.
    `advice`: what else is known of how it stands.
    """
    facts = sorted(_facts(story), key=lambda fact: fact.at)
    comes = list(_comes(story, timedelta(seconds=settle_seconds), gateways))
    return Told(facts, [*_stands(story), *advice], comes)


def risk(story: Story) -> str:
    """What is known of a copy on the phone, for whoever wants to send another."""
    row = story.row
    known = _count(story.attempts)
    match row.status:
        case MtStatus.DELIVERED:
            return f"It is on the phone already, says a delivery report: {known}."
        case MtStatus.SENT:
            return f"It is probably on the phone already: {known}, and the gateway accepted it."
        case MtStatus.FAILED if not row.ambiguous_before and not story.reports:
            return f"It is surely not on the phone: {known}, each refused."
        case MtStatus.FAILED:
            return f"It is not on the phone, say the delivery reports: {known}."
        case MtStatus.EXPIRED | MtStatus.SUPPRESSED:
            return f"It is surely not on the phone: {known} that may have been a copy."
    return f"It may already be on the phone: {known}."


def _count(attempts: Collection[Attempt]) -> str:
    ambiguous = sum(one.outcome in (None, "ambiguous") for one in attempts)
    taken = sum(one.outcome == "accepted" for one in attempts)
    words = [f"{len(attempts)} attempt{'' if len(attempts) == 1 else 's'}"]
    words += [f"{taken} accepted"] if taken else []
    words += [f"{ambiguous} ambiguous" if len(attempts) > 1 else "ambiguous"] if ambiguous else []
    return ", ".join(words)


def _facts(story: Story) -> Iterator[Fact]:
    row, event = story.row, story.event
    if event is not None:
        what = _CHANNELS.get(event.kind, f"An event ({event.kind})")
        yield Fact(
            event.received_at,
            f"{what} came in through {event.gateway}, its id {event.gateway_event_id};"
            f" the decision: {event.decision or 'none recorded'}.",
        )
    yield Fact(row.created_at, _queueing(row))
    for number, attempt in enumerate(story.attempts, 1):
        yield Fact(attempt.started_at, _attempt(number, attempt))
    for report in story.reports:
        yield Fact(report.received_at, _report(report))
    for change in story.consent:
        word = "STOP" if change.state is ConsentState.OPTED_OUT else "START"
        who = "The subscriber" if change.cause == "sms" else "The gateway told that the subscriber"
        yield Fact(change.at, f"{who} said {word}, through {change.gateway}.")
    for act in story.acts:
        yield Fact(act.at, _act(act))
    for copy in story.copies:
        yield Fact(copy.created_at, f"A second SMS was queued for it: {copy.id}, {copy.status}.")


def _queueing(row: Row) -> str:
    words = f"It was queued as {row.message_class}, for {row.gateway}"
    if row.resend_of is not None:
        words += f", by hand, as a second copy of {row.resend_of}"
    return f"{words}; its life ends at {_time(row.expires_at)}."


def _attempt(number: int, attempt: Attempt) -> str:
    if attempt.reason == RESTORED:
        return (
            f"Attempt {number} is a guess: it waited when the backup was made that was restored"
            " here, and may have been sent after that."
        )
    if attempt.reason is not None and attempt.reason in NOT_CALLED:
        return f"Attempt {number} called nobody: {NOT_CALLED[attempt.reason]}."
    if attempt.finished_at is None:
        return f"Attempt {number} was begun, and no end is recorded."
    took = (attempt.finished_at - attempt.started_at).total_seconds()
    words = _ENDS.get(str(attempt.outcome), str(attempt.outcome))
    why = f" ({attempt.reason})" if attempt.reason else ""
    code = f", HTTP {attempt.http_code}" if attempt.http_code else ""
    named = f"; its id there: {attempt.gateway_message_id}" if attempt.gateway_message_id else ""
    late = " The answer came when the row had moved on." if attempt.late else ""
    return f"Attempt {number}, {took:.1f} s: {words}{why}{code}{named}.{late}"


def _report(report: Report) -> str:
    why = f" ({report.reason})" if report.reason else ""
    says = "means nothing to us" if report.dlr_status == DlrStatus.UNKNOWN else report.dlr_status
    return f'A delivery report: "{report.vendor_status}", which {_means(says)}{why}.'


def _means(says: str) -> str:
    return says if says.startswith("means") else f"means {says}"


def _act(act: Act) -> str:
    verb = {Deed.REQUEUED: "queued a second copy of it", Deed.EXPIRED: "ended it"}
    note = f": {' '.join(act.note.split())}" if act.note else ""
    return f"{act.by} {verb.get(Deed(act.deed), act.deed)} by hand{note}."


def _stands(story: Story) -> Iterator[str]:
    row = story.row
    yield f"{row.status}: {_STANDS[row.status]}"
    claims = f"{row.generation} claim{'' if row.generation == 1 else 's'}"
    yield f"{claims}, {_count(story.attempts)}, {row.submissions} possible on the phone."
    if row.last_outcome is not None:
        yield f"The last outcome: {row.last_outcome}."
    if row.status is MtStatus.SUPPRESSED or row.last_outcome == "opted_out":
        yield "It was withheld because the subscriber has said STOP."


def _comes(story: Story, settle: timedelta, gateways: Collection[str] | None) -> Iterator[str]:
    row, now = story.row, story.now
    match row.status:
        case MtStatus.QUEUED:
            yield from _waits(story, gateways)
        case MtStatus.CLAIMED:
            yield (
                f"Worker {row.owner} calls the gateway, or at {_time(row.lease_until)} it is"
                " queued again."
            )
        case MtStatus.SUBMITTED:
            yield f"Worker {row.owner} tells the end, or at {_time(row.lease_until)} it is unknown."
        case MtStatus.UNKNOWN:
            settled = (row.unknown_since or now) + settle
            yield f"Until {_time(settled)} it waits for a delivery report."
            yield _after_settling(story, settled)
        case MtStatus.SENT:
            yield "A delivery report may come; it is not sent again."
        case MtStatus.UNKNOWN_FINAL:
            yield "Nothing, unless a delivery report comes. flask outbox requeue sends another."
        case MtStatus.EXPIRED | MtStatus.FAILED:
            yield "Nothing. flask outbox requeue sends another."
        case MtStatus.SUPPRESSED | MtStatus.DELIVERED:
            yield "Nothing."


def _after_settling(story: Story, settled: datetime) -> str:
    row = story.row
    policy = POLICIES[row.message_class]
    if row.evidence == RESTORED:
        return "Without one it is unknown for good: it may have been sent after the backup."
    if not policy.resends_ambiguous:
        return f"Without one it is unknown for good: a {row.message_class} is never sent twice."
    if row.submissions >= policy.max_submissions:
        return f"Without one it is unknown for good: {row.submissions} copies are the most."
    if row.expires_at <= settled:
        return "Without one it is unknown for good: its life is over by then."
    return "Without one it is queued again, for another copy."


def _waits(story: Story, gateways: Collection[str] | None) -> Iterator[str]:
    row, now = story.row, story.now
    if row.expires_at <= now:
        yield "Its life is over: within seconds a worker ends it."
        return
    holds = list(_holds(story, gateways))
    yield from holds
    if not holds:
        yield (
            f"It is due since {_time(row.not_before)}: the next free worker takes it. If none does,"
            " /readyz tells whether any is running."
        )
    yield f"At {_time(row.expires_at)} its life ends; then it is not sent any more."


def _holds(story: Story, gateways: Collection[str] | None) -> Iterator[str]:
    """Everything that keeps it from being sent now."""
    row = story.row
    for pause in story.pauses:
        if pause.is_of_all or pause.gateway == row.gateway:
            what = "The outbox" if pause.is_of_all else pause.gateway
            how = "" if pause.is_of_all else f" --gateway {pause.gateway}"
            yield (
                f"{what} is paused since {_time(pause.since)} by {pause.by}:"
                f" {' '.join(pause.note.split())}. flask outbox resume{how} ends that."
            )
    if story.has_opted_out and row.message_class is not MessageClass.CONFIRMATION:
        yield "The subscriber has said STOP: the worker that takes it withholds it."
    if gateways is not None and row.gateway not in gateways:
        yield (
            f"This host's gateways.yaml has no gateway {row.gateway} that sends: it rests a minute"
            " at a time until a worker has one."
        )
    if row.not_before > story.now:
        why = f" after {row.last_outcome}" if row.last_outcome else ""
        yield f"It rests until {_time(row.not_before)}{why}."


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "once"
