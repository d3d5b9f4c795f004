"""What services lack where the bridge runs: variables that are not set, addresses that cannot be.

A menu that is right in itself may still have no service that answers; who starts it should hear so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from menu.diagnostics import Diagnostic, warning
from menu.document import KeyPath
from menu.service_addresses import BadAddress, Unset, literal_of, names_in, split_url
from menu.service_parts import ApiKey, Basic, Bearer, ClientCredentials, Http, Secret, Service
from menu.source import Source
from menu.table_parts import TableQuery
from services.address_guard import AddressGuard
from services.faults import Failed
from services.placing import place
from services.secrets import Secrets

UNSET: Final = "M840"
UNFIT: Final = "M841"
INSIDE: Final = "M842"
RULES: Final = (UNSET, UNFIT, INSIDE)

_SET: Final = "Set it where the bridge runs, and start the bridge again."
_OPEN: Final = "BRIDGE_SERVICES_NETWORKS opens networks of your own; see docs/adding-a-service.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """`path` within the service. `reason` has names of variables, and nothing that they hold."""

    service: str
    path: KeyPath
    rule: str
    reason: str
    hint: str

    def __str__(self) -> str:
        return f'The service "{self.service}" cannot be asked: {self.reason} {self.hint}'


class Surroundings:
    def __init__(self, environ: Mapping[str, str], guard: AddressGuard) -> None:
        self._environ = environ
        self._guard = guard

    def check(self, source: Source) -> Iterator[Diagnostic]:
        """Warnings: where a menu is checked is not always where it is served."""
        for name, service in source.declared.items():
            for lack in self.lacks_of(service):
                place_ = source.value_place("services", name, *lack.path)
                yield warning(place_, lack.rule, lack.reason, lack.hint)

    def lacks_of(self, service: Service) -> list[Lack]:
        """Each variable once, at the first place that names it."""
        found: dict[str, Lack] = {}
        secrets = Secrets(self._environ)
        for path, name in _named(service):
            try:
                secrets.get(Secret(name))
            except Failed as fault:
                is_unset = not self._environ.get(name, "").strip()
                rule = UNSET if is_unset else UNFIT
                lack = Lack(
                    service=service.name, path=path, rule=rule, reason=f"{fault}.", hint=_SET
                )
                found.setdefault(name, lack)
        if found or not isinstance(service.way, Http):
            return list(found.values())
        return list(self._misplaced(service, service.way))

    def _misplaced(self, service: Service, way: Http) -> Iterator[Lack]:
        def lack(path: KeyPath, rule: str, reason: str, hint: str) -> Lack:
            return Lack(service=service.name, path=path, rule=rule, reason=reason, hint=hint)

        auth: KeyPath = ("auth", "oauth2", "token_url")
        try:
            placed = place(service, way, self._environ).way
        except (Unset, BadAddress) as fault:
            path: KeyPath = ("url",) if way.address else auth
            yield lack(path, UNFIT, str(fault), _SET)
            return
        if not isinstance(placed, Http):
            return
        urls: list[tuple[KeyPath, str]] = [(("url",), placed.origin)]
        if isinstance(placed.auth, ClientCredentials):
            urls.append((auth, placed.auth.token_url))
        for path, url in urls:
            split = split_url(url)
            literal = literal_of(split[1]) if split else None
            if literal is None or literal.is_loopback:  # samples run there: docs tell their setting
                continue
            if not self._guard.allows(str(literal)):
                yield lack(path, INSIDE, "No service may be at this address.", _OPEN)


def _named(service: Service) -> Iterator[tuple[KeyPath, str]]:
    match service.way:
        case TableQuery() as query:
            yield ("table", "database"), query.database
        case Http() as http:
            for name in names_in(http.address):
                yield ("url",), name
            yield from _of_auth(http)


def _of_auth(http: Http) -> Iterator[tuple[KeyPath, str]]:
    match http.auth:
        case Bearer(token):
            yield ("auth", "bearer"), token.name
        case Basic(username, password):
            yield ("auth", "basic", "username"), username.name
            yield ("auth", "basic", "password"), password.name
        case ApiKey(key):
            yield ("auth", "api_key", "value"), key.name
        case ClientCredentials() as own:
            for name in names_in(own.token_url):
                yield ("auth", "oauth2", "token_url"), name
            yield ("auth", "oauth2", "client_id"), own.client_id.name
            yield ("auth", "oauth2", "client_secret"), own.client_secret.name
