"""`flask feedback`, over what people wrote to a real bridge."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import feedback
from cli.feedback_words import harmless
from models.kept_record import kept_record

ASHA, RAVI, MEENA = "+919812345678", "+919812345679", "+919812345680"
WROTE = [  # who, what, and the department that it is for
    (ASHA, "FEEDBACK health The clinic opens late.", "health"),
    (RAVI, "FEEDBACK health =HYPERLINK(evil)", "health"),
    (MEENA, "शिकायत शिक्षा, स्कूल में शिक्षक नहीं", "education"),
]


def run(house: Any, *words: str) -> Result:
    return CliRunner().invoke(feedback.commands(lambda: house.bridge), list(words))


def objects(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


@pytest.fixture
def written(house: Any) -> dict[str, str]:
    """References, by who wrote."""
    for who, text, _ in WROTE:
        assert house.text(text, msisdn=who).status_code == 200
        house.clock.pass_seconds(60)
    assert house.count(kept_record) == len(WROTE)
    sent = [one.text for one in house.vendor.ledger] or house.send()
    assert len(sent) == len(WROTE)
    rows = objects(run(house, "list", "--json"))
    assert [row["department"] for row in rows] == [one[2] for one in reversed(WROTE)]
    return dict(zip((MEENA, RAVI, ASHA), (row["reference"] for row in rows), strict=True))


def test_a_list_masks_numbers_and_is_filtered(house: Any, written: dict[str, str]) -> None:
    done = run(house, "list")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0] == (
        f"{written[MEENA]}  2026-11-23 09:02 UTC  education  feedback  new  +91********80"
        "  स्कूल में शिक्षक नहीं"
    )
    assert lines[-1] == "3 in all."
    assert "9812345" not in done.output
    assert run(house, "list", "--limit", "1").output.splitlines()[-1] == "1 of 3."
    found = objects(run(house, "list", "--department", "health", "--status", "new", "--json"))
    assert [one["reference"] for one in found] == [written[RAVI], written[ASHA]]
    assert objects(run(house, "list", "--since", "2m", "--json"))[-1]["department"] == "health"
    assert run(house, "list", "--status", "closed").output == "Nothing is there.\n"
    assert run(house, "list", "--status", "gone").exit_code == 2


def test_who_asks_hears_what_a_department_did(house: Any, written: dict[str, str]) -> None:
    reference = written[ASHA]

    def heard() -> str:
        house.clock.pass_seconds(3601)  # the same text is answered three times in an hour
        house.text(f"STATUS {reference}", msisdn=ASHA)
        return str(house.send()[-1])

    house.send()
    assert heard() == f"{reference}: kept for the department. Nobody has read it yet."
    peeked = run(house, "show", reference, "--peek", "--by", "asha")
    assert "number      +91********78" in peeked.output
    assert "words       The clinic opens late." in peeked.output
    assert heard().endswith("Nobody has read it yet.")
    shown = objects(run(house, "show", reference, "--numbers", "--json", "--by", "asha"))[0]
    assert (shown["number"], shown["status"], len(shown["acts"])) == (ASHA, "seen", 2)
    assert heard() == f"{reference}: the department has read it. There is no answer yet."
    done = run(house, "answer", reference, "-m", "The clinic opens at 8.", "--by", "asha")
    assert (done.exit_code, done.output) == (0, f"{reference} is answered.\n")
    assert heard() == f"{reference}: answered. The clinic opens at 8."
    done = run(house, "close", f"{reference[:4]} {reference[4:]}", "--by", "ravi")
    assert (done.exit_code, done.output) == (0, f"{reference} is closed.\n")
    assert heard() == f"{reference}: closed. The clinic opens at 8."
    done = run(house, "audit")
    assert [line.split("  ")[1:] for line in done.output.splitlines()] == [
        ["ravi", "closed", reference],
        ["asha", "answered", reference],
        ["asha", "read", reference, "(with its number)"],
        ["asha", "read", reference],
    ]
    assert objects(run(house, "audit", "--json"))[0]["deed"] == "closed"


REFUSED = [
    (["show", "12345678"], "no reference"), (["answer", "{}", "-m", "x" * 101], "101 characters"),
    (["answer", "{}", "-m", " "], "says nothing"), (["close", "10000007"], "reference"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "why"), REFUSED)
def test_what_cannot_be_done_says_why(
    house: Any, written: dict[str, str], arguments: list[str], why: str
) -> None:
    done = run(house, *(one.format(written[ASHA]) for one in arguments))
    assert (done.exit_code, why in done.output) == (2, True), done.output


def test_an_export_is_one_file_for_each_department(
    house: Any, written: dict[str, str], tmp_path: Path
) -> None:
    house.clock.pass_seconds(1)
    done = run(house, "export", "--out", str(tmp_path / "new"), "--by", "asha")
    assert (done.exit_code, done.output) == (0, f"3 written to {tmp_path / 'new'}.\n")
    files = sorted((tmp_path / "new").iterdir())
    assert [file.name for file in files] == ["feedback-education.csv", "feedback-health.csv"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    rows = list(csv.DictReader(io.StringIO(files[1].read_bytes().decode("utf-8-sig"))))
    assert [row["reference"] for row in rows] == [written[RAVI], written[ASHA]]
    assert [row["words"] for row in rows] == ["'=HYPERLINK(evil)", "The clinic opens late."]
    assert {row["number"] for row in rows} == {"'+91********79", "'+91********78"}
    again = run(house, "export", "--out", str(tmp_path / "new"), "--by", "asha")
    assert (again.exit_code, "File exists" in again.output) == (2, True)
    assert [act["note"] for act in objects(run(house, "audit", "--json"))] == [
        "3 of every department, numbers masked"
    ] * 2


def test_an_export_with_numbers_says_so_in_the_audit(house: Any, written: dict[str, str]) -> None:
    house.clock.pass_seconds(1)
    words = ["export", "--department", "education", "--numbers", "--by", "asha"]
    (row,) = objects(run(house, *words, "--json"))
    assert (row["reference"], row["number"]) == (written[MEENA], MEENA)
    assert row["told"] == {"words": "स्कूल में शिक्षक नहीं"}
    done = run(house, *words)
    (plain,) = csv.DictReader(io.StringIO(done.output))
    assert plain["number"] == f"'{MEENA}"
    assert objects(run(house, "audit", "--json"))[0]["note"] == "1 of education, with numbers"
    assert run(house, "export", "--department", "none").output.count("\n") == 1


CELLS = [
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("  =1", "  '=1"),
    ("\uff1d1", "'\uff1d1"), ('a";=1', "a\";'=1"), ('"=1', "\"'=1"), ("a;  =1", "a;  '=1"),
    ("a,-b", "a,'-b"), ("a\t@b", "a\t'@b"), ("2 + 2 = 4", "2 + 2 = 4"), ("24-7", "24-7"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "safe"), CELLS)
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert harmless(cell) == safe
