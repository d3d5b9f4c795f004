"""The standard library's HTTP answer, with its head read as plain lines.

`http.client` parses headers as if they were mail, which takes longer than all else of a small
answer. How the body is framed, chunked and bounded stays the library's.
"""

from __future__ import annotations

from http.client import HTTPException, HTTPResponse, IncompleteRead
from types import MappingProxyType
from typing import Final

MOST_LINES: Final = 128
MOST_HEAD_BYTES: Final = 32 * 1024
_WITHOUT_BODY: Final = frozenset({204, 304})
_CONTINUED: Final = frozenset({100, 102, 103})  # an answer that is no answer yet


class LeanResponse(HTTPResponse):
    """`heads` has lower-case names and ASCII-trimmed values; of two alike it has the last one."""

    heads: MappingProxyType[str, str] = MappingProxyType({})

    def begin(self) -> None:
        """Raises HTTPException for what is no HTTP, and OSError."""
        budget = _Budget(self)
        while True:
            version, code = _status_of(budget.line())
            heads = _headers_of(budget)
            if code not in _CONTINUED:
                break
        self.version, self.code, self.status, self.reason = version, code, code, ""
        self.heads = MappingProxyType(heads)
        self.chunked = heads.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else _length_of(heads)
        if code in _WITHOUT_BODY:
            self.chunked, self.length = False, 0
        self.will_close = _closes(version, heads) or not (self.chunked or self.length is not None)


class _Budget:
    """Lines of a head, as many as it may have."""

    def __init__(self, response: HTTPResponse) -> None:
        self._file = response.fp
        self._lines = MOST_LINES
        self._bytes = MOST_HEAD_BYTES

    def line(self) -> bytes:
        read = self._file.readline(self._bytes)
        self._lines -= 1
        self._bytes -= len(read)
        if not read.endswith(b"\n"):
            raise HTTPException("head too long") if read else IncompleteRead(b"")
        if self._lines < 0 or self._bytes <= 0:
            raise HTTPException("head too long")
        return read.strip(b"\r\n")


def _status_of(line: bytes) -> tuple[int, int]:
    version, _, rest = line.partition(b" ")
    code = rest.strip()[:3]
    if not version.startswith(b"HTTP/1.") or not version[7:].isdigit() or not code.isdigit():
        raise HTTPException("no status line")
    if len(code) != 3 or rest.strip()[3:4].strip() or code < b"100":
        raise HTTPException("no status line")
    return (10 if version == b"HTTP/1.0" else 11), int(code)


def _headers_of(budget: _Budget) -> dict[str, str]:
    heads: dict[str, str] = {}
    name = ""
    while line := budget.line():
        text = line.decode("latin-1")
        if text[0] in " \t":  # folded, as old servers do: it belongs to the line before
            if name:
                heads[name] = f"{heads[name]} {text.strip()}"
            continue
        before, colon, value = text.partition(":")
        if not colon:
            raise HTTPException("no header")
        name = before.strip().lower()
        value = value.strip()
        if name == "content-length" and heads.get(name, value) != value:
            raise HTTPException("two lengths")
        heads[name] = value
    return heads


def _length_of(heads: dict[str, str]) -> int | None:
    """None: to the end of the connection."""
    said = heads.get("content-length")
    return int(said) if said is not None and said.isascii() and said.isdigit() else None


def _closes(version: int, heads: dict[str, str]) -> bool:
    said = heads.get("connection", "").lower()
    return "close" in said or (version == 10 and "keep-alive" not in said)
