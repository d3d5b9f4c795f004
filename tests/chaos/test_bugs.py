"""The bugs of G36 fit the code as it is now; planting them all takes `make chaos`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.chaos.bugs import BUGS, Bug

ROOT: Final = Path(__file__).parents[2]


def test_there_are_enough() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 20


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_can_be_planted(bug: Bug) -> None:
    assert (ROOT / bug.file).read_text(encoding="utf-8").count(bug.before) == 1
