"""The watcher: what goes live, what is refused, and that each is said once."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from menu import linter
from models import publishing
from models.database import Database
from models.menu_files import MenuFiles
from models.menu_watcher import MAX_TOLD, MenuReview, MenuWatcher

MENU = """version: 1
name: Village office
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home:
    text: Village office, text %s
    options:
      - { label: Opening hours, go: hours }
  hours: { text: Open Monday to Friday, end: true }
"""


@dataclass
class Desk:
    """A menu file, a database, and the watcher that goes between them."""

    path: Path
    database: Database
    clock: Any
    log: list[Any]

    def __post_init__(self) -> None:
        self.read = MenuFiles(self.path, self.clock).read
        self.watcher = self.new_watcher()

    def new_watcher(self) -> MenuWatcher:
        return MenuWatcher(self.read, self.database, self.clock)

    def save(self, text: str | bytes) -> None:
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.watcher.look()

    def save_and_look(self, text: str | bytes) -> None:
        self.save(text)
        self.look()

    def live(self) -> tuple[int, str] | None:
        """The version that people see, and who made it live."""
        versions = publishing.history(self.database)
        return (versions[0].id, versions[0].published_by) if versions else None

    def versions(self) -> int:
        return len(publishing.history(self.database))

    def said(self, event: str) -> list[Any]:
        return [line for line in self.log if line["event"] == event]

    def review(self) -> list[str]:
        return list(MenuReview(self.read, self.database).warnings())


@pytest.fixture
def desk(tmp_path: Path, database: Database, clock: Any) -> Iterator[Desk]:
    with capture_logs() as log:
        yield Desk(tmp_path / "menus.yaml", database, clock, log)


def test_a_saved_clean_menu_goes_live_once_two_looks_saw_the_same(desk: Desk) -> None:
    desk.save(MENU % 1)
    desk.look(1)
    assert desk.live() is None
    desk.look(5)
    assert desk.live() == (1, "watcher")
    desk.save_and_look(MENU % 2)
    assert desk.live() == (2, "watcher")
    told = [(line["menu_version"], line["by"]) for line in desk.said("menu published")]
    assert told == [(1, "watcher"), (2, "watcher")]
    assert len(desk.log) == 2
    assert desk.review() == []


def test_a_file_that_is_being_written_is_left_alone(desk: Desk) -> None:
    desk.save_and_look(MENU % 1)
    whole = (MENU % 2).encode()
    for end in range(len(whole) + 1):
        desk.save(whole[:end])
        desk.look(1)
    assert desk.live() == (1, "watcher")
    assert len(desk.log) == 1
    desk.look(1)
    assert desk.live() == (2, "watcher")


def test_no_broken_beginning_of_a_menu_is_published(desk: Desk) -> None:
    """The writer stops at each place for so long that the watcher judges what lies there."""
    root = Path(__file__).parent.parent.parent
    whole = (root / "menus.yaml").read_bytes()
    for folder in ("menus", "data"):
        shutil.copytree(root / folder, desk.path.parent / folder)
    desk.save_and_look(MENU % 1)
    broken = clean = 0
    for end in [*range(0, len(whole), 149), len(whole)]:
        before = desk.live()
        desk.save_and_look(whole[:end])
        errors = [str(found) for found in linter.check(desk.read()) if found.is_error]
        if errors:
            broken += 1
            assert desk.live() == before
            assert desk.review()[:1] == errors[:1]
        else:
            clean += 1
            assert desk.review() == []
    assert broken > 50
    assert 0 < clean < broken
    assert desk.live() == (desk.versions(), "watcher")
    assert len(desk.said("menu file refused")) == broken
    assert len(desk.said("menu published")) == desk.versions()


BROKEN: list[tuple[str, Callable[[Path], object], str]] = [
    (
        "gone",
        lambda path: path.unlink(),
        "menus.yaml:1:1 M001 error The file cannot be read: No",
    ),
    ("empty", lambda path: path.write_bytes(b""), "menus.yaml:1:1 M013 error"),
    ("half a letter", lambda path: path.write_bytes("name: উ".encode()[:-1]), ":1:7 M002 error"),
    ("binary", lambda path: path.write_bytes(bytes(range(256)) * 9), "M00"),
    (
        "a word too much",
        lambda path: path.write_text(MENU % 2 + "x: 1\n"),
        "menus.yaml:11:1 M050 error",
    ),
    (
        "renamed into place",
        lambda path: (path.parent / "new").rename(path) if _written(path.parent / "new") else 0,
        'menus.yaml:9:37 M107 error "hurs" is not a screen. Did you mean "hours"?',
    ),
    (
        "a folder",
        lambda path: [act() for act in (path.unlink, path.mkdir)],
        "M001 error The file cannot be read: Is a directory",
    ),
]


def _written(path: Path) -> int:
    return path.write_text((MENU % 2).replace("go: hours", "go: hurs"), encoding="utf-8")


@pytest.mark.parametrize(
    ("breaks", "said"), [row[1:] for row in BROKEN], ids=[r[0] for r in BROKEN]
)
def test_what_is_broken_is_refused_in_words_once(
    desk: Desk, breaks: Callable[[Path], object], said: str
) -> None:
    desk.save_and_look(MENU % 1)
    breaks(desk.path)
    desk.look(10)
    assert desk.live() == (1, "watcher")
    (line,) = desk.said("menu file refused")
    assert said in line["errors"][0]
    assert (line["log_level"], line["why"]) == ("error", "the last good menu stays")
    assert desk.review() == line["errors"]
    if desk.path.is_dir():
        desk.path.rmdir()
    desk.save_and_look(MENU % 3)
    assert desk.live() == (2, "watcher")
    assert desk.review() == []
    assert len(desk.log) == 3


def test_a_hundred_mistakes_are_not_a_hundred_lines(desk: Desk) -> None:
    extra = "".join(
        f"  s{n}: {{ text: a, options: [{{ label: a, go: no{n} }}] }}\n" for n in range(40)
    )
    desk.save_and_look(MENU % 1 + extra)
    (line,) = desk.said("menu file refused")
    assert len(line["errors"]) == MAX_TOLD + 1
    assert line["errors"][-1].endswith("more: flask menus check tells them")


def test_a_rollback_survives_a_restart_of_the_watcher(desk: Desk) -> None:
    for text in (1, 2):
        desk.save_and_look(MENU % text)
    publishing.roll_back(desk.database, None, published_by="a", note="", now=desk.clock.now())
    for _ in range(3):
        desk.watcher = desk.new_watcher()
        desk.look(4)
    assert desk.live() == (1, "a")
    why = (
        "The file was published before, as version 2, and version 1 is live."
        ' "flask menus publish" makes the file live again.'
    )
    assert [line["why"] for line in desk.said("menu not published")] == [why] * 3
    assert desk.review() == [why]
    desk.save_and_look(MENU % 3)
    assert desk.live() == (3, "watcher")


def test_two_watchers_at_once_publish_once_and_say_it_once(desk: Desk) -> None:
    watchers = [desk.new_watcher() for _ in range(4)]
    for text in range(5):
        desk.save(MENU % text)
        gate = threading.Barrier(len(watchers))

        def look(watcher: MenuWatcher, gate: threading.Barrier = gate) -> None:
            for _ in range(3):
                gate.wait(20)
                watcher.look()

        people = [threading.Thread(target=look, args=(watcher,)) for watcher in watchers]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert desk.live() == (text + 1, "watcher")
    assert len(desk.said("menu published")) == len(desk.log) == 5


# PostgreSQL has no lock over everything.
@pytest.mark.parametrize("storage", ["sqlite"], scope="session")
def test_a_locked_database_is_said_once_and_tried_again(desk: Desk, database_url: str) -> None:
    impatient = Database(database_url, busy_timeout_seconds=0.01)
    desk.watcher = MenuWatcher(desk.read, impatient, desk.clock)
    with desk.database.write():
        desk.save(MENU % 1)
        desk.look(4)
    assert len(desk.said("menu not published")) == 1
    assert desk.live() is None
    desk.look(1)
    impatient.dispose()
    assert desk.live() == (1, "watcher")


def test_it_goes_on_after_what_nobody_thought_of(desk: Desk, eventually: Any) -> None:
    troubles = iter([RuntimeError("a bug"), ZeroDivisionError()])

    def read() -> Mapping[str, bytes]:
        for trouble in troubles:
            raise trouble
        return desk.read()

    desk.save(MENU % 1)
    stop = threading.Event()
    watcher = MenuWatcher(read, desk.database, desk.clock)
    thread = threading.Thread(target=watcher.run, args=(stop, 0.001))
    thread.start()
    try:
        eventually(desk.live, 10)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    told = [line["why"] for line in desk.said("menu watcher goes on")]
    assert told == ["RuntimeError", "ZeroDivisionError"]
