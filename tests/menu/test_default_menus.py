"""The menus that the bridge ships with: without a fault, on every phone, in every language."""

from __future__ import annotations

from pathlib import Path

import pytest

from menu.compiler import compile_menu
from menu.engine import pages_at
from menu.inputs import fold
from menu.linter import check
from menu.place import Crumb, Place
from menu.program import EntryPoint, Platform
from menu.screens import ANY_PHONE
from models.menu_files import MenuFiles
from telecom.clock import SystemClock
from telecom.encoding import Encoding, Limit, encoding_of, segments_of

PATH = Path(__file__).parents[2] / "menus.yaml"
FILES = MenuFiles(PATH, SystemClock()).read()
PROGRAM = compile_menu(FILES)
LIMIT = Limit()
ADDRESS = "https://bridge.example/l/".ljust(45, "x")

SCREENS = [(name, language) for name in PROGRAM.screens for language in ("en", "hi", "bn")]


def test_there_is_nothing_to_say_against_them() -> None:
    assert check(FILES) == []
    assert PROGRAM.languages == ("en", "hi", "bn")
    assert len(SCREENS) >= 9


@pytest.mark.parametrize(("name", "language"), SCREENS)
def test_every_form_of_every_screen_fits(name: str, language: str) -> None:
    for path in ((), (Crumb("home"),)):
        place = Place(screen=name, language=language, path=path)
        for page in pages_at(PROGRAM, place, ANY_PHONE):
            assert LIMIT.fits(page), page


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("link", PROGRAM.links)
def test_every_sms_is_one_segment(link: str, language: str) -> None:
    assert segments_of(PROGRAM.links[link].sms[language].replace("{link}", ADDRESS)) == 1
    first = (PROGRAM.links[link].sms_unknown_language or "").replace("{link}", ADDRESS)
    assert (encoding_of(first), segments_of(first)) == (Encoding.GSM7, 1)
    assert ADDRESS in first


@pytest.mark.parametrize(
    ("said", "screen", "language"),
    [
        ("umang", "get_app", None),
        ("App", "get_app", None),
        ("MENU", "home", None),
        ("ENG", "get_app", "en"),
        ("hin", "get_app", "hi"),
        ("Ben.", "get_app", "bn"),
        ("उमंग", "get_app", "hi"),
        ("উমঙ্গ", "get_app", "bn"),
        ("मेनू", "home", "hi"),
        ("মেনু", "home", "bn"),
    ],
)
def test_what_a_text_brings(said: str, screen: str, language: str | None) -> None:
    entry = PROGRAM.sms_keywords[fold(said)]
    assert entry == EntryPoint(screen=screen, sets_language=language)


def test_the_other_ways_in() -> None:
    home = EntryPoint(screen="home")
    assert PROGRAM.ussd == {"*384*97183#": home}
    assert PROGRAM.sms_default == home
    assert PROGRAM.missed_call == {"+919718397183": EntryPoint(screen="get_app")}


PLAY = "https://play.google.com/store/apps/details?id=in.gov.umang.negd.g2c"
APPLE = "https://apps.apple.com/in/app/umang/id1236448857"
WEB = "https://web.umang.gov.in/web/#/"


@pytest.mark.parametrize(
    ("platform", "address"),
    [
        (Platform.ANDROID, PLAY),
        (Platform.IOS, APPLE),
        (Platform.KAIOS, WEB),
        (Platform.WEB, WEB),
    ],
)
def test_the_addresses_in_india(platform: Platform, address: str) -> None:
    assert PROGRAM.link_for("umang", "IN").address_for(platform) == address


@pytest.mark.parametrize("country", ["US", "GB", "CA", "AU", "AE", "NL", "SG", "NZ"])
def test_the_eight_countries_have_their_own_link(country: str) -> None:
    link = PROGRAM.link_for("umang", country)
    assert link.name == "umang_international"
    assert {link.address_for(platform) for platform in Platform} == {WEB}
