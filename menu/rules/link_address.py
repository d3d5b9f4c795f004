"""M405: an address of a link is not an https address. Without https a stranger on the way could
swap the app; plain http is accepted only for this computer itself, to try things out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from menu.diagnostics import Diagnostic, error
from menu.program import Platform
from menu.source import Source

RULE: Final = "M405"
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]+")
_ADDRESS: Final = re.compile(r"[!-~]+")  # visible ASCII, no space


def check(source: Source) -> Iterator[Diagnostic]:
    for name, link in source.menu.links.items():
        for platform in Platform:
            address = getattr(link, platform)
            if address and (reason := _fault(address)):
                place = source.value_place("links", name, platform)
                yield error(place, RULE, reason, "Write it as a browser shows it: https://...")


def _fault(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "This is not an address."
    if not _ADDRESS.fullmatch(address) or not _HOST.fullmatch(host) or parts.username is not None:
        return "This is not an address."
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return None
    return "The address does not begin with https://."


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
