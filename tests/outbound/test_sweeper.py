"""Old rows go, little by little: app links that are over, with their clicks. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models import link_click, link_funnel, link_sweep, menu_publication, short_link
from models.link_click import Click
from models.shared_clock import OneClock
from models.short_link import ShortLink
from outbound import sweeper as sweeping
from outbound.sweeper import Sweeper

KEPT = timedelta(days=400)
NEVER = threading.Event()


def make(world: Any, ages: Mapping[str, float], life_days: int = 90) -> None:
    """Links of these ages in days, each opened twice."""
    now = world.clock.now()
    with world.database.write() as conn:
        version = menu_publication.publish(
            conn, fingerprint="aaa", source="{}", published_by="test", now=now
        )
        for code, days in ages.items():
            made = now - timedelta(days=days)
            link = ShortLink(
                code=code, link_name="umang", menu_version=version, country=None, mt_id=None,
                created_at=made, expires_at=made + timedelta(days=life_days),
            )  # fmt: skip
            assert short_link.insert(conn, link)
            clicks = [
                Click(id=f"{code}-{n}", code=code, clicked_at=made, platform="web") for n in (1, 2)
            ]
            assert link_click.record_all(conn, clicks) == 2


def left(world: Any) -> tuple[list[str], int]:
    with world.database.read() as conn:
        codes = conn.execute(select(short_link.short_link.c.code)).scalars()
        clicks = conn.execute(select(func.count()).select_from(link_click.link_click)).scalar_one()
        return sorted(codes), clicks


def sweeper(world: Any) -> Sweeper:
    return Sweeper("links", world.database, OneClock(world.clock), KEPT, link_sweep.delete_old)


def test_what_is_older_goes_and_the_rest_counts_as_before(world: Any) -> None:
    make(world, {"old": 401, "older": 900, "kept": 399, "open": 1})
    now = world.clock.now()
    assert sweeper(world).sweep(NEVER) == 2
    assert left(world) == (["kept", "open"], 4)
    with world.database.read() as conn:
        counted = link_funnel.count(conn, now - timedelta(days=1000), now).by["link"]["umang"]
    assert (counted.links, counted.opened, counted.clicks) == (2, 2, 4)
    assert sweeper(world).sweep(NEVER) == 0


def test_a_link_that_still_opens_stays_whatever_its_age(world: Any) -> None:
    make(world, {"old": 500}, life_days=501)
    assert sweeper(world).sweep(NEVER) == 0
    assert left(world) == (["old"], 2)


def test_many_go_little_by_little_and_each_once(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_DELETED", 4)
    monkeypatch.setattr(sweeping, "PAUSE_SECONDS", 0.0)
    make(world, {f"old{number:02}": 500 for number in range(20)} | {"new": 3})
    with ThreadPoolExecutor(3) as pool:
        swept = list(pool.map(lambda _: sweeper(world).sweep(NEVER), range(3)))
    assert sum(swept) + sweeper(world).sweep(NEVER) == 20
    assert left(world) == (["new"], 2)


def test_a_stop_is_heard_between_two_statements(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    stop.set()
    make(world, {"old": 500})
    assert sweeper(world).sweep(stop) == 0
    monkeypatch.setattr(sweeping, "EVERY_SECONDS", 0.0)
    sweeper(world).run(stop)  # it returns
    assert left(world) == (["old"], 2)


def test_whatever_goes_wrong_it_is_tried_again(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    swept = sweeper(world)
    sweeps = iter([ValueError("a bug")])

    def fails_once(until: threading.Event) -> int:
        for fault in sweeps:
            raise fault
        until.set()
        return 0

    monkeypatch.setattr(sweeping, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(swept, "sweep", fails_once)
    swept.run(stop)
    assert stop.is_set()
