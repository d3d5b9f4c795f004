"""Figures of how often callers went from screen to screen, as CSV and as JSON."""

from __future__ import annotations

import pytest

from menu.traffic import BadTraffic, read_traffic

CSV = "from,to,times\n,home,10\nhome,app,4\nhome,app,1\nhome,,5\n"
JSON = """[{"from": "", "to": "home", "times": 10}, {"from": "home", "to": "app", "times": "5"},
  {"from": "home", "to": null, "times": 5}]"""


@pytest.mark.parametrize("text", [CSV, "\ufeff" + CSV, JSON, CSV.replace("\n", "\r\n")])
def test_figures_are_added_up(text: str) -> None:
    traffic = read_traffic(text)
    assert traffic.along("home", "app") == 5
    assert traffic.along("app", "home") == 0
    assert (traffic.arrivals("home"), traffic.exits("home")) == (10, 5)
    assert traffic.unknown(["home"]) == ["app"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "first line must name the columns: from,to,times"),
        ("a,b\n1,2\n", "first line must name the columns"),
        ("from,to,times\nhome,app,many\n", 'Row 1: "many" is not a whole number'),
        ("from,to,times\nhome,app,-1\n", '"-1" is not'),
        ("from,to,times\nhome,app,१२\n", '"१२" is not'),
        ("from,to,times\nhome,app,1e9\n", '"1e9" is not'),
        ("from,to,times\nhome,app,99999999999999999999\n", "is not a whole number"),
        ("from,to,times\nhome\n", '"None" is not'),
        ("[", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "Row 1 must be an object"),
        ('[{"from": "a"}]', "Row 1 must be an object with from, to, times"),
        ('from,to,times\n"' + "x" * 200_000, "not CSV"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_table_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadTraffic, match=r".") as caught:
        read_traffic(text)
    assert why in str(caught.value)
