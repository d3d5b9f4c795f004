"""The last fence before a log: unlisted keys stay out, and what looks personal or secret is masked.

Nobody should lean on it: code that logs names fields and reasons, never values. It is for the day
on which a library, a vendor or one of us does otherwise.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final

from structlog.typing import EventDict, WrappedLogger

from cli.log_keys import KEYS, SHAPES

MASK: Final = "[masked]"
LONGEST: Final = 2000  # characters of one value
MOST: Final = 50  # values of one list
LONGEST_INTEGER: Final = 9_999_999  # seven digits: pids, versions and counts, but no number
MOST_FRAMES: Final = 12
CHECKOUT: Final = Path(__file__).resolve().parent.parent

# Eight digits of any script, however people part them: +91 (0)98123-45678.
_MSISDN: Final = re.compile(r"\d(?:[^\w\n]{0,3}\d){7,}")
_EMAIL: Final = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_USER_OF_URL: Final = re.compile(r"(?<=://)[^/\s@]+@")
_NAMED_SECRET: Final = re.compile(
    r"(?i)\b((?:[\w-]*(?:password|passwd|secret|token|api_?-?key|pin|otp)|authorization)[\"']?\s*"
    r"[=:]\s*(?:bearer\s+|basic\s+)?)[^\s,;&)\]}]+"
)
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w+/=.-]{8,}")
# What none of these can match, told by one look instead of six: the words of most lines.
_HARMLESS: Final = re.compile(r"[a-z_]+|[a-z_]{1,7}(?: [a-z_]{1,7})*")
# Keys, tokens and ids of accounts: letters and digits in one long word.
_TOKEN: Final = re.compile(r"(?<![\w+=-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{24,}")


def keep_listed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leaves the name of an unlisted key, and not its value."""
    strays = sorted(key for key in event if key not in KEYS and key != "exc_info")
    for key in strays:
        del event[key]
    if strays:
        event["unlisted"] = strays
    return event


def name_exceptions(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An exception's types and places. Its message, arguments and variables may be personal."""
    given = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        fault: BaseException | None = given
    elif isinstance(given, tuple):
        fault = given[1]
    else:
        fault = sys.exc_info()[1] if given else None
    if fault is not None:
        event["exception"] = " < ".join(type(one).__name__ for one in _causes(fault))
        event["trace"] = places(fault.__traceback__)
    return event


def mask_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _masked(key, value) for key, value in event.items()}


def places(trace: TracebackType | None) -> list[str]:
    """`web/edge.py:54 answer`, the innermost last."""
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def mask(text: str) -> str:
    """Without what looks like an MSISDN, an e-mail address, or a secret."""
    if len(text) < LONGEST and _HARMLESS.fullmatch(text):
        return text
    text = text[:LONGEST]
    text = _USER_OF_URL.sub(f"{MASK}@", text)
    text = _NAMED_SECRET.sub(rf"\1{MASK}", text)
    text = _BEARER.sub(rf"\1 {MASK}", text)
    text = _EMAIL.sub(MASK, text)
    text = _TOKEN.sub(MASK, text)
    return _MSISDN.sub(MASK, text)


def _masked(key: str, value: object) -> object:
    if isinstance(value, Enum):
        value = value.value
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) <= LONGEST_INTEGER else MASK
        case float():
            return round(value, 3) if abs(value) <= LONGEST_INTEGER else MASK
        case str():
            shape = SHAPES.get(key)
            return value if shape is not None and shape.fullmatch(value) else mask(value)
        case list() | tuple():
            return [_masked(key, one) for one in value[:MOST]]
        case Path():
            return _masked(key, str(value))
    return f"<{type(value).__name__}>"  # its words may be anybody's


def _causes(fault: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = fault
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _short(filename: str) -> str:
    """From the checkout on; of a library its last folder and file."""
    path = Path(filename)
    if path.is_relative_to(CHECKOUT) and ".venv" not in path.parts:
        return path.relative_to(CHECKOUT).as_posix()
    return "/".join(path.parts[-2:])
