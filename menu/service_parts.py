"""A service as a menu declares it, compiled: what it takes, what it gives, how it is asked. Pure.

Whoever asks it (services/) finds everything checked here; only what callers type is left to chance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from menu.record_parts import Record, RecordStatus
from menu.table_parts import TableFile, TableQuery
from menu.value_types import ValueKind

# Of a template: "{crop}". Unlike a screen's blank it has neither owner nor format.
BLANK: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")

SLOW: Final = "slow"  # no answer in time
DOWN: Final = "down"  # nobody there, or it says itself that it does not work
REFUSED: Final = "refused"  # it does not let us in, or will not do what it is asked
BAD_ANSWER: Final = "bad_answer"  # what came is not what was declared
BAD_INPUT: Final = "bad_input"  # what it should be told is not what it takes
UNSURE: Final = "unsure"  # it may have happened, and must not be tried again
FAULTS: Final = (SLOW, DOWN, REFUSED, BAD_ANSWER, BAD_INPUT, UNSURE)

AGE: Final = "age"  # minutes since the service said so; 0 when it has just been asked
AS_OF: Final = "as_of"  # the time of day then, with the day before it where that is another


class TakenKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CALLER = "caller"  # who asks: a name that says nothing of the number; no menu tells it


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`most` characters. `is_secret`: a PIN or the like, which nobody keeps, not even hashed."""

    kind: TakenKind = TakenKind.TEXT
    most: int = 60
    is_optional: bool = False
    is_secret: bool = False


class Expression(Protocol):
    """A compiled JMESPath expression."""

    def search(self, value: object) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """`day_form` is a `strptime` format, empty for ISO 8601. `widest` is in characters."""

    kind: ValueKind
    path: Expression = field(repr=False)
    widest: int
    currency: str = ""
    day_form: str = ""
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A name for an answer that is none: by its HTTP status, by its body, or by both."""

    name: str
    statuses: frozenset[int] = frozenset()
    when: Expression | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Secret:
    """The name of an environment variable. What it holds is read when the service is asked."""

    name: str


@dataclass(frozen=True, slots=True)
class Bearer:
    token: Secret


@dataclass(frozen=True, slots=True)
class Basic:
    username: Secret
    password: Secret


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Sent as the header of this name, or else as a field of the query."""

    key: Secret
    header: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth 2.0, RFC 6749 section 4.4."""

    token_url: str
    client_id: Secret
    client_secret: Secret
    scope: str = ""


Auth = Bearer | Basic | ApiKey | ClientCredentials

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """`origin` ("https://api.example:8443") and `path` (blanks inside) make the URL.

    `json` is the body, its texts with blanks; `form` and `query` are fields. `hosts` are those that
    a redirect may lead to, `hops` how many are followed.

    `address` is the URL as written where the environment completes it: until then there is neither
    origin nor path. `own_hosts` are those that it may then be at; none: any.
    """

    method: str
    origin: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Json = None
    has_json: bool = False
    form: tuple[tuple[str, str], ...] | None = None
    auth: Auth | None = None
    idempotency_header: str = ""
    hops: int = 0
    hosts: frozenset[str] = frozenset()
    address: str = ""
    own_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PythonCall:
    """A function of the operator's own."""

    module: str
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`fingerprint` (hex) is another whenever the declaration is: answers of old ones are not used.

    `is_safe`: asking it twice is as good as once. Without a `cache_seconds` it is asked each time;
    without `stale_seconds` an old answer is never used when it fails.
    """

    name: str
    fingerprint: str
    way: Http | PythonCall | TableFile | TableQuery | Record | RecordStatus
    takes: Mapping[str, Taken] = field(default_factory=dict)
    gives: Mapping[str, Given] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    is_safe: bool = True
    cache_seconds: int = 0
    stale_seconds: int = 0
    timeout_seconds: float = 2.5

    @property
    def has_secrets(self) -> bool:
        return any(taken.is_secret for taken in self.takes.values())
