"""A Redis behind Sentinels, as one address: pure, so that the settings can refuse a wrong one.

redis+sentinel://[[user]:password@]host[:port][,host[:port]...]/master[/db][?sentinel_password=...]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES: Final = ("redis+sentinel://", "rediss+sentinel://")
PORT: Final = 26379
MAX_PORT: Final = 65535
TLS_OPTIONS: Final = frozenset(
    {"ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_keyfile"}
)
OPTIONS: Final = TLS_OPTIONS | {"sentinel_username", "sentinel_password"}

# By hand: urlsplit refuses a list of hosts as soon as one of them is an address of IPv6.
_PARTS: Final = re.compile(
    r"rediss?\+sentinel://(?:(?P<login>[^/?#]*)@)?(?P<hosts>[^/?#@]*)"
    r"(?P<path>[^?#]*)(?:\?(?P<options>[^#]*))?"
)
_HOST: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]]+))(?::(?P<port>\d+))?"
)
_LEGS: Final = re.compile(r"/(?P<master>[A-Za-z0-9._-]+)(?:/(?P<db>\d*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentinelUrl:
    """`options` are what redis-py calls them, for TLS."""

    sentinels: tuple[tuple[str, int], ...]
    master: str
    db: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = field(default=None, repr=False)
    sentinel_password: str | None = field(default=None, repr=False)
    is_tls: bool = False
    tls: Mapping[str, str] = field(default_factory=dict)


def is_sentinel(url: str) -> bool:
    return url.startswith(SCHEMES)


def parse(url: str) -> SentinelUrl:
    """Raises ValueError with words that hold nothing of the URL: passwords stand in it."""
    found = _PARTS.fullmatch(url)
    if found is None:
        raise ValueError("has a # in it; in a password it is written as %23")
    legs = _LEGS.fullmatch(found["path"])
    if legs is None:
        raise ValueError(
            "must name the master after the hosts, and then nothing but a database's number:"
            " redis+sentinel://host1,host2,host3/mymaster/0 (in a password / is written as %2F)"
        )
    options = _options_of(found["options"] or "")
    is_tls = url.startswith("rediss")
    tls = {name: text for name, text in options.items() if name in TLS_OPTIONS}
    if tls and not is_tls:
        raise ValueError("has ssl_ options, which are for rediss+sentinel:// only")
    user, _, password = (found["login"] or "").partition(":")
    return SentinelUrl(
        sentinels=tuple(_host_of(text) for text in found["hosts"].split(",")),
        master=legs["master"],
        db=int(legs["db"] or 0),
        username=unquote(user) or None,
        password=unquote(password) or None,
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        is_tls=is_tls,
        tls=tls,
    )


def find_fault(url: str) -> str | None:
    """What is wrong with an address of Redis of any form, in words without a secret; None: nothing.

    Of a plain one only what would end in a traceback: the rest is redis-py's.
    """
    try:
        if is_sentinel(url):
            parse(url)
        else:
            _ = urlsplit(url).port
    except ValueError as fault:
        return str(fault) if is_sentinel(url) else "must have a number as its port"
    return None


def _host_of(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    if found is None or not 0 < int(found["port"] or PORT) <= MAX_PORT:
        raise ValueError(
            "must name each Sentinel as host or host:port, with commas between them and no spaces"
            " (in a password @ is written as %40 and : as %3A)"
        )
    return found["ipv6"] or found["host"], int(found["port"] or PORT)


def _options_of(text: str) -> dict[str, str]:
    options = dict(parse_qsl(text, keep_blank_values=True))
    if not options.keys() <= OPTIONS:
        raise ValueError(f"may have no options but {', '.join(sorted(OPTIONS))}")
    return options
