"""One secret, many keys: held against RFC 5869 and a second implementation of it."""

from __future__ import annotations

import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from telecom.keyed_hash import KeyedHash, derive_key

SECRET = b"a secret of the tests, 32 bytes."


def test_the_key_of_rfc_5869_comes_out() -> None:
    # Appendix A.3: no salt, no info; we take the first 32 of its 42 bytes.
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    assert derive_key(b"\x0b" * 22, "").hex() == expected


@given(st.binary(min_size=16, max_size=100), st.text(max_size=40))
def test_keys_are_those_of_another_hkdf(secret: bytes, label: str) -> None:
    other = HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode())
    assert derive_key(secret, label) == other.derive(secret)


def test_labels_and_secrets_separate_keys() -> None:
    keys = [derive_key(SECRET, "a"), derive_key(SECRET, "b"), derive_key(SECRET[::-1], "a")]
    assert len(set(keys)) == 3
    assert SECRET not in keys


@pytest.mark.parametrize("secret", [b"", b"short", b"fifteen bytes.."])
def test_a_secret_that_can_be_guessed_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match="fewer than 16 bytes") as refused:
        derive_key(secret, "a")
    assert not secret or secret.decode() not in str(refused.value)
    with pytest.raises(ValueError, match="fewer than 16 bytes"):
        KeyedHash(secret)


def test_the_hash_is_half_of_hmac_sha256_under_a_key_of_its_own() -> None:
    key = derive_key(SECRET, "keyed hash")
    expected = hmac.new(key, b"+919718397183", "sha256").hexdigest()[:32]
    assert KeyedHash(SECRET).of("+919718397183") == expected
    assert KeyedHash(SECRET, "another label").of("+919718397183") != expected


@given(st.text(alphabet=st.characters(), max_size=60), st.text(max_size=60))
def test_a_hash_is_32_hex_digits_for_any_text(text: str, other: str) -> None:
    hasher = KeyedHash(SECRET)
    assert len(hasher.of(text)) == 32
    assert set(hasher.of(text)) <= set("0123456789abcdef")
    assert (hasher.of(text) == hasher.of(other)) is (text == other)


def test_a_lone_surrogate_is_hashed_not_refused() -> None:
    assert KeyedHash(SECRET).of("\ud83d") != KeyedHash(SECRET).of("?")


def test_neither_secret_nor_key_is_printed() -> None:
    hasher = KeyedHash(SECRET)
    key = derive_key(SECRET, "keyed hash")
    assert str(SECRET)[2:-1] not in repr(hasher)
    assert key.hex() not in repr(hasher)
    assert repr(key)[2:-1] not in repr(hasher)
