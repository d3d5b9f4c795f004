"""The watcher and a menu of several files: any of them may change, break, or be half written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from menu import linter
from menu.diagnostics import BadMenu
from models import publishing
from models.database import Database
from models.library import SqlLibrary
from models.menu_files import MenuFiles
from models.menu_watcher import MenuReview, MenuWatcher

ROOT = """version: 1
name: Village office
languages: [en]
include: [crops.yaml]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home:
    text: Village office
    options:
      - { label: Crops, go: crops }
"""
CROPS = """screens:
  crops:
    text: Which crop?
    options:
      - { label: Wheat, go: wheat }
  wheat: { text: Rs 2400, end: true }
"""


class Desk:
    """A folder with a menu, a database, and the watcher that goes between them."""

    def __init__(self, folder: Path, database: Database, clock: Any, log: list[Any]) -> None:
        self.folder = folder
        self.database = database
        self.log = log
        self.clock = clock
        self.reader = MenuFiles(folder / "menus.yaml", clock)
        self.watcher = MenuWatcher(self.reader.read, database, clock)
        self.review = MenuReview(self.reader.read, database)

    def save(self, name: str, text: str | bytes) -> None:
        content = text if isinstance(text, bytes) else text.encode()
        (self.folder / name).write_bytes(content)

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.watcher.look()

    def save_and_look(self, name: str, text: str | bytes) -> None:
        self.save(name, text)
        self.look()

    def notes(self) -> list[str]:
        return [each.note for each in publishing.history(self.database)]

    def shown(self, screen: str) -> str | None:
        """What people read there now."""
        found = SqlLibrary(self.database).live()[1].screens.get(screen)
        return found.text["en"] if found else None

    def price(self) -> str:
        """What the one row of the table costs, in the menu that is live."""
        (row,) = SqlLibrary(self.database).live()[1].data_sets["prices"].where("id", "wheat")
        return row.show("price", "en")

    def now(self) -> datetime:
        now: datetime = self.clock.now()
        return now

    def errors(self) -> list[str]:
        """What the check says of the files as they lie there."""
        try:
            found = linter.check(self.reader.read())
        except BadMenu as fault:
            found = list(fault.diagnostics)
        return [str(each) for each in found if each.is_error]

    def refusals(self) -> list[list[str]]:
        return [line["errors"] for line in self.log if line["event"] == "menu file refused"]


@pytest.fixture
def desk(tmp_path: Path, database: Database, clock: Any) -> Iterator[Desk]:
    with capture_logs() as log:
        desk = Desk(tmp_path, database, clock, log)
        desk.save("menus.yaml", ROOT)
        desk.save_and_look("crops.yaml", CROPS)
        yield desk


def test_a_change_of_any_file_goes_live_and_its_name_is_noted(desk: Desk) -> None:
    assert desk.shown("wheat") == "Rs 2400"
    desk.save_and_look("crops.yaml", CROPS.replace("2400", "2500"))
    assert desk.shown("wheat") == "Rs 2500"
    desk.save_and_look("menus.yaml", ROOT.replace("text: Village", "text: Our"))
    assert desk.shown("home") == "Our office"
    desk.save("crops.yaml", CROPS)
    desk.save_and_look("menus.yaml", ROOT.replace("crops.yaml", "crops.yaml, more.yaml"))
    assert len(desk.notes()) == 3
    desk.save_and_look("more.yaml", "tests: []")
    assert desk.notes() == ["menus.yaml, crops.yaml, more.yaml", "menus.yaml", "crops.yaml", ""]
    assert list(desk.review.warnings()) == []


TABLE = "id,name:en,price\nwheat,Wheat,%s\n"
LISTED = """data:
  prices: { file: prices.csv, columns: { id: key, name: label, price: number } }
screens:
  crops: { text: Which crop?, options: [ { from: prices, save_as: crop, go: wheat } ] }
  wheat: { text: "Rs {crop.price}", end: true }
"""


@pytest.fixture
def priced(desk: Desk) -> Desk:
    """A desk whose menu looks into a table."""
    desk.save("prices.csv", TABLE % 2400)
    desk.save_and_look("crops.yaml", LISTED)
    assert desk.price() == "2400"
    return desk


def test_a_changed_table_goes_live_and_its_name_is_noted(priced: Desk) -> None:
    priced.save_and_look("prices.csv", TABLE % 2500)
    assert priced.price() == "2500"
    assert priced.notes()[0] == "prices.csv"


def test_a_bad_row_is_named_by_its_line_and_the_last_good_table_stays(priced: Desk) -> None:
    priced.save_and_look("prices.csv", TABLE % 2500 + "rice,Rice,2 300\n")
    assert priced.price() == "2400"
    (told,) = priced.refusals()
    assert told[0].startswith('prices.csv:3:11 M609 error "2 300" is not a number.')
    assert list(priced.review.warnings()) == told
    priced.save_and_look("prices.csv", TABLE % 2500 + "rice,Rice,2300\n")
    assert priced.price() == "2500"


def test_a_price_that_returns_is_live_again(priced: Desk) -> None:
    priced.save_and_look("prices.csv", TABLE % 2500)
    priced.save_and_look("prices.csv", TABLE % 2400)
    assert priced.price() == "2400"
    assert list(priced.review.warnings()) == []
    priced.save_and_look("prices.csv", "id\n")
    priced.save_and_look("prices.csv", TABLE % 2500)
    assert priced.price() == "2500"


def test_a_table_of_old_stays_rolled_back_until_somebody_changes_it(priced: Desk) -> None:
    priced.save_and_look("prices.csv", TABLE % 2500)
    publishing.roll_back(priced.database, None, published_by="asha", note="", now=priced.now())
    priced.look(3)
    assert priced.price() == "2400"
    priced.watcher = MenuWatcher(priced.reader.read, priced.database, priced.clock)  # a restart
    priced.look(3)
    assert priced.price() == "2400"
    priced.save_and_look("prices.csv", TABLE % 2600)
    priced.save_and_look("prices.csv", TABLE % 2500)
    assert priced.price() == "2500"


def test_an_old_state_of_all_files_together_does_not_go_live_by_itself(desk: Desk) -> None:
    desk.save_and_look("crops.yaml", CROPS.replace("2400", "2500"))
    desk.save_and_look("crops.yaml", CROPS)
    assert desk.shown("wheat") == "Rs 2500"
    (said,) = desk.review.warnings()
    assert said.startswith("The file was published before, as version 1, and version 2 is live.")


BROKEN: list[tuple[str, str, str, str]] = [
    ("a mistake", "crops.yaml", CROPS.replace("go: wheat", "go: what"), "crops.yaml:5:29 M107"),
    ("a syntax error", "crops.yaml", CROPS + "  rice: [", "crops.yaml:8:1 M004"),
    ("an empty file", "crops.yaml", "", "crops.yaml:1:1 M013"),
    ("too large", "crops.yaml", CROPS.ljust(256 * 1024 + 1, "#"), "crops.yaml:1:1 M001"),
    ("a circle", "crops.yaml", "include: [menus.yaml]\n" + CROPS, "crops.yaml:1:1 M018"),
    ("itself", "crops.yaml", "include: [crops.yaml]\n" + CROPS, "crops.yaml:1:1 M018"),
    ("the root itself", "menus.yaml", ROOT.replace("crops", "menus"), "menus.yaml:4:11 M016"),
    (
        "a name twice",
        "crops.yaml",
        CROPS + "  home: { text: x, end: true }\n",
        "crops.yaml:7:3 M008",
    ),
    ("a missing one", "menus.yaml", ROOT.replace("crops.y", "rice.y"), "menus.yaml:4:11 M017"),
    ("a way out", "menus.yaml", ROOT.replace("crops.y", "../crops.y"), "menus.yaml:4:11 M016"),
]


@pytest.mark.parametrize(
    ("name", "text", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_file_is_refused_once_and_the_last_good_menu_serves(
    desk: Desk, name: str, text: str, said: str
) -> None:
    desk.save(name, text)
    desk.look(8)
    assert desk.notes() == [""]
    (told,) = desk.refusals()
    assert said in told[0]
    assert list(desk.review.warnings()) == told
    desk.save("menus.yaml", ROOT)
    desk.save_and_look("crops.yaml", CROPS.replace("2400", "2500"))
    assert desk.notes() == ["crops.yaml", ""]
    assert list(desk.review.warnings()) == []


WRITES: list[tuple[str, Callable[[str], str]]] = [
    (
        "menus.yaml",
        lambda text: text.replace("Village office\n    options", "Our office\n    options"),
    ),
    ("crops.yaml", lambda text: text.replace("2400", "2500")),
]


@pytest.mark.parametrize(("name", "change"), WRITES)
def test_a_file_that_is_written_byte_by_byte(
    desk: Desk, name: str, change: Callable[[str], str]
) -> None:
    """With a look after every byte nothing goes live before the writer is done."""
    whole = change((desk.folder / name).read_text(encoding="utf-8")).encode()
    for end in range(len(whole) + 1):
        desk.save(name, whole[:end])
        desk.look(1)
    assert desk.notes() == [""]
    desk.look(1)
    assert desk.notes() == [name, ""]
    assert desk.refusals() == []


@pytest.mark.parametrize(("name", "change"), WRITES)
def test_a_writer_that_stops_after_every_few_bytes(
    desk: Desk, name: str, change: Callable[[str], str]
) -> None:
    """What lay still goes live exactly when it is clean; what is broken is named."""
    whole = change((desk.folder / name).read_text(encoding="utf-8")).encode()
    broken = clean = 0
    for end in [*range(0, len(whole), 3), len(whole)]:
        before = len(desk.notes())
        desk.save_and_look(name, whole[:end])
        errors = desk.errors()
        if errors:
            broken += 1
            assert len(desk.notes()) == before
            assert list(desk.review.warnings())[:1] == errors[:1]
        else:
            clean += 1
            assert list(desk.review.warnings()) == []
            assert publishing.was_published(desk.database, desk.reader.read())
    assert broken > 20
    assert 0 < clean < broken
    assert desk.notes()[0] == name
    assert len(desk.refusals()) == broken


def test_two_files_that_are_written_in_turns(desk: Desk) -> None:
    """Steady means that all of them lie still."""
    for count in range(20):
        desk.save("crops.yaml", CROPS + f"# {count}\n")
        desk.look(1)
        desk.save("menus.yaml", ROOT + f"# {count}\n")
        desk.look(1)
    assert desk.notes() == [""]
    desk.look(1)
    assert desk.notes() == ["menus.yaml, crops.yaml", ""]


def test_files_that_vanish_and_come_back(desk: Desk) -> None:
    for name in ("crops.yaml", "menus.yaml"):
        (desk.folder / name).rename(desk.folder / "away")
        desk.look(6)
        assert desk.shown("wheat") == "Rs 2400"
        assert "No such file or directory" in desk.review.warnings()[0]
        (desk.folder / "away").rename(desk.folder / name)
        desk.look(6)
        assert list(desk.review.warnings()) == []
    assert desk.notes() == [""]
    assert len(desk.refusals()) == 2


def test_a_menu_that_is_live_is_not_checked_again_by_every_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(*_: Any, **__: Any) -> Any:
        raise AssertionError("a large menu takes seconds")

    monkeypatch.setattr(linter, "check", check)
    assert list(desk.review.warnings()) == []
    assert list(MenuReview(desk.reader.read, desk.database).warnings()) == []
