"""App links: the SMS for a caller, and the platform of the phone that opens it."""

from __future__ import annotations

import re

import pytest

from menu.compiler import compile_menu
from menu.effects import SendLink
from menu.program import Platform, Program
from services.app_links import CODE, AppLinks, new_code
from telecom.encoding import Encoding, encoding_of, segments_of
from telecom.msisdn import Msisdn

SOURCE = """
version: 1
name: Test
languages: [en, hi, bn]
entry_points: { ussd: { "*384*7#": app }, missed_call: { "+919718397183": app } }
links:
  app:
    web: https://example.org/
    android: https://play.example.org/app?id=1
    elsewhere: { abroad: [US, NL] }
    sms: { en: "App: {link}", hi: "ऐप: {link}", bn: "অ্যাপ: {link}" }
    sms_unknown_language: "App: {link} HIN BEN"
  abroad:
    web: https://abroad.example.org/
    sms: "App abroad: {link}"
screens:
  app: { send_link: app, text: An SMS comes., end: "true" }
"""
PROGRAM = compile_menu({"menus.yaml": SOURCE})
LINKS = AppLinks("https://b.example.org", make_code=lambda: "Ab3dE6gH9jK")
URL = "https://b.example.org/l/Ab3dE6gH9jK"

TEXTS = [
    # caller, language, catalogue entry, text
    ("+919812345678", "en", "app", f"App: {URL}"),
    ("+919812345678", "hi", "app", f"ऐप: {URL}"),
    ("+919812345678", "bn", "app", f"অ্যাপ: {URL}"),
    ("+919812345678", None, "app", f"App: {URL} HIN BEN"),
    ("+12025550123", "hi", "abroad", f"App abroad: {URL}"),
    ("+31612345678", None, "abroad", f"App abroad: {URL}"),
    ("+447911123456", "en", "app", f"App: {URL}"),
]


@pytest.mark.parametrize(("caller", "language", "entry", "text"), TEXTS)
def test_the_sms_fits_the_caller(caller: str, language: str | None, entry: str, text: str) -> None:
    sms = LINKS.write(PROGRAM, SendLink("app", language), Msisdn.parse(caller, "IN"))
    assert (sms.link, sms.text) == (entry, text)


def test_a_platform_without_an_address_opens_the_web() -> None:
    link = PROGRAM.links["app"]
    assert link.address_for(Platform.ANDROID) == "https://play.example.org/app?id=1"
    assert link.address_for(Platform.KAIOS) == link.address_for(Platform.WEB)


def test_codes_are_long_enough_and_never_the_same() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(CODE.fullmatch(code) for code in codes)
    assert not any(re.search("[01OIl]", code) for code in codes)


def test_the_first_sms_of_the_default_menu_is_one_plain_segment(default_program: Program) -> None:
    links = AppLinks("https://sanket.example.in")
    caller = Msisdn.parse("+919812345678", "IN")
    sms = links.write(default_program, SendLink("umang", None), caller)
    assert encoding_of(sms.text) is Encoding.GSM7
    assert segments_of(sms.text) == 1
    for word in ("HIN", "BEN", "No smartphone? SMS MENU", "/l/"):
        assert word in sms.text
