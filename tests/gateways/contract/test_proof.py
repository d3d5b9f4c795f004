"""Every gateway's proof of origin: the right path from the right address, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from gateways.base import Gateway
from gateways.webhook import WebhookRequest
from telecom.errors import Forbidden

if TYPE_CHECKING:
    from tests.gateways.contract.conftest import GatewayCase

Offline = Callable[["GatewayCase"], Gateway]
FORGED = ["", "end", "dlr", "optout", "wrong-secret-0123456789", "\udcff", "न", "x" * 10_000]


def _request(case: GatewayCase, client: str | None = None) -> WebhookRequest:
    request = WebhookRequest(
        method="POST", path="/", query="", headers={}, body=b"", client=client or case.client
    )
    return case.prove(request)


def test_the_right_secret_opens(case: GatewayCase, offline: Offline) -> None:
    gateway = offline(case)
    for secret in case.secrets or (None,):  # both of a rotation
        gateway.authenticate(_request(case), secret)


def test_no_secret_where_one_is_needed(case: GatewayCase, offline: Offline) -> None:
    gateway = offline(case)
    if not case.secrets:
        gateway.authenticate(_request(case), None)
        return
    with pytest.raises(Forbidden):
        gateway.authenticate(_request(case), None)


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_secret(case: GatewayCase, forged: str, offline: Offline) -> None:
    with pytest.raises(Forbidden):
        offline(case).authenticate(_request(case), forged)


def test_almost_the_secret(case: GatewayCase, offline: Offline) -> None:
    gateway = offline(case)
    almost = [
        forged
        for secret in case.secrets or ("canary",)
        for forged in (secret[:-1], secret + "0", secret.upper(), " " + secret, secret + "\0")
    ]
    for forged in almost:
        with pytest.raises(Forbidden) as refused:
            gateway.authenticate(_request(case), forged)
        assert forged not in str(refused.value)


def test_a_stranger_with_the_right_secret(case: GatewayCase, offline: Offline) -> None:
    gateway = offline(case)
    assert case.strangers
    for stranger in case.strangers:
        request = replace(_request(case), client=stranger)
        with pytest.raises(Forbidden):
            gateway.authenticate(request, case.secrets[0] if case.secrets else None)


def test_the_same_address_in_its_longer_form(case: GatewayCase, offline: Offline) -> None:
    secret = case.secrets[0] if case.secrets else None
    offline(case).authenticate(_request(case, f"::ffff:{case.client}"), secret)
