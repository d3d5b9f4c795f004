"""What services lack here: told with its place, and without what any variable holds."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from menu.linter import examine
from services.address_guard import AddressGuard
from services.surroundings import Surroundings

MENU = """version: 1
name: Example
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
services:
  it:
%s
screens:
  home: { text: Hello., call: { service: it, on_error: sorry }, end: true }
  sorry: { text: Try later., end: true }
"""
SET = "Set it where the bridge runs, and start the bridge again."
OPEN = "BRIDGE_SERVICES_NETWORKS opens networks of your own; see docs/adding-a-service.md."
OAUTH = '{ oauth2: { token_url: "${LOGIN}/t", client_id: "${ID}", client_secret: "${WORD}" } }'
ALL = {"LOGIN": "https://l.example", "ID": "me", "WORD": "s3cret", "URL": "https://a.example"}
TABLE = 'table: { database: "${OFFICES}", query: "select 1 as a" }\ngives: { a: {} }'

ROWS = [
    ("url: https://a.example/", {}, []),
    ('url: "${URL}/v1"', ALL, []),
    ('url: "${URL}/v1"', {}, [f"7:10 M840 warning URL is not set. {SET}"]),
    ('url: "${URL}/v1"', {"URL": " "}, [f"7:10 M840 warning URL is not set. {SET}"]),
    (
        'url: "https://${URL}/v1/${STAGE}"\nauth: { bearer: "${URL}" }',
        {},
        [f"7:10 M840 warning STAGE is not set. {SET}", f"7:10 M840 warning URL is not set. {SET}"],
    ),
    (
        'url: "${URL}/v1"\nauth: { bearer: "${T0}" }',
        {"URL": "https://a.example", "T0": "a\nb"},
        [f"8:21 M841 warning T0 has characters that no header can have. {SET}"],
    ),
    (
        'url: https://a.example/\nauth: { basic: { username: "${N}", password: "${P}" } }',
        {},
        [f"8:32 M840 warning N is not set. {SET}", f"8:50 M840 warning P is not set. {SET}"],
    ),
    (
        'url: https://a.example/\nauth: { api_key: { value: "${K}", header: X-Key } }',
        {},
        [f"8:31 M840 warning K is not set. {SET}"],
    ),
    (
        f"url: https://a.example/\nauth: {OAUTH}",
        {"ID": "me"},
        [
            f"8:34 M840 warning LOGIN is not set. {SET}",
            f"8:83 M840 warning WORD is not set. {SET}",
        ],
    ),
    (f'url: "${{URL}}/"\nauth: {OAUTH}', ALL, []),
    (
        f"url: https://a.example/\nauth: {OAUTH}",
        {**ALL, "LOGIN": "http://l.example"},
        [
            "8:34 M841 warning A secret would travel in the clear: the address begins with"
            f" http://. {SET}"
        ],
    ),
    (TABLE, {}, [f"7:24 M840 warning OFFICES is not set. {SET}"]),
    (TABLE, {"OFFICES": "postgresql://me:s3cret@db.example/x"}, []),
    (
        'url: "${URL}/v1"',
        {"URL": "https://me:s3cret@a.example"},
        [f"7:10 M841 warning URL does not hold the beginning of an address. {SET}"],
    ),
    (
        'url: "${URL}/v1"\nhosts: [b.example]',
        {"URL": "https://a.example"},
        [f"7:10 M841 warning URL leads to a host that is not under hosts. {SET}"],
    ),
    ("url: https://10.20.0.7/v1", {}, []),
    (
        "url: https://10.21.0.7/v1",
        {},
        [f"7:10 M842 warning No service may be at this address. {OPEN}"],
    ),
    (
        'url: "${URL}/v1"',
        {"URL": "https://[fd00::7]"},
        [f"7:10 M842 warning No service may be at this address. {OPEN}"],
    ),
    ("url: http://localhost:9/v1", {}, []),
    ("url: http://127.0.0.1:9/v1", {}, []),
    ("python: our.prices:find", {}, []),
]


@pytest.mark.parametrize(("lines", "environ", "expected"), ROWS)
def test_what_is_told(lines: str, environ: dict[str, str], expected: list[str]) -> None:
    indented = "\n".join(f"    {line}" for line in lines.splitlines())
    source = examine({"menus.yaml": MENU % indented}).source
    assert source is not None
    guard = AddressGuard(networks=[ip_network("10.20.0.0/16")])
    surroundings = Surroundings(environ, guard)
    found = sorted(str(each) for each in surroundings.check(source))
    assert found == [f"menus.yaml:{line}" for line in expected]
    told = [str(lack) for lack in surroundings.lacks_of(source.declared["it"])]
    assert len(told) == len(expected)
    assert not [line for line in (*found, *told) if "s3cret" in line or "a.example" in line]
