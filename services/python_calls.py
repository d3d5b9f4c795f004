"""Asks a service that is a function of the operator's own.

It runs in a pool of its own, so that one that hangs holds up no turn; what it returns is read as
the body of an HTTP answer is.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from menu.service_parts import BAD_ANSWER, DOWN, SLOW, PythonCall, Service
from menu.services import Reply
from services.bounded import Bounded, Busy, Late
from services.faults import Failed
from services.response_reading import reply_of

AT_ONCE: Final = 16  # functions that run; those that hang stay among them


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a function is handed. `told`: what the service takes, all of it texts. It should answer
    within `seconds`; `key` names what the call does, the same whenever the call is repeated."""

    told: Mapping[str, str] = field(repr=False)
    seconds: float
    key: str


class Outcome(Exception):
    """Raised by a function: one of the outcomes that the service declares."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


Function = Callable[[Asked], object]


class PythonConnector:
    def __init__(self) -> None:
        self._threads = Bounded(AT_ONCE, "services")

    def close(self) -> None:
        """Who hangs is not waited for."""
        self._threads.close()

    def ask(
        self, service: Service, call: PythonCall, told: Mapping[str, str], seconds: float, key: str
    ) -> Reply:
        """Raises Failed."""
        asked = Asked(told=dict(told), seconds=seconds, key=key)
        try:
            body = self._threads.run(partial(_run, call, asked), seconds)
        except Busy:
            raise Failed(DOWN, "too many functions hang") from None
        except Late as late:
            raise Failed(SLOW, str(late), was_sent=late.began) from None
        except Outcome as outcome:
            if outcome.name in {each.name for each in service.outcomes}:
                return Reply(outcome=outcome.name)
            raise Failed(BAD_ANSWER, "an outcome that is not declared", was_sent=True) from None
        except Failed:
            raise
        except Exception as fault:
            # Whatever it is, a phone waits behind it; its text may hold what somebody typed.
            raise Failed(DOWN, type(fault).__name__, was_sent=True) from None
        return reply_of(service, 200, body)


def _run(call: PythonCall, asked: Asked) -> object:
    return find_function(call)(asked)  # its module may take its time to be imported, too


def find_function(call: PythonCall) -> Function:
    """Raises Failed."""
    try:
        module = importlib.import_module(call.module)
        function = getattr(module, call.function)
    except Exception as fault:  # whatever a module does when it is imported
        raise Failed(DOWN, f"{call.module}: {type(fault).__name__}") from None
    if not callable(function) or getattr(function, "__module__", "") != call.module:
        raise Failed(DOWN, f"{call.module} has no function {call.function}")
    checked: Function = function
    return checked
