"""The corners of single rules; their plain cases are in broken/."""

from __future__ import annotations

import json

import pytest

from menu.linter import MAX_PER_RULE, check

MENU: dict[str, object] = {
    "version": 1,
    "name": "Example",
    "languages": ["en"],
    "entry_points": {"ussd": {"*384*7#": "home"}},
    "screens": {"home": {"text": "Hello.", "end": True}},
}


NEVER_USED = "M108"  # true of nearly every part that a table puts into a menu by itself


def rules_of(**parts: object) -> list[str]:
    text = json.dumps({**MENU, **parts}, ensure_ascii=False)
    found = [one.rule for one in check({"menus.yaml": text})]
    return [rule for rule in found if rule != NEVER_USED]


def screen(text: object, *options: dict[str, object]) -> dict[str, object]:
    return {"home": {"text": text, "options": list(options)}}


def link(**parts: object) -> dict[str, object]:
    return {"web": "https://app.example/", "sms": "{link}", **parts}


def test_the_menu_that_the_tables_change_has_no_fault() -> None:
    assert rules_of() == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("*384*97183#", []),
        ("*99#", []),
        ("#123#", []),
        ("*384*1*2*3#", []),
        ("*384*97183", ["M401"]),
        ("384#", ["M401"]),
        ("*384**7#", ["M401"]),
        ("*#", ["M401"]),
        ("*३८४#", ["M401"]),
        ("*384#\n", ["M401"]),
    ],
)
def test_service_codes(code: str, expected: list[str]) -> None:
    assert rules_of(entry_points={"ussd": {code: "home"}}) == expected


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        (["UMANG", "उमंग", "উমঙ্গ", "PF BALANCE", "B4"], []),
        (["1"], ["M402"]),
        (["१२"], ["M402"]),
        ([" 1. "], ["M402"]),
        (["*"], ["M402"]),
        (["?!"], ["M402"]),
        (["x" * 40], []),
        (["x" * 41], ["M402"]),
        (["App", "APP"], ["M403"]),
        (["PF  BALANCE", "pf balance."], ["M403"]),
        (["\u0958", "\u0915\u093c"], ["M403"]),  # one Hindi letter, two spellings
        (["B4", "B४"], ["M403"]),
    ],
)
def test_keywords(keywords: list[str], expected: list[str]) -> None:
    points = {"sms": {"keywords": dict.fromkeys(keywords, "home")}}
    assert rules_of(entry_points=points) == expected


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        ("+919718397183", []),
        ("+18001234567", []),
        ("919718397183", ["M404"]),
        ("09718397183", ["M404"]),
        ("+91 97183 97183", ["M404"]),
        ("+0123456789", ["M404"]),
        ("+1234567890123456", ["M404"]),
        ("+९१९७१८३९७१८३", ["M404"]),
    ],
)
def test_called_numbers(called: str, expected: list[str]) -> None:
    assert rules_of(entry_points={"missed_call": {called: "home"}}) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://web.umang.gov.in/web/#/", []),
        ("https://app.example:8443/a?b=c", []),
        ("http://127.0.0.1:8000/", []),
        ("http://localhost/", []),
        ("http://[::1]:8000/", []),
        ("http://app.example/", ["M405"]),
        ("http://127.0.0.1.example/", ["M405"]),
        ("javascript:alert(1)", ["M405"]),
        ("market://details?id=a", ["M405"]),
        ("//app.example/", ["M405"]),
        ("app.example", ["M405"]),
        ("https://", ["M405"]),
        ("https:///a", ["M405"]),
        ("https://a b/", ["M405"]),
        ("https://app.example/a b", ["M405"]),
        ("https://user:word@app.example/", ["M405"]),
        ("https://app.example:port/", ["M405"]),
        ("https://[::1/", ["M405"]),
        ("https://उमंग.example/", ["M405"]),
    ],
)
def test_addresses(address: str, expected: list[str]) -> None:
    assert rules_of(links={"app": link(web=address)}) == expected


@pytest.mark.parametrize(
    ("elsewhere", "abroad", "expected"),
    [
        ({"abroad": ["US", "GB", "NO"]}, {}, []),
        ({"abroad": ["UK"]}, {}, ["M406"]),
        ({"abroad": ["us"]}, {}, ["M406"]),
        ({"abroad": ["US", "US"]}, {}, ["M406"]),
        ({"abroad": ["US"], "app": ["US"]}, {}, ["M406"]),
        ({"app": ["US"]}, {}, ["M406"]),
        ({"abroad": ["US"]}, {"app": ["US"]}, ["M406", "M406"]),
        ({"abroad": ["US"]}, {"app": ["GB"]}, []),
        ({"nowhere": ["US"]}, {}, ["M101"]),
    ],
)
def test_elsewhere(
    elsewhere: dict[str, list[str]], abroad: dict[str, list[str]], expected: list[str]
) -> None:
    links = {"app": link(elsewhere=elsewhere), "abroad": link(elsewhere=abroad)}
    assert rules_of(links=links) == expected


@pytest.mark.parametrize(
    ("sms", "expected"),
    [
        ("App: {link}", []),
        ("{link} {link}", []),
        ("App", ["M304"]),
        ("App: {Link}", ["M304", "M304"]),
        ("{name}: {link}", ["M304"]),
        ("{name} {name}: {link}", ["M304"]),
        ("{link", ["M304", "M304"]),
        ({"en": "{link}", "hi": "लिंक"}, ["M301", "M304"]),
    ],
)
def test_placeholders_of_links(sms: object, expected: list[str]) -> None:
    assert sorted(rules_of(links={"app": link(sms=sms)})) == expected


@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        ({"back": "Return"}, []),
        ({"back": {"hi": "वापस"}}, ["M301"]),
        ({"wrong_choice": "{choice}?"}, ["M304"]),
        ({"goodbye": "Bye – bye"}, ["M306"]),
    ],
)
def test_own_phrases(phrases: dict[str, object], expected: list[str]) -> None:
    assert rules_of(phrases=phrases) == expected


# A label stands beside "98 More 0 Back 00 Home", which takes 23 septets with its line end.
@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("x" * (160 - 23 - 2), []),
        ("x" * (160 - 23 - 1), ["M206"]),
        ("ক" * (70 - 23 - 2), []),
        ("ক" * (70 - 23 - 1), ["M206"]),
    ],
)
def test_a_label_fits_beside_the_way_out(label: str, expected: list[str]) -> None:
    assert rules_of(screens=screen("Hello.", {"label": label, "go": "home"})) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("word " * 100, []),
        ("word " * 140, ["M206"]),
        ("শব্দ " * 40, []),
        ("শব্দ " * 60, ["M206"]),
        ("x" * 69 + "’", ["M306"]),
        ("ক’", []),  # is UCS-2 with or without the quote
    ],
)
def test_few_people_turn_many_pages(text: str, expected: list[str]) -> None:
    assert sorted(rules_of(screens={"home": {"text": text, "end": True}})) == expected


# "{who}" stands for as many characters as the answer may have.
@pytest.mark.parametrize(
    ("most", "text", "expected"),
    [
        (30, "{who} " * 13, []),
        (160, "{who} " * 13, ["M206"]),
        (160, "{who} " * 2, []),
    ],
)
def test_answers_count_with_all_that_they_may_have(
    most: int, text: str, expected: list[str]
) -> None:
    ask = {"kind": "text", "max_length": most, "save_as": "who"}
    screens = {
        "home": {"text": "Who?", "ask": ask, "go": "shown"},
        "shown": {"text": text, "end": True},
    }
    assert rules_of(screens=screens) == expected


@pytest.mark.parametrize(
    ("screens", "expected"),
    [
        ({"home": {"go": [{"when": "visits > 1", "go": "end"}, "end"]}}, ["M801"]),
        ({"home": {"set": {"visits": "visits + 1"}, "go": "end"}}, []),
        ({"home": {"set": {"visits": "visits"}, "go": "end"}}, ["M801"]),
        ({"home": {"set": {"a": "b + 1", "b": "c + 1", "c": "today - today"}, "go": "end"}}, []),
        ({"home": {"go": {"screen": "sub", "then": "end"}}, "sub": {"go": {"return": "true"}}}, []),
        ({"home": {"go": {"screen": "subb", "then": "end"}}}, ["M107"]),
        ({"home": {"go": {"then": "end"}}}, ["M053"]),
        ({"home": {"go": {"screen": "end", "return": "true"}}}, ["M053"]),
        ({"home": {"go": ["end", "end"]}}, ["M053"]),
        ({"home": {"text": "x", "confirm": {"yes": "end"}}}, ["M051"]),
        ({"home": {"text": "x", "confirm": {"yes": "end", "no": "nd"}}}, ["M107"]),
        ({"home": {"text": "x", "send_sms": "{who}", "end": "true"}, "end": None}, ["M703"]),
        ({"home": {"text": "x", "send_sms": "x", "end": "true"}, "end": None}, []),
        ({"home": {"helpline": "x"}, "end": None}, ["M808"]),
    ],
)
def test_where_screens_lead(screens: dict[str, object], expected: list[str]) -> None:
    both = {"end": {"text": "Bye.", "end": "true"}, **screens}
    parts = {name: screen for name, screen in both.items() if screen is not None}
    assert sorted(rules_of(screens=parts)) == expected


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        ({"kind": "number", "min": 5, "max": 3}, ["M053"]),
        ({"kind": "number", "decimals": 0}, []),
        ({"kind": "number", "decimals": 5}, ["M053"]),
        ({"kind": "number", "max_length": 5}, ["M050"]),
        ({"kind": "text", "max_length": 161}, ["M053"]),
        ({"kind": "text", "min_length": 9, "max_length": 3}, ["M053"]),
        ({"kind": "date", "earliest": "tomorrow"}, ["M053"]),
        ({"kind": "money", "currency": "rupees"}, ["M053"]),
        ({"kind": "pattern"}, ["M051"]),
        ({"kind": "pattern", "pattern": "(a+)+b"}, []),  # it cannot run away
        ({"kind": "choice", "choices": []}, ["M051"]),
        ({"kind": "choice", "choices": [{"value": "a", "label": "A"}] * 2}, ["M053"]),
        ({"kind": "yes_no", "tries": 0}, ["M053"]),
        ({"kind": "phone", "errors": {"max": "x"}}, ["M050"]),
        ({"kind": "number", "max": 9, "errors": {"max": "{limit}"}}, []),
        ({"kind": "number", "errors": {"max": "{limit}"}}, ["M307"]),
        ({"kind": "number", "max": 9, "errors": {"max": "{most}"}}, ["M304"]),
        ({"kind": "number", "after_last_try": "nowhere", "tries": 2}, ["M107"]),
        ({}, ["M051"]),
    ],
)
def test_questions(ask: dict[str, object], expected: list[str]) -> None:
    written = {key: str(value) if isinstance(value, int) else value for key, value in ask.items()}
    home = {"text": "?", "ask": {"save_as": "it", **written}, "go": "home"}
    assert rules_of(screens={"home": home}) == expected


@pytest.mark.parametrize(("length", "expected"), [(160 - 45, []), (160 - 45 + 1, ["M305"])])
def test_the_first_sms_is_one_segment_with_its_address(length: int, expected: list[str]) -> None:
    first = "x" * length + "{link}"
    assert rules_of(links={"app": link(sms_unknown_language=first)}) == expected


def test_the_first_sms_is_readable_on_every_phone() -> None:
    assert rules_of(links={"app": link(sms_unknown_language="ऐप {link}")}) == ["M305"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["1", "2"], []),
        ([None, "1"], ["M202"]),
        (["2", None], ["M202"]),
        (["97"], []),
        (["98"], ["M203"]),
        (["99"], ["M203"]),
        (["0"], ["M203"]),
        (["01"], ["M203"]),
    ],
)
def test_keys(keys: list[str | None], expected: list[str]) -> None:
    options: list[dict[str, object]] = [
        {"label": "A", "go": "home", **({"key": key} if key else {})} for key in keys
    ]
    assert rules_of(screens=screen("Hello.", *options)) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(5, []), (6, ["warning"]), (7, ["warning"]), (8, ["error"])]
)
def test_how_many_options(count: int, expected: list[str]) -> None:
    options: list[dict[str, object]] = [{"label": "A", "go": "home"}] * count
    text = json.dumps({**MENU, "screens": screen("Hello.", *options)})
    found = [(one.rule, str(one.severity)) for one in check({"menus.yaml": text})]
    assert found == [("M204", severity) for severity in expected]


LONG_FORM = """version: 1
name: Example
languages: [en]
entry_points:
  ussd:
    "*384*7#":
      go: home
      language: en
links:
  app:
    web: https://app.example/
    sms: "{link}"
    sms_unknown_language: "{link}"
    elsewhere:
      abroad:
        - GB
  abroad: { web: "https://app.example/", sms: "{link}" }
screens:
  home:
    text: Hello.
    options:
      - label: English
        language: en
        key: 1
        go: home
      - { label: B, go: home, key: 2 }
      - { label: C, go: home, key: 3 }
      - { label: D, go: home, key: 4 }
      - { label: E, go: home, key: 5 }
      - { label: F, go: home, key: 6 }
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("      language: en", "      language: xx", '8:17 M301 error "xx" is not a language'),
        ("        language: en", "        language: xx", '23:19 M301 error "xx" is not a lan'),
        ("key: 2", "key: 1", '26:36 M202 error The key "1" is taken by an option above.'),
        ("key: 2", "key: 98", '26:36 M203 error The key "98" is reserved.'),
        ("        - GB", "        - UK", '16:11 M406 error "UK" is not a country.'),
        ("      abroad:", "      abrod:", '15:7 M101 error "abrod" is not a link. Did you mean'),
        (
            '    sms_unknown_language: "{link}"',
            '    sms_unknown_language: "ऐप {link}"',
            '13:27 M305 warning "ऐ" is not in GSM-7',
        ),
        (
            '    sms_unknown_language: "{link}"',
            "    sms_unknown_language: App",
            "13:27 M304 error This text has no place for the address",
        ),
        (
            "      - {",
            "      - { key: 7, label: G, go: home }\n" * 2 + "      - {",
            "21:5 M204 error 8",
        ),
    ],
)
def test_where_a_mistake_is_shown(before: str, after: str, expected: str) -> None:
    found = [str(one) for one in check({"menus.yaml": LONG_FORM.replace(before, after, 1)})]
    assert any(line.startswith(f"menus.yaml:{expected}") for line in found), found


def test_a_language_option_may_stand_deeper_in_the_menu() -> None:
    screens = {
        "home": {"text": "A", "options": [{"label": "B", "go": "more"}]},
        "more": {"text": "A", "options": [{"label": "C", "go": "home", "language": "hi"}]},
    }
    assert rules_of(languages=["en", "hi"], screens=screens) == []


def test_a_rule_stops_when_it_has_made_its_point() -> None:
    options = [{"label": "A", "go": f"nowhere_{count}"} for count in range(7)]
    screens = {
        f"screen_{count}": {"text": "A", "options": options} for count in range(MAX_PER_RULE)
    }
    found = rules_of(entry_points={"ussd": {"*1#": "screen_0"}}, screens=screens)
    assert found.count("M107") == MAX_PER_RULE
