"""Every key that a log line may have. What is not in here is not written, and a test fails on it.

docs/logs.md tells operators the same. No key is for a number, a text, or anything that a person or
a vendor wrote freely.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

KEYS: Final[Mapping[str, str]] = {
    # Of every line
    "timestamp": "when, in UTC",
    "level": "debug, info, warning, error or critical",
    "event": "what happened, in words that never change: search for these",
    # Where and about what
    "gateway": "the account's name in gateways.yaml",
    "channel": "ussd, sms, missed_call; or dlr, for a delivery report",
    "service": "the connector that a menu calls, by its name",
    "outcome": "what happened instead of a service's answer: slow, down, and the like",
    "mt_id": "the row of mt_message",
    "event_id": "the row of inbound_event",
    "status": "what an SMS came to, or what a report says of it",
    "vendor_status": "the vendor's own word for how a USSD session ended",
    "hops": "how many screens a USSD session had",
    "code": "the HTTP status of a gateway's answer",
    "menu_version": "the row of menu_version",
    "errors": "what is wrong in the menu file, with places",
    "by": "who published a menu, or planned it",
    "file": "the name of a file, without its folder",
    "metric": "the name of a metric",
    "check": "the part of /readyz",
    # Which process
    "owner": "the dispatcher: host and pid",
    "member": "the process that flask serve watches: web, dispatcher, redis",
    "tries": "how often a slow service was asked for one answer",
    "deaths": "how often it died in a row",
    "claimed": "how many SMS a dispatcher holds and has not tried yet",
    "logger": "the library that speaks, for lines that are not ours",
    # Why
    "why": "the reason, in words; of an exception its type and place",
    "exception": "its type, and those of what caused it",
    "trace": "where it was raised, the innermost place last",
    "unlisted": "names of keys that were left out because they are not in this list",
}

_ROW: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Made by us, and long enough to look like a number or a secret: kept where they have this form.
SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "mt_id": _ROW,
    "event_id": _ROW,
    "owner": re.compile(r"[A-Za-z0-9.-]{1,64}:[0-9]{1,7}"),
    "file": re.compile(r"[0-9a-f]{32}\.[a-z]+|[a-z]+_[0-9]{1,7}-[0-9a-f]{8}\.db"),
    "trace": re.compile(r"[A-Za-z0-9_./<>-]+:[0-9]+ [A-Za-z0-9_<>.]+"),
}
