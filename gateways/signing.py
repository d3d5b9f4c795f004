"""Proof of origin for gateways that do not sign: a secret in the path, and known addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from pydantic import SecretStr

from gateways.settings import Network
from telecom.errors import Forbidden

MIN_SECRET_CHARACTERS: Final = 16

_HEADER_SAFE: Final = re.compile(r"[\x21-\x7e]+")
_PATH_SAFE: Final = re.compile(r"[A-Za-z0-9._~-]+")


def check_secret(given: str | None, secrets: tuple[SecretStr, ...]) -> None:
    """Raises Forbidden unless `given` is one of `secrets`. Two are valid during a rotation.

    Every secret is compared, and digests are, so that the time taken tells nothing.
    """
    if given is None:
        raise Forbidden("no secret in the path")
    matches = [
        compare_digest(_digest(given), _digest(secret.get_secret_value())) for secret in secrets
    ]
    if not any(matches):
        raise Forbidden("wrong secret in the path")


def check_address(client: str, networks: Iterable[Network]) -> None:
    """Raises Forbidden unless the client is in one of `networks`; without networks, all may."""
    allowed = tuple(networks)
    if not allowed:
        return
    address = _parse_address(client)
    if address is None or not any(address in network for network in allowed):
        raise Forbidden("client address not allowed")


def check_loopback(client: str) -> None:
    """Raises Forbidden unless the client is this very machine."""
    address = _parse_address(client)
    if address is None or not address.is_loopback:
        raise Forbidden("client is not on this machine")


def require_secrets(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """For settings of vendors that do not sign. Raises ValueError, which names no secret."""
    if not secrets:
        raise ValueError(
            "must hold at least one secret, for this vendor does not sign its webhooks"
        )
    for secret in secrets:
        text = secret.get_secret_value()
        if len(text) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"is shorter than {MIN_SECRET_CHARACTERS} characters")
        if _PATH_SAFE.fullmatch(text) is None:
            raise ValueError("may hold only letters, digits and . _ ~ - because it stands in a URL")
    return secrets


def require_header_safe(secret: SecretStr) -> SecretStr:
    """For keys that travel in a header. Raises ValueError, which does not name the key."""
    if _HEADER_SAFE.fullmatch(secret.get_secret_value()) is None:
        raise ValueError("must be visible ASCII characters without spaces or line breaks")
    return secret


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _parse_address(client: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(client)
    except ValueError:
        return None
    # A dual-stack listener sees IPv4 clients as ::ffff:a.b.c.d.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
