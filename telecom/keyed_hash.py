"""Keys for many purposes from one secret, and pseudonyms that nobody can turn back without it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

KEY_BYTES: Final = 32
MIN_SECRET_BYTES: Final = 16
_BLOCK_BYTES: Final = 64  # of SHA-256
_INNER: Final = bytes(octet ^ 0x36 for octet in range(256))
_OUTER: Final = bytes(octet ^ 0x5C for octet in range(256))
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

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: bytes, label: str = "keyed hash") -> None:
        # RFC 2104, with what depends on the key alone done once: half of the work for a number.
        key = derive_key(secret, label).ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(key.translate(_INNER))
        self._outer = hashlib.sha256(key.translate(_OUTER))

    def of(self, text: str) -> str:
        """32 hexadecimal digits, the same for the same text, secret and label."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return outer.hexdigest()[:HASH_HEX_DIGITS]
