"""Every gateway's sender: Accepted or SendError, and a verdict that can be relied on."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from gateways.poster import Patience
from telecom.errors import Reason, SendError, Verdict
from telecom.replies import Accepted, MtSms

if TYPE_CHECKING:
    from tests.fakes.africastalking import FakeAfricasTalking
    from tests.gateways.contract.conftest import GatewayCase, Row

MakeMt = Callable[..., MtSms]
TEXT = "canary text"


def test_every_outcome(
    case: GatewayCase, row: Row, stand_ins: Mapping[str, Any], mt: MakeMt
) -> None:
    assert case.server is not None
    # Nothing waits for an answer that is on its way; only "no answer" uses its patience up.
    read_seconds = 0.2 if row.script.get("ends") == "never" else 20
    with case.server(stand_ins) as server:
        server.script(**row.script)
        sender = case.open(server.base_url, Patience(read_seconds=read_seconds)).sender
        assert sender is not None
        if row.reason is None:
            accepted = sender.send(mt(TEXT))
            assert accepted.gateway_message_id == server.ledger[0].id
        else:
            with pytest.raises(SendError) as refused:
                sender.send(mt(TEXT))
            assert (refused.value.reason, refused.value.verdict) == (row.reason, row.verdict)
            assert "254711000111" not in str(refused.value)
            assert TEXT not in str(refused.value)
        assert len(server.heard) == 1, "one request, whatever comes back"
        if server.ledger:
            verdict = None if row.reason is None else row.verdict
            assert verdict in {None, Verdict.AMBIGUOUS}, "taken, and called a definite no"


def test_the_table_tells_all_kinds_of_outcomes(case: GatewayCase) -> None:
    if case.server is not None:
        assert {row.verdict for row in case.rows} == {None, *Verdict}


@pytest.fixture
def closed_port() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def deaf_port() -> Iterator[str]:
    """Listens with a full backlog: whoever connects next waits for ever."""
    with closing(socket.socket()) as listener, closing(socket.socket()) as first:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        first.connect(address)
        yield f"127.0.0.1:{address[1]}"


def test_nobody_listens(case: GatewayCase, closed_port: str, mt: MakeMt) -> None:
    _assert_not_sent(case, f"http://{closed_port}", mt)


def test_the_name_is_unknown(
    case: GatewayCase, mt: MakeMt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_such_name(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    _assert_not_sent(case, "http://api.example", mt)


def test_the_connection_is_never_made(case: GatewayCase, deaf_port: str, mt: MakeMt) -> None:
    _assert_not_sent(case, f"http://{deaf_port}", mt)


def test_tls_fails(case: GatewayCase, fakes: type[FakeAfricasTalking], mt: MakeMt) -> None:
    with fakes() as server:
        _assert_not_sent(case, server.base_url.replace("http:", "https:"), mt)
        assert server.heard == []


def _assert_not_sent(case: GatewayCase, base_url: str, mt: MakeMt) -> None:
    """A definite no: nothing left, so trying again cannot double anything."""
    sender = case.open(base_url, Patience(connect_seconds=0.2)).sender
    assert sender is not None
    if case.server is None:
        assert isinstance(sender.send(mt(TEXT)), Accepted)  # nothing ever leaves this gateway
        return
    with pytest.raises(SendError) as refused:
        sender.send(mt(TEXT))
    assert (refused.value.reason, refused.value.verdict) == (Reason.UNREACHABLE, Verdict.RETRY)
    assert refused.value.http_code is None
