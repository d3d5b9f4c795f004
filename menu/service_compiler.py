"""Services as an author declared them become what services/ asks, and what a menu knows of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

import jmespath

from menu import service_parts as parts
from menu.record_parts import TOO_MANY, Record, RecordStatus
from menu.service_addresses import names_in, split_url
from menu.service_parts import (
    AGE,
    AS_OF,
    Given,
    Http,
    Json,
    Outcome,
    PythonCall,
    Service,
    Taken,
    TakenKind,
)
from menu.service_scalars import python_name
from menu.service_schema import AuthShape, Give, OutcomeShape, ServiceShape
from menu.services import ServiceSpec
from menu.table_parts import NOT_FOUND, TableFile, TableQuery
from menu.value_types import ValueKind

_WIDEST: Final[Mapping[ValueKind, int]] = {
    ValueKind.NUMBER: 17,
    ValueKind.MONEY: 20,
    ValueKind.DATE: 10,
    ValueKind.YES_NO: 3,
}
AS_OF_WIDEST: Final = 11  # "25-11 08:10"
# What is JSON by itself; "007" is not, and stays the text that it is.
_LITERAL: Final = re.compile(
    r'true|false|null|-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?|"([^"\\\x00-\x1f])*"'
)


def compile_service(name: str, shape: ServiceShape, currency: str) -> Service:
    new = None if shape.hosts else {"hosts"}  # a word that is not used makes no other service
    written = shape.model_dump_json(by_alias=True, exclude=new)
    digest = hashlib.sha256(f"{name}\n{currency}\n{written}".encode()).hexdigest()
    return Service(
        name=name,
        fingerprint=digest[:16],
        way=_way(shape),
        takes={
            told: Taken(
                kind=take.type, most=take.max, is_optional=take.optional, is_secret=take.secret
            )
            for told, take in shape.takes.items()
        },
        gives={part: _given(part, give, currency) for part, give in shape.gives.items()},
        outcomes=tuple(_outcomes(shape)),
        is_safe=shape.is_safe,
        cache_seconds=shape.cache_seconds,
        stale_seconds=shape.stale_seconds,
        timeout_seconds=shape.timeout_seconds,
    )


def spec_of(service: Service) -> ServiceSpec:
    """What a menu may know of it. Every answer has an age."""
    gives = {part: given.kind for part, given in service.gives.items()}
    widest = {part: given.widest for part, given in service.gives.items()}
    return ServiceSpec(
        takes=frozenset(
            name for name, taken in service.takes.items() if taken.kind is not TakenKind.CALLER
        ),
        optional=frozenset(name for name, taken in service.takes.items() if taken.is_optional),
        gives={AGE: ValueKind.NUMBER, AS_OF: ValueKind.TEXT, **gives},
        widest={AGE: 6, AS_OF: AS_OF_WIDEST, **widest},
        currencies={part: its.currency for part, its in service.gives.items() if its.currency},
        reads=service.is_safe,
        outcomes=frozenset((*parts.FAULTS, *(outcome.name for outcome in service.outcomes))),
    )


def _given(name: str, give: Give, currency: str) -> Given:
    return Given(
        kind=give.type,
        path=jmespath.compile(give.path or name),
        widest=_WIDEST.get(give.type, give.max),
        currency=(give.currency or currency) if give.type is ValueKind.MONEY else "",
        day_form=give.format or "",
        is_optional=give.optional,
    )


def _outcome(name: str, shape: OutcomeShape) -> Outcome:
    statuses = {
        status
        for written in shape.status or ()
        for status in (
            range(int(written[0]) * 100, int(written[0]) * 100 + 100)
            if written.endswith("xx")
            else (int(written),)
        )
    }
    when = jmespath.compile(shape.when) if shape.when else None
    return Outcome(name=name, statuses=frozenset(statuses), when=when)


def _outcomes(shape: ServiceShape) -> Iterator[Outcome]:
    if shape.table is not None or shape.status_of is not None:
        yield Outcome(name=NOT_FOUND, statuses=frozenset({404}))
    if shape.record is not None:
        yield Outcome(name=TOO_MANY, statuses=frozenset({429}))
    for name, its in shape.outcomes.items():
        yield _outcome(name, its)


def _way(
    shape: ServiceShape,
) -> Http | PythonCall | TableFile | TableQuery | Record | RecordStatus:
    if shape.record is not None:
        return Record(shape.record)
    if shape.status_of is not None:
        return RecordStatus(shape.status_of)
    if shape.table is not None:
        return shape.table.compiled({part: its.path or part for part, its in shape.gives.items()})
    if shape.python is not None:
        return PythonCall(*(python_name(shape.python) or ("", "")))
    address = shape.url or ""
    split = None if names_in(address) else split_url(address)
    origin, host, path = split or ("", "", "")
    redirects = shape.redirects
    return Http(
        method=shape.verb,
        origin=origin,
        path=path,
        query=tuple(shape.query.items()),
        headers=tuple(shape.headers.items()),
        json=_json(shape.json_),
        has_json=shape.json_ is not None,
        form=None if shape.form is None else tuple(shape.form.items()),
        auth=_auth(shape.auth) if shape.auth else None,
        idempotency_header=shape.idempotency_key or "",
        hops=redirects.most if redirects else 0,
        hosts=frozenset((*filter(None, [host]), *(redirects.hosts if redirects else ()))),
        address=address if names_in(address) else "",
        own_hosts=frozenset(shape.hosts),
    )


def _json(written: object) -> Json:
    if isinstance(written, dict):
        return {str(name): _json(inside) for name, inside in written.items()}
    if isinstance(written, list):
        return [_json(inside) for inside in written]
    text = str(written) if written is not None else ""
    if _LITERAL.fullmatch(text) and text[:1] != '"':
        literal: Json = json.loads(text)
        return literal
    return text[1:-1] if _LITERAL.fullmatch(text) else text


def _auth(shape: AuthShape) -> parts.Auth | None:
    if shape.bearer:
        return parts.Bearer(parts.Secret(shape.bearer))
    if shape.basic:
        return parts.Basic(parts.Secret(shape.basic.username), parts.Secret(shape.basic.password))
    if shape.api_key:
        key = shape.api_key
        return parts.ApiKey(parts.Secret(key.value), header=key.header or "", query=key.query or "")
    if shape.oauth2:
        own = shape.oauth2
        return parts.ClientCredentials(
            own.token_url, parts.Secret(own.client_id), parts.Secret(own.client_secret), own.scope
        )
    return None
