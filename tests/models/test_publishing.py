"""Publish, roll back, history; and the library that follows them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import exc, update
from structlog.testing import capture_logs

from menu import linter
from menu.diagnostics import BadMenu, Diagnostic, Place, error
from menu.source import Source
from models import menu_publication, menu_version, publishing
from models.database import Database
from models.library import REFRESH_SECONDS, NothingPublished, SqlLibrary
from models.menu_watcher import LOOK_SECONDS
from models.publishing import NoSuchVersion

MENU = """version: 1
name: Village office {}
languages: [en]
entry_points: {{ ussd: {{ "*384*7#": home }} }}
screens:
  home: {{ text: Open, end: true }}
"""


class Press:
    """Publishes menus that differ in their name's number."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database = database
        self.clock = clock

    def publish(self, number: int, by: str = "asha", note: str = "new") -> int:
        files = {"menus.yaml": MENU.format(number)}
        now = self.clock.now()
        made = publishing.publish(self.database, files, published_by=by, note=note, now=now)
        return made.version

    def roll_back(self, version: int | None = None, note: str = "") -> int:
        now = self.clock.now()
        return publishing.roll_back(self.database, version, published_by="ravi", note=note, now=now)

    def order(self) -> list[int]:
        return [version.id for version in publishing.history(self.database)]


@pytest.fixture
def press(database: Database, clock: Any) -> Press:
    return Press(database, clock)


def test_the_history_begins_with_what_is_live(press: Press, clock: Any) -> None:
    press.publish(1, by="asha", note="first")
    clock.pass_seconds(60)
    press.publish(2, by="ravi", note="second")
    newest, oldest = publishing.history(press.database)
    assert (newest.id, newest.published_by, newest.note) == (2, "ravi", "second")
    assert (oldest.id, oldest.published_by, oldest.note) == (1, "asha", "first")
    assert (newest.published_at - oldest.published_at).total_seconds() == 60
    assert len({newest.fingerprint, oldest.fingerprint}) == 2


ROLLBACKS: list[tuple[list[int | None], list[int]]] = [
    # asked, one after the other; the order of the history then, the live one first
    ([None], [2, 3, 2, 1]),
    ([None, None], [3, 2, 3, 2, 1]),
    ([1], [1, 3, 2, 1]),
    ([1, None], [3, 1, 3, 2, 1]),
    ([3], [3, 3, 2, 1]),
    ([3, None], [2, 3, 3, 2, 1]),
]


@pytest.mark.parametrize(("asked", "order"), ROLLBACKS)
def test_back_to_a_version_or_to_the_one_before(
    press: Press, asked: list[int | None], order: list[int]
) -> None:
    for number in (1, 2, 3):
        press.publish(number)
    for version in asked:
        assert press.roll_back(version) == press.order()[0]
    assert press.order() == order


def test_a_rollback_without_a_note_says_what_it_is(press: Press) -> None:
    press.publish(1)
    press.publish(2)
    press.roll_back()
    assert publishing.history(press.database)[0].note == "back to version 1"
    press.roll_back(note="the fair is over")
    assert publishing.history(press.database)[0].note == "the fair is over"


@pytest.mark.parametrize(
    ("published", "asked", "said"),
    [
        (0, None, "no version was live before this one"),
        (1, None, "no version was live before this one"),
        (1, 7, "version 7 was never published"),
    ],
)
def test_there_is_no_way_back_to_what_never_was(
    press: Press, published: int, asked: int | None, said: str
) -> None:
    for number in range(published):
        press.publish(number)
    with pytest.raises(NoSuchVersion, match=said):
        press.roll_back(asked)
    assert press.order() == list(range(1, published + 1))


def test_publishing_again_keeps_the_version_and_every_note(press: Press) -> None:
    told = [(1, "first"), (2, "second"), (1, "as before the fair"), (1, "once more")]
    assert [press.publish(number, note=note) for number, note in told] == [1, 2, 1, 1]
    history = publishing.history(press.database)
    assert [(each.id, each.note) for each in history] == told[::-1]
    assert [each.publication for each in history] == [4, 3, 2, 1]
    assert history[0].fingerprint == history[1].fingerprint == history[3].fingerprint


PARTS = {"menus.yaml": MENU.format(1) + "include: [crops.yaml]\n", "crops.yaml": "tests: []\n"}


def test_the_order_of_the_files_outlives_the_store(press: Press) -> None:
    files = {"menus.yaml": PARTS["menus.yaml"].replace("crops", "a"), "a.yaml": "tests: []\n"}
    version = publishing.publish(
        press.database, files, published_by="asha", note="", now=press.clock.now()
    ).version
    with press.database.read() as conn:
        stored = menu_version.get(conn, version)
    assert stored is not None
    assert list(json.loads(stored.source).items()) == list(files.items())
    program = SqlLibrary(press.database).get(version)
    assert program is not None
    assert program.fingerprint == stored.fingerprint


def test_what_was_stored_when_a_menu_was_one_file_still_serves(press: Press) -> None:
    source = json.dumps({"menus.yaml": MENU.format(1)})
    with press.database.write() as conn:
        menu_publication.publish(
            conn, fingerprint="f" * 64, source=source, published_by="start", now=press.clock.now()
        )
    assert SqlLibrary(press.database).live()[1].name == "Village office 1"


CHANGES: list[tuple[dict[str, str], str]] = [
    ({"menus.yaml": PARTS["menus.yaml"] + "# a word\n"}, "menus.yaml"),
    ({"crops.yaml": "links: {}\n"}, "crops.yaml"),
    (
        {"menus.yaml": PARTS["menus.yaml"] + "# \n", "crops.yaml": "links: {}"},
        "menus.yaml, crops.yaml",
    ),
]


@pytest.mark.parametrize(("changes", "note"), CHANGES)
def test_a_note_names_the_files_that_changed(
    press: Press, changes: dict[str, str], note: str
) -> None:
    for files in (PARTS, PARTS | changes):
        publishing.publish_if_new(press.database, files, "watcher", press.clock.now())
    newest, first = publishing.history(press.database)
    assert (newest.note, first.note) == (note, "")


def test_a_note_names_what_is_gone_and_not_every_one_of_many(press: Press) -> None:
    many = [f"part{count}.yaml" for count in range(20)]
    root = MENU.format(1) + f"include: [{', '.join(many)}]\n"
    for files in (PARTS, {"menus.yaml": root, **dict.fromkeys(many, "tests: []")}):
        publishing.publish_if_new(press.database, files, "watcher", press.clock.now())
    note = publishing.history(press.database)[0].note
    assert note.startswith("menus.yaml, part0.yaml, ")
    assert note.endswith("part6.yaml, and 14 more")
    publishing.publish_if_new(
        press.database,
        {"menus.yaml": root[: root.index("include")] + "#"},
        "watcher",
        press.clock.now(),
    )
    assert publishing.history(press.database)[0].note.startswith("menus.yaml, without part0.yaml,")


def test_publishers_at_once_all_succeed(press: Press) -> None:
    with ThreadPoolExecutor(6) as pool:
        versions = list(pool.map(press.publish, range(12)))
    assert sorted(versions) == sorted(press.order()) == list(range(1, 13))


def test_who_loses_a_race_comes_again(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL two publishers may take the same place; SQLite lets nobody begin."""
    real: Callable[..., int] = menu_publication.publish
    losses = iter(range(publishing.TRIES - 1))

    def contested(*arguments: Any, **named: Any) -> int:
        for _ in losses:
            raise exc.IntegrityError("INSERT", {}, Exception("publication is taken"))
        return real(*arguments, **named)

    monkeypatch.setattr(menu_publication, "publish", contested)
    assert press.publish(1) == 1


# The library


class StrictRule:
    """A rule that came later, and likes nothing."""

    RULE = "M999"

    def check(self, source: Source) -> Iterator[Diagnostic]:
        yield error(Place("menus.yaml", 1, 1), self.RULE, "Nobody writes menus like this any more.")


def test_stored_versions_serve_under_rules_that_came_later(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish(1)
    press.publish(2)
    monkeypatch.setattr(linter, "RULES", (StrictRule(),))
    with pytest.raises(BadMenu, match="M999"):
        press.publish(3)
    library = SqlLibrary(press.database)
    version, program = library.live()
    assert (version, program.name) == (2, "Village office 2")
    pinned = library.get(1)
    assert pinned is not None
    assert pinned.name == "Village office 1"
    assert press.roll_back() == 1


def test_a_version_that_nobody_can_read_is_gone_for_its_sessions(press: Press) -> None:
    press.publish(1)
    press.publish(2)
    with press.database.write() as conn:
        table = menu_version.menu_version
        spoilt = update(table).where(table.c.id == 1).values(source='{"m": "a: ["}')
        conn.execute(spoilt)
    library = SqlLibrary(press.database)
    with capture_logs() as log:
        assert library.get(1) is None
    assert [(line["event"], line["menu_version"]) for line in log] == [("menu version not read", 1)]
    assert library.live()[0] == 2
    with pytest.raises(BadMenu):
        press.roll_back(1)
    assert library.refresh()[0] == 2


def test_nothing_is_live_before_the_first_publication(press: Press) -> None:
    library = SqlLibrary(press.database)
    with pytest.raises(NothingPublished):
        library.live()
    press.publish(1)
    assert library.live()[0] == 1


def test_a_library_that_follows_sees_every_publication(press: Press, eventually: Any) -> None:
    press.publish(1)
    library, stop = SqlLibrary(press.database), threading.Event()
    assert library.live()[0] == 1
    follower = threading.Thread(target=library.keep_fresh, args=(stop, 0.01))
    follower.start()
    try:
        press.publish(2)
        eventually(lambda: library.live()[0] == 2, 10)
        press.roll_back()
        eventually(lambda: library.live()[0] == 1, 10)
    finally:
        stop.set()
        follower.join(10)


def test_the_waits_leave_time_to_compile_within_two_seconds() -> None:
    assert 2 * LOOK_SECONDS + REFRESH_SECONDS <= 1.0


def test_a_library_that_follows_survives_what_nobody_foresaw(
    press: Press, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish(1)
    library, stop, looks = SqlLibrary(press.database), threading.Event(), []
    assert library.live()[0] == 1
    look = library.refresh

    def breaks_once() -> Any:
        looks.append(1)
        if len(looks) == 1:
            raise SystemError("of Python's own")
        return look()

    monkeypatch.setattr(library, "refresh", breaks_once)
    follower = threading.Thread(target=library.keep_fresh, args=(stop, 0.01))
    follower.start()
    try:
        press.publish(2)
        eventually(lambda: library.live()[0] == 2, 10)
    finally:
        stop.set()
        follower.join(10)
