"""How long and how often a refused message is tried again: tables. Its life ends it too."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from telecom.statuses import MessageClass

# After the first, second, ... refusal; the last one repeats. A gateway's hiccup costs seconds, an
# outage of hours costs a try every quarter of an hour.
BACKOFF_SECONDS: Final = (5.0, 15.0, 60.0, 300.0, 300.0, 300.0, 900.0)
JITTER: Final = 0.2  # so that what failed together does not come back together
LONGEST_RETRY_AFTER_SECONDS: Final = 24 * 3600.0

# A refusal costs nothing and sends nothing, so these only stop a message that is refused for ever:
# each is a little more than fits into the life of its class.
MAX_ATTEMPTS: Final = MappingProxyType(
    {
        MessageClass.LINK: 10,
        MessageClass.RESULT: 130,
        MessageClass.OTP: 6,
        MessageClass.CONFIRMATION: 8,
        MessageClass.BULK: 28,
    }
)
# A row that no worker can open: a wrong key on one host may heal, a broken row will not.
MAX_POISONED_ATTEMPTS: Final = 5

# How long a row rests whose gateway is not in gateways.yaml (any more, or on this host).
NO_GATEWAY_SECONDS: Final = 60.0


def wait_seconds(
    attempts: int, *, jitter: float, retry_after_seconds: float | None = None
) -> float:
    """The rest after the `attempts`-th refusal (from 1). `jitter` in [0, 1) spreads it by 20 %.

    A gateway's Retry-After is honoured when it is longer, up to a day.
    """
    step = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    spread = step * (1 + JITTER * (2 * jitter - 1))
    if retry_after_seconds is None or not retry_after_seconds > spread:
        return spread
    return min(retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS)
