"""The master of a Redis behind Sentinels, found anew with each connection, within a budget.

redis-py asks one Sentinel after the other for as long as it takes; a phone does not wait that long.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.sentinel import (
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)

from state.sentinel_url import SentinelUrl

# Nobody is asked after it; with the limits of the last one a connection costs 1.5 s at most.
DISCOVERY_SECONDS: Final = 0.7

_SILENT: Final = "none of the Sentinels answers that were asked"
_REFUSED: Final = "a Sentinel refuses us: is sentinel_password right?"
_UNKNOWN: Final = "the Sentinels know no master of the name in the address"
_FALLEN: Final = "the Sentinels say that the master is down: they choose another one, or cannot"
_DEAF: Final = (
    "the master that the Sentinels name takes no connection: if it is gone, they choose another one"
)

Limits = Mapping[str, Any]  # what redis-py calls the limits of one connection


class NoMaster(RedisTimeoutError):
    """In words, and without an address. A timeout, for whoever tries again at once waits again."""


def connect(url: SentinelUrl, limits: Limits) -> Redis:
    """A client of the master, whichever that is. Opens nothing until its first command."""
    tls = {"ssl": True, **url.tls} if url.is_tls else {}
    if "ssl_check_hostname" in tls:
        tls["ssl_check_hostname"] = str(tls["ssl_check_hostname"]).lower() in {"1", "true", "yes"}
    sentinels = Sentinels(  # type: ignore[no-untyped-call]
        url.sentinels,
        sentinel_kwargs={
            **limits,
            **tls,
            "username": url.sentinel_username,
            "password": url.sentinel_password,
        },
    )
    tls.pop("ssl", None)  # said by the class
    pool = SentinelConnectionPool(  # type: ignore[no-untyped-call]
        url.master,
        sentinels,
        connection_class=_TlsConnection if url.is_tls else _Connection,
        **limits,
        **tls,
        db=url.db,
        username=url.username,
        password=url.password,
    )
    return Redis(connection_pool=pool)


class Sentinels(Sentinel):
    """Threads share it: the worst that a race does is to ask another Sentinel first."""

    _first = 0

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """The one that answered last is asked first. Raises NoMaster."""
        give_up_at = time.monotonic() + DISCOVERY_SECONDS
        why, count = _SILENT, len(self.sentinels)
        for place in ((self._first + turn) % count for turn in range(count)):
            if time.monotonic() >= give_up_at:
                self._first = place  # the next caller goes on from here
                break
            try:
                masters: Any = self.sentinels[place].sentinel_masters()
            except (RedisConnectionError, RedisTimeoutError) as fault:
                if isinstance(fault, AuthenticationError):
                    why = _REFUSED
                continue
            except RedisError:
                why = _REFUSED
                continue
            state = masters.get(service_name)
            if state and self.check_master_state(state, service_name):  # type: ignore[no-untyped-call]
                self._first = place
                return state["ip"], state["port"]
            why = _FALLEN if state else _UNKNOWN
        raise NoMaster(why)


class _InWords:
    """Of a connection: what keeps it from the master."""

    def connect_to(self, address: tuple[str, int]) -> None:
        try:
            super().connect_to(address)  # type: ignore[misc]
        except AuthenticationError:
            raise
        except (RedisConnectionError, RedisTimeoutError) as fault:
            raise NoMaster(_DEAF) from fault


class _Connection(_InWords, SentinelManagedConnection):
    pass


class _TlsConnection(_InWords, SentinelManagedSSLConnection):
    pass
