"""The benchmarks run, and docs/performance.md knows each of them. No time is judged here."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from benchmarks import ringing
from benchmarks.__main__ import main
from benchmarks.bar import Bar
from benchmarks.generator import _length_in
from benchmarks.house import bridge_in, home
from benchmarks.menu_files import FILE_BYTES, ROOT, menu_of
from benchmarks.table import GROUPS, RATIOS, WORDS
from menu import linter

PAGE = Path(__file__).parent.parent.parent / "docs" / "performance.md"
IN_PROCESS = [
    *("ussd", "sms", "missed-call", "accept-sqlite", "accept-sqlite-16"),
    "accept-sqlite-64",
    "search-1000",
    "session-fullest",
    *("turn-plain", "turn-stream", "replay-10000"),
    *(f"{what}-{size}" for what in ("step", "check", "load") for size in (10, 1000)),
]

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads CPU clocks as Linux has them")


@linux
def test_a_quick_look_has_a_figure_for_each(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    words = [word for name in IN_PROCESS for word in ("--only", name)]
    done = CliRunner().invoke(main, ["--quick", "--json", str(file), *words])
    assert done.exit_code == 0, done.output
    assert rows_of(done.output) == {name: WORDS[name] for name in WORDS if name in IN_PROCESS}
    told = json.loads(file.read_text())
    assert told["machine"]["date"] in done.output
    assert set(told["benchmarks"]) == set(IN_PROCESS)
    for figures in told["benchmarks"].values():
        assert figures["a_second"] > 0
        assert figures["cpu_us"] > 0
        assert len(figures["rounds"]) == 1


@linux
def test_several_processes_ring_as_often_as_they_are_told() -> None:
    with home() as place, bridge_in(place) as bridge:
        url = place.sqlite_url
        with (
            ringing.processes(place, url, 2, 2) as free,
            ringing.processes(place, url, 2, 2, are_pinned=True) as pinned,
        ):
            samples = [one.ring(total, lambda: 0.0) for one in (free, pinned) for total in (8, 12)]
            cores = [len(os.sched_getaffinity(process.pid)) for process in pinned.started]
        with bridge.database.read() as conn:
            kept = conn.execute(text("SELECT count(*) FROM inbound_event")).scalar_one()
    assert [sample.count for sample in samples] == [8, 12, 8, 12]
    assert all(sample.wall_seconds > 0 and sample.cpu_seconds > 0 for sample in samples)
    assert kept == 2 * (8 + 12 + 2 * 2)  # one of each thread, before it is measured
    assert cores == [1, 1]


@linux
def test_what_cannot_run_says_why() -> None:
    done = CliRunner().invoke(main, ["--quick", "--only", "step-10000"])
    assert done.exit_code == 0
    assert "skipped: too large for a quick look" in done.output


def test_the_page_has_a_row_for_each() -> None:
    assert rows_of(PAGE.read_text(encoding="utf-8")) == WORDS


def test_every_name_is_there_once() -> None:
    assert len(WORDS) == sum(len(group.names) for group in GROUPS)
    assert {name for pair in RATIOS for name in pair} <= set(WORDS)


@pytest.mark.parametrize("screens", [10, 1000])
def test_a_menu_to_measure_is_clean_and_as_large_as_it_says(screens: int) -> None:
    files = menu_of(screens)
    examined = linter.examine(files)
    assert examined.diagnostics == ()
    assert examined.source is not None
    assert len(examined.source.menu.screens) == screens


def test_a_large_menu_is_cut_into_files_that_the_root_includes() -> None:
    files = menu_of(10_000)
    names = re.findall(r"part\d+\.yaml", files[ROOT].partition("include: ")[2].partition("\n")[0])
    assert [ROOT, *names] == list(files)
    assert len(files) > 5
    assert max(len(text.encode()) for text in files.values()) < FILE_BYTES + 2000
    screens = re.findall(r"^  (\w+):\n    (?:text|send_link)", "\n".join(files.values()), re.M)
    assert len(screens) == len(set(screens)) == 10_000


def test_the_bar_is_for_terminals() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, file = Terminal(), io.StringIO()
    for where in (terminal, file):
        bar = Bar(4, where)
        bar.step("ussd")
        bar.step("sms")
        bar.end()
    assert "1/4 sms" in terminal.getvalue()
    assert file.getvalue() == ""


def test_the_generator_finds_where_an_answer_ends() -> None:
    assert _length_in(b"HTTP/1.1 200 OK\r\nContent-Length: 61\r\nServer: x") == 61
    assert _length_in(b"HTTP/1.1 200 OK\r\ncontent-length: 5") == 5


def rows_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `([\w-]+)` \| ([^|]+?) \|", text, re.MULTILINE))
