"""The menus that the bridge ships with: without a fault, on every phone, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from menu.compiler import compile_menu
from menu.engine import enter, pages_at, press
from menu.inputs import fold
from menu.known import Known
from menu.linter import check
from menu.place import Crumb, Place
from menu.program import EntryPoint, Platform
from menu.screens import ANY_PHONE
from menu.showing import write_out
from models.menu_files import MenuFiles
from telecom.clock import SystemClock
from telecom.encoding import Encoding, Limit, encoding_of, segments_of

PATH = Path(__file__).parents[2] / "menus.yaml"
FILES = MenuFiles(PATH, SystemClock()).read()
PROGRAM = compile_menu(FILES)
DATA = PROGRAM.data_sets
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
        ("Mandi", "find_crop", None),
        ("मंडी", "find_crop", "hi"),
        ("मंडी भाव", "find_crop", "hi"),
        ("বাজারদর", "find_crop", "bn"),
        ("বাজার দর", "find_crop", "bn"),
        ("মান্ডি", "find_crop", "bn"),
        ("market", "find_market", None),
        ("बाज़ार", "find_market", "hi"),
        ("बाजार", "find_market", "hi"),
        ("বাজার", "find_market", "bn"),
        ("pf", "pf", None),
        ("EPF", "pf", None),
        ("पीएफ", "pf", "hi"),
        ("পিএফ", "pf", "bn"),
        ("lpg", "gas", None),
        ("एलपीजी", "gas", "hi"),
        ("गैस बुकिंग", "gas", "hi"),
        ("এলপিজি", "gas", "bn"),
        ("গ্যাস বুকিং", "gas", "bn"),
        ("pnr", "pnr", None),
        ("पीएनआर", "pnr", "hi"),
        ("পিএনআর", "pnr", "bn"),
        ("Bill", "bill", None),
        ("बिजली", "bill", "hi"),
        ("বিদ্যুৎ", "bill", "bn"),
        ("result", "result", None),
        ("परिणाम", "result", "hi"),
        ("रिजल्ट", "result", "hi"),
        ("ফলাফল", "result", "bn"),
        ("refill", "refill", None),
        ("रिफिल", "refill", "hi"),
        ("রিফিল", "refill", "bn"),
        ("Feedback", "feedback_about", None),
        ("complaint", "feedback_about", None),
        ("सुझाव", "feedback_about", "hi"),
        ("মতামত", "feedback_about", "bn"),
        ("Status", "feedback_number", None),
        ("स्थिति", "feedback_number", "hi"),
        ("অবস্থা", "feedback_number", "bn"),
    ],
)
def test_what_a_text_brings(said: str, screen: str, language: str | None) -> None:
    entry = PROGRAM.sms_keywords[fold(said)]
    assert (entry.screen, entry.sets_language) == (screen, language)


def test_the_other_ways_in() -> None:
    home = EntryPoint(screen="home", answer_seconds=3600)
    assert PROGRAM.ussd == {"*384*97183#": home}
    assert PROGRAM.sms_default == EntryPoint(screen="home")
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


# People know numbers by heart: none of these may ever lead elsewhere.
KEYS = [
    ("home", "1", "get_app"),
    ("home", "2", "about"),
    ("home", "3", "language"),
    ("home", "4", "helplines"),
    ("home", "5", "services"),
    ("language", "1", "home"),
    ("language", "2", "home"),
    ("language", "3", "home"),
    ("helplines", "1", "emergency_helplines"),
    ("helplines", "2", "other_helplines"),
    ("helplines", "3", "find_helpline"),
    ("services", "1", "find_service"),
    ("services", "2", "departments"),
    ("services", "3", "find_department"),
    ("services", "4", "find_crop"),
    ("services", "5", "more_services"),
    ("more_services", "1", "pf"),
    ("more_services", "2", "gas"),
    ("more_services", "3", "feedback"),
    ("more_services", "4", "people"),
    ("feedback", "1", "feedback_about"),
    ("feedback", "2", "callback_about"),
    ("feedback", "3", "feedback_last"),
    ("feedback", "4", "feedback_number"),
    ("more_services", "5", "look_up"),
    ("look_up", "1", "pnr"),
    ("look_up", "2", "bill"),
    ("look_up", "3", "result"),
    ("look_up", "4", "refill"),
    ("people", "1", "call_kisan"),
    ("people", "2", "call_elder_line"),
    ("people", "3", "call_consumer"),
    ("department", "9", "get_app"),
    ("crop", "9", "find_market"),
]


@pytest.mark.parametrize(("screen", "key", "go"), KEYS)
def test_a_number_leads_where_it_always_led(screen: str, key: str, go: str) -> None:
    assert PROGRAM.screens[screen].by_key[key].go == go


def test_every_option_has_its_number_in_the_list() -> None:
    options = {(name, key) for name, screen in PROGRAM.screens.items() for key in screen.by_key} - {
        (name, key)
        for name in (
            "gas_sure",
            "refill_sure",
            "pf_ready",
            "no_price",
            "callback_sure",
        )
        for key in "12"
    }
    assert options == {(screen, key) for screen, key, _ in KEYS}


ON_ONE_PAGE = [
    (name, language)
    for name, language in SCREENS
    # Lists over tables may be long, and a question of a form has no row before it.
    if not {"departments", "department", "emergency_helplines", "other_helplines"} & {name}
]


@pytest.mark.parametrize(("name", "language"), ON_ONE_PAGE)
def test_a_screen_is_one_page(name: str, language: str) -> None:
    place = Place(screen=name, language=language, path=() if name == "home" else (Crumb("home"),))
    assert len(pages_at(PROGRAM, place, ANY_PHONE)) == 1


ROWS = [  # a screen that is filled from a row, the name of the row, and its table
    ("price", "price", "prices_sample"),
    ("crop", "crop", "crops"),
    ("market", "market", "markets"),
    ("no_price", "market", "markets"),
    ("gas_sure", "gas", "gas_companies"),
    ("refill_sure", "gas", "gas_companies"),
    ("callback_sure", "callback_department", "departments"),
    ("helpline", "helpline", "helplines"),
    ("service", "service", "services"),
]


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize(("screen", "saved_as", "table"), ROWS)
def test_every_row_fits_two_pages(screen: str, saved_as: str, table: str, language: str) -> None:
    for row in DATA[table].rows:
        place = Place(
            screen=screen, language=language, path=(Crumb("home"),), rows={saved_as: row.key}
        )
        pages = pages_at(PROGRAM, place, ANY_PHONE)
        assert all(map(LIMIT.fits, pages))
        assert len(pages) <= (2 if language != "en" else 1), pages


@pytest.mark.parametrize("language", ["en", "hi", "bn", "hi-Latn", "bn-Latn"])
def test_every_price_says_that_it_is_a_sample_and_of_which_day(language: str) -> None:
    assert len(DATA["prices_sample"].rows) > 200
    for row in DATA["prices_sample"].rows:
        place = Place(screen="price", language=language, rows={"price": row.key})
        (page,) = pages_at(PROGRAM, place, ANY_PHONE)
        assert page.startswith("SAMPLE ")
        assert "2026" in page.split(":")[0]


def texts_sent(screen: str, language: str) -> Iterator[str]:
    """With every row that may fill it."""
    message = PROGRAM.screens[screen].sends_sms
    assert message
    for row in DATA["gas_companies"].rows:
        values = {"uan": "100123456789", "pf_code": "BEN", "words": "अ" * 20}
        place = Place(screen=screen, language=language, rows={"gas": row.key}, values=values)
        yield write_out(Known(PROGRAM, place, 0.0), message, language)


SENDING = [name for name, screen in PROGRAM.screens.items() if screen.sends_sms]


@pytest.mark.parametrize("language", ["en", "hi", "bn", "hi-Latn", "bn-Latn"])
@pytest.mark.parametrize("screen", SENDING)
def test_every_text_that_is_sent_is_one_segment(screen: str, language: str) -> None:
    assert [text for text in texts_sent(screen, language) if segments_of(text) > 1] == []


@pytest.mark.parametrize("company", ["indane", "bharatgas", "hp_gas"])
def test_a_number_that_nobody_checked_is_never_told_as_a_fact(company: str) -> None:
    row = DATA["gas_companies"].find(company)
    assert row
    position = [each.key for each in DATA["gas_companies"].rows].index(company) + 1
    step = enter(PROGRAM, EntryPoint(screen="gas"), "en", ANY_PHONE)
    step = press(PROGRAM, step.place, str(position), ANY_PHONE)
    step = press(PROGRAM, step.place, "1", ANY_PHONE)
    is_checked = row.cells["verified"] == "yes"
    assert step.place.screen == ("gas_sent" if is_checked else "gas_sent_unverified")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 11, 23, 2, 29, tzinfo=UTC), False),  # 07:59 in India
        (datetime(2026, 11, 23, 2, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 14, 29, tzinfo=UTC), True),  # a Sunday, 19:59
        (datetime(2026, 11, 22, 14, 30, tzinfo=UTC), False),
    ],
)
def test_the_elder_line_says_when_nobody_is_there(at: datetime, is_open: bool) -> None:
    step = enter(PROGRAM, EntryPoint(screen="call_elder_line"), "en", ANY_PHONE, at.timestamp())
    assert "Elder Line: 14567" in step.shown
    assert ("Closed now." in step.shown) != is_open


def test_the_people_to_call_are_those_of_the_table() -> None:
    told = {"kisan": "1800-180-1551", "elder_line": "14567", "consumer": "1915"}
    for name, number in told.items():
        row = DATA["helplines"].find(name)
        assert row
        assert row.cells["number"] == number
        screen = PROGRAM.screens[f"call_{name}"]
        assert all(number in text for text in screen.text.values())
        for language in ("en", "hi", "bn"):
            assert row.labels["name"][language] in screen.text[language]
