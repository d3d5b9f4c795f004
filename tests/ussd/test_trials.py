"""Menus that not everybody sees, over real webhooks, SQL and Redis; the clock stands still."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from models import menu_trials, publishing
from telecom.msisdn import Msisdn

MENU = """
version: 1
name: Village office
languages: [en]
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { OFFICE: hours }, default: home }
  missed_call: { "+919718397183": { go: hours } }
screens:
  home:
    text: Village office
    options: [ { label: Hours, go: hours }, { label: Price, go: price } ]
  hours: { text: Open until 5, end: true }
  price: { text: Rs 20, end: true }
"""
DRAFT = MENU.replace("until 5", "until 6")
LOST = DRAFT.replace("label: Hours, go: hours", "label: Hours, go: home")
BROKEN = DRAFT.replace('"*384*7#": home', '"*384*9#": home')
TESTER, OTHER = "+919812345678", "+919812345679"


@pytest.fixture
def house_settings(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "office.yaml"
    file.write_text(MENU, encoding="utf-8")
    return {"BRIDGE_MENUS": str(file), "BRIDGE_SHARE_LEAST_DIALOGUES": "40"}


class Town:
    def __init__(self, house: Any) -> None:
        self.house, self.bridge, self.desk = house, house.bridge, house.bridge.menu_desk
        self.sessions = 0

    def draft(self, text: str) -> dict[str, bytes]:
        self.bridge.settings.menus.write_text(text, encoding="utf-8")
        return dict(self.bridge.menu_files())

    def share(self, text: str, percent: int = 50) -> None:
        self.desk.share(self.draft(text), percent, "asha", "try it")
        self.bridge.library.refresh()

    def call(self, msisdn: str = TESTER, text: str = "1") -> str:
        """One dialogue: the code, then what is pressed."""
        self.sessions += 1
        session = f"ATUid_{self.sessions}"
        for said in ("", text):
            shown = self.house.dial(said, session=session, msisdn=msisdn, code="*384*7#")
        return str(shown)

    def people_call(self, people: int = 200) -> set[str]:
        shown = {self.call(f"+9198200{number:05}") for number in range(people)}
        self.bridge.share_counts.flush()
        return shown

    def round(self) -> None:
        self.bridge.menu_rounds().go_round()
        self.bridge.library.refresh()

    def deeds(self) -> list[str]:
        return [entry.what for entry in self.desk.entries(100)]


@pytest.fixture
def town(house: Any) -> Town:
    return Town(house)


def test_test_numbers_see_the_draft_on_all_channels_and_nobody_else_does(
    town: Town, house: Any
) -> None:
    town.desk.preview(town.draft(DRAFT), [Msisdn.from_e164(TESTER)], "asha", "look")
    town.bridge.library.refresh()
    assert town.call(TESTER) == "END Open until 6"
    assert town.call(OTHER) == "END Open until 5"
    for msisdn in (TESTER, OTHER):
        house.text("OFFICE", msisdn=msisdn)
        house.ring(caller=msisdn)
    assert sorted(house.send()) == ["Open until 5", "Open until 6"]
    assert TESTER[1:].encode() not in house.at_rest()
    assert town.desk.stop_preview([], "asha", "") == 1
    town.bridge.library.refresh()
    assert town.call(TESTER) == "END Open until 5"
    assert town.deeds() == ["preview ended", "previewed", "published"]


def test_the_tables_of_every_menu_that_somebody_sees_are_kept_fresh(town: Town) -> None:
    town.desk.preview(town.draft(DRAFT), [Msisdn.from_e164(TESTER)], "asha", "look")
    town.share(LOST)
    assert len({id(program) for program in town.bridge.library.served()}) == 3


FAULTS = [
    ("a way that leads in a ring", LOST, "completed"),
    ("a code that is gone", BROKEN, "fail"),
]


@pytest.mark.parametrize(("_name", "text", "why"), FAULTS)
def test_a_shared_menu_with_a_planted_fault_is_taken_back_by_itself(
    town: Town, _name: str, text: str, why: str
) -> None:
    town.share(text)
    assert len(town.people_call()) == 2
    with capture_logs() as logs:
        town.round()
    (told,) = (line for line in logs if line["event"] == "menu share rolled back")
    assert why in told["why"]
    assert told["log_level"] == "error"
    assert town.desk.standing().share is None
    assert town.people_call() == {"END Open until 5"}
    newest = town.desk.entries(1)[0]
    assert (newest.who, newest.what, newest.note) == ("worker", "share rolled back", told["why"])
    town.round()
    assert town.deeds() == ["share rolled back", "shared", "published"]


def test_a_shared_menu_that_does_well_goes_on_and_then_to_all(town: Town) -> None:
    town.share(DRAFT)
    assert town.people_call() == {"END Open until 5", "END Open until 6"}
    town.round()
    share = town.desk.standing().share
    assert share is not None
    counted = town.desk.counted(share.id)
    assert counted.shared.begun + counted.others.begun == 200
    assert counted.shared.completed == counted.shared.begun > 60
    assert counted.others.completed == counted.others.begun > 60
    town.draft(MENU.replace("5", "9"))  # what goes to all is what was shared
    assert town.desk.share_with_all("asha", "it does well") == share.menu_version
    town.bridge.library.refresh()
    assert town.people_call(20) == {"END Open until 6"}
    assert town.desk.standing().share is None
    with pytest.raises(menu_trials.Unfit, match="no menu is shared"):
        town.desk.share_with_all("asha", "")


def test_too_few_dialogues_end_nothing_and_a_lost_redis_neither(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.share(LOST)
    town.people_call(40)
    town.round()
    assert town.desk.standing().share is not None
    town.people_call(160)

    def lost(*_: object) -> None:
        raise RedisConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(town.bridge.redis, "hgetall", lost)
        town.round()
    assert town.desk.standing().share is not None
    town.round()
    assert town.desk.standing().share is None


def test_dialogues_from_before_the_share_count_for_neither(town: Town, house: Any) -> None:
    for number in range(50):
        house.dial("", session=f"b{number}", msisdn=f"+9198200{number:05}", code="*384*7#")
    house.clock.pass_seconds(5)
    town.share(DRAFT)
    for number in range(50):
        house.dial("1", session=f"b{number}", msisdn=f"+9198200{number:05}", code="*384*7#")
    town.bridge.share_counts.flush()
    share = town.desk.standing().share
    assert str(town.desk.counted(share.id).others) == "0 begun, 0 completed, 0 failed"


def test_a_rollback_and_a_publication_end_a_share(town: Town) -> None:
    bridge = town.bridge
    town.share(DRAFT)
    assert bridge.roll_back_menu(None, "ravi", "") == 1
    bridge.library.refresh()
    assert town.people_call(20) == {"END Open until 5"}
    assert len(bridge.menu_history()) == 1  # nothing went live
    town.share(DRAFT)
    town.draft(MENU.replace("until 5", "until 7"))
    bridge.publish_menu_as("ravi", "seven")
    bridge.library.refresh()
    assert town.people_call(20) == {"END Open until 7"}
    assert town.desk.standing().share is None
    with pytest.raises(publishing.NoSuchVersion):
        bridge.roll_back_menu(2, "ravi", "")  # it was never live for all


def test_what_was_shared_does_not_go_live_by_a_restart(town: Town) -> None:
    town.share(LOST)
    town.people_call()
    town.round()
    town.bridge.publish_menu()  # as the start of a bridge does with the file that lies there
    town.bridge.library.refresh()
    assert town.people_call(20) == {"END Open until 5"}


def test_a_plan_goes_live_at_its_time_once_and_can_be_cancelled(town: Town, house: Any) -> None:
    at = house.clock.now() + timedelta(hours=1)
    town.desk.plan(town.draft(DRAFT), at, "Asia/Kolkata", "asha", "the new hours")
    town.desk.plan(town.draft(LOST), at, "Asia/Kolkata", "asha", "a mistake")
    with pytest.raises(menu_trials.Unfit, match=r"several plans wait \(1, 2\): name one"):
        town.desk.cancel(None, "ravi", "")
    assert town.desk.cancel(2, "ravi", "no").id == 2
    house.clock.pass_seconds(3599)
    town.round()
    assert town.call() == "END Open until 5"
    house.clock.pass_seconds(1)
    town.round()
    town.round()
    assert town.call() == "END Open until 6"
    live, _ = town.bridge.menu_history()
    assert (live.published_by, live.note) == ("asha", "plan 1: the new hours")
    assert town.desk.standing().plans == ()
    assert town.deeds() == ["published", "cancelled", "planned", "planned", "published"]
    with pytest.raises(menu_trials.Unfit, match="no plan waits"):
        town.desk.cancel(None, "ravi", "")


@pytest.mark.parametrize("percent", [1, 99])
def test_what_cannot_be_shared_is_said(town: Town, percent: int) -> None:
    with pytest.raises(menu_trials.Unfit, match="version 1 is live for all already"):
        town.share(MENU, percent)
    assert town.deeds() == ["published"]
