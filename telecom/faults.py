"""Unexpected exceptions in the log: type and place. Their text may be personal: left out."""

from __future__ import annotations

import traceback
from pathlib import Path

import structlog

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def report(event: str, error: Exception, **keys: str) -> None:
    """One error line whose `why` reads "KeyError at outbound.py:41"."""
    log.error(event, why=_name_of(error), **keys)


def _name_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
