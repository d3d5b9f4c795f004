"""Pages and letters as the network of each gateway carries them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from telecom.encoding import Limit

# By what is added to the gateway in gateways.yaml: the size of a page, and whether it is ASCII.
NETWORKS = {
    "any": ("", Limit(), False),
    "small": ("ussd_limit: { septets: 120, ucs2: 60 }", Limit(septets=120, ucs2=60), False),
    "large": ("ussd_limit: { septets: 182, ucs2: 80 }", Limit(septets=182, ucs2=80), False),
    "latin": ("ussd_script: latin", Limit(), True),
    "small and latin": (
        "ussd_limit: { septets: 90, ucs2: 45 }\n    ussd_script: latin",
        Limit(septets=90, ucs2=45),
        True,
    ),
    "of a circle": ("circle: west_bengal", Limit(), False),
}


@pytest.fixture
def gateways_text(gateways_text: str, request: pytest.FixtureRequest) -> str:
    added = NETWORKS[request.getfixturevalue("network")][0]
    if not added:
        return gateways_text
    changed = gateways_text.replace("    vendor: africastalking\n", PLAIN % added, 1)
    assert changed != gateways_text
    return changed


PLAIN = "    vendor: africastalking\n    %s\n"
WAY = ["", "3", "3*2", "3*2*4", "3*2*4*1", "3*2*4*1*98", "3*2*4*1*98*98", "3*2*4*1*98*98*0"]


@pytest.mark.parametrize("network", NETWORKS)
def test_every_page_of_a_way_is_what_the_network_carries(house: Any, network: str) -> None:
    _, limit, is_latin = NETWORKS[network]
    pages = [house.dial(text)[4:] for text in WAY]
    assert len(set(pages)) > 5
    for page in pages:
        assert limit.fits(page)
        assert page.isascii() or not is_latin
    assert ("Aapatkal" if is_latin else "आपात") in pages[3]


@pytest.mark.parametrize("network", ["small", "large"])
def test_who_knows_a_number_need_not_turn_pages(house: Any, network: str) -> None:
    house.dial()
    house.dial("4")
    house.dial("4*1")
    assert house.dial("4*1*11") == "END Disaster control room: 1077"


@pytest.mark.parametrize(
    ("network", "msisdn", "first"),
    [
        ("of a circle", "+919812345678", "3 বাংলা"),
        ("of a circle", "+12025550123", "1 English"),
        ("any", "+919812345678", "1 English"),
        ("any", "+8801712345678", "3 বাংলা"),
    ],
)
def test_a_list_of_languages_begins_with_those_read_nearby(
    house: Any, network: str, msisdn: str, first: str
) -> None:
    list_all_languages(house)
    assert house.dial("3", msisdn=msisdn).split("\n")[1] == first


@pytest.mark.parametrize(("network", "first"), [("of a circle", "3 বাংলা"), ("any", "1 English")])
def test_and_so_it_does_by_sms(house: Any, network: str, first: str) -> None:
    list_all_languages(house)
    house.text("MENU")
    house.clock.pass_seconds(1)
    house.text("3")
    _, answer = house.send()
    assert answer.split("\n")[1] == first


def list_all_languages(house: Any) -> None:
    path = house.bridge.settings.menus
    menu = path.read_text(encoding="utf-8")
    listed = re.sub(r"(- \{ label: [^\n]*, language: \w+, go: home \}\n *)+", LISTED, menu)
    assert listed != menu
    path.write_text(listed, encoding="utf-8")
    house.bridge.publish_menu()


LISTED = "- { languages: all, go: home }\n  "
