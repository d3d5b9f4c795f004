"""Reading forms: what frameworks forgive is said here."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.form import identifier, parse_form, required, with_plus
from gateways.webhook import WebhookRequest
from telecom.errors import Malformed

FORM = "application/x-www-form-urlencoded"
NAMES = frozenset({"text", "to", "नाम"})


def _request(
    body: bytes = b"", *, method: str = "POST", query: str = "", kind: str | None = FORM
) -> WebhookRequest:
    headers = {} if kind is None else {"content-type": kind}
    return WebhookRequest(
        method=method, path="/", query=query, headers=headers, body=body, client=""
    )


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"text=Hi&to=22384", {"text": "Hi", "to": "22384"}),
        (b"text=a+b%20c%2Bd", {"text": "a b c+d"}),
        (b"text=%E0%A4%B9%0Aok", {"text": "ह\nok"}),
        ("text=ह".encode(), {"text": "ह"}),
        (b"text=", {"text": ""}),
        (b"text", {"text": ""}),
        (b"text=a=b", {"text": "a=b"}),
        (b"text=100%", {"text": "100%"}),  # the URL standard keeps a stray percent sign
        (b"text=%zz", {"text": "%zz"}),
        (b"%74ext=Hi", {"text": "Hi"}),
        (b"%E0%A4%A8%E0%A4%BE%E0%A4%AE=1", {"नाम": "1"}),
        (b"&&text=1&&", {"text": "1"}),
        (b"other=1&Text=2", {}),
        (b"=1", {}),
        (b"", {}),
    ],
)
def test_a_body(body: bytes, form: dict[str, str]) -> None:
    assert parse_form(_request(body), NAMES) == form


@pytest.mark.parametrize(
    "kind", [None, FORM, FORM.upper(), f"{FORM}; charset=UTF-8", f'{FORM};charset="utf-8"']
)
def test_content_types_of_a_form(kind: str | None) -> None:
    assert parse_form(_request(b"text=1", kind=kind), NAMES) == {"text": "1"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", f"{FORM}; charset=latin-1", "x"]
)
def test_other_content_types(kind: str) -> None:
    with pytest.raises(Malformed, match="content type"):
        parse_form(_request(b"text=1", kind=kind), NAMES)


def test_a_get_reads_its_query_and_no_body() -> None:
    asked = _request(b"to=body", method="GET", query="text=%E0%A4%B9", kind=None)
    assert parse_form(asked, NAMES) == {"text": "ह"}


def test_a_query_of_raw_utf_8_as_wsgi_hands_it_over() -> None:
    query = "text=ह".encode().decode("latin-1")
    assert parse_form(_request(method="GET", query=query), NAMES) == {"text": "ह"}


@pytest.mark.parametrize("query", ["text=\xff", "text=%ff", "text=ह", "text=\udcff"])
def test_a_query_that_is_no_utf_8(query: str) -> None:
    with pytest.raises(Malformed):
        parse_form(_request(method="GET", query=query), NAMES)


@settings(max_examples=200)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_survives(text: str) -> None:
    from urllib.parse import urlencode

    body = urlencode({"text": text, "to": text}).encode()
    assert parse_form(_request(body), NAMES) == {"text": text, "to": text}


@pytest.mark.parametrize("value", ["a", "ATUid_0a-1:2", "x" * 128])
def test_identifiers(value: str) -> None:
    assert identifier({"id": value}, "id") == value


@pytest.mark.parametrize("value", ["", " ", "a b", "a\n", "ह", "x" * 129, "\x7f"])
def test_no_identifiers(value: str) -> None:
    with pytest.raises(Malformed, match="id: not an id"):
        identifier({"id": value}, "id")


def test_required_may_be_empty_but_not_absent() -> None:
    assert required({"text": ""}, "text") == ""
    with pytest.raises(Malformed, match="text: missing"):
        required({}, "text")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" 254711", "+254711"),
        ("+254711", "+254711"),
        ("22384", "22384"),
        (" MTN", " MTN"),
        (" ", " "),
    ],
)
def test_a_lost_plus(written: str, read: str) -> None:
    assert with_plus(written) == read
