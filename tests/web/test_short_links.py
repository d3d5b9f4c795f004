"""Opening a short link: each phone comes to its own store."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

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


def test_an_old_link_ends(house: Any) -> None:
    path = link_of(house)
    house.clock.pass_seconds(timedelta(days=91).total_seconds())
    assert house.client.get(path).status_code == 404


def test_without_a_database_a_link_says_try_again(house: Any) -> None:
    path = link_of(house)
    house.lose_database()
    answer = house.client.get(path)
    house.find_database()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
