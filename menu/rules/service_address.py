"""M822: what is told to a service, or by it, travels in the clear. Somebody on the way could read
it, and answer in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error, warning
from menu.document import KeyPath
from menu.service_addresses import LOOPBACK, split_url, stand_in
from menu.source import Source

RULE: Final = "M822"
_HINT: Final = "Write https://, which every service should have."


def check(source: Source) -> Iterator[Diagnostic]:
    for name, service in source.menu.services.items():
        path: KeyPath = ("services", name)
        has_secret = service.auth is not None or any(one.secret for one in service.takes.values())
        if service.url and _is_clear(service.url):
            place = source.value_place(*path, "url")
            if has_secret:
                yield error(place, RULE, "A secret would travel in the clear.", _HINT)
            else:
                yield warning(place, RULE, "What is asked travels in the clear.", _HINT)
        oauth2 = service.auth.oauth2 if service.auth else None
        if oauth2 and _is_clear(oauth2.token_url):
            place = source.value_place(*path, "auth", "oauth2", "token_url")
            yield error(place, RULE, "A secret would travel in the clear.", _HINT)


def _is_clear(url: str) -> bool:
    """Not so where it never leaves this computer; what the environment brings is looked at there
    (services/surroundings.py)."""
    split = split_url(stand_in(url))
    return split is not None and url.startswith("http://") and split[1] not in LOOPBACK
