"""Who opens a link, by the User-Agent: the platform of a phone, or a machine that only looks.

Pure, and a guess: a User-Agent is a claim. Whoever is in doubt gets the web address, which works
everywhere; so does an iPad, which calls itself a Macintosh since iPadOS 13.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from menu.program import Platform

# In this order: KaiOS phones name Mobile and Firefox; Windows phones name Android and iPhone, and
# those of Tizen and OpenHarmony have no Play; "Adr" and "iPh OS" are Android and iOS to UC Browser.
_PLATFORMS: Final = (
    (re.compile(r"KAIOS/", re.IGNORECASE), Platform.KAIOS),
    (re.compile(r"Windows Phone|IEMobile|Tizen|OpenHarmony"), Platform.WEB),
    (re.compile(r"iPhone|iPad|iPod|iPh OS"), Platform.IOS),
    (re.compile(r"Android|\bAdr \d"), Platform.ANDROID),
)
# What fetches a page for a preview, a search or a scan. iMessage calls itself facebookexternalhit
# and Twitterbot; "bot" ends no word but that of CUBOT, who makes phones. Libraries of apps that
# fetch previews name no browser at all.
_MACHINES: Final = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|facebot"
    r"|meta-externalagent|^WhatsApp|GoogleMessages|Google-|-Google\b|\+https?://|vkShare|Viber/"
    r"|Snap URL|SkypeUriPreview|Iframely|Embedly|Scraper|-scrap|HeadlessChrome|Lighthouse"
    r"|^(?:okhttp|Dalvik|CFNetwork|curl|Wget|python|Go-http|Java|libwww|axios|node|undici)",
    re.IGNORECASE,
)
# How browsers mark what they fetch before somebody asks for it.
_AHEAD: Final = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_AHEAD_WORDS: Final = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
MOST_READ: Final = 512  # characters: a longer one is somebody's joke


def platform_of(user_agent: str) -> Platform:
    """The platform of the phone that opens a link; WEB when in doubt."""
    read = user_agent[:MOST_READ]
    return next(
        (platform for pattern, platform in _PLATFORMS if pattern.search(read)), Platform.WEB
    )


def is_machine(user_agent: str, headers: Mapping[str, str] | None = None) -> bool:
    """Whether nobody looks at what is opened. Every browser names itself."""
    ahead = any(_AHEAD_WORDS.search((headers or {}).get(name, "")) for name in _AHEAD)
    return ahead or not user_agent.strip() or bool(_MACHINES.search(user_agent[:MOST_READ]))
