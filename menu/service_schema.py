"""The shape of `services:` in menus.yaml: services that are declared there, without any Python."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic import WithJsonSchema as InEditors

from menu.diagnostics import did_you_mean
from menu.service_addresses import names_in
from menu.service_parts import BLANK, FAULTS, TakenKind
from menu.service_scalars import (
    Amount,
    Characters,
    FieldName,
    FixedText,
    HeaderName,
    HeaderValue,
    Hops,
    Host,
    PlainUrl,
    Seconds,
    SecretName,
    Template,
    Url,
    python_name,
)
from menu.shapes import Flag, Name, Shape, wrong
from menu.table_parts import NOT_FOUND
from menu.table_schema import TableShape, faults_of
from menu.value_types import ValueKind

MOST_PARTS: Final = 20  # of an answer, and of what a service takes
MOST_DEEP: Final = 6  # of a JSON body
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_KINDS: Final = ("text", "number", "money", "date", "yes_no")
_STATUSES: Final = re.compile(r"[1-5][0-9][0-9]|[1-5]xx")
_DAY: Final = {"DD": "%d", "MM": "%m", "YYYY": "%Y", "MON": "%b"}
_MOST_PATH: Final = 300
_OF_FILE: Final = frozenset({"table", "takes", "gives", "outcomes"})
_OF_QUERY: Final = _OF_FILE | {"cache_seconds", "stale_seconds", "timeout_seconds"}
_OF_RECORD: Final = frozenset({"record", "status_of", "takes", "gives"})
_OF_PYTHON: Final = (_OF_QUERY - {"table"}) | {"python", "safe"}


def _one_of(known: tuple[str, ...], what: str) -> BeforeValidator:
    def check(value: object) -> object:
        if isinstance(value, str) and value not in known:
            raise wrong(f'"{value[:50]}" is not {what}.', did_you_mean(value, known))
        return value

    return BeforeValidator(check)


def _expression(value: str) -> str:
    if len(value) > _MOST_PATH:
        raise wrong(f"This is longer than {_MOST_PATH} characters.", "Ask for less at once.")
    try:
        jmespath.compile(value)
    except (JMESPathError, RecursionError) as fault:
        at = getattr(fault, "lex_position", None)
        where = f" at character {at + 1}" if isinstance(at, int) else ""
        hint = "It is JMESPath, such as: records[0].price"
        raise wrong(f"This cannot be read{where}.", hint) from None
    return value


def _day_form(value: str) -> str:
    found = re.fullmatch(r"(DD|MM|YYYY|MON)([-/. ]?)(DD|MM|YYYY|MON)\2(DD|MM|YYYY|MON)", value)
    named = {part.replace("MON", "MM") for part in found.group(1, 3, 4)} if found else set()
    if len(named) != 3:
        raise wrong(f'"{value[:50]}" is not the form of a day.', "Write such as DD/MM/YYYY.")
    return re.sub("DD|MM|YYYY|MON", lambda part: _DAY[part[0]], value)


def _status(value: str) -> str:
    if not _STATUSES.fullmatch(value):
        raise wrong(f'"{value[:50]}" is not an HTTP status.', "Write such as 404 or 4xx.")
    return value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_kind(value: object) -> object:
    return {"type": value} if isinstance(value, str) else value


def _json(value: object, depth: int = 0) -> object:
    if depth > MOST_DEEP:
        raise wrong(f"More than {MOST_DEEP} levels stand inside each other here.", "Send less.")
    if isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            _json(inside, depth + 1)
    return value


_Any = Annotated[Any, BeforeValidator(_json), InEditors({})]
Path = Annotated[str, Field(min_length=1), AfterValidator(_expression)]
Kind = Annotated[ValueKind, _one_of(_KINDS, "a type of value")]
Statuses = Annotated[
    list[Annotated[str, AfterValidator(_status)]],
    Field(min_length=1, max_length=20),
    BeforeValidator(_listed),
]


class Take(Shape):
    """Something that a service must be told."""

    type: Annotated[TakenKind, _one_of(tuple(TakenKind), "a type of what is told")] = TakenKind.TEXT
    """text, number, date, or caller: a name for the number that asks, the same each time, which no
    menu tells and which says nothing of the number."""
    max: Characters = 60
    """The most characters; what is longer is not sent."""
    optional: Flag = False
    """true where it need not be told."""
    secret: Flag = False
    """true for a PIN and the like: it goes into the body alone, and no answer is kept."""


class Give(Shape):
    """A part of a service's answer."""

    path: Path | None = None
    """Where it stands in the answer, in JMESPath, such as: records[0].price. Its name, unless
    told."""
    type: Kind = ValueKind.TEXT
    """text, number, money, date or yes_no."""
    max: Characters = 40
    """The most characters of a text; what is longer is cut."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    """The currency of money, such as INR; that of the country unless told."""
    format: Annotated[str, AfterValidator(_day_form)] | None = None
    """How a day is written, such as DD/MM/YYYY; 2026-11-23 unless told."""
    optional: Flag = False
    """true where it may be missing; without it such an answer counts as a bad one."""

    @model_validator(mode="after")
    def _fits(self) -> Give:
        if self.format and self.type is not ValueKind.DATE:
            raise wrong("Only a day has a format.", "Write type: date, or remove the line.")
        if self.currency and self.type is not ValueKind.MONEY:
            raise wrong("Only money has a currency.", "Write type: money, or remove the line.")
        return self


class OutcomeShape(Shape):
    """An answer that has a name of its own, by its status, its body or both."""

    status: Statuses | None = None
    """The HTTP status, or several: 404, 4xx, [404, 410]."""
    when: Path | None = None
    """JMESPath that is true of the answer's body, such as: error.code == 'NOT_FOUND'"""

    @model_validator(mode="after")
    def _says_something(self) -> OutcomeShape:
        if self.status is None and self.when is None:
            raise wrong("This says of no answer that it is meant.", "Add status or when.")
        return self


class BasicAuth(Shape):
    """HTTP basic authentication."""

    username: SecretName
    """The variable with the name."""
    password: SecretName
    """The variable with the password."""


class KeyAuth(Shape):
    """An API key."""

    value: SecretName
    """The variable with the key."""
    header: HeaderName | None = None
    """The header that carries it, such as X-Api-Key."""
    query: FieldName | None = None
    """The field of the query that carries it, such as api-key."""

    @model_validator(mode="after")
    def _is_carried_once(self) -> KeyAuth:
        if (self.header is None) == (self.query is None):
            raise wrong("The key is carried by a header or by the query.", "Write one of them.")
        return self


class OAuth2(Shape):
    """OAuth 2.0 with client credentials. The token is kept until it runs out."""

    token_url: PlainUrl
    """Where the token is fetched."""
    client_id: SecretName
    """The variable with the client's id."""
    client_secret: SecretName
    """The variable with its secret."""
    scope: FixedText = ""
    """What the token is for, as the service's documentation says."""


class AuthShape(Shape):
    """How a service lets us in. Secrets are named: ${NAME} is a variable of the environment."""

    bearer: SecretName | None = None
    """The variable with a token: Authorization: Bearer ..."""
    basic: BasicAuth | None = None
    """A name and a password."""
    api_key: KeyAuth | None = None
    """A key in a header or in the query."""
    oauth2: OAuth2 | None = None
    """A token that is fetched first."""

    @model_validator(mode="after")
    def _is_one(self) -> AuthShape:
        if len(self.model_fields_set) != 1:
            hint = "Write one of bearer, basic, api_key, oauth2."
            raise wrong("A service lets us in by exactly one thing.", hint)
        return self


class Redirects(Shape):
    """Redirects that are followed; without this none is."""

    most: Hops = 1
    """How many in a row, 3 at most."""
    hosts: Annotated[list[Host], Field(max_length=10)] = Field(default_factory=list)
    """Further hosts that they may lead to."""


def _python(value: str) -> str:
    if not python_name(value):
        hint = 'Write such as "our_services.prices:find".'
        raise wrong(f'"{value[:50]}" names no function of a module.', hint)
    return value


class ServiceShape(Shape):
    """A service that screens may call."""

    url: Url | None = None
    """Its address, such as https://api.example/v1/prices/{crop}; what is told stands in the path
    alone. ${NAME} is a variable of the environment, such as ${PRICES_URL}/v1/prices/{crop}."""
    hosts: Annotated[list[Host], Field(min_length=1, max_length=10)] = Field(default_factory=list)
    """The hosts that an address of the environment may have; any, unless told."""
    python: Annotated[str, AfterValidator(_python)] | None = None
    """In the place of url: a function of the operator's own, such as our_services.prices:find."""
    table: TableShape | None = None
    """In the place of url: a table that is looked up, of a file or a database."""
    record: Name | None = None
    """In the place of url: a register of the bridge's own, such as feedback. What is told is kept
    there, once, and gets a reference."""
    status_of: Name | None = None
    """In the place of url: such a register. Callers hear what became of what they wrote."""
    method: Annotated[str, _one_of(METHODS, "a method")] | None = None
    """GET, POST, PUT, PATCH or DELETE; GET unless there is a body."""
    takes: dict[Name, Annotated[Take, BeforeValidator(_as_kind)]] = Field(
        default_factory=dict, max_length=MOST_PARTS
    )
    """What it is told, and the type of each: the names under "with"."""
    query: dict[FieldName, Template] = Field(default_factory=dict, max_length=40)
    """The fields behind the "?" of the address, such as { crop: "{crop}", limit: 1 }."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict, max_length=20)
    """Fixed headers, such as { Accept-Language: en }."""
    json_: dict[FieldName, _Any] | None = Field(default=None, alias="json")
    """The body as JSON. What is JSON itself (5, true) is sent so, all else as text."""
    form: dict[FieldName, Template] | None = Field(default=None, max_length=40)
    """The body as the fields of a form."""
    auth: AuthShape | None = None
    """How it lets us in."""
    gives: dict[Name, Give] = Field(default_factory=dict, max_length=MOST_PARTS)
    """The parts of its answer."""
    outcomes: dict[Name, OutcomeShape] = Field(default_factory=dict, max_length=MOST_PARTS)
    """Answers with names of their own, which screens go by. The first that fits counts."""
    safe: Flag | None = None
    """true: asking twice does nothing twice. So is GET unless told, and nothing else."""
    idempotency_key: HeaderName | None = None
    """The header that names a call, so that the service does it once however often it comes."""
    cache_seconds: Seconds = 0
    """So long an answer serves all who ask the same."""
    stale_seconds: Seconds = 0
    """So old the last good answer may be when the service fails; {x.as_of} and {x.age} tell it."""
    timeout_seconds: Amount = 2.5
    """The most it may take; a turn has no more than 2.5."""
    redirects: Redirects | None = None
    """Redirects that are followed; none unless told."""

    @model_validator(mode="after")
    def _fits(self) -> ServiceShape:
        if [self.url, self.python, self.table, self.record, self.status_of].count(None) != 4:
            reason = "A service has a url, python, table, record or status_of."
            raise wrong(reason, "Write one of them.")
        if self.json_ is not None and self.form is not None:
            raise wrong("A body is JSON or a form.", "Remove one of them.")
        if self.hosts and not names_in(self.url or ""):
            raise wrong("hosts are for an address of the environment.", "Remove hosts.")
        if self.python is not None:
            self._has_only(_OF_PYTHON, "A function")
        if self.table is not None:
            self._fits_table(self.table)
        if self.record is not None or self.status_of is not None:
            self._has_only(_OF_RECORD, "A register")
        has_body = self.json_ is not None or self.form is not None
        if has_body and self.method == "GET":
            raise wrong("GET has no body.", "Write method: POST, or use query.")
        for name in self.outcomes:
            if name in FAULTS:
                hint = f"Known already: {', '.join(FAULTS)}."
                raise wrong(f'"{name}" cannot be the name of an outcome.', hint)
        return self

    def _has_only(self, mine: frozenset[str], what: str) -> None:
        for name in sorted(self.model_fields_set - mine):
            reason = f'{what} has no "{name.rstrip("_")}".'
            raise wrong(reason, "Remove the line, or write url.")

    def _fits_table(self, table: TableShape) -> None:
        if table.file is None:
            self._has_only(_OF_QUERY, "A query")
        else:
            self._has_only(_OF_FILE, "A table of a file")
        if NOT_FOUND in self.outcomes:
            hint = "Remove the line: it is the outcome where no row fits."
            raise wrong(f'"{NOT_FOUND}" cannot be the name of an outcome.', hint)
        takes = {name: (str(take.type), take.optional) for name, take in self.takes.items()}
        columns = {part: give.path or part for part, give in self.gives.items()}
        for reason, hint in faults_of(table, takes, columns):
            raise wrong(reason, hint)
        if any(take.secret for take in self.takes.values()):
            raise wrong("Nothing secret is looked up in a table.", "Remove secret.")

    @property
    def is_safe(self) -> bool:
        if self.record is not None:
            return False
        return self.safe if self.safe is not None else self.verb == "GET"

    @property
    def verb(self) -> str:
        has_body = self.json_ is not None or self.form is not None
        return self.method or ("POST" if has_body else "GET")

    def templates(self) -> list[tuple[tuple[str | int, ...], str]]:
        """Every text that may have blanks, with the end of its path."""
        found: list[tuple[tuple[str | int, ...], str]] = [(("url",), self.url or "")]
        for field in ("query", "form"):
            found += [((field, name), text) for name, text in (getattr(self, field) or {}).items()]
        _texts_in(self.json_, ("json",), found)
        return found

    def used(self) -> frozenset[str]:
        """The names of all blanks."""
        return frozenset(name for _, text in self.templates() for name in BLANK.findall(text))


def _texts_in(
    value: object,
    path: tuple[str | int, ...],
    found: list[tuple[tuple[str | int, ...], str]],
) -> None:
    if isinstance(value, str):
        found.append((path, value))
    elif isinstance(value, dict):
        for name, inside in value.items():
            _texts_in(inside, (*path, name), found)
    elif isinstance(value, list):
        for at, inside in enumerate(value):
            _texts_in(inside, (*path, at), found)
