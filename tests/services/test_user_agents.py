"""Who opens a link: phones by their platform, and machines that only look."""

from __future__ import annotations

import pytest

from menu.program import Platform
from services.user_agents import is_machine, platform_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONES = [
    (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/130.0.0.0 Mobile", "android"),
    (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/124.0.0.0 Mobile", "android"),
    (
        f"Mozilla/5.0 (Linux; Android 13; SM-A135F) {WEBKIT} SamsungBrowser/24.0 Chrome/117",
        "android",
    ),
    (f"Mozilla/5.0 (Linux; Android 11; CUBOT) {WEBKIT} Chrome/99.0 Mobile", "android"),
    (f"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {WEBKIT} Chrome/99.0 Mobile", "android"),
    ("Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/118.0 Firefox/118.0", "android"),
    (
        f"Mozilla/5.0 (Linux; U; Android 10; en-US; RMX1941) {WEBKIT} UCBrowser/13.4.0.1306",
        "android",
    ),
    ("UCWEB/2.0 (Linux; U; Adr 4.4.2; en-US; GT-I9060I) U2/1.0.0 UCBrowser/10.7.6", "android"),
    ("UCWEB/2.0 (iPh OS 4_3_3; U; en-US; iPh4,1) U2/1.0.0 UCBrowser/8.9", "ios"),
    ("UCWEB/2.0 (Java; U; MIDP-2.0; en-US; nokia2700c-2) U2/1.0.0 UCBrowser/9.5.0.449", "web"),
    ("Nokia2700c-2/2.0 (09.80) UCBrowser9.4.1.377 Profile/MIDP-2.1", "web"),
    ("Opera/9.80 (Android; Opera Mini/36.2.2254/191.249; U; en) Presto/2.12.423", "android"),
    ("Opera/9.80 (J2ME/MIDP; Opera Mini/9.80 (S60; SymbOS; U; en)/23.405) Presto/2.5", "web"),
    ("SAMSUNG-GT-C3312/1.0 NetFront/4.2 Profile/MIDP-2.0 Configuration/CLDC-1.1", "web"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "ios"),
    ("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Safari/604.1", "ios"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) [FBAN/FBIOS;FBAV/465.0.0]", "ios"),
    # iPadOS in its desktop mode is a Mac to everybody: the web address works there, too.
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15", "web"),
    ("Mozilla/5.0 (Mobile; LYF/F320B/LYF-F320B-001-01; rv:48.0) Firefox/48.0 KAIOS/2.5", "kaios"),
    ("Mozilla/5.0 (Mobile; Nokia_8110_4G; Android; rv:48.0) Gecko/48.0 KAIOS/2.5", "kaios"),
    ("Mozilla/5.0 (Mobile; Nokia 2780; rv:84.0) Gecko/84.0 Firefox/84.0 KAIOS/3.1", "kaios"),
    (f"Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) {WEBKIT}", "web"),
    (
        "Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; like iPhone OS 7_0_3) IEMobile/11",
        "web",
    ),
    (f"Mozilla/5.0 (Linux; Tizen 2.4; SAMSUNG SM-Z200F) {WEBKIT} SamsungBrowser/2.0", "web"),
    (f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {WEBKIT} ArkWeb/4.1 Mobile", "web"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0", "web"),
    (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/130.0.0.0", "web"),
    ("x" * 5000, "web"),
]
MACHINES = [
    "",
    "WhatsApp/2.23.20.0 A",
    "WhatsApp/2.24.7.79 i",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slackbot 1.0 (+https://api.slack.com/robots)",
    "GoogleMessages",
    "Mozilla/5.0 (compatible; GoogleMessages/20)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 Version/9.0.1"
    " Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",  # iMessage
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 Chrome/130 Mobile"
    " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "facebookexternalhit/1.1; kakaotalk-scrap/1.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "okhttp/4.12.0",
    "Dalvik/2.1.0 (Linux; U; Android 13; SM-A135F)",
    "python-requests/2.32.3",
    "curl/8.5.0",
]


@pytest.mark.parametrize(("user_agent", "platform"), PHONES)
def test_a_phone_has_its_platform_and_is_counted(user_agent: str, platform: str) -> None:
    assert platform_of(user_agent) is Platform(platform)
    assert not is_machine(user_agent)


@pytest.mark.parametrize("user_agent", MACHINES)
def test_a_machine_that_looks_is_no_reader(user_agent: str) -> None:
    assert is_machine(user_agent)


@pytest.mark.parametrize(
    ("headers", "is_one"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, True),
        ({"Purpose": "prefetch"}, True),
        ({"X-Moz": "prefetch"}, True),
        ({"X-Purpose": "preview"}, True),
        ({"Sec-Fetch-Mode": "navigate"}, False),
    ],
)
def test_what_is_fetched_ahead_is_not_counted(headers: dict[str, str], is_one: bool) -> None:
    assert is_machine(PHONES[0][0], headers) is is_one
