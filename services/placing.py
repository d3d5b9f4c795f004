"""Puts services where the environment says that they are: once a declaration, not once a call."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from menu.service_addresses import (
    LOOPBACK,
    BadAddress,
    Unset,
    completed,
    names_in,
    split_url,
)
from menu.service_parts import REFUSED, ClientCredentials, Http, Service
from services.faults import Failed

MOST_KEPT: Final = 1000


class Places:
    """The environment of a process does not change, so neither does what it brings. Safe to share
    between threads."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._placed: dict[str, Service | str] = {}

    def placed(self, service: Service) -> Service:
        """The service at its address. One at another address has another fingerprint: answers of a
        test never serve callers. Raises Failed."""
        if not isinstance(service.way, Http) or not _is_open(service.way):
            return service
        found = self._placed.get(service.fingerprint)
        if found is None:
            try:
                found = place(service, service.way, self._environ)
            except Unset as fault:
                found = f"{fault} is not set"
            except BadAddress as fault:
                found = str(fault)
            if len(self._placed) >= MOST_KEPT:
                self._placed.clear()
            self._placed[service.fingerprint] = found
        if isinstance(found, str):
            raise Failed(REFUSED, found)
        return found


def place(service: Service, way: Http, environ: Mapping[str, str]) -> Service:
    """Raises Unset, BadAddress."""
    if way.address:
        way = _at(way, completed(way.address, environ))
    if isinstance(way.auth, ClientCredentials):
        token_url = completed(way.auth.token_url, environ)
        way = replace(way, auth=replace(way.auth, token_url=token_url))
        _keep_secret(token_url)
    if way.auth is not None or service.has_secrets:
        _keep_secret(way.origin + "/")
    at = f"{way.origin}{way.path}"
    digest = hashlib.sha256(f"{service.fingerprint}\n{at}".encode()).hexdigest()
    return replace(service, way=way, fingerprint=digest[:16])


def _is_open(way: Http) -> bool:
    auth = way.auth
    return bool(way.address) or (isinstance(auth, ClientCredentials) and "$" in auth.token_url)


def _at(way: Http, url: str) -> Http:
    origin, host, path = split_url(url) or ("", "", "")
    if way.own_hosts and host not in way.own_hosts:
        names = " and ".join(names_in(way.address))
        raise BadAddress(f"{names} leads to a host that is not under hosts.")
    return replace(way, origin=origin, path=path, hosts=way.hosts | {host})


def _keep_secret(url: str) -> None:
    """As M822 does for an address that is written."""
    split = split_url(url)
    if url.startswith("http://") and split is not None and split[1] not in LOOPBACK:
        raise BadAddress("A secret would travel in the clear: the address begins with http://.")
