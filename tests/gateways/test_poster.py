"""The transport under the senders: bounded in time and size, alone with its vendor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from gateways.poster import MAX_ANSWER_BYTES, FormPoster, HttpAnswer, Patience, _encode
from telecom.clock import SystemClock
from telecom.errors import SendError, Verdict

if TYPE_CHECKING:
    from tests.fakes.africastalking import FakeAfricasTalking

HEADERS = {"Accept": "application/json", "apiKey": "the-key"}
FORM: dict[str, str | int] = {
    "username": "u",
    "to": "+254711000111",
    "message": "m",
    "bulkSMSMode": 1,
}


class LeapingClock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self._at = datetime(2026, 1, 2, tzinfo=UTC)

    def now(self) -> datetime:
        self._at += timedelta(seconds=1)
        return self._at


def _post(vendor: FakeAfricasTalking, poster: FormPoster | None = None) -> HttpAnswer:
    poster = poster or FormPoster(SystemClock(), Patience(read_seconds=20))
    return poster.post(f"{vendor.base_url}/version1/messaging", FORM, HEADERS)


def test_an_answer_is_cut_at_its_limit(vendor: FakeAfricasTalking) -> None:
    vendor.script(body=b"x" * (MAX_ANSWER_BYTES + 1))
    assert _post(vendor).body == b"x" * MAX_ANSWER_BYTES
    vendor.script(body=b"y" * MAX_ANSWER_BYTES)
    assert _post(vendor).body == b"y" * MAX_ANSWER_BYTES


def test_an_answer_that_takes_too_long_is_cut(vendor: FakeAfricasTalking) -> None:
    vendor.script(body=b"x" * 60_000)
    patience = Patience(read_seconds=20, body_seconds=1.5)
    answer = _post(vendor, FormPoster(LeapingClock(), patience))
    assert 0 < len(answer.body) < 60_000
    assert answer.code == 201


def test_after_a_cut_answer_the_next_one_is_whole(vendor: FakeAfricasTalking) -> None:
    poster = FormPoster(SystemClock(), Patience(read_seconds=20))
    vendor.script(body=b"x" * 500_000)
    vendor.script(body=b"cut here", ends="cut")
    vendor.script(body=b"whole")
    _post(vendor, poster)
    assert _post(vendor, poster).body == b"cut "
    assert _post(vendor, poster).body == b"whole"
    assert vendor.connections == 3


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_no_proxy_of_the_environment(
    vendor: FakeAfricasTalking, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert _post(vendor).code == 201


def test_no_cookie_is_kept(vendor: FakeAfricasTalking) -> None:
    poster = FormPoster(SystemClock(), Patience(read_seconds=20))
    vendor.script(body=b"{}", headers={"Set-Cookie": "who=me; Path=/"})
    _post(vendor, poster)
    _post(vendor, poster)
    assert all("cookie" not in heard.headers for heard in vendor.heard)
    assert len(vendor.heard) == 2


def test_header_names_are_in_lower_case(vendor: FakeAfricasTalking) -> None:
    vendor.script(body=b"{}", headers={"RETRY-After": "7"})
    assert _post(vendor).headers["retry-after"] == "7"


@pytest.mark.parametrize("unfit", ["a\r\nX: b", "a\nb", "snow \u2603"])
def test_a_header_that_would_be_two_is_not_sent(vendor: FakeAfricasTalking, unfit: str) -> None:
    poster = FormPoster(SystemClock(), Patience(read_seconds=20))
    with pytest.raises(SendError) as caught:
        poster.post(f"{vendor.base_url}/version1/messaging", FORM, {"apiKey": unfit})
    assert caught.value.verdict is Verdict.RETRY
    assert not vendor.heard


def test_a_vendor_who_says_good_bye_gets_a_new_connection(vendor: FakeAfricasTalking) -> None:
    poster = FormPoster(SystemClock(), Patience(read_seconds=20))
    vendor.script(body=b"{}", headers={"Connection": "close"})
    assert _post(vendor, poster).body == b"{}"
    assert _post(vendor, poster).code == 201
    assert vendor.connections == 2


@pytest.mark.parametrize("text", ["", "a b&c=d+e%", "\u0928\u092e", "A-z_0.9~"])
def test_a_form_is_written_as_forms_are(text: str) -> None:
    form: dict[str, str | int] = {"message": text, "bulk Mode": 1}
    assert _encode(form) == urlencode(form).encode("ascii")
