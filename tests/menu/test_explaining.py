"""Who leads to a screen, how it is dialled, what it needs, sends and costs."""

from __future__ import annotations

from typing import Final

import pytest

from menu.drafts import Draft, read_draft
from menu.explaining import Explained, explain
from menu.graphing import Why, graph_of
from menu.mermaid import write_mermaid
from menu.services import ServiceSpec
from menu.traffic import Traffic
from menu.value_types import ValueKind
from telecom.prices import PriceList

MENU: Final = """version: 1
name: Office
languages: [en, hi]
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { HOURS: info }, default: home }
  missed_call: { "+919718397183": app }
links: { app: { web: "https://example.org/", sms: { en: "App: {link}", hi: "ऐप: {link}" } } }
screens:
  home:
    text: { en: Office, hi: दफ्तर }
    options:
      - { label: { en: Info, hi: सूचना }, go: info }
      - { label: { en: Pay, hi: भुगतान }, go: amount }
      - { label: { en: Language, hi: भाषा }, go: language }
      - { label: { en: The app, hi: ऐप }, go: app }
      - { label: { en: Help, hi: मदद }, go: { screen: help, then: info } }
  language:
    text: { en: Language, hi: भाषा }
    options:
      - { languages: all, go: home }
  info:
    text: { en: "Open until 5.", hi: "5 बजे तक।" }
    options:
      - { label: { en: More, hi: और }, go: more }
      - { label: { en: Rich, hi: अमीर }, go: rich, when: amount > 500 }
  rich: { text: { en: Rich., hi: अमीर। }, end: true }
  more: { text: { en: Nothing more., hi: बस। }, end: true }
  help:
    text: { en: Help!, hi: मदद! }
    options: [ { label: { en: Done, hi: हो गया }, go: { return: true } } ]
  amount:
    text: { en: How much?, hi: कितना? }
    ask: { kind: money, save_as: amount, tries: 2, after_last_try: more }
    go: sure
  sure:
    text: { en: "{amount:money}?", hi: "{amount:money}?" }
    confirm: { yes: paid, no: home }
  paid:
    call:
      service: pay
      with: { sum: "{amount}" }
      save_as: bill
      on_error: more
      outcomes: { slow: info }
    text: { en: "No. {bill.number}", hi: "न. {bill.number}" }
    send_sms: { en: "Paid {amount:money}, no. {bill.number}", hi: "भुगतान {amount:money}" }
    end: true
  app: { send_link: app, text: { en: An SMS comes., hi: SMS आएगा। }, end: true }
"""
SERVICES: Final = {
    "pay": ServiceSpec(takes=frozenset({"sum"}), gives={"number": ValueKind.TEXT}, reads=True)
}
PRICES: Final = {
    "africa": PriceList.parse({"IN": "0.25 INR", "default": "2 INR"}),
    "far": PriceList.parse({"KE": "1 KES", "default": "3 KES"}),
}


@pytest.fixture(scope="module")
def draft() -> Draft:
    read = read_draft({"menus.yaml": MENU}, SERVICES)
    assert isinstance(read, Draft), "\n".join(map(str, read))
    return read


@pytest.mark.parametrize(
    ("screen", "channel", "told", "shortcut"),
    [
        ("home", "ussd", "dial *384*7#", "*384*7#"),
        ("info", "ussd", "dial *384*7#, press 1 (Info)", "*384*7*1#"),
        ("info", "sms", "text HOURS", ""),
        ("more", "ussd", "dial *384*7#, press 1 (Info), press 1 (More)", "*384*7*1*1#"),
        ("sure", "ussd", "dial *384*7#, press 2 (Pay), write an answer", ""),
        # it sends something: nobody may be led there unseen
        ("app", "ussd", "dial *384*7#, press 4 (The app)", ""),
        ("app", "missed_call", "ring +919718397183", ""),
        ("app", "sms", "any other text, press 4 (The app)", ""),
    ],
)
def test_how_a_screen_is_reached(
    draft: Draft, screen: str, channel: str, told: str, shortcut: str
) -> None:
    routes = {each.way.channel: each for each in explain(draft, screen, {}).routes}
    assert (routes[channel].told, routes[channel].shortcut) == (told, shortcut)


def test_nobody_comes_further_by_a_missed_call(draft: Draft) -> None:
    assert [each.way.channel for each in explain(draft, "more", {}).routes] == ["ussd", "sms"]


@pytest.mark.parametrize(
    ("screen", "led"),
    [
        (
            "info",
            {
                ("home", "1 Info", Why.CHOICE),
                ("home", "after the sub-menu", Why.AFTER),
                ("paid", "slow", Why.FAILURE),
            },
        ),
        (
            "more",
            {
                ("info", "1 More", Why.CHOICE),
                ("amount", "after the last try", Why.LAST_TRY),
                ("paid", "the service fails", Why.FAILURE),
            },
        ),
        (
            "rich",
            {("info", "2 Rich (when amount > 500)", Why.CHOICE)},
        ),
        ("home", {("language", "a language", Why.ROW), ("sure", "2 No", Why.CHOICE)}),
        ("sure", {("amount", "an answer", Why.ANSWER)}),
    ],
)
def test_who_leads_there(draft: Draft, screen: str, led: set[tuple[str, str, Why]]) -> None:
    found = explain(draft, screen, {}).led_from
    assert {(edge.source, edge.told, edge.why) for edge in found} == led
    assert all(edge.place.line > 9 for edge in found)


def needs(explained: Explained) -> dict[str, tuple[str, tuple[str, ...], bool]]:
    return {need.name: (need.what, need.saved_by, need.is_sure) for need in explained.needs}


def test_what_a_screen_needs(draft: Draft) -> None:
    assert needs(explain(draft, "sure", {})) == {"amount": ("money", ("amount",), True)}
    assert needs(explain(draft, "info", {})) == {"amount": ("money", ("amount",), False)}
    assert needs(explain(draft, "paid", {})) == {
        "amount": ("money", ("amount",), True),
        "bill": ("text, the answer of a service", ("paid",), False),
    }
    assert needs(explain(draft, "home", {})) == {}


def test_what_it_costs(draft: Draft) -> None:
    explained = explain(draft, "paid", PRICES)
    english, hindi = (view for view in explained.views if view.shown == "sms")
    assert "Rs 1,250.50" in english.text
    assert {name: str(money) for name, money in explained.costs(english).items()} == {
        "africa": "0.25 INR",
        "far": "3.00 KES",
    }
    assert hindi.size.encoding == "ucs2"
    assert explained.call is not None


def test_mermaid_has_every_screen_and_step(draft: Draft) -> None:
    graph = graph_of(draft.source, draft.program, "hi")
    text = write_mermaid(graph, Traffic({("home", "info"): 7}))
    assert text.startswith("flowchart LR\n")
    for name in graph.nodes:
        assert f'"{name}<br>' in text
    assert "1 सूचना<br>after the sub-menu<br>7 times" in text
    assert (
        text.count("-->") + text.count("-.->")
        == 3 + len({(edge.source, edge.target) for edge in graph.edges}) + 1
    )  # info, home, app by what is texted, dialled and rung
