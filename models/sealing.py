"""Personal values at rest: AES-256-GCM, one random nonce each. A keyed hash looks them up."""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class Unsealable(Exception):
    """Not sealed by this key for this purpose, or altered since. The text never holds the value."""


class Sealer:
    """`key` is 32 bytes. A value sealed for one purpose opens for that purpose only.

    A sealed value is: one version byte, 12 bytes of nonce, ciphertext, 16 bytes of tag. With
    random nonces one key is good for 2**32 values (NIST SP 800-38D, 8.3).
    """

    def __init__(self, key: bytes, purpose: str = "") -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a sealing key has {KEY_BYTES} bytes, not {len(key)}")
        self._key = key
        self._cipher = AESGCM(key)
        self._purpose = purpose.encode()

    def bound_to(self, purpose: str) -> Sealer:
        """The same key for one column: its values do not open as those of another."""
        return Sealer(self._key, purpose)

    def seal(self, text: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, text.encode(), self._bound(_VERSION))

    def open(self, sealed: bytes) -> str:
        """Raises Unsealable."""
        version, nonce = sealed[:1], sealed[1 : 1 + _NONCE_BYTES]
        if version != _VERSION or len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES:
            raise Unsealable("not a sealed value of a known version")
        try:
            opened = self._cipher.decrypt(nonce, sealed[1 + _NONCE_BYTES :], self._bound(version))
        except InvalidTag:
            raise Unsealable("wrong key or purpose, or altered") from None
        return opened.decode()

    def find_open(self, sealed: bytes) -> str | None:
        """The same; None where it cannot be opened."""
        try:
            return self.open(sealed)
        except Unsealable:
            return None

    def _bound(self, version: bytes) -> bytes:
        return version + self._purpose
