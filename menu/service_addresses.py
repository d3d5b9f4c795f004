"""Addresses of services, as they are written and as the environment completes them. Pure.

`${NAME}` may stand for the beginning of an address ("https://api.example:8443/test"), for its host,
or for a part of its path; what a variable brings is held to what may be written in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

OWN_PREFIX: Final = "BRIDGE_"  # variables of the bridge itself; no menu reads them
NAMED: Final = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,63})\}")

# No numbers (127.1, 0x7f.1 and the like mean this computer) but whole addresses, written plainly.
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_OCTET: Final = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
HOST: Final = (
    rf"(({_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]|localhost"
    rf"|({_OCTET}\.){{3}}{_OCTET}|\[[0-9a-f:]{{2,39}}\])"
)
_PORT: Final = r"(:[1-9][0-9]{0,4})?"
_PATH: Final = r"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2}|\{[a-z][a-z0-9_]*\})*)*"
_URL: Final = re.compile(rf"(?P<origin>https?://(?P<host>{HOST}){_PORT})(?P<path>{_PATH})")
_LOCATION: Final = re.compile(rf"(?P<origin>https?://(?P<host>{HOST}){_PORT})([/?][!-~]*)?")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*")
_AUTHORITY: Final = re.compile(rf"{HOST}{_PORT}|{_LABEL}(\.{_LABEL})*")
_LONGER: Final = re.compile(rf"{NAMED.pattern}[^/]")
_MOST_VALUE: Final = 300
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})

# Whatever the settings open, no service has one of these: that can be said when a menu is written.
_NEVER: Final = tuple(
    ip_network(each)
    for each in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
)
_V6: Final = tuple(ip_network(each) for each in ("2000::/3", "fc00::/7"))


class Unset(Exception):
    """The variable of this name is not there, or empty."""


class BadAddress(Exception):
    """What the environment brings makes no address. The text has no value, only names."""


def split_url(url: str) -> tuple[str, str, str] | None:
    """Origin, host and path; None for what is no address of a service."""
    found = _URL.fullmatch(url)
    if found is None or "/../" in (path := found["path"] + "/") or "/./" in path:
        return None
    port = found["origin"].rpartition(":")[2]
    if (port.isdigit() and int(port) > 65535) or not may_be(found["host"]):
        return None
    return found["origin"], found["host"], found["path"] or "/"


def split_location(url: str) -> tuple[str, str] | None:
    """Origin and host of where a redirect leads; None for what is no address of a service."""
    found = _LOCATION.fullmatch(url)
    return (found["origin"], found["host"]) if found and may_be(found["host"]) else None


def may_be(host: str) -> bool:
    """False for numbers that no service has, wherever it runs. A name may be anything."""
    literal = literal_of(host)
    if literal is None:
        return not host.startswith("[")
    if host in LOOPBACK:
        return True
    if isinstance(literal, IPv4Address):
        return not any(literal in each for each in _NEVER)
    return any(literal in each for each in _V6)


def literal_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, where it is one and no name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def names_in(url: str) -> tuple[str, ...]:
    """The variables that complete it, each once."""
    return tuple(dict.fromkeys(NAMED.findall(url)))


def stand_in(url: str) -> str:
    """The address with something plain for each variable: of that form it will be. Behind a
    beginning comes a path, or nothing: more letters would make another host."""
    if _LONGER.match(url):
        return ""
    filled = re.sub(rf"^{NAMED.pattern}", "https://env.example", url)
    scheme, divided, rest = filled.partition("://")
    host, slash, path = rest.partition("/")
    is_whole = NAMED.fullmatch(re.sub(r":[0-9]+$", "", host)) is not None
    host = NAMED.sub("env.example" if is_whole else "env", host)
    return f"{scheme}{divided}{host}{slash}{NAMED.sub('env', path)}"


def completed(url: str, environ: Mapping[str, str]) -> str:
    """The address with what the variables hold. Raises Unset, BadAddress."""

    def held(found: re.Match[str]) -> str:
        name = found[1]
        value = environ.get(name, "").strip()
        if not value:
            raise Unset(name)
        if len(value) > _MOST_VALUE:
            raise BadAddress(f"{name} holds over {_MOST_VALUE} characters.")
        if found.start() == 0:
            value = value.rstrip("/")
            if "{" in value or split_url(value) is None:
                raise BadAddress(f"{name} does not hold the beginning of an address.")
        elif "/" in url[url.find("://") + 3 : found.start()]:
            value = value.strip("/")
            if not _SEGMENT.fullmatch(value):
                raise BadAddress(f"{name} does not hold a part of a path.")
        elif not _AUTHORITY.fullmatch(value):
            raise BadAddress(f"{name} does not hold the name of a host.")
        return value

    whole = NAMED.sub(held, url)
    if len(whole) > 500 or split_url(whole) is None:
        raise BadAddress(f"No address comes of {' and '.join(names_in(url))}.")
    return whole
