"""How a finding reads, to people and to programs."""

from __future__ import annotations

import pytest

from menu.diagnostics import BadMenu, Place, did_you_mean, error, warning

WETHER = error(
    Place("menus.yaml", 48, 9), "M107", '"wether" is not a screen.', 'Did you mean "weather"?'
)
NEWS = warning(Place("menus.yaml", 7, 3), "M102", 'Nothing leads to the screen "news".')


def test_one_line_for_people() -> None:
    expected = 'menus.yaml:48:9 M107 error "wether" is not a screen. Did you mean "weather"?'
    assert str(WETHER) == expected
    assert str(NEWS) == 'menus.yaml:7:3 M102 warning Nothing leads to the screen "news".'


def test_stable_keys_for_programs() -> None:
    assert WETHER.as_json() == {
        "file": "menus.yaml",
        "line": 48,
        "column": 9,
        "rule": "M107",
        "severity": "error",
        "reason": '"wether" is not a screen.',
        "hint": 'Did you mean "weather"?',
    }


def test_a_bad_menu_tells_everything_in_file_order() -> None:
    fault = BadMenu([WETHER, NEWS])
    assert fault.diagnostics == (NEWS, WETHER)
    assert str(fault) == f"{NEWS}\n{WETHER}"


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("wether", ["home", "weather"], 'Did you mean "weather"?'),
        ("xyz", ["home", "about"], "Known here: about, home."),
        ("xyz", [], ""),
        ("xyz", [f"screen_{count}" for count in range(30)], ""),
        ("distrct_77", [f"district_{n}" for n in range(10_000)], 'Did you mean "district_77"?'),
        ("district77", [f"district_{n}" for n in range(10_000)], 'Did you mean "district_77"?'),
    ],
)
def test_did_you_mean(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint
