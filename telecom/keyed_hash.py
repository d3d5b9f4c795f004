"""Keys for many purposes from one secret, and pseudonyms that nobody can turn back without it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

KEY_BYTES: Final = 32
MIN_SECRET_BYTES: Final = 16
HASH_HEX_DIGITS: Final = 32  # 128 bits: no two of any country's subscribers will ever share one


def derive_key(secret: bytes, label: str) -> bytes:
    """A 32-byte key for one purpose, by HKDF-SHA256 (RFC 5869) without salt.

    Keys of different labels tell nothing about each other or the secret. Raises ValueError for a
    secret of fewer than 16 bytes.
    """
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError(f"secret: fewer than {MIN_SECRET_BYTES} bytes")
    extracted = hmac.digest(bytes(KEY_BYTES), secret, hashlib.sha256)
    # 32 bytes are exactly one block of the expansion, so its counter never passes 1.
    return hmac.digest(extracted, label.encode() + b"\x01", hashlib.sha256)


class KeyedHash:
    """HMAC-SHA256 of texts. Telephone numbers are few: without the key, all could be tried."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes, label: str = "keyed hash") -> None:
        self._key = derive_key(secret, label)

    def of(self, text: str) -> str:
        """32 hexadecimal digits, the same for the same text, secret and label."""
        octets = text.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, octets, "sha256").hex()[:HASH_HEX_DIGITS]
