"""The routes of gateways.yaml: what they may say, and every mistake with its place."""

from __future__ import annotations

from typing import Any

import pytest

from gateways.findings import BadGateways
from gateways.loader import Shelf, load
from gateways.number_format import NumberFormat, render_number
from telecom.dlt import DltIds
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass

URL = "https://sanket.example.in"
TWO = """\
gateways:
  india_a:
    vendor: africastalking
    username: sanket
    api_key: ${KEY}
    webhook_secret: ${SECRET}
    cost: 0.18
    sender_tps: 5
    number_format: without_plus
    dlt: {entity_id: "1101234567890123456", header: UMANGX, templates: {link: "110712345678901234"}}
  india_b:
    vendor: africastalking
    username: sanket
    api_key: ${KEY}
    webhook_secret: ${SECRET}
  old:
    vendor: africastalking
    enabled: false
routes:
"""
ENV = {"KEY": "k" * 20, "SECRET": "s" * 20}


def read(routes: str, env: Any = ENV) -> Shelf:
    return load(TWO + routes, "gateways.yaml", env, development=False, public_url=URL)


def test_a_file_with_routes() -> None:
    shelf = read(
        "  - {country: IN, class: [link, result], use: {india_a: 3, india_b: 1}}\n"
        "  - {prefix: ['+9198', '+9199'], channel: missed_call, use: india_b}\n"
        "  - {use: [india_a, india_b], prefer: cost, at_most: 1}\n"
    )
    first, second, third = shelf.routes
    assert first.country == ("IN",)
    assert first.message_class == (MessageClass.LINK, MessageClass.RESULT)
    assert first.use == {"india_a": 3, "india_b": 1}
    assert (first.prefer, first.at_most) == ("weight", 2)
    assert (second.prefix, second.channel, second.use) == (
        ("+9198", "+9199"), ("missed_call",), {"india_b": 1},
    )  # fmt: skip
    assert (third.use, third.prefer, third.at_most) == ({"india_a": 1, "india_b": 1}, "cost", 1)
    settings = shelf.gateways["india_a"].settings
    assert (settings.cost, settings.sender_tps) == (0.18, 5)
    assert settings.dlt is not None
    assert settings.dlt.ids_for(MessageClass.LINK) == DltIds(
        entity_id="1101234567890123456", header="UMANGX", template_id="110712345678901234"
    )
    assert settings.dlt.ids_for(MessageClass.OTP).template_id is None


def test_what_is_disabled_takes_nothing() -> None:
    shelf = read("  - {use: {old: 9, india_b: 1}}\n  - {use: old}\n")
    assert [route.use for route in shelf.routes] == [{"india_b": 1}]
    assert [str(found).split()[1] for found in shelf.warnings] == ["G204"]


@pytest.mark.parametrize(
    ("route", "place", "words"),
    [
        ("{country: IN, use: {india_c: 1}}", "20:25 G110", "Did you mean"),
        ("{use: india_c}", "20:11 G110", "no such gateway"),
        ("{use: [india_a, nobody]}", "20:21 G110", "no such gateway"),
        ("{use: {india_a: 0}}", "20:21 G103", "must be above 0"),
        ("{use: {india_a: much}}", "20:21 G103", "not a number"),
        ("{use: {}}", "20:11 G103", "use"),
        ("{country: IN}", "20:5 G102", '"use" is missing'),
        ("{country: India, use: india_a}", "20:15 G103", "Two capital letters"),
        ("{countri: IN, use: india_a}", "20:6 G101", 'Did you mean "country"'),
        ("{prefix: 98, use: india_a}", "20:14 G103", "prefix"),
        ("{class: urgent, use: india_a}", "20:13 G103", "link, result"),
        ("{message_class: link, use: india_a}", "20:6 G101", "message_class"),
        ("{channel: email, use: india_a}", "20:15 G103", "missed_call"),
        ("{prefer: luck, use: india_a}", "20:14 G103", "prefer"),
        ("{at_most: 9, use: india_a}", "20:15 G103", "5 or less"),
        ("india_a", "20:5 G103", "routes"),
    ],
)
def test_a_mistake_has_its_place(route: str, place: str, words: str) -> None:
    with pytest.raises(BadGateways) as refused:
        read(f"  - {route}\n")
    (found,) = [str(one) for one in refused.value.findings if one.is_error]
    assert found.startswith(f"gateways.yaml:{place}")
    assert words in found


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (("1101234567890123456", "110123"), "10:22 G103"),
        (("UMANGX", "UM NG"), "10:53 G103"),
        (("110712345678901234", "11-07"), "10:79 G103"),
        (("without_plus", "digits"), "9:20 G103"),
        (("sender_tps: 5", "sender_tps: 0"), "8:17 G103"),
        (("cost: 0.18", "cost: -1"), "7:11 G103"),
    ],
)
def test_a_mistake_in_the_accounts(changed: tuple[str, str], place: str) -> None:
    text = TWO.replace(*changed) + "  - {use: india_b}\n"
    with pytest.raises(BadGateways) as refused:
        load(text, "gateways.yaml", ENV, development=False, public_url=URL)
    assert any(str(one).startswith(f"gateways.yaml:{place}") for one in refused.value.findings)


def test_routes_are_a_list() -> None:
    with pytest.raises(BadGateways, match="routes"):
        read("  use: india_a\n")


@pytest.mark.parametrize(
    ("e164", "number_format", "written"),
    [
        ("+919876543210", NumberFormat.E164, "+919876543210"),
        ("+919876543210", NumberFormat.WITHOUT_PLUS, "919876543210"),
        ("+919876543210", NumberFormat.NATIONAL, "09876543210"),
        ("+254711000111", NumberFormat.NATIONAL, "0711000111"),
        ("+12025550123", NumberFormat.NATIONAL, "2025550123"),
    ],
)
def test_the_formats_of_numbers(e164: str, number_format: NumberFormat, written: str) -> None:
    assert render_number(Msisdn.parse(e164, "ZZ"), number_format) == written
