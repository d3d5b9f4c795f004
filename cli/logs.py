"""Where logs go and how they look: one JSON line an event on stderr; readable on a terminal.

What libraries say through `logging` comes out by the same door.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any, Final

import structlog
from structlog.typing import Processor

from cli.log_fence import keep_listed, mask_event, name_exceptions

# For granian, which would set up handlers of its own: what it says goes the way of all others.
GRANIAN: Final[dict[str, Any]] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": False}},
}

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def configure(level: str) -> None:
    """`level` as in BRIDGE_LOG_LEVEL; libraries speak from `warning` on. Safe to repeat."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            keep_listed,
            name_exceptions,
            mask_event,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _renderer(sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )
    root = logging.getLogger()
    for former in [handler for handler in root.handlers if isinstance(handler, _Libraries)]:
        root.removeHandler(former)
    root.addHandler(_Libraries())
    root.setLevel(max(number, logging.WARNING))


def watch_threads() -> None:
    """A thread that dies of an exception says so here, and not with its message on stderr."""
    threading.excepthook = _thread_died


class _Libraries(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """The words, and not what was to be put into them: that may be a number or a text."""
        words = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        log.log(level, words, logger=record.name, exc_info=record.exc_info)


def _thread_died(died: threading.ExceptHookArgs) -> None:
    if not issubclass(died.exc_type, SystemExit):
        log.error("thread died", exc_info=died.exc_value)


def _renderer(is_terminal: bool) -> Processor:
    if is_terminal:
        return structlog.dev.ConsoleRenderer()
    # JSON escapes what could break a line or move a terminal's cursor.
    return structlog.processors.JSONRenderer()
