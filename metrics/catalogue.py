"""Every metric there is, with every word that its labels may have: nothing personal fits in.

A word that is not in here is counted as "unknown"; tests hold the lists to the code that counts.
"""

from __future__ import annotations

from typing import Final

from metrics.kinds import GATEWAY, Counter, Gauge, Histogram, Metric
from telecom.dlt_book import DltRefusal
from telecom.errors import Reason, Verdict
from telecom.statuses import FINAL, DlrStatus, MtStatus

# A turn has 4 s by default and 8 s at most; a good one takes a few milliseconds.
TURN_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
# A send has 3 s to connect and 8 s to be answered.
SEND_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0)

DOORS: Final = ("ussd", "ussd_end", "sms", "dlr", "optout", "missed_call", "inbox")
CHANNELS: Final = ("ussd", "sms", "missed_call")
RESULTS: Final = (
    "accepted",
    "repeat",
    "spooled",
    "malformed",
    "forbidden",
    "not_served",
    "unavailable",
    "failed",
)
DECISIONS: Final = (
    "answered",
    "answered_late",
    "answers_later",
    "apologised",
    "called_too_soon",
    "cannot_take_sms",
    "country_not_allowed",
    "failed",
    "helped",
    "hidden_caller",
    "landline_caller",
    "language_chosen",
    "languages_told",
    "link_sent",
    "loop",
    "no_entry_point",
    "not_a_subscriber",
    "opted_out",
    "over_budget",
    "own_number",
    "same_link",
    "service_over_budget",
    "spending_stopped",
    "started",
    "stopped",
    "too_many_answers_today",
    "too_many_calls_this_week",
    "too_many_calls_today",
    "too_many_neighbours",
    "too_many_new_numbers",
    "unknown_text_again",
    "unknown_text_answered",
)
RECEIPTS: Final = ("taken", "late", "repeated", "waits", "contradicts")
SEND_OUTCOMES: Final = ("accepted", *Verdict)
SEND_REASONS: Final = (
    *("accepted", "too_late", "consent_unknown", "unsealable", "dlt_unknown"),
    *Reason,
    *DltRefusal,
)
# How services' answers are come by, and what happens instead of one.
ANSWERS: Final = (
    "answered",
    "cached",
    "shared",
    "stale",
    "named",
    "slow",
    "down",
    "refused",
    "bad_answer",
    "bad_input",
    "unsure",
)
MEMBERS: Final = ("dispatcher", "web", "redis")
CHOICES: Final = ("home", "route", "failover", "stays")
HOLDS: Final = ("tps", "quiet_hours", "paused")
OPENS: Final = (
    *("android", "ios", "kaios", "web"),
    *("preview", "uncounted", "expired", "unknown", "throttled"),
)
OPEN: Final = tuple(status for status in MtStatus if status not in FINAL | {MtStatus.SENT})

WEBHOOKS: Final = Counter(
    name="sanket_webhooks_total",
    meaning="Webhooks by what became of them.",
    labels={"door": DOORS, "gateway": GATEWAY, "result": RESULTS},
)
WEBHOOK_SECONDS: Final = Histogram(
    name="sanket_webhook_seconds",
    meaning="From a whole request to its answer; door ussd: the turns of people who wait.",
    labels={"door": DOORS},
    buckets=TURN_BUCKETS,
)
USSD_TURNS: Final = Counter(
    name="sanket_ussd_turns_total",
    meaning="USSD screens that were shown, by whether the dialogue goes on.",
    labels={"gateway": GATEWAY, "outcome": ("ends", "continues")},
)
EVENTS: Final = Counter(
    name="sanket_events_total",
    meaning="Texts, calls, and USSD turns with an effect; new ones, by what was decided.",
    labels={"gateway": GATEWAY, "channel": CHANNELS, "decision": DECISIONS},
)
SENDS: Final = Counter(
    name="sanket_sends_total",
    meaning="Tries to send an SMS, by what the gateway made of them.",
    labels={"gateway": GATEWAY, "outcome": SEND_OUTCOMES, "reason": SEND_REASONS},
)
SEND_SECONDS: Final = Histogram(
    name="sanket_send_seconds",
    meaning="How long a gateway took to answer a send.",
    labels={"gateway": GATEWAY},
    buckets=SEND_BUCKETS,
)
MT_MOVES: Final = Counter(
    name="sanket_mt_moves_total",
    meaning="SMS that came to a status by a send, a delivery report or time.",
    labels={"gateway": GATEWAY, "status": tuple(MtStatus)},
)
MT_ROUTED: Final = Counter(
    name="sanket_mt_routed_total",
    meaning="SMS that were given to a gateway, by why to this one.",
    labels={"gateway": GATEWAY, "choice": CHOICES},
)
MT_HELD: Final = Counter(
    name="sanket_mt_held_total",
    meaning="SMS that had to wait for their gateway's messages per second, or for the hours.",
    labels={"gateway": GATEWAY, "why": HOLDS},
)
DELIVERY_REPORTS: Final = Counter(
    name="sanket_delivery_reports_total",
    meaning="Delivery reports by what they say and what came of them.",
    labels={"gateway": GATEWAY, "status": tuple(DlrStatus), "receipt": RECEIPTS},
)
CONSENT_CHANGES: Final = Counter(
    name="sanket_consent_changes_total",
    meaning="STOP and START that changed something, by who told us.",
    labels={
        "gateway": GATEWAY,
        "state": ("opted_in", "opted_out"),
        "cause": ("sms", "gateway", "list"),
    },
)
LINK_OPENS: Final = Counter(
    name="sanket_link_opens_total",
    meaning="Short links that were opened, by the platform of the phone, or why none was counted.",
    labels={"outcome": OPENS},
)
SESSION_FAULTS: Final = Counter(
    name="sanket_session_store_faults_total",
    meaning="Times that Redis did not answer a turn.",
)
SHARES_ROLLED_BACK: Final = Counter(
    name="sanket_menu_shares_rolled_back_total",
    meaning="Menus that were shared with some callers and did worse than the live one.",
)
SERVICE_CALLS: Final = Counter(
    name="sanket_service_calls_total",
    meaning="Calls of services that menus declare, by how they were answered or why not.",
    labels={"service": GATEWAY, "answer": ANSWERS},
)
SERVICE_PREFETCHES: Final = Counter(
    name="sanket_service_prefetches_total",
    meaning="What menus let services be asked ahead, and whether there was room for it.",
    labels={"service": GATEWAY, "how": ("asked", "dropped")},
)
SERVICE_SECONDS: Final = Histogram(
    name="sanket_service_seconds",
    meaning="How long a call of a service took, cached ones included.",
    labels={"service": GATEWAY},
    buckets=TURN_BUCKETS,
)
DEATHS: Final = Counter(
    name="sanket_member_deaths_total",
    meaning="Processes that died and were started again.",
    labels={"member": MEMBERS},
)

DATABASE_UP: Final = Gauge(name="sanket_database_up", meaning="1 when the database answers.")
REDIS_UP: Final = Gauge(name="sanket_redis_up", meaning="1 when Redis answers.")
MT_OPEN: Final = Gauge(
    name="sanket_mt_messages",
    meaning="SMS that are not on their way yet; counted up to 100000 a status.",
    labels={"status": OPEN},
)
MT_OLDEST_DUE: Final = Gauge(
    name="sanket_mt_oldest_due_seconds",
    meaning="How long an SMS is due, or a missed call unanswered, at the longest; 0 when none is.",
)
SPOOL_FILES: Final = Gauge(
    name="sanket_spool_files",
    meaning="Webhooks on this host's disk that the database has not taken yet, or never will.",
    labels={"state": ("waiting", "unreadable")},
)
MENU_VERSION: Final = Gauge(name="sanket_menu_version", meaning="The version that is live.")
MENU_REFUSED: Final = Gauge(
    name="sanket_menu_refused", meaning="1 while this host's menu file is not what is live."
)
SPENDING_STOPPED: Final = Gauge(
    name="sanket_spending_stopped",
    meaning="Breakers that are open: SMS are withheld until somebody re-arms them.",
)
GATEWAY_HEALTH: Final = Gauge(
    name="sanket_gateway_health",
    meaning="How well a gateway does lately, 0 to 1: what its weight in routes is multiplied by.",
    labels={"gateway": GATEWAY},
)
HEARTBEAT_AGE: Final = Gauge(
    name="sanket_dispatcher_heartbeat_age_seconds",
    meaning="Since any dispatcher last did its round.",
)

COUNTED: Final[tuple[Counter | Histogram, ...]] = (
    WEBHOOKS,
    WEBHOOK_SECONDS,
    USSD_TURNS,
    EVENTS,
    SENDS,
    SEND_SECONDS,
    MT_MOVES,
    MT_ROUTED,
    MT_HELD,
    DELIVERY_REPORTS,
    CONSENT_CHANGES,
    LINK_OPENS,
    SESSION_FAULTS,
    SHARES_ROLLED_BACK,
    SERVICE_CALLS,
    SERVICE_PREFETCHES,
    SERVICE_SECONDS,
    DEATHS,
)
GAUGES: Final = (
    DATABASE_UP,
    REDIS_UP,
    MT_OPEN,
    MT_OLDEST_DUE,
    SPOOL_FILES,
    MENU_VERSION,
    MENU_REFUSED,
    SPENDING_STOPPED,
    HEARTBEAT_AGE,
    GATEWAY_HEALTH,
)
ALL: Final[tuple[Metric, ...]] = (*COUNTED, *GAUGES)
