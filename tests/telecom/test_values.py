"""Values of the hot path: nobody changes them, and what may be personal is never printed."""

from __future__ import annotations

from typing import ClassVar

import pytest

from telecom.values import Value


class Pair(Value, frozen=True, kw_only=True):
    HIDDEN: ClassVar = frozenset({"secret"})

    shown: str
    secret: str = "nobody's to know"


def test_a_value_is_equal_to_its_like_and_hides_what_may_be_personal() -> None:
    assert Pair(shown="a") == Pair(shown="a") != Pair(shown="a", secret="b")
    assert len({Pair(shown="a"), Pair(shown="a"), Pair(shown="b")}) == 2
    assert repr(Pair(shown="a")) == "Pair(shown='a')"


def test_nobody_changes_a_value() -> None:
    with pytest.raises(AttributeError):
        Pair(shown="a").shown = "b"  # type: ignore[misc]
