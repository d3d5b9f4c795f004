"""Arbitrary forms and bytes at every webhook: never a 5xx, and nothing stored twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIELDS = [
    "sessionId", "serviceCode", "phoneNumber", "networkCode", "text", "id", "from", "to", "date",
    "linkId", "isActive", "direction", "callerNumber", "destinationNumber", "status", "cost",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["+919812345678", "*384*97183#", "1", "0", "1*1", "", "Inbound", "UMANG", "+919718397183",
         "2026-11-23 09:00:00", "हाँ", "MTN", "x" * 300, "\x00", "‮", "CON x"],
    ),
    st.text(max_size=40),
)  # fmt: skip
FORMS = st.lists(st.tuples(st.sampled_from(FIELDS) | st.text(max_size=8), VALUES), max_size=14)
PATHS = [
    "/ussd/simulator", "/ussd/simulator/end", "/sms/simulator", "/missed-call/simulator",
    "/ussd/kenya/{secret}", "/ussd/kenya/{secret}/end", "/sms/kenya/{secret}",
    "/missed-call/kenya/{secret}", "/ussd/kenya", "/sms/nobody", "/missed-call/kenya/wrong",
    "/sms/kenya/{secret}/dlr", "/sms/kenya/dlr", "/sms/kenya/{secret}/optout",
    "/sms/simulator/inbox", "/l/abc",
]  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded", "application/json", "text/plain", "",
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=latin-1",
]  # fmt: skip
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def encoded(form: list[tuple[str, str]]) -> bytes:
    return urlencode(form, errors="replace").encode()


@pytest.mark.parametrize("path", PATHS)
@relaxed
@given(form=FORMS)
def test_arbitrary_forms_never_bring_a_5xx(
    house: Any, path: str, form: list[tuple[str, str]]
) -> None:
    answer = house.client.post(
        path.format(secret=house.secret), data=encoded(form), content_type=TYPES[0]
    )
    assert answer.status_code < 500, answer.text
    if path.startswith("/ussd/") and answer.status_code == 200 and not path.endswith("/end"):
        assert answer.text.startswith(("CON ", "END "))


@pytest.mark.parametrize("path", PATHS)
@relaxed
@given(
    body=st.binary(max_size=300), kind=st.sampled_from(TYPES), query=st.text(max_size=30),
    method=st.sampled_from(["GET", "POST"]),
)  # fmt: skip
def test_arbitrary_bytes_never_bring_a_5xx(
    house: Any, path: str, body: bytes, kind: str, query: str, method: str
) -> None:
    answer = house.client.open(
        path.format(secret=house.secret), method=method, data=body, content_type=kind,
        environ_overrides={"QUERY_STRING": query.encode(errors="replace").decode("latin-1")},
    )  # fmt: skip
    assert answer.status_code < 500, answer.text
