"""Feedback over one real `flask serve`: by USSD and SMS in three languages, asked for by whoever
wrote it and by a stranger, listed and exported by the commands. And what a crash leaves."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, Final

import pytest

from menu.ports import SessionsDown
from models.kept_record import Wanted, kept_record
from telecom.check_digit import is_checked
from tests.conftest import ROOT

PATIENCE_SECONDS: Final = 20.0
SAID: Final = {  # language: key, department and words; thanks, nobody has read it, not found
    "en": (
        "1", "hospital", "The clinic opens late",
        "Thank you. Your number: ([0-9]{8})", "{}: kept for the department", "from this phone",
    ),
    "hi": (
        "2", "अस्पताल", "डॉक्टर नहीं आते",
        "धन्यवाद। नंबर ([0-9]{8})।", "{}: रखा है", "नहीं मिला",
    ),
    "bn": (
        "3", "হাসপাতাল", "ডাক্তার আসেন না",
        "ধন্যবাদ। নম্বর ([0-9]{8})।", "{}: রাখা আছে", "পাওয়া গেল না",
    ),
}  # fmt: skip
CODES: Final = {"en": "ENG", "hi": "HIN", "bn": "BEN"}
LAST_ANSWER: Final = re.compile("1 (Read it|पढ़ें|পড়ুন)")
KEYWORD: Final = {"en": "FEEDBACK", "hi": "सुझाव", "bn": "মতামত"}


class Street:
    """The town, and people of it."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self._numbers, self._events = count(1), count(1)

    def caller(self) -> str:
        return f"+9194{next(self._numbers) * 7919:08d}"

    def session(self) -> str:
        return f"ATUid_{next(self._events)}"

    def dial(self, caller: str, *keys: str) -> str:
        """What the phone shows after the last. Who is offered his last answer begins anew."""
        session = self.session()
        shown = self._turn(session, caller, ())
        if LAST_ANSWER.search(shown):
            keys = ("2", *keys)
        for number in range(len(keys)):
            shown = self._turn(session, caller, keys[: number + 1])
        return shown

    def _turn(self, session: str, caller: str, keys: Sequence[str]) -> str:
        status, shown = self.town.turn(session, caller, "*".join(keys))
        assert status == 200
        return str(shown)

    def text(self, caller: str, text: str) -> str:
        """The SMS that came of it."""
        had = len(self.town.texts_to(caller))
        form = {"from": caller, "to": "56161", "text": text, "id": f"ATXid_{next(self._events)}"}
        status, _ = self.town.post(
            f"/sms/india/{self.town.secret}", **form, date="2026-11-23 09:00:00"
        )
        assert status == 200
        pause = threading.Event()
        for _ in range(int(PATIENCE_SECONDS / 0.1)):
            came = self.town.texts_to(caller)
            if len(came) > had:
                assert len(came) == had + 1, came
                return str(came[-1])
            pause.wait(0.1)
        raise AssertionError("no SMS came")

    def flask(self, *words: str) -> str:
        """What the command says, as an officer of the department calls it."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "feedback", *words],
            cwd=ROOT,
            env=os.environ
            | {
                "BRIDGE_DEV": "1",
                "BRIDGE_VAR": str(self.town.folder / "var"),
                "BRIDGE_GATEWAYS": str(self.town.folder / "gateways.yaml"),
            },
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def rows(self, *words: str) -> list[dict[str, Any]]:
        found = self.flask("list", "--json", "--limit", "1000", *words)
        return [json.loads(line) for line in found.splitlines()]


@pytest.fixture(scope="module")
def street(new_town: Callable[..., Any]) -> Street:
    town = new_town()
    pause = threading.Event()
    for _ in range(600):
        if town.is_ready():
            return Street(town)
        pause.wait(0.1)
    raise AssertionError((town.folder / "out.log").read_text(encoding="utf-8")[-2000:])


def reference_in(shown: str, thanks: str) -> str:
    found = re.search(thanks, shown)
    assert found, shown
    assert is_checked(found[1])
    return str(found[1])


@pytest.mark.parametrize("language", SAID)
def test_by_ussd_and_only_who_wrote_hears_what_became_of_it(street: Street, language: str) -> None:
    key, department, words, thanks, unread, unknown = SAID[language]
    asha, stranger = street.caller(), street.caller()
    there = ("3", key, "5", "5", "3")
    shown = street.dial(asha, *there, "1", department, words)
    assert shown.startswith("END ")
    reference = reference_in(shown, thanks)
    (row,) = [one for one in street.rows() if one["reference"] == reference]
    assert (row["department"], row["kind"], row["status"]) == ("health", "feedback", "new")
    assert row["told"] == {"words": words}
    assert asha not in row["number"]
    here = ("5", "5", "3")
    for answer in (street.dial(asha, *here, "3"), street.dial(asha, *here, "4", reference)):
        assert answer.startswith("END " + unread.format(reference)), answer
    street.dial(stranger, "3", key)
    told = street.dial(stranger, *here, "4", reference)
    never = street.dial(stranger, *here, "4", "10000017")
    assert unknown in told
    assert told.replace(reference, "") == never.replace("10000017", "")
    assert not street.town.texts_to(asha)


@pytest.mark.parametrize("language", SAID)
def test_by_sms_and_only_who_wrote_hears_what_became_of_it(street: Street, language: str) -> None:
    _, department, words, thanks, unread, unknown = SAID[language]
    asha, stranger = street.caller(), street.caller()
    for who in (asha, stranger):
        street.text(who, f"LANG {CODES[language]}")
    reference = reference_in(street.text(asha, f"{KEYWORD[language]} {department} {words}"), thanks)
    (row,) = [one for one in street.rows("--department", "health") if one["reference"] == reference]
    assert row["told"] == {"words": words}
    assert street.text(asha, f"STATUS {reference}").startswith(unread.format(reference))
    told = street.text(stranger, f"STATUS {reference}")
    never = street.text(stranger, "STATUS 10000017")
    assert unknown in told
    assert told.replace(reference, "") == never.replace("10000017", "")
    street.flask("answer", reference, "-m", f"Yes: {words}", "--by", "officer")
    assert street.text(asha, "STATUS " + reference).endswith(f"Yes: {words}")
    exported = street.flask("export", "--department", "health", "--by", "officer")
    (line,) = [
        one for one in csv.DictReader(io.StringIO(exported)) if one["reference"] == reference
    ]
    assert (line["words"], line["status"], line["note"]) == (words, "answered", f"Yes: {words}")
    assert asha not in exported


def test_an_unknown_department_is_asked_for_and_a_call_back_says_so(street: Street) -> None:
    asha = street.caller()
    assert "Feedback for which department?" in street.text(asha, "FEEDBACK xyzxyz It is bad.")
    assert "What should be better?" in street.text(asha, "hospital")
    reference_in(street.text(asha, "The clinic opens late."), SAID["en"][3])
    shown = street.dial(asha, "5", "5", "3", "2", "hospital", "1")
    reference = reference_in(shown, "Noted. Your number: ([0-9]{8})")
    (row,) = street.rows("--kind", "callback")
    assert (row["reference"], row["told"]) == (reference, {})


def test_a_webhook_that_comes_eight_times_at_once_makes_one_row(street: Street) -> None:
    asha, session = street.caller(), street.session()
    keys = ["5", "5", "3", "1", "hospital", "Eight at once"]
    for number in range(len(keys)):
        street.town.turn(session, asha, "*".join(keys[:number]))
    together = threading.Barrier(8)

    def say(_: int) -> str:
        together.wait(10)
        return str(street.town.turn(session, asha, "*".join(keys))[1])

    def write(_: int) -> int:
        together.wait(10)
        form = {"from": asha, "to": "56161", "text": "FEEDBACK hospital By text", "id": "ATXid_8"}
        path = f"/sms/india/{street.town.secret}"
        return int(street.town.post(path, **form, date="2026-11-23 09:00:00")[0])

    with ThreadPoolExecutor(8) as pool:
        shown = set(pool.map(say, range(8)))
        assert set(pool.map(write, range(8))) == {200}
    assert len(shown) == 1
    reference = reference_in(shown.pop(), SAID["en"][3])
    rows = [one["told"]["words"] for one in street.rows("--kind", "feedback")]
    assert rows.count("Eight at once") == rows.count("By text") == 1
    assert reference in [one["reference"] for one in street.rows()]


def test_nothing_that_people_wrote_is_in_the_log(street: Street) -> None:
    asha = street.caller()
    street.dial(asha, "5", "5", "3", "1", "hospital", "The zebra is ill")
    assert street.rows()[0]["told"] == {"words": "The zebra is ill"}
    log = (street.town.folder / "out.log").read_text(encoding="utf-8")
    assert log
    assert "zebra" not in log
    assert asha.removeprefix("+91") not in log


WAY: Final = ("5", "5", "3", "1", "hospital", "The clinic opens late")


def walk(house: Any, session: str, upto: int) -> str:
    shown = ""
    for number in range(upto + 1):
        shown = house.dial("*".join(WAY[:number]), session=session)
    return shown


def test_a_crash_between_the_commit_and_the_session_keeps_one_row(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk(house, "s1", len(WAY) - 1)

    def crash(*_: object, **__: object) -> None:
        raise SessionsDown("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(house.bridge.sessions, "save", crash)
        lost = house.dial("*".join(WAY), session="s1")
    assert "Your number" not in lost
    assert house.count(kept_record) == 1
    (kept,) = house.bridge.record_desk.newest(Wanted(), 10)
    again = [house.dial("*".join(WAY), session="s1") for _ in range(2)]
    assert {reference_in(one, SAID["en"][3]) for one in again} == {kept.reference}
    assert house.count(kept_record) == 1


def test_with_the_database_down_nobody_is_thanked_and_nothing_is_kept(house: Any) -> None:
    walk(house, "s1", len(WAY) - 1)
    house.lose_database()
    shown = house.dial("*".join(WAY), session="s1")
    house.find_database()
    assert shown.startswith("END Sorry: that did not work, and nothing was kept.")
    assert house.count(kept_record) == 0
    assert "Your number" in walk(house, "s2", len(WAY))
    assert house.count(kept_record) == 1


def test_a_text_that_came_while_the_database_was_down_is_kept_once(house: Any) -> None:
    house.text("MENU")
    house.lose_database()
    assert house.text("FEEDBACK hospital The clinic opens late.", event="e1").status_code == 200
    house.find_database()
    assert house.count(kept_record) == 0
    house.clock.pass_seconds(60)
    house.bridge.replayer.replay()
    house.text("FEEDBACK hospital The clinic opens late.", event="e1")
    assert house.count(kept_record) == 1
    assert len([one for one in house.send() if "Your number" in one]) == 1
