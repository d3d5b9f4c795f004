"""Reading a menu's files: all of them, in order, only when they changed, and nothing else."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from menu.diagnostics import BadMenu
from menu.files import MAX_FILES, MAX_TOTAL_BYTES, Asked, asked_by
from models.menu_files import YOUNG_SECONDS, MenuFiles

ROOT = """version: 1
name: Village office
languages: [en]
include: [parts/crops.yaml, end.yaml]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home: { text: Village office, options: [{ label: Crops, go: crops }] }
"""
CROPS = "screens:\n  crops: { text: Crops, options: [{ label: End, go: end }] }\n"
END = "screens:\n  end: { text: The end, end: true }\n"


class Folder:
    """A menu of three files, its reader, and a count of the files that were really read."""

    def __init__(self, path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.clock = clock
        self.opened: list[str] = []
        for name, text in {"menus.yaml": ROOT, "parts/crops.yaml": CROPS, "end.yaml": END}.items():
            self.write(name, text)
        really_open = os.open

        def count_and_open(name: Any, *rest: Any, **named: Any) -> int:
            self.opened.append(Path(name).name)
            return really_open(name, *rest, **named)

        monkeypatch.setattr("os.open", count_and_open)
        self.reader = MenuFiles(path / "menus.yaml", clock)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def faults(self) -> list[str]:
        with pytest.raises(BadMenu) as raised:
            self.reader.read()
        return [str(found) for found in raised.value.diagnostics]

    def grow_old(self) -> None:
        """Until no file is young, and nothing is new to the reader."""
        self.clock.at = datetime.now(UTC) + timedelta(seconds=YOUNG_SECONDS + 60)
        for _ in range(2):
            self.reader.read()
        self.opened.clear()


class Clock:
    """The time of the file system, until a test says otherwise."""

    at: datetime | None = None

    def now(self) -> datetime:
        return self.at or datetime.now(UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    (tmp_path / "menu").mkdir()
    return Folder(tmp_path / "menu", Clock(), monkeypatch)


def test_all_files_are_read_the_root_first(folder: Folder) -> None:
    assert list(folder.reader.read().items()) == [
        ("menus.yaml", ROOT.encode()),
        ("parts/crops.yaml", CROPS.encode()),
        ("end.yaml", END.encode()),
    ]


def test_data_files_come_last_whoever_names_them(folder: Folder) -> None:
    folder.write("menus.yaml", ROOT + "data: { a: { file: data/a.csv } }\n")
    folder.write("end.yaml", END + "data: { b: { file: data/b.csv }, c: { file: data/a.csv } }\n")
    for name in "ab":
        folder.write(f"data/{name}.csv", "id\ndata: { x: { file: data/x.csv } }\n")
    assert list(folder.reader.read())[1:] == [
        *("parts/crops.yaml", "end.yaml", "data/a.csv", "data/b.csv")
    ]


def test_a_look_at_what_did_not_change_opens_nothing(folder: Folder) -> None:
    first = folder.reader.read()
    folder.grow_old()
    for _ in range(5):
        assert folder.reader.read() is first
    assert folder.opened == []
    os.utime(folder.path / "end.yaml")
    assert folder.reader.read() is first
    assert sorted(folder.opened) == ["crops.yaml", "end.yaml", "menus.yaml"]


def test_a_file_that_did_not_change_is_not_parsed_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []

    def count_and_parse(content: bytes) -> Asked:
        parsed.append(content)
        return asked_by(content)

    monkeypatch.setattr("models.menu_files.asked_by", count_and_parse)
    for count in range(3):
        folder.write("end.yaml", END + f"# {count}")
        folder.reader.read()
    assert len(parsed) == 3 + 2


CHANGES: list[Callable[[Folder], object]] = [
    lambda folder: folder.write("menus.yaml", ROOT + "#"),
    lambda folder: folder.write("parts/crops.yaml", CROPS + "#"),
    lambda folder: folder.write("end.yaml", END.replace("The end", "An end")),
    lambda folder: folder.write("new", END + "# new").rename(folder.path / "end.yaml"),
    lambda folder: (folder.path / "end.yaml").unlink(),
    lambda folder: folder.write("menus.yaml", ROOT.replace(", end.yaml", "")),
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_any_file_is_seen(
    folder: Folder, change: Callable[[Folder], object]
) -> None:
    before = seen(folder)
    folder.grow_old()
    change(folder)
    assert seen(folder) != before


def seen(folder: Folder) -> list[str]:
    """The contents of the files, or the faults."""
    try:
        return [content.decode() for content in folder.reader.read().values()]
    except BadMenu as fault:
        return [str(fault)]


def test_the_same_size_and_time_hide_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writes inside one tick of the file system's clock: only the contents differ."""
    now = time.time_ns()
    monkeypatch.setattr(MenuFiles, "_signature", lambda *_: (1, 2, 3, now, now))
    for _ in range(3):
        folder.reader.read()
    for wording in ("An end!", "My end!"):
        folder.write("end.yaml", END.replace("The end", wording))
        assert wording in folder.reader.read()["end.yaml"].decode()


def test_a_copied_time_hides_nothing(folder: Folder) -> None:
    """`cp -p` and `rsync -t` set the old time again, and the size may be the same."""
    before = (folder.path / "end.yaml").stat()
    folder.grow_old()
    folder.write("end.yaml", END.replace("The", "Ye "))
    os.utime(folder.path / "end.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "Ye  end" in folder.reader.read()["end.yaml"].decode()


def test_files_that_vanish_and_come_back(folder: Folder) -> None:
    first = folder.reader.read()
    folder.grow_old()
    (folder.path / "end.yaml").rename(folder.path / "away")
    gone = [
        'menus.yaml:4:29 M017 error The file "end.yaml" cannot be read: No such file or directory.'
    ]
    assert folder.faults() == gone
    folder.faults()
    folder.opened.clear()
    assert folder.faults() == gone
    assert folder.opened == []
    (folder.path / "away").rename(folder.path / "end.yaml")
    assert folder.reader.read() == first
    (folder.path / "menus.yaml").rename(folder.path / "away")
    expected = "menus.yaml:1:1 M001 error The file cannot be read: No such file or directory."
    assert folder.faults() == [expected]
    (folder.path / "away").rename(folder.path / "menus.yaml")
    assert folder.reader.read() == first


def _replaced(make_it: Callable[[Path], object]) -> Callable[[Path], object]:
    def replace(path: Path) -> None:
        path.unlink()
        make_it(path)

    return replace


def _linked(target: str) -> Callable[[Path], object]:
    return _replaced(lambda path: path.symlink_to(target))


def _socket(path: Path) -> None:
    """Its address is short, so it is bound from inside the folder."""
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(before)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


STRANGE: list[tuple[str, Callable[[Path], object], str]] = [
    ("a folder", _replaced(Path.mkdir), "Is a directory"),
    ("a pipe", _replaced(os.mkfifo), "It is no ordinary file"),
    ("a device", _linked("/dev/zero"), "It is a link out of"),
    ("a socket", _replaced(_socket), "It is no ordinary file"),
    ("a gigabyte of nothing", _sparse, "It has 1073741824 bytes; 8388608 is the most"),
    ("a link to nothing", _linked("gone"), "No such file"),
    ("a link to itself", _linked("end.yaml"), "Too many levels"),
    ("a link out", _linked("../secret.yaml"), "It is a link out of"),
    ("a link far out", _linked("/etc/passwd"), "It is a link out of"),
]
IDS = [row[0] for row in STRANGE]


@pytest.mark.parametrize(("spoil", "why"), [row[1:] for row in STRANGE], ids=IDS)
def test_what_is_no_file_of_the_menu_is_refused_at_once(
    folder: Folder, spoil: Callable[[Path], object], why: str
) -> None:
    (folder.path.parent / "secret.yaml").write_text(END, encoding="utf-8")
    spoil(folder.path / "end.yaml")
    told: list[str] = []
    look = threading.Thread(target=lambda: told.extend(folder.faults()), daemon=True)
    look.start()
    look.join(10)
    assert not look.is_alive()
    assert told[0].startswith(
        f'menus.yaml:4:29 M017 error The file "end.yaml" cannot be read: {why}'
    )
    if "link out of" in why:
        assert "end.yaml" not in folder.opened


@pytest.mark.parametrize(("spoil", "why"), [row[1:] for row in STRANGE[:6]], ids=IDS[:6])
def test_the_root_may_be_no_file_either(
    folder: Folder, spoil: Callable[[Path], object], why: str
) -> None:
    spoil(folder.path / "menus.yaml")
    why = "It is no ordinary file" if "link out" in why else why
    (told,) = folder.faults()
    assert told.startswith(f"menus.yaml:1:1 M001 error The file cannot be read: {why}")


def test_a_link_inside_the_folder_is_followed_to_where_it_leads(folder: Folder) -> None:
    """As a mounted ConfigMap of Kubernetes has them: the whole folder is swapped by one link."""
    for day in ("monday", "tuesday"):
        (folder.path / day).mkdir()
        folder.write(f"{day}/end.yaml", END.replace("The end", day))
    (folder.path / "end.yaml").unlink()
    (folder.path / "now").symlink_to("monday")
    (folder.path / "end.yaml").symlink_to("now/end.yaml")
    assert "monday" in folder.reader.read()["end.yaml"].decode()
    folder.grow_old()
    (folder.path / "next").symlink_to("tuesday")
    (folder.path / "next").rename(folder.path / "now")
    assert "tuesday" in folder.reader.read()["end.yaml"].decode()


def test_the_menu_file_itself_may_be_a_link_from_anywhere(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "menus.yaml").symlink_to(folder.path / "menus.yaml")
    reader = MenuFiles(tmp_path / "menus.yaml", folder.clock)
    with pytest.raises(BadMenu, match="M017"):
        reader.read()  # its other files are beside the link, not beside what it leads to
    for name in ("parts", "end.yaml"):
        (tmp_path / name).symlink_to(folder.path / name)
    assert reader.read() == folder.reader.read()  # inside the folder of the link


def test_a_file_that_may_not_be_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: Any, *_: Any, **__: Any) -> int:
        raise PermissionError(13, "Permission denied", str(name))

    monkeypatch.setattr("os.open", refuse)
    expected = "menus.yaml:1:1 M001 error The file cannot be read: Permission denied."
    assert folder.faults() == [expected]


NAMES = [
    "../secret.yaml",
    "/etc/hostname.yaml",
    "parts/../../secret.yaml",
    ".env.yaml",
    "a\\\\b.yaml",
    "C:\\\\a.yaml",
    "a\\u202eb.yaml",
    "a\\nb.yaml",
    "a\\tb.yaml",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_never_looked_at(folder: Folder, name: str) -> None:
    (folder.path.parent / "secret.yaml").write_text(END, encoding="utf-8")
    folder.write("menus.yaml", ROOT.replace("end.yaml", f'"{name}"'))
    assert list(folder.reader.read()) == ["menus.yaml", "parts/crops.yaml"]
    assert folder.opened == ["menus.yaml", "crops.yaml"]


@pytest.mark.parametrize(
    "name", ["फसल.yaml", "our crops (2).yaml", "-rf.yaml", "a'b\\\"c.yaml", "🌾.yml"]
)
def test_unusual_names_that_lead_nowhere_else(folder: Folder, name: str) -> None:
    folder.write("menus.yaml", ROOT.replace("end.yaml", f'"{name}"'))
    name = name.replace('\\"', '"')
    folder.write(name, END)
    assert list(folder.reader.read())[-1] == name


def test_a_name_that_is_too_long_for_the_disk(folder: Folder) -> None:
    folder.write("menus.yaml", ROOT.replace("end.yaml", "e" * 300 + ".yaml"))
    assert "cannot be read: File name too long." in folder.faults()[0]


def test_files_that_include_each_other_are_read_once(folder: Folder) -> None:
    folder.write("end.yaml", END + "include: [parts/crops.yaml, menus.yaml, other.yaml]\n")
    folder.write("parts/crops.yaml", CROPS + "include: [end.yaml]\n")
    assert list(folder.reader.read()) == ["menus.yaml", "parts/crops.yaml", "end.yaml"]


def test_no_more_is_read_than_a_menu_may_have(folder: Folder) -> None:
    names = [f"part{count}.yaml" for count in range(500)]
    folder.write("menus.yaml", ROOT.replace("parts/crops.yaml, end.yaml", ", ".join(names)))
    for name in names:
        folder.write(name, "tests: []")
    assert MAX_FILES <= len(folder.reader.read()) <= MAX_FILES + 1
    for name in names[:20]:
        folder.write(name, "tests: []".ljust(MAX_TOTAL_BYTES // 4, "#"))
    assert len(folder.reader.read()) == 5  # the first with more than 8 MB


def test_any_thread_may_ask(folder: Folder) -> None:
    folder.grow_old()
    answers: list[object] = []
    people = [
        threading.Thread(target=lambda: answers.append(folder.reader.read())) for _ in range(16)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len({id(answer) for answer in answers}) == 1
