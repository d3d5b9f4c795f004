"""Vendors that stop in the middle, with and without TLS: what a message's fate is taken to be."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import certifi
import pytest

from gateways.poster import FormPoster, Patience
from telecom.clock import SystemClock
from telecom.errors import SendError, Verdict
from tests.servers.front_door import certify

PATIENCE = Patience(read_seconds=0.3)
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
LARGE = "x" * (32 * 1024 * 1024)  # more than the kernel takes for somebody who does not read

Talk = Callable[[socket.socket], object]


def reads_nothing(_: socket.socket) -> None: ...


def hears_and_is_silent(peer: socket.socket) -> None:
    _read_request(peer)


def answers_once(peer: socket.socket) -> None:
    _read_request(peer)
    peer.sendall(ANSWER)
    _read_request(peer)


def answers_half(peer: socket.socket) -> None:
    _read_request(peer)
    peer.sendall(ANSWER[:20])


def _read_request(peer: socket.socket) -> None:
    heard = b""
    while not heard.endswith(b"message=m"):
        heard += peer.recv(65536)


@pytest.fixture(params=["http", "https"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Talk], str]]:
    """Opens a vendor that talks so with the first who comes, and then says nothing."""
    with ExitStack() as open_until_the_end:
        listening = open_until_the_end.enter_context(socket.create_server(("127.0.0.1", 0)))
        wrap: Callable[[socket.socket], socket.socket] = lambda peer: peer  # noqa: E731
        if request.param == "https":
            certify(tmp_path)
            chain = tmp_path / "fullchain.pem"
            monkeypatch.setattr(certifi, "where", lambda: str(chain))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain, tmp_path / "privkey.pem")
            wrap = lambda peer: context.wrap_socket(peer, server_side=True)  # noqa: E731

        def open_for(talk: Talk) -> str:
            def serve() -> None:
                peer = open_until_the_end.enter_context(wrap(listening.accept()[0]))
                talk(peer)

            threading.Thread(target=serve, daemon=True).start()
            return f"{request.param}://127.0.0.1:{listening.getsockname()[1]}/send"

        yield open_for


@pytest.mark.parametrize(
    ("talk", "text", "verdict"),
    [
        (reads_nothing, LARGE, Verdict.RETRY),
        (hears_and_is_silent, "m", Verdict.AMBIGUOUS),
        (answers_half, "m", Verdict.AMBIGUOUS),
    ],
)
def test_who_stops_before_the_last_byte_has_accepted_nothing(
    place: Callable[[Talk], str], talk: Talk, text: str, verdict: Verdict
) -> None:
    with pytest.raises(SendError) as caught:
        FormPoster(SystemClock(), PATIENCE).post(place(talk), {"message": text}, {})
    assert caught.value.verdict is verdict


def test_a_connection_that_was_good_may_stall_the_next_time(
    place: Callable[[Talk], str],
) -> None:
    poster, url = FormPoster(SystemClock(), PATIENCE), place(answers_once)
    assert poster.post(url, {"message": "m"}, {}).body == b"ok"
    with pytest.raises(SendError) as caught:
        poster.post(url, {"message": "m"}, {})
    assert (caught.value.verdict, caught.value.detail) == (Verdict.AMBIGUOUS, "TimeoutError")
