"""Opening a short link: each phone comes to its own store."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from cli import links
from models.link_click import link_click as clicked
from models.short_link import short_link as short_links
from services.guesses import MOST_MISSES

PLAY = "https://play.google.com/store/apps/details?id=in.gov.umang.negd.g2c"
APP_STORE = "https://apps.apple.com/in/app/umang/id1236448857"
WEB = "https://web.umang.gov.in/web/#/"


def link_of(house: Any, caller: str = "+919812345678") -> str:
    house.ring(caller=caller)
    (text,) = house.send()
    found = re.search(r"https://sanket\.example\.in(/l/\w+)", text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("user_agent", "address"),
    [
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130", PLAY),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", APP_STORE),
        ("Mozilla/5.0 (Mobile; LYF/F320B; rv:48.0) Firefox/48.0 KAIOS/2.5", WEB),
        ("Mozilla/5.0 (X11; Linux x86_64)", WEB),
    ],
)
def test_a_link_opens_the_store_of_the_phone(house: Any, user_agent: str, address: str) -> None:
    answer = house.client.get(link_of(house), headers={"User-Agent": user_agent})
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/l/AAAAAAAAAAA", "/l/x", "/l/%00", "/l/https:%2F%2Fevil.example", "/l/" + "2" * 999]
)
def test_a_code_that_nobody_made_leads_nowhere(house: Any, path: str) -> None:
    answer = house.client.get(path)
    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_each_message_has_a_code_of_its_own(house: Any) -> None:
    assert link_of(house) != link_of(house, "+919812345679")


ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130 Mobile"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
WHATSAPP = "WhatsApp/2.23.20.0 A"


def clicks(house: Any) -> list[str]:
    """The platforms of all clicks, once the worker has taken them in."""
    house.bridge.click_notes.take_in(house.bridge.database)
    with house.bridge.database.read() as conn:
        return sorted(conn.execute(select(clicked.c.platform)).scalars())


def open_link(house: Any, path: str, user_agent: str = ANDROID, **more: Any) -> Any:
    headers = {"User-Agent": user_agent, **more.pop("headers", {})}
    return house.client.open(path, headers=headers, **more)


@pytest.mark.parametrize(
    ("how", "to", "counted"),
    [
        ({"user_agent": ANDROID}, PLAY, ["android"]),
        ({"user_agent": IPHONE}, APP_STORE, ["ios"]),
        ({"user_agent": ANDROID, "method": "HEAD"}, WEB, []),
        ({"user_agent": WHATSAPP}, WEB, []),
        ({"user_agent": ""}, WEB, []),
        ({"user_agent": ANDROID, "headers": {"Sec-Purpose": "prefetch"}}, WEB, []),
    ],
)
def test_people_are_counted_and_machines_are_sent_on(
    house: Any, how: dict[str, Any], to: str, counted: list[str]
) -> None:
    answer = open_link(house, link_of(house), **how)
    assert (answer.status_code, answer.headers["Location"]) == (302, to)
    assert clicks(house) == counted


def test_a_click_that_cannot_be_read_now_stays_and_stops_no_other(house: Any) -> None:
    path = link_of(house)
    open_link(house, path)
    folder = house.bridge.settings.var / "clicks"
    unreadable = folder / "0.click"
    unreadable.mkdir()  # reading it is an error of the disk's kind
    assert clicks(house) == ["android"]
    assert list(folder.glob("*.click")) == [unreadable]


def test_who_taps_twice_has_opened_once_and_what_is_taken_twice_is_one(house: Any) -> None:
    path = link_of(house)
    open_link(house, path)
    open_link(house, path)
    (note,) = (house.bridge.settings.var / "clicks").glob("*.click")
    kept = note.read_bytes()
    assert clicks(house) == ["android"]
    note.write_bytes(kept)  # as if the worker had died behind its commit
    assert clicks(house) == ["android"]
    house.clock.pass_seconds(11)
    open_link(house, path)
    assert clicks(house) == ["android", "android"]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        (None, ["This link is not valid", "यह लिंक अब मान्य नहीं", "এই লিঙ্কটি আর নেই"]),
        ("hi", ["यह लिंक अब मान्य नहीं"]),
    ],
)
def test_an_old_link_ends_in_the_language_of_its_sms(
    house: Any, language: str | None, shown: list[str]
) -> None:
    path = link_of(house)
    if language:
        with house.bridge.database.write() as conn:
            conn.execute(update(short_links).values(language=language))
    house.clock.pass_seconds(timedelta(days=91).total_seconds())
    answer = open_link(house, path)
    assert (answer.status_code, "Location" in answer.headers) == (410, False)
    assert answer.content_type.startswith("text/html")
    assert [text for text in shown if text not in answer.text] == []
    assert ("This link" in answer.text) is (language is None)
    assert 'href="tel:+919718397183"' in answer.text
    assert clicks(house) == []


def test_the_language_of_an_sms_is_kept_with_its_code(house: Any) -> None:
    house.text("HIN")
    house.text("APP")
    house.send()
    with house.bridge.database.read() as conn:
        assert set(conn.execute(select(short_links.c.language)).scalars()) <= {"hi", None}


def test_guesses_are_held_up_and_others_are_not(house: Any) -> None:
    path = link_of(house)
    codes = [f"AAAAAAAA{a}{b}{c}" for a in "23456" for b in "23456" for c in "234"]
    statuses = [open_link(house, f"/l/{code}").status_code for code in codes]
    assert statuses == [404] * MOST_MISSES + [429] * (len(codes) - MOST_MISSES)
    held = open_link(house, path)
    assert (held.status_code, held.headers["Retry-After"]) == (429, "60")
    other = open_link(house, path, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert other.status_code == 302


def test_without_a_database_a_phone_gets_to_its_store_and_is_counted_later(house: Any) -> None:
    path = link_of(house)
    house.bridge.library.live()
    house.lose_database()
    answer, made_up = open_link(house, path), open_link(house, "/l/AAAAAAAAAAA")
    house.find_database()
    assert (answer.status_code, answer.headers["Location"]) == (302, PLAY)
    assert made_up.headers["Location"] == PLAY  # nobody can tell, and it is no secret
    assert clicks(house) == ["android"]  # without the one that nobody made


def test_a_disk_that_is_full_takes_no_link_away(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = link_of(house)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.click_notes.Path.write_text", full)
    assert open_link(house, path).headers["Location"] == PLAY
    assert clicks(house) == []


def test_whoever_asks_for_more_than_is_kept_is_told(house: Any) -> None:
    command = links.commands(lambda: house.bridge)
    shown = CliRunner().invoke(command, ["show", "--since", "2020-01-01"])
    assert shown.exit_code == 0
    assert "Links made before 2025-10-19 are not counted any more" in shown.stderr
    shown = CliRunner().invoke(command, ["show", "--since", "2025-10-20"])
    assert "not counted" not in shown.output + shown.stderr


def test_the_way_from_a_call_to_an_opened_link(house: Any) -> None:
    paths = [link_of(house, f"+9198123456{last}") for last in ("78", "79", "80")]
    open_link(house, paths[0])
    house.clock.pass_seconds(20)
    open_link(house, paths[0])
    open_link(house, paths[1], IPHONE)
    house.ring(caller="+919812345678")  # the same again: withheld
    house.answer_calls()
    assert clicks(house) == ["android", "android", "ios"]
    house.clock.pass_seconds(1)
    run = CliRunner().invoke(links.commands(lambda: house.bridge), ["show", "--json"])
    told = json.loads(run.output)
    counted = {"links": 3, "sent": 3, "delivered": 0, "opened": 2, "clicks": 3}
    assert told["events"] == {"missed_call": 4}
    assert told["link"] == [{"link": "umang", **counted}]
    assert told["day"] == [{"day": "2026-11-23", **counted}]
    assert told["channel"] == [{"channel": "missed_call", **counted}]
    assert [one["service"] for one in told["service"]] == ["umang:"]
    shown = CliRunner().invoke(links.commands(lambda: house.bridge), ["show"])
    assert "4 by missed_call" in shown.output
    assert re.search(r"umang +3 +3 +0 +2 +3\n", shown.output)
    empty = ["show", "--since", "2026-11-01", "--until", "2026-11-02"]
    assert (
        "No link was sent."
        in CliRunner().invoke(links.commands(lambda: house.bridge), empty).output
    )
    wrong = ["show", "--since", "2026-11-02", "--until", "2026-11-01"]
    assert CliRunner().invoke(links.commands(lambda: house.bridge), wrong).exit_code == 2
