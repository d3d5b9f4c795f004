"""Menus of any size, as their author would write them: a tree of screens in two languages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final

from benchmarks.webhooks import CALLED, KEYWORD, SERVICE_CODE

ROOT: Final = "menus.yaml"
FILE_BYTES: Final = 180_000  # of screens; a file may have 256 KB
BRANCHES: Final = 3
_HEAD: Final = f"""version: 1
name: A menu to measure
languages: [en, hi]
%sentry_points:
  ussd: {{ "{SERVICE_CODE}": s0 }}
  sms: {{ keywords: {{ {KEYWORD}: get_app }}, default: s0 }}
  missed_call: {{ "{CALLED}": get_app }}
links:
  app:
    web: "https://app.example.in/"
    sms: {{ en: "The app: {{link}}", hi: "ऐप: {{link}}" }}
screens:
  language:
    text: {{ en: Language, hi: भाषा }}
    options:
      - {{ label: English, language: en, go: s0 }}
      - {{ label: हिन्दी, language: hi, go: s0 }}
  get_app:
    send_link: app
    text: {{ en: You will get an SMS with the link., hi: आपको लिंक का SMS मिलेगा। }}
    end: true
"""
_LANGUAGE: Final = "      - { label: { en: Bhasha/Language, hi: भाषा }, go: language }\n"


def menu_of(screens: int, file_bytes: int = FILE_BYTES) -> dict[str, str]:
    """The files by name, the root first: one while it is small enough, else many it includes."""
    own = screens - 2  # beside the two of the head
    parts, size = [""], 0
    for number in range(own):
        screen = _screen(number, own)
        size += len(screen.encode())
        if size > file_bytes:
            parts.append("")
            size = len(screen.encode())
        parts[-1] += screen
    first, *others = parts
    names = [f"part{place}.yaml" for place, _ in enumerate(others, start=1)]
    include = f"include: [{', '.join(names)}]\n" if names else ""
    rest = {name: f"screens:\n{part}" for name, part in zip(names, others, strict=True)}
    return {ROOT: _HEAD % include + first, **rest}


def _screen(number: int, total: int) -> str:
    return "".join(_lines(number, total))


def _lines(number: int, total: int) -> Iterator[str]:
    yield f"  s{number}:\n    text: {{ en: Place {number} of the menu, hi: जगह {number} }}\n"
    below = [child for child, _ in zip(count(BRANCHES * number + 1), range(BRANCHES), strict=False)]
    options = [child for child in below if child < total]
    yield "    options:\n" if options else "    end: true\n"
    for child in options:
        yield f"      - {{ label: {{ en: Place {child}, hi: जगह {child} }}, go: s{child} }}\n"
    if number == 0:
        yield _LANGUAGE
