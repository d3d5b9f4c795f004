"""Bugs that the suite must find: each is one change to a copy of the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """`before` stands exactly once in `file`. `judge` is a test of this folder, by file and -k."""

    name: str
    file: str
    before: str
    after: str
    judge: str
    words: str = ""


CRASH, FROZEN, FAULTS = "test_crash_points.py", "test_frozen_workers.py", "test_vendor_faults.py"
SPENDING = "test_spending.py"

BUGS: Final = (
    Bug(
        name="a call that nobody recorded is sent again at once",
        file="models/mt_sweeps.py",
        before="    MtStatus.UNKNOWN,\n    _LEASE_IS_OVER,",
        after="    MtStatus.QUEUED,\n    _LEASE_IS_OVER,",
        judge=CRASH,
        words="after_intent",
    ),
    Bug(
        name="no fence: an old claim is as good as a new one",
        file="models/mt_moves.py",
        before='(_T.generation == bindparam("fence"))',
        after='(_T.generation >= bindparam("fence"))',
        judge=FROZEN,
        words="while_another_sends",
    ),
    Bug(
        name="a worker that wakes late does not look at the clock",
        file="outbound/calling.py",
        before="if self._monotonic() > intent.latest_call:",
        after="if self._monotonic() > intent.latest_call + 1e9:",
        judge=FROZEN,
        words="after_intent",
    ),
    Bug(
        name="a late reply is no evidence",
        file="models/turn_moves.py",
        before="        .where(_T.id == ended.c.mt_id)\n",
        after="        .where(_T.id == ended.c.mt_id, is_ours)\n",
        judge=FROZEN,
        words="after_reply",
    ),
    Bug(
        name="claims of the dead are not given back",
        file="models/mt_sweeps.py",
        before="    return _run(conn, _RECLAIM, limit, at=now)",
        after="    return []",
        judge=CRASH,
        words="after_claim",
    ),
    Bug(
        name="a repeated event counts as new",
        file="models/inbound_event.py",
        before="    return bulk.insert_new(conn, inbound_event, rows, unique=_KEY)",
        after="    bulk.insert_new(conn, inbound_event, rows, unique=_KEY)\n"
        '    return {row["id"] for row in rows}',
        judge="test_load.py",
        words="g11",
    ),
    Bug(
        name="a call is acknowledged before it is durable",
        file="missed_call/handler.py",
        before="                self._spool.keep(CHANNEL, gateway.settings.name, request)\n",
        after="",
        judge="test_stores_away.py",
        words="g6",
    ),
    Bug(
        name="a text is acknowledged before it is durable",
        file="sms/handler.py",
        before="            self._spool.keep(CHANNEL, gateway.settings.name, request)\n",
        after="",
        judge="test_stores_away.py",
        words="g6",
    ),
    Bug(
        name="a spooled event is removed before the database has it",
        file="web/replaying.py",
        before="            self._takers[channel](gateway, request)\n",
        after="            file.unlink()\n            self._takers[channel](gateway, request)\n",
        judge="test_stores_away.py",
        words="g6",
    ),
    Bug(
        name="Redis is waited for as long as redis-py likes",
        file="state/connection.py",
        before="SOCKET_SECONDS: Final = 0.25",
        after="SOCKET_SECONDS: Final = 5.0",
        judge="test_stores_away.py",
        words="g7 and black",
    ),
    Bug(
        name="a fault of Redis is nobody's to catch",
        file="state/sessions.py",
        before="            raise SessionsDown(reason_of(fault)) from fault",
        after="            raise",
        judge="test_stores_away.py",
        words="g7 and kill",
    ),
    Bug(
        name="a once-only message is sent again",
        file="telecom/statuses.py",
        before="MessageClass.CONFIRMATION: ClassPolicy(1, False,",
        after="MessageClass.CONFIRMATION: ClassPolicy(2, True,",
        judge=FAULTS,
    ),
    Bug(
        name="an unclear link is sent again and again",
        file="models/mt_sweeps.py",
        before="(_T.submissions < policy.max_submissions)",
        after="(_T.submissions < policy.max_submissions + 9)",
        judge=FAULTS,
    ),
    Bug(
        name="a 5xx means that nothing was taken",
        file="gateways/africastalking/codes.py",
        before="        return Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS",
        after="        return Reason.GATEWAY_FAULT, Verdict.RETRY",
        judge=FAULTS,
    ),
    Bug(
        name="no answer means that nothing was taken",
        file="gateways/poster.py",
        before="        verdict = Verdict.AMBIGUOUS\n",
        after="",
        judge=FAULTS,
    ),
    Bug(
        name="throttled is refused for good",
        file="gateways/africastalking/codes.py",
        before="429: (Reason.THROTTLED, Verdict.RETRY)",
        after="429: (Reason.THROTTLED, Verdict.GIVE_UP)",
        judge=FAULTS,
    ),
    Bug(
        name="failed, though an earlier copy may be on the phone",
        file="outbound/outcomes.py",
        before="MtStatus.UNKNOWN_FINAL if ambiguous_before else MtStatus.FAILED",
        after="MtStatus.FAILED",
        judge=FAULTS,
    ),
    Bug(
        name="leases by the host's own clock",
        file="thinking.py",
        before="OneClock(clock) if clock else DatabaseClock(self.clock)",
        after="OneClock(self.clock)",
        judge="test_load.py",
        words="g32",
    ),
    Bug(
        name="a transaction that may have to be upgraded, on SQLite",
        file="models/tuning.py",
        before='"BEGIN IMMEDIATE" if writes',
        after='"BEGIN" if writes',
        judge="test_load.py",
        words="g14",
    ),
    Bug(
        name="sessions without an end",
        file="state/lua/save_session.lua",
        before="redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])",
        after="redis.call('SET', KEYS[1], ARGV[2])",
        judge="test_load.py",
        words="g13",
    ),
    Bug(
        name="a report that came before its send has ended is forgotten",
        file="outbound/early_reports.py",
        before="    move = group.apply(mt_id)\n",
        after="    move = None\n",
        judge="test_reports.py",
        words="sqlite",
    ),
    Bug(
        name="a later report of failure outweighs delivered",
        file="outbound/weighing.py",
        before="    if DlrStatus.DELIVERED in ends:",
        after="    if DlrStatus.DELIVERED in ends and len(reports) < 2:",
        judge="test_reports.py",
        words="sqlite",
    ),
    Bug(
        name="STOP is acknowledged and not kept",
        file="models/consent.py",
        before='"state": one.state, "since"',
        after='"state": ConsentState.OPTED_IN, "since"',
        judge="test_stop.py",
    ),
    Bug(
        name="a repeated turn is a new input",
        file="menu/hearing.py",
        before='    if text == heard:\n        return Repeat()\n    if heard == "":',
        after='    if heard == "":',
        judge="test_ussd_model.py",
        words="sqlite",
    ),
    Bug(
        name="any session answers any caller",
        file="state/keys.py",
        before="            request.msisdn.e164,\n",
        after="",
        judge="test_ussd_model.py",
        words="sqlite",
    ),
    Bug(
        name="calls of a moment ago are not counted",
        file="models/tally.py",
        before='_count(_WAS_CALL, _CAME, _M.created_at > _at("cooldown"))',
        after='_count(_WAS_CALL, _CAME, _M.created_at < _at("cooldown"))',
        judge=SPENDING,
        words="g24",
    ),
    Bug(
        name="the list of countries is not looked at",
        file="outbound/guard.py",
        before="        return None if to.region in world.countries else Withheld.COUNTRY",
        after="        return None",
        judge=SPENDING,
        words="g25 and money",
    ),
    Bug(
        name="a late answer is over before its SMS is promised",
        file="outbound/late_answering.py",
        before="            if not late_answer.end(conn, mine):\n                return\n"
        "            decisions",
        after="            if not late_answer.end(conn, mine):\n                return\n"
        "        with self._database.write() as conn:\n            decisions",
        judge="test_late_answers.py",
        words="late_answered",
    ),
    Bug(
        name="whoever comes back to a late answer finds it taken for good",
        file="outbound/late_answering.py",
        before="        self._hold = timedelta(seconds=patience_seconds) + SPARE\n",
        after="        self._hold = timedelta(days=1)\n",
        judge="test_late_answers.py",
        words="late_claimed",
    ),
    Bug(
        name="what others have spent is not counted",
        file="outbound/hearing.py",
        before="        self._sums |= looked.sums\n",
        after="",
        judge=SPENDING,
        words="g25 and new_numbers",
    ),
)
