"""Providers that misbehave, and people who try what a box takes: all is clean, or has a name."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services.conftest import SECRETS, Desk, declared, provider_module

Answer, says = provider_module.Answer, provider_module.says
GIVES = """
gives:
  name: { max: 20 }
  price: { type: money, optional: true }
  day: { type: date, format: DD/MM/YYYY, optional: true }
  open: { type: yes_no, optional: true }
  nested: { path: "rows[0].v", optional: true }
"""


def head(*lines: str) -> bytes:
    return "\r\n".join(
        ["HTTP/1.1 200 OK", "Content-Type: application/json", *lines, "", ""]
    ).encode()


def endless() -> Iterator[bytes]:
    yield head(f"Content-Length: {10 * 1024**3}")
    yield b'{"name": "'
    while True:
        yield b"x" * 65536


def drips() -> Iterator[bytes]:
    yield head("Content-Length: 1000")
    yield from (b" " for _ in range(1000))


def drips_headers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (b"X" for _ in range(1000))


def bomb() -> bytes:
    return gzip.compress(b'{"name": "' + b"a" * 50_000_000 + b'"}')


BAD_ANSWERS = [
    # what it answers, what becomes of it
    ("nothing", Answer(body=b""), "bad_answer"),
    ("html", Answer(body=b"<html>", kind="text/html"), "bad_answer"),
    ("html as json", Answer(body=b"<html>"), "bad_answer"),
    ("half", Answer(body=b'{"name": "As'), "bad_answer"),
    ("not utf-8", Answer(body=b'{"name": "\xff"}'), "bad_answer"),
    ("unknown charset", Answer(body=b"{}", kind="application/json; charset=utf-7"), "bad_answer"),
    ("a list", says([1]), "bad_answer"),
    ("a text", says("Asha"), "bad_answer"),
    ("null", says(None), "bad_answer"),
    ("missing", says({"other": 1}), "bad_answer"),
    ("empty", says({"name": " \x00\x07 "}), "bad_answer"),
    ("object for text", says({"name": {"a": 1}}), "bad_answer"),
    ("list for text", says({"name": ["a"]}), "bad_answer"),
    ("nan", Answer(body=b'{"name": "a", "price": NaN}'), "bad_answer"),
    ("infinite", Answer(body=b'{"name": "a", "price": 1e999}'), "bad_answer"),
    ("huge number", Answer(body=b'{"name": "a", "price": ' + b"9" * 5000 + b"}"), "bad_answer"),
    ("text for money", says({"name": "a", "price": "a lot"}), "bad_answer"),
    ("yes for money", says({"name": "a", "price": True}), "bad_answer"),
    ("no such day", says({"name": "a", "day": "31/02/2026"}), "bad_answer"),
    ("a day of another form", says({"name": "a", "day": "2026-02-03"}), "bad_answer"),
    ("perhaps", says({"name": "a", "open": "perhaps"}), "bad_answer"),
    ("deep", Answer(body=b"[" * 60000), "bad_answer"),
    ("10 GB", Answer(raw=endless), "bad_answer"),
    ("64 KB and one", says({"name": "a", "x": "y" * 65536}), "bad_answer"),
    ("gzip bomb", Answer(body=bomb(), headers={"Content-Encoding": "gzip"}), "bad_answer"),
    ("not gzip", Answer(body=b"{}", headers={"Content-Encoding": "gzip"}), "bad_answer"),
    ("unknown encoding", Answer(body=b"{}", headers={"Content-Encoding": "br"}), "bad_answer"),
    ("half a gzip", Answer(body=gzip.compress(b'{"name":1}')[:-9],
                           headers={"Content-Encoding": "gzip"}), "bad_answer"),
    ("no HTTP", Answer(raw=lambda: iter([b"SSH-2.0-OpenSSH\r\n"])), "down"),
    ("hangs up", Answer(gone=True), "down"),
    ("500", Answer(status=500), "down"),
    ("429", Answer(status=429), "down"),
    ("401", Answer(status=401), "refused"),
    ("404 that nobody named", Answer(status=404), "refused"),
    ("redirect", Answer(status=302, headers={"Location": "/it"}), "bad_answer"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "outcome"), [row[1:] for row in BAD_ANSWERS],
                         ids=[row[0] for row in BAD_ANSWERS])  # fmt: skip
def test_what_is_no_answer_has_a_name(provider: Any, desk: Desk, answer: Any, outcome: str) -> None:
    provider.script("/it", answer)
    began = time.monotonic()
    reply = desk.ask(declared(f"url: {provider.origin}/it{GIVES}"))
    assert (reply.outcome, dict(reply.parts)) == (outcome, {})
    assert time.monotonic() - began < 2.5


DRIPS = [("body", drips), ("headers", drips_headers)]


@pytest.mark.parametrize("raw", [row[1] for row in DRIPS], ids=[row[0] for row in DRIPS])
def test_a_byte_now_and_then_holds_nobody(provider: Any, desk: Desk, raw: Any) -> None:
    provider.script("/it", Answer(raw=raw, pause=0.05))
    began = time.monotonic()
    reply = desk.ask(declared(f"url: {provider.origin}/it\ntimeout_seconds: 0.4{GIVES}"))
    assert reply.outcome == "slow"
    assert 0.3 < time.monotonic() - began < 0.9


@pytest.mark.parametrize(("left", "least", "most"), [(1.0, 0.4, 0.8), (0.5, 0.0, 0.2)])
def test_a_turn_gives_what_it_has_left(
    provider: Any, desk: Desk, left: float, least: float, most: float
) -> None:
    provider.script("/it", Answer(wait=30))
    began = time.monotonic()
    reply = desk.ask(declared(f"url: {provider.origin}/it{GIVES}"), seconds=left)
    assert reply.outcome == "slow"
    assert least <= time.monotonic() - began < most


GOOD_ANSWERS = [
    # what is answered, the parts
    (says({"name": "Asha"}), {"name": "Asha"}),
    (says({"name": "उमंग सेवा"}), {"name": "उमंग सेवा"}),
    (says({"name": "a\r\nEND b\tCON c\x1b[31m\u202e\u0000"}), {"name": "a END b CON c [31m"}),
    (says({"name": "x" * 40_000}), {"name": "x" * 20}),
    (says({"name": "क्षि" * 50}), {"name": "क्षि" * 5}),
    (says({"name": "e\u0301" * 3}), {"name": "é" * 3}),
    (says({"name": 12}), {"name": "12"}),
    (says({"name": "a", "price": 2400}), {"price": "2400"}),
    (says({"name": "a", "price": "2400.50"}), {"price": "2400.50"}),
    (says({"name": "a", "price": 0.1}), {"price": "0.1"}),
    (says({"name": "a", "price": 1e-9}), {"price": "0.0000"}),
    (says({"name": "a", "day": "23/11/2026"}), {"day": "2026-11-23"}),
    (says({"name": "a", "open": True}), {"open": "yes"}),
    (says({"name": "a", "open": "N"}), {"open": "no"}),
    (says({"name": "a", "rows": [{"v": "first"}]}), {"nested": "first"}),
    (says({"name": "a"}, kind="application/vnd.api+json; charset=UTF-8"), {"name": "a"}),
    (says({"name": "a"}, kind="text/plain"), {"name": "a"}),
    (Answer(body=b'\xef\xbb\xbf{"name": "a"}'), {"name": "a"}),
    (Answer(body='{"name": "é"}'.encode("latin-1"), kind="application/json; charset=iso-8859-1"),
     {"name": "é"}),
    (Answer(body=gzip.compress(b'{"name": "a"}'), headers={"Content-Encoding": "gzip"}),
     {"name": "a"}),
    (Answer(body=zlib.compress(b'{"name": "a"}'), headers={"Content-Encoding": "deflate"}),
     {"name": "a"}),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "parts"), GOOD_ANSWERS)
def test_an_answer_is_clean_and_typed(
    provider: Any, desk: Desk, answer: Any, parts: dict[str, str]
) -> None:
    provider.script("/it", answer)
    reply = desk.ask(declared(f"url: {provider.origin}/it{GIVES}"))
    assert reply.outcome == ""
    assert parts.items() <= dict(reply.parts).items()


NAMED = [
    (Answer(status=404), "not_found"),
    (Answer(status=410, body=b"<html>", kind="text/html"), "not_found"),
    (says({"error": {"code": "E7"}}, status=400), "blocked"),
    (says({"error": {"code": "E7"}}), "blocked"),
    (says({"error": {"code": "E8"}}, status=400), "refused"),
    (says({"rows": []}), "nothing"),
]


@pytest.mark.parametrize(("answer", "outcome"), NAMED)
def test_answers_with_names_of_their_own(
    provider: Any, desk: Desk, answer: Any, outcome: str
) -> None:
    provider.script("/it", answer)
    service = declared(f"""
url: {provider.origin}/it
gives: {{ name: {{}} }}
outcomes:
  not_found: {{ status: [404, 410] }}
  blocked: {{ when: "error.code == 'E7'" }}
  nothing: {{ status: 2xx, when: "rows == `[]`" }}
""")
    assert desk.ask(service).outcome == outcome


PATH = """
url: {origin}/v1/people/{{who}}/name.json
takes: {{ who: text }}
gives: {{ name: {{}} }}
"""
QUERY = """
url: {origin}/v1
takes: {{ who: text }}
query: {{ q: "{{who}}", n: 1 }}
gives: {{ name: {{}} }}
"""
FORM = QUERY.replace("query:", "safe: true\nform:")
JSON = FORM.replace('form: {{ q: "{{who}}"', 'json: {{ q: {{ r: ["{{who}}"] }}')
HOSTILE = [
    "../../admin?x=", "..", ".", "a/b", "a\\b", "%2e%2e%2f", "a?b=c", "a#b", "@host/", "//host",
    ":@host", "a\r\nX-Evil: 1", "a\nb", "\x00", '"}, {"admin": true', "a&q=b", "a=b", "{who}",
    "${{TOKEN}}", "${TOKEN}", "\u2028", "\ud800", "‮", "😀", "' OR 1=1 --", "a" * 61, "a" * 10_240,
    " ", "é", "पुणे",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("lines", [PATH, QUERY, FORM, JSON], ids=["path", "query", "form", "json"])
def test_what_somebody_types_changes_nothing_but_itself(
    provider: Any, desk: Desk, lines: str, typed: str
) -> None:
    """Either it is not sent at all, or the request is the one that was declared."""
    for path in ("/v1", *(f"/v1/people/{part}/name.json" for part in (typed,))):
        provider.script(path, says({"name": "a"}))
    reply = desk.ask(declared(lines.format(origin=provider.origin)), who=typed)
    if reply.outcome == "bad_input":
        assert provider.heard == []
        return
    heard = provider.heard[-1]
    path, _, query = heard.target.partition("?")
    assert "x-evil" not in heard.headers
    assert heard.headers["host"] == provider.origin.removeprefix("http://")
    assert path.count("/") == (4 if lines is PATH else 1)
    assert path.startswith("/v1/people/" if lines is PATH else "/v1")
    assert SECRETS["TOKEN"] not in heard.target + heard.body.decode()
    assert query.count("=") == (2 if lines is QUERY else 0)
    if lines is FORM:
        assert heard.body.count(b"=") == 2
    if lines is JSON:
        assert json.loads(heard.body) == {"q": {"r": [typed.strip()]}, "n": 1}


def test_hostile_input_is_sent_where_it_does_no_harm(provider: Any, desk: Desk) -> None:
    """So that the test above cannot pass by sending nothing."""
    provider.script("/v1", says({"name": "a"}))
    assert desk.ask(declared(QUERY.format(origin=provider.origin)), who="../../admin?x=").parts
    assert provider.heard[0].target == "/v1?q=..%2F..%2Fadmin%3Fx%3D&n=1"


TYPED = [
    ("number", "12.50", "12.50"), ("number", "१२", None), ("number", "1e400", None),
    ("number", "NaN", None), ("number", "0x10", None), ("date", "2026-11-23", "2026-11-23"),
    ("date", "yesterday", None), ("text", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "typed", "sent"), TYPED)
def test_what_is_told_has_its_type(
    provider: Any, desk: Desk, kind: str, typed: str, sent: str | None
) -> None:
    provider.script("/v1", says({"name": "a"}))
    service = declared(QUERY.format(origin=provider.origin).replace("who: text", f"who: {kind}"))
    reply = desk.ask(service, who=typed)
    if kind == "number" and typed == "१२":
        sent = "12" if reply.outcome == "" else None  # Python reads digits of every script
    assert reply.outcome == ("" if sent else "bad_input")
    assert [heard.target for heard in provider.heard] == ([f"/v1?q={sent}&n=1"] if sent else [])


AUTHS = [
    ('{ bearer: "${TOKEN}" }', "authorization", "Bearer t0ken"),
    ('{ basic: { username: "${NAME}", password: "${WORD}" } }', "authorization",
     "Basic YXNoYTpzM2NyZXQ="),
    ('{ api_key: { value: "${TOKEN}", header: X-Api-Key } }', "x-api-key", "t0ken"),
]  # fmt: skip


@pytest.mark.parametrize(("auth", "header", "value"), AUTHS)
def test_how_it_lets_us_in(provider: Any, desk: Desk, auth: str, header: str, value: str) -> None:
    provider.script("/it", says({"name": "a"}))
    service = declared(f"url: {provider.origin}/it\nauth: {auth}\ngives: {{ name: {{}} }}")
    assert desk.ask(service).parts == {"name": "a"}
    assert provider.heard[0].headers[header] == value


def test_a_key_in_the_query(provider: Any, desk: Desk) -> None:
    provider.script("/it", says({"name": "a"}))
    auth = '{ api_key: { value: "${TOKEN}", query: api-key } }'
    lines = f"url: {provider.origin}/it\nquery: {{ n: 1 }}\nauth: {auth}\ngives: {{ name: {{}} }}"
    assert desk.ask(declared(lines)).parts
    assert provider.heard[0].target == "/it?n=1&api-key=t0ken"


@pytest.mark.parametrize("name", ["ABSENT", "BROKEN"])
def test_a_secret_that_cannot_be_sent_is_not_sent(provider: Any, desk: Desk, name: str) -> None:
    lines = f"url: {provider.origin}/it\nauth:\n  bearer: ${{{name}}}\ngives: {{ name: {{}} }}"
    assert desk.ask(declared(lines)).outcome == "refused"
    assert provider.heard == []


OAUTH = """
url: {origin}/it
auth:
  oauth2:
    token_url: {origin}/token
    client_id: ${{NAME}}
    client_secret: ${{WORD}}
    scope: a b
gives: {{ name: {{}} }}
"""


def test_a_token_is_fetched_once_for_all(provider: Any, new_desk: Any) -> None:
    provider.script("/token", says({"access_token": "T1", "expires_in": 3600}))
    provider.script("/it", says({"name": "a"}))
    service = declared(OAUTH.format(origin=provider.origin))
    assert [new_desk().ask(service).parts for _ in range(3)] == [{"name": "a"}] * 3
    assert provider.asked("/token") == 1
    assert provider.heard[0].body == b"grant_type=client_credentials&scope=a%20b"
    assert provider.heard[0].headers["authorization"] == "Basic YXNoYTpzM2NyZXQ="
    assert {heard.headers["authorization"] for heard in provider.heard[1:]} == {"Bearer T1"}


def test_a_token_that_is_refused_is_fetched_anew_once(provider: Any, desk: Desk) -> None:
    provider.script("/token", says({"access_token": "T1"}), says({"access_token": "T2"}))
    provider.script("/it", Answer(status=401), says({"name": "a"}))
    service = declared(OAUTH.format(origin=provider.origin))
    assert desk.ask(service).parts == {"name": "a"}
    assert provider.heard[-1].headers["authorization"] == "Bearer T2"
    provider.script("/it", Answer(status=401))
    assert desk.ask(service).outcome == "refused"
    assert provider.asked("/token") == 3


BAD_TOKENS = [
    says({"access_token": "a\r\nX-Evil: 1"}), says({"token": "a"}), says([]), Answer(status=400),
    Answer(status=302, headers={"Location": "/other"}),
    Answer(body=bomb(), headers={"Content-Encoding": "gzip"}),
]  # fmt: skip


@pytest.mark.parametrize("answer", BAD_TOKENS)
def test_a_bad_token_is_none(provider: Any, desk: Desk, answer: Any) -> None:
    provider.script("/token", answer)
    assert desk.ask(declared(OAUTH.format(origin=provider.origin))).outcome in (
        "refused",
        "bad_answer",
    )
    assert provider.asked("/it") == 0


REDIRECTS = [
    # lines, Location, whether it is followed
    ("", "/end", False),
    ("redirects: { most: 1 }", "/end", True),
    ("redirects: { most: 1 }", "http://169.254.169.254/latest/", False),
    ("redirects: { most: 1 }", "http://localhost:{port}/end", False),
    ("redirects: { most: 1, hosts: [localhost] }", "http://localhost:{port}/end", True),
    ("redirects: { most: 1 }", "//localhost:{port}/end", False),
    ("redirects: { most: 1 }", "file:///etc/passwd", False),
    ("redirects: { most: 1 }", "http://127.0.0.1@localhost/end", False),
    ("redirects: { most: 1 }", "", False),
    ("redirects: { most: 1 }", "/it", False),
]


@pytest.mark.parametrize(("lines", "location", "is_followed"), REDIRECTS)
def test_redirects(provider: Any, desk: Desk, lines: str, location: str, is_followed: bool) -> None:
    there = location.replace("{port}", str(provider.port))
    provider.script("/it", Answer(status=302, headers={"Location": there}))
    provider.script("/end", says({"name": "a"}))
    auth = "auth:\n  bearer: ${TOKEN}"
    service = declared(f"url: {provider.origin}/it\n{auth}\n{lines}\ngives: {{ name: {{}} }}")
    reply = desk.ask(service)
    assert (reply.outcome == "") is is_followed
    assert provider.asked("/end") == int(is_followed)
    for heard in provider.heard:
        if heard.headers["host"].startswith("localhost"):
            assert "authorization" not in heard.headers  # a secret is for one host


def test_nothing_that_somebody_typed_is_logged(
    provider: Any, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.script("/v1", says({"name": ["a PIN"]}))
    service = declared(QUERY.format(origin=provider.origin))
    for typed in ("9812345678", "../98123", "9" * 99):
        desk.ask(service, who=typed)
    written = "".join(capsys.readouterr())
    assert "service" in written
    assert "981234" not in written
    assert "99999" not in written
    assert "a PIN" not in written
