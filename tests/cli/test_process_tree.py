"""Who is started again, when, and in which order all of them end."""

from __future__ import annotations

import threading

import pytest

from cli.process_tree import ProcessTree, pause_seconds


class FakeMember:
    def __init__(self, name: str, story: list[str], *, faults: int = 0) -> None:
        self.name = name
        self.story = story
        self.faults = faults
        self.dead = False

    def start(self) -> None:
        if self.dead and self.faults:
            self.faults -= 1
            raise OSError("no room")
        self.dead = False
        self.story.append(f"{self.name} starts")

    def has_exited(self) -> bool:
        return self.dead

    def ask_to_stop(self) -> None:
        self.story.append(f"{self.name} is asked")

    def stop(self, patience_seconds: float) -> None:
        self.story.append(f"{self.name} is gone")


class Glances(threading.Event):
    """A stop that comes after so many looks, without any waiting."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.left = count

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        return self.left < 0


def test_the_base_goes_last() -> None:
    story: list[str] = []
    base, web, worker = (FakeMember(name, story) for name in ("base", "web", "worker"))
    ProcessTree([web, worker], base).stop(1, 1)
    assert story == [
        "web is asked", "worker is asked", "web is gone", "worker is gone", "base is gone",
    ]  # fmt: skip


@pytest.mark.parametrize("dies", ["base", "web"])
def test_only_what_died_is_started_again(dies: str) -> None:
    story: list[str] = []
    members = {name: FakeMember(name, story) for name in ("base", "web")}
    tree = ProcessTree([members["web"]], members["base"])
    for member in members.values():
        tree.start(member)
    members[dies].dead = True
    tree.watch(Glances(3))
    assert story == ["base starts", "web starts", f"{dies} starts"]


def test_a_start_that_fails_is_no_end_and_is_not_repeated_at_once() -> None:
    story: list[str] = []
    web = FakeMember("web", story, faults=1)
    tree = ProcessTree([web])
    tree.start(web)
    web.dead = True
    tree.watch(Glances(50))
    assert web.faults == 0
    assert story == ["web starts"]


@pytest.mark.parametrize(
    ("deaths", "seconds"), [(1, 0.0), (2, 0.5), (3, 1.0), (4, 2.0), (5, 5.0), (99, 5.0)]
)
def test_pauses_grow(deaths: int, seconds: float) -> None:
    assert pause_seconds(deaths) == seconds
