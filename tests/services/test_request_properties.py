"""Whatever somebody types, it changes nothing of a request but its own component."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from menu.service_parts import Http, Service
from services.request_writing import BadInput, WrittenRequest, taken_from, write_request
from tests.services.conftest import declared

SHARED = """
url: https://api.example:8443/v1/{{q}}/end
takes: {{ q: {{ max: 160 }}, r: {{ max: 160 }} }}
query: {{ a: fixed, q: '{{q}}', r: 'x{{r}}y' }}
headers: {{ X-Own: fixed }}
gives: {{ a: {{}} }}
{body}
"""
JSON = declared(SHARED.format(body="json: { q: '{q}', in: [ { r: 'x{r}y' }, 5 ] }"))
FORM = declared(SHARED.format(body="form: { q: '{q}', r: 'x{r}y', b: fixed }"))
TEXTS = st.text(max_size=60) | st.text(
    alphabet="../\\?#%&=@:;+{}[]\"'<>\r\n\t \0\u2028qr09", max_size=40
)
NASTY = (
    "../../admin?x=", "@host/", "a\r\nX-Evil: 1", "#", "..", ".", "%2e%2e%2f", "{r}", '","r":"',
    "&r=1", "\u2025", "％２ｆ", "//evil.example", "\\\\evil", "a" * 10_000, "उमंग", "\ud800",
)  # fmt: skip
BOTH = pytest.mark.parametrize("service", [JSON, FORM], ids=["json", "form"])


def written(service: Service, q: str, r: str) -> WrittenRequest | None:
    """None where nothing is sent."""
    assert isinstance(service.way, Http)
    try:
        return write_request(service.way, service, taken_from(service, {"q": q, "r": r}))
    except BadInput as fault:
        assert len(str(fault)) < 60  # noqa: PT017 - and so nothing of what was typed
        return None


def judge(service: Service, q: str, r: str) -> bool:
    request = written(service, q, r)
    if request is None:
        return False
    q, r = q.strip(), r.strip()
    assert request.url.isascii()
    assert request.url.isprintable()
    url = urlsplit(request.url)
    assert (url.scheme, url.netloc, url.fragment) == ("https", "api.example:8443", "")
    first, version, segment, end = url.path.split("/")
    assert (first, version, end) == ("", "v1", "end")
    assert unquote(segment) == q
    assert segment.strip(".")
    fields = [("a", "fixed"), ("q", q), ("r", f"x{r}y")]
    assert parse_qsl(url.query, strict_parsing=True, keep_blank_values=True) == fields
    kind = "application/json" if service is JSON else "application/x-www-form-urlencoded"
    assert request.headers == {
        "Accept": "application/json", "X-Own": "fixed", "Content-Type": kind,
    }  # fmt: skip
    if service is JSON:
        assert json.loads(request.body) == {"q": q, "in": [{"r": f"x{r}y"}, 5]}
    else:
        pairs = parse_qsl(request.body.decode("ascii"), strict_parsing=True)
        assert pairs == [("q", q), ("r", f"x{r}y"), ("b", "fixed")]
    return True


@BOTH
@given(q=TEXTS, r=TEXTS)
@example(q="a", r="{q}")
def test_no_text_changes_host_path_header_or_structure(service: Service, q: str, r: str) -> None:
    judge(service, q, r)


@BOTH
@pytest.mark.parametrize("text", NASTY)
def test_the_worst_texts(service: Service, text: str) -> None:
    judge(service, text, "x")
    judge(service, "x", text)


@BOTH
@pytest.mark.parametrize("text", ["a b", "उमंग", "a&b=c", "{r}", '"', "@host", "a+b"])
def test_what_is_harmless_is_sent(service: Service, text: str) -> None:
    assert judge(service, text, text)
