"""Sealed values open for their key and purpose, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sealing import Sealer, Unsealable

KEY = b"k" * 32
SEALER = Sealer(KEY, "mt_message.body")


@given(st.text())
def test_what_is_sealed_opens_again_and_shows_nothing(text: str) -> None:
    sealed = SEALER.seal(text)
    assert SEALER.open(sealed) == text
    assert len(sealed) == 29 + len(text.encode())
    assert len(text) < 3 or text.encode() not in sealed


def test_the_same_text_never_seals_the_same() -> None:
    assert len({SEALER.seal("1234") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "other",
    [Sealer(b"x" * 32, "mt_message.body"), SEALER.bound_to("mt_message.to"), Sealer(KEY)],
    ids=["other key", "other purpose", "no purpose"],
)
def test_another_key_or_purpose_opens_nothing(other: Sealer) -> None:
    with pytest.raises(Unsealable):
        other.open(SEALER.seal("secret"))


def test_a_bound_sealer_is_the_one_made_with_that_purpose() -> None:
    assert Sealer(KEY).bound_to("mt_message.body").open(SEALER.seal("secret")) == "secret"


@given(st.data())
def test_one_flipped_bit_is_noticed(draw: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal("Rs 2,150 a quintal"))
    bit = draw.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unsealable) as caught:
        SEALER.open(bytes(sealed))
    assert "quintal" not in str(caught.value)


@given(st.binary(max_size=64))
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(Unsealable):
        SEALER.open(rubbish)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_short_key_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"k" * length)
