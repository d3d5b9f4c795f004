"""Heads of answers, odd and cut ones among them; the standard library says what is right."""

from __future__ import annotations

import socket
from http.client import HTTPException, HTTPResponse

import pytest

from gateways.lean_response import MOST_HEAD_BYTES, MOST_LINES, LeanResponse

PLAIN = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nbody"
_PIECES = b"2\r\nbo\r\n2;odd=1\r\ndy\r\n0\r\nT: 1\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n" + _PIECES
WHOLE = [
    PLAIN,
    CHUNKED,
    b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",  # no reason
    b"HTTP/1.1 429 Too Many\nRetry-After:  7 \ncontent-length:1\n\nx",  # bare line feeds
    b"HTTP/1.0 200 OK\r\n\r\nto the end",
    b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\n\r\nto the end",
    b"HTTP/1.1 200 OK\r\nContent-Length: much\r\n\r\nto the end",
    b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nto the end",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN,
    b"HTTP/1.1 200 OK\r\nX-Odd:\xe9\xff\r\nX-Empty:\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 503 Busy\r\nX-Long: " + b"y" * 9000 + b"\r\nContent-Length: 1\r\n\r\nx",
]
NO_HTTP = {
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "no code": b"HTTP/1.1 OK\r\n\r\n",
    "a code of four": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a code below 100": b"HTTP/1.1 020 OK\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "no colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "too many lines": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * MOST_LINES + b"\r\n",
    "too long a line": b"HTTP/1.1 200 OK\r\nA: " + b"b" * MOST_HEAD_BYTES + b"\r\n\r\n",
    "for ever not yet": b"HTTP/1.1 100 Continue\r\n\r\n" * MOST_LINES,
}


def _begun(kind: type[HTTPResponse], wire: bytes) -> HTTPResponse:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(wire)
        theirs.shutdown(socket.SHUT_WR)
        response = kind(ours, method="POST")
        response.begin()
    return response  # it has a file of its own


@pytest.mark.parametrize("wire", WHOLE)
def test_it_reads_as_the_standard_library_does(wire: bytes) -> None:
    lean, other = _begun(LeanResponse, wire), _begun(HTTPResponse, wire)
    assert isinstance(lean, LeanResponse)
    assert lean.heads == {name.lower(): value.strip() for name, value in other.getheaders()}
    assert (lean.status, lean.length, bool(lean.chunked)) == (
        other.status,
        other.length,
        bool(other.chunked),
    )
    assert bool(lean.will_close) == bool(other.will_close)
    assert lean.read() == other.read()


@pytest.mark.parametrize("wire", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_http_is_no_answer(wire: bytes) -> None:
    with pytest.raises(HTTPException):
        _begun(LeanResponse, wire)


def test_a_folded_line_belongs_to_the_one_before() -> None:
    wire = b"HTTP/1.1 200 OK\r\n stray\r\nA: b\r\n\tc\r\nContent-Length: 1\r\n\r\nx"
    lean = _begun(LeanResponse, wire)
    assert isinstance(lean, LeanResponse)
    assert lean.heads == {"a": "b c", "content-length": "1"}


@pytest.mark.parametrize("wire", [PLAIN, CHUNKED])
def test_a_head_that_is_cut_anywhere_is_no_answer(wire: bytes) -> None:
    end = wire.index(b"\r\n\r\n") + len(b"\r\n\r\n")
    for length in range(end):
        with pytest.raises(HTTPException):
            _begun(LeanResponse, wire[:length])
    assert _begun(LeanResponse, wire[:end]).status in (200, 201)
