"""Tells a text that comes again, ours or theirs, without keeping a word of it."""

from __future__ import annotations

from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn


def hash_of_words(hasher: KeyedHash, whose: Msisdn, text: str) -> str:
    """The same for texts that differ by capitals and spaces only; another for every number."""
    return hasher.of(f"words:{whose.e164}:{' '.join(text.casefold().split())}")
