"""What fits a phone: to the unit, in every language, on every gateway, with the longest rows."""

from __future__ import annotations

import json

import pytest

from menu.diagnostics import BadMenu, Diagnostic
from menu.fit import Network
from menu.fit_report import Report, distinct, find_misfits, report
from menu.linter import check
from menu.services import ServiceSpec
from menu.value_types import ValueKind
from telecom.encoding import Limit

ENTRY = {"ussd": {"*384*7#": "home"}}
MORE_BN = "98 আরও 0 ফিরুন 00 হোম"
SMALL = Network("ke", Limit(septets=100, ucs2=50))


def menu(label: object, **parts: object) -> dict[str, str]:
    home = {
        "text": {"en": "Hello.", "bn": "নমস্কার"},
        "options": [{"label": label, "go": "home", "language": "bn"}],
    }
    whole = {
        "version": 1,
        "name": "Example",
        "languages": ["en", "bn"],
        "entry_points": ENTRY,
        "screens": {"home": home},
        **parts,
    }
    return {"menus.yaml": json.dumps(whole, ensure_ascii=False)}


def told(found: list[Diagnostic], rule: str = "M206") -> list[str]:
    return [f"{one.severity} {one.reason} {one.hint}" for one in found if one.rule == rule]


ROOM_BN = 70 - len("1 ") - len("\n") - len(MORE_BN)


@pytest.mark.parametrize("over", [0, 1, 2, 7])
def test_a_bengali_label_is_refused_with_the_number_of_units_that_are_too_many(over: int) -> None:
    label = "ক" * (ROOM_BN + over)
    found = check(menu({"en": "Short", "bn": label}))
    expected = (
        f'error In "bn" this label is {over} UCS-2 units too long ({70 + over}; 70 is the most).'
        ' Without "ক" (bengali letter ka) and its like there is room for 160.'
        f" It fits with {over} letter{'s' if over > 1 else ''} less."
        " The keys for more and back count too."
    )
    assert told(found) == ([expected] if over else [])


@pytest.mark.parametrize("over", [0, 1])
def test_a_vowel_sign_is_a_unit_and_no_letter_of_its_own(over: int) -> None:
    label = "কি" * ((ROOM_BN + over) // 2) + "ক" * ((ROOM_BN + over) % 2)
    found = told(check(menu({"en": "Short", "bn": label})))
    assert len(found) == over
    assert all("1 UCS-2 units too long" in one for one in found)


def test_septets_count_brackets_twice() -> None:
    room = 160 - len("1 \n98 More 0 Back 00 Home")
    assert told(check(menu({"en": "[" + "x" * (room - 2), "bn": "ক"}))) == []
    (found,) = told(check(menu({"en": "[" + "x" * (room - 1), "bn": "ক"})))
    assert "1 septets too long (161; 160 is the most). It fits with 1 letter less." in found


def test_one_curly_quote_is_named_with_the_plain_one_in_its_place() -> None:
    label = "Don’t know what to do with the app that you got today"
    (found,) = told(check(menu({"en": label, "bn": "ক"})))
    assert '"’" (right single quotation mark)' in found
    assert 'It fits with "\'" for "’".' in found


ASIDE = "crop"
ROWS = "id,name:en,name:bn\nrice,Rice,ধান\nlong,{en},{bn}\n"
DATA = {"crops": {"file": "crops.csv", "columns": {"id": "key", "name": "label"}}}
LIST = {"text": "Crops", "options": [{"from": "crops", "save_as": ASIDE, "go": "crop"}]}
SHOWS = {"text": {"en": "{crop.name}", "bn": "{crop.name}"}, "end": "true"}


def with_rows(en: str, bn: str) -> dict[str, str]:
    files = menu("x", data=DATA, screens={"home": LIST, "crop": SHOWS})
    return {**files, "crops.csv": ROWS.format(en=en, bn=bn)}


def test_the_longest_row_is_named_that_would_be_cut() -> None:
    room = 70 - len("2 ") - len("\n") - len(MORE_BN)
    assert told(check(with_rows("Short", "ক" * room))) == []
    (found,) = told(check(with_rows("Short", "ক" * (room + 3))))
    assert found.startswith(
        'warning In "bn" the label of the row "long" is cut: it is 3 UCS-2 units too long'
    )


def test_a_text_is_as_long_as_its_longest_row() -> None:
    found = told(check(with_rows("Short", "ক " * 150)))
    assert any('The screen "crop" in "bn" takes 6 pages, ' in one for one in found), found


CALLS = {
    "home": {
        "text": {"en": "{it.words}", "bn": "{it.words}"},
        "call": {"service": "weather", "save_as": "it", "on_error": "end"},
        "end": "true",
    },
    "end": {"text": {"en": "Bye.", "bn": "ধন্যবাদ"}, "end": "true"},
}


@pytest.mark.parametrize(("widest", "pages"), [({}, 1), ({"words": 400}, 3)])
def test_a_service_may_answer_as_much_as_it_declares(widest: dict[str, int], pages: int) -> None:
    spec = ServiceSpec(gives={"words": ValueKind.TEXT}, reads=True, widest=widest)
    shown = report(menu("x", screens=CALLS), [], {"weather": spec}).shown
    assert next(len(each.pages) for _, each in shown if each.screen == "home") == pages


def test_a_gateway_of_smaller_phones_is_named() -> None:
    files = menu({"en": "Short", "bn": "ক" * ROOM_BN})
    assert told(check(files)) == []
    (found,) = told(find_misfits(files, [SMALL]))
    assert found.startswith(
        'error In "bn" through the gateway "ke" this label is 20 UCS-2 units too long (70; 50 is'
    )


def test_what_fits_no_phone_is_told_once() -> None:
    files = menu({"en": "Short", "bn": "ক" * (ROOM_BN + 1)})
    assert len(told(check(files))) == 1
    assert find_misfits(files, [SMALL, Network("large", Limit(182, 80))]) == []


def test_letters_that_a_language_has_in_latin_are_judged_too() -> None:
    label = {"en": "Short", "bn": "ক", "bn-Latn": "x" * 160}
    assert any('In "bn-Latn" this label' in one for one in told(check(menu(label))))  # PLAIN asks
    narrow = Network("old", Limit(septets=60, ucs2=70), is_latin=True)
    assert told(find_misfits(menu({"en": "Short", "bn": "ক"}), [narrow])) == []
    found = told(find_misfits(menu({"en": "x" * 50, "bn": "ক"}), [narrow]))
    assert [one.split(" this label")[0] for one in found] == [
        'error In "bn-Latn" through the gateway "old"',  # nobody wrote it, so it is the English
        'error In "en" through the gateway "old"',
    ]


def test_gateways_with_the_same_phones_are_looked_at_once() -> None:
    same = Network("tz", Limit(septets=100, ucs2=50))
    assert [each.name for each in distinct([SMALL, same, Network("any")])] == ["", "ke"]


def test_every_screen_in_every_language_on_every_network() -> None:
    found: Report = report(menu("x"), [SMALL])
    assert {(each.language, each.network.name) for _, each in found.shown} == {
        ("en", ""),
        ("bn", ""),
        ("en", "ke"),
        ("bn", "ke"),
    }
    assert all(each.network.limit.fits(page) for _, each in found.shown for page in each.pages)


def test_what_sms_are_billed_as() -> None:
    link = {"web": "https://app.example/", "sms": {"en": "App: {link}", "bn": "অ্যাপ: {link}"}}
    sends = {"text": "You get an SMS.", "send_link": "app", "send_sms": "x" * 161, "end": "true"}
    found = report(menu("x", links={"app": link}, screens={"home": sends}), [])
    assert [(each.name, each.language, each.units, each.segments) for _, each in found.sent] == [
        ("app", "en", 50, 1),
        ("home", "en", 161, 2),
        ("app", "bn", 52, 1),
        ("home", "bn", 161, 2),
    ]


def test_a_broken_menu_has_no_report() -> None:
    with pytest.raises(BadMenu):
        report({"menus.yaml": "version: 2"}, [])
    assert find_misfits({"menus.yaml": "version: 2"}, [SMALL]) == []
