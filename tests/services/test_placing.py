"""Addresses that the environment completes: held to what may be written, and read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from menu.service_parts import Http, Service
from services.faults import Failed
from services.placing import Places
from tests.services.conftest import Desk, declared, provider_module

GOOD = [
    ("${A}/v1/{crop}", {"A": "https://api.example"}, "https://api.example/v1/{crop}"),
    (
        "${A}/v1/{crop}",
        {"A": "https://api.example:8443/t/"},
        "https://api.example:8443/t/v1/{crop}",
    ),
    ("${A}", {"A": "https://api.example/v1"}, "https://api.example/v1"),
    ("${A}/{crop}", {"A": " http://10.20.0.7:80 "}, "http://10.20.0.7:80/{crop}"),
    ("${A}/{crop}", {"A": "http://[fd00:1234::7]:80"}, "http://[fd00:1234::7]:80/{crop}"),
    ("https://${H}/v1", {"H": "api.example"}, "https://api.example/v1"),
    ("https://${H}/v1", {"H": "api.example:8443"}, "https://api.example:8443/v1"),
    ("https://${H}:8443/v1", {"H": "api.example"}, "https://api.example:8443/v1"),
    ("https://${S}.api.example/v1", {"S": "test"}, "https://test.api.example/v1"),
    ("https://api.example/${P}/v1", {"P": "/stage/two/"}, "https://api.example/stage/two/v1"),
    ("${A}/${P}/v1", {"A": "https://a.example", "P": "s"}, "https://a.example/s/v1"),
]
BAD = [  # the address, what the variable X holds, and what is said
    ("${X}/v1", None, "X is not set"),
    ("${X}/v1", "  ", "X is not set"),
    ("${X}/v1", "api.example", "X does not hold the beginning of an address."),
    ("${X}/v1", "ftp://api.example", "X does not hold the beginning of an address."),
    ("${X}/v1", "file:///etc/passwd", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://me:s3cret@api.example", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://api.example?x=1", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://api.example/#", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://api.example/{crop}", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://api.example/..", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://api.example\r\nX-Evil: 1", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://a.example/\nGET", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://127.1", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://169.254.169.254", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://api.example:99999", "X does not hold the beginning of an address."),
    ("${X}/v1", "https://" + "a" * 300 + ".example", "X holds over 300 characters."),
    ("https://${X}/v1", "me@api.example", "X does not hold the name of a host."),
    ("https://${X}/v1", "api.example/x", "X does not hold the name of a host."),
    ("https://${X}/v1", "api.example#", "X does not hold the name of a host."),
    ("https://${X}/v1", "api.example\r\n", None),  # spaces at the ends are none of it
    ("https://${X}/v1", "api.exa\r\nmple", "X does not hold the name of a host."),
    ("https://${X}/v1", "2130706433", "No address comes of X."),
    ("https://${X}.api.example/v1", "a:80", "X does not hold the name of a host."),
    ("https://api.example/${X}/v1", "..", "No address comes of X."),
    ("https://api.example/${X}/v1", "a?b", "X does not hold a part of a path."),
    ("https://api.example/${X}/v1", "%2e%2e", "X does not hold a part of a path."),
    ("https://api.example/${X}/v1", "{crop}", "X does not hold a part of a path."),
]


def service_at(url: str, more: str = "") -> Service:
    takes = "takes: { crop: text }\n" if "{crop}" in url else ""
    return declared(f'url: "{url}"\n{takes}gives: {{ a: {{}} }}\n{more}')


@pytest.mark.parametrize(("url", "environ", "whole"), GOOD)
def test_what_the_environment_completes(url: str, environ: dict[str, str], whole: str) -> None:
    service = service_at(url)
    placed = Places(environ).placed(service)
    assert isinstance(placed.way, Http)
    assert placed.way.origin + placed.way.path in (whole, whole + "/")
    assert placed.way.origin.partition("://")[2].rpartition(":")[0] or placed.way.hosts
    assert placed.fingerprint != service.fingerprint
    again = Places({**environ, "OTHER": "1"}).placed(service)
    assert again.fingerprint == placed.fingerprint


@pytest.mark.parametrize(("url", "value", "said"), BAD)
def test_what_makes_no_address(url: str, value: str | None, said: str | None) -> None:
    environ = {} if value is None else {"X": value}
    if said is None:
        assert Places(environ).placed(service_at(url))
        return
    with pytest.raises(Failed) as failed:
        Places(environ).placed(service_at(url))
    assert (failed.value.outcome, failed.value.why, failed.value.was_sent) == (
        "refused",
        said,
        False,
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('auth: { bearer: "${TOKEN}" }', "A secret would travel in the clear"),
        ("takes: { pin: { secret: true } }\njson: { pin: '{pin}' }", "A secret would travel"),
        ("hosts: [b.example, c.example]", "leads to a host that is not under hosts"),
    ],
)
def test_what_holds_for_the_whole_address(lines: str, said: str) -> None:
    service = service_at("${X}/v1", lines)
    with pytest.raises(Failed, match=said):
        Places({"X": "http://a.example", "TOKEN": "t"}).placed(service)
    assert Places({"X": "https://b.example", "TOKEN": "t"}).placed(service)


def test_a_token_comes_from_where_the_environment_says() -> None:
    oauth = '{ token_url: "${X}/token", client_id: "${ID}", client_secret: "${WORD}" }'
    service = service_at("https://api.example/v1", f"auth: {{ oauth2: {oauth} }}")
    placed = Places({"X": "https://login.example"}).placed(service)
    assert isinstance(placed.way, Http)
    assert getattr(placed.way.auth, "token_url", "") == "https://login.example/token"
    with pytest.raises(Failed, match="in the clear"):
        Places({"X": "http://login.example"}).placed(service)


class Counted(dict[str, str]):
    asked = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.asked += 1
        return super().get(key, default)


def test_the_environment_is_read_once_and_a_written_address_reads_nothing() -> None:
    environ = Counted(X="https://api.example")
    places, service = Places(environ), service_at("${X}/v1")
    first = places.placed(service)
    assert environ.asked == 1
    assert places.placed(service) is first
    assert environ.asked == 1
    with pytest.raises(Failed):
        Places(Counted()).placed(service)
    written = service_at("https://api.example/v1")
    assert places.placed(written) is written


def test_a_service_is_asked_where_the_environment_says(
    provider: Any, new_desk: Callable[..., Desk]
) -> None:
    """Test and production share a menu, and no answers."""
    service = service_at("${X}/v1/{crop}", "cache_seconds: 600")
    provider.script("/test/v1/onion", provider_module.says({"a": "sample"}))
    provider.script("/v1/onion", provider_module.says({"a": "real"}))
    test = new_desk(secrets={"X": f"{provider.origin}/test"})
    real = new_desk(secrets={"X": provider.origin})
    assert test.ask(service, crop="onion").parts == {"a": "sample"}
    assert real.ask(service, crop="onion").parts == {"a": "real"}
    assert test.ask(service, crop="onion").parts == {"a": "sample"}
    assert [heard.target for heard in provider.heard] == ["/test/v1/onion", "/v1/onion"]


def test_a_missing_one_is_refused_and_the_log_says_which(
    provider: Any, new_desk: Callable[..., Desk]
) -> None:
    with capture_logs() as logs:
        assert new_desk(secrets={}).ask(service_at("${PRICES_URL}/v1")).outcome == "refused"
    assert [(line["event"], line["why"]) for line in logs] == [
        ("service failed", "PRICES_URL is not set")
    ]
    assert provider.heard == []


@pytest.mark.parametrize("literal", ["127.0.0.1", "[::1]", "localhost"])
def test_a_host_may_be_a_number(literal: str, provider: Any, new_desk: Callable[..., Desk]) -> None:
    """The guard looks at the number itself; a provider on IPv4 is not found at the other."""
    provider.script("/v1", provider_module.says({"a": "b"}))
    desk = new_desk(secrets={"H": f"{literal}:{provider.port}"})
    outcome = desk.ask(service_at("http://${H}/v1")).outcome
    assert outcome == ("down" if literal == "[::1]" else "")
