"""Who sees a shared menu, and when it is taken back."""

from __future__ import annotations

import random
from statistics import mean

import pytest

from menu.shares import Counted, Dialogues, Limits, find_harm, is_among
from telecom.keyed_hash import KeyedHash

KEYS = [KeyedHash(b"k" * 32).of(f"+9198{number:08}") for number in range(20_000)]
LIMITS = Limits(least_dialogues=200, completion_drop=10, error_rise=5)


@pytest.mark.parametrize("percent", [1, 5, 20, 50, 99])
def test_so_many_percent_of_callers_see_it(percent: int) -> None:
    chosen = mean(is_among(key, 8, percent) for key in KEYS)
    assert chosen == pytest.approx(percent / 100, abs=0.012)


def test_who_sees_it_goes_on_seeing_it_when_the_share_grows() -> None:
    few = {key for key in KEYS if is_among(key, 8, 5)}
    assert few == {key for key in KEYS if is_among(key, 8, 5)}
    assert few < {key for key in KEYS if is_among(key, 8, 20)}


def test_another_version_begins_with_other_callers() -> None:
    few, others = ({key for key in KEYS if is_among(key, version, 5)} for version in (8, 9))
    assert len(few & others) < 0.2 * len(few)


GOOD = Dialogues(4000, 3200, 40)
VERDICTS: list[tuple[str, Dialogues, Dialogues, str | None]] = [
    ("the same", Dialogues(200, 160, 2), GOOD, None),
    ("too few to tell", Dialogues(199, 0, 199), GOOD, None),
    ("too few of the others", Dialogues(300, 0, 300), Dialogues(199, 199, 0), None),
    ("better", Dialogues(300, 299, 0), GOOD, None),
    ("nine points less", Dialogues(20_000, 14_200, 200), GOOD, None),
    ("eleven points less", Dialogues(20_000, 13_800, 200), GOOD, "completed"),
    ("by chance, twelve points", Dialogues(200, 138, 2), Dialogues(200, 162, 2), None),
    ("nobody comes to an end", Dialogues(200, 0, 0), GOOD, "completed"),
    ("four points more", Dialogues(20_000, 16_000, 1000), GOOD, None),
    ("six points more", Dialogues(20_000, 16_000, 1400), GOOD, "failed"),
    ("each fails", Dialogues(200, 160, 200), GOOD, "failed"),
    ("each fails many times", Dialogues(200, 160, 900), GOOD, "failed"),
    ("both fail alike", Dialogues(200, 0, 200), Dialogues(4000, 0, 4000), None),
]


@pytest.mark.parametrize(("_name", "shared", "others", "word"), VERDICTS)
def test_the_verdict(_name: str, shared: Dialogues, others: Dialogues, word: str | None) -> None:
    why = find_harm(Counted(shared, others), LIMITS)
    assert (why is None) if word is None else (why is not None and f"dialogues {word}," in why)


def test_it_says_what_was_seen() -> None:
    why = find_harm(Counted(Dialogues(400, 100, 3), GOOD), LIMITS)
    assert why == (
        "25% of dialogues completed, 80% of the others' (400 begun, 100 completed, 3 failed)"
    )


def test_a_good_menu_is_not_taken_back_by_chance_however_often_one_looks() -> None:
    dice, taken = random.Random(7), 0
    for _ in range(200):
        done = [0, 0]
        for begun in range(1, 1500):
            for menu in (0, 1):
                done[menu] += dice.random() < 0.6
            if begun >= 200 and begun % 10 == 0:
                pair = (Dialogues(begun, done[0]), Dialogues(begun, done[1]))
                if find_harm(Counted(*pair), LIMITS):
                    taken += 1
                    break
    assert taken <= 2
