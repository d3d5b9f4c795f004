"""Which texts of a menu are held to DLT templates, and by what they are filled with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from menu.compiler import compile_menu
from menu.linter import check
from menu.transcripts import read
from telecom.dlt_values import Tag


def template(text: str, language: str = "en", **more: object) -> dict[str, object]:
    its = {"id": "110700000000000001", "category": "service-implicit", "language": language}
    return {**its, "text": text, **more}


def menu_of(template_text: str, sent: str, **parts: object) -> dict[str, str]:
    """A menu that asks for `it`, and sends a text with it."""
    menu: dict[str, Any] = {
        "version": 1,
        "name": "Example",
        "languages": ["en"],
        "entry_points": {"ussd": {"*384*7#": "home"}},
        "dlt": {"links": ["app.example"], "templates": {"one": template(template_text)}},
        "screens": {
            "home": {"text": "?", "ask": {"kind": "text", "save_as": "it"}, "go": "told"},
            "told": {"text": "Thanks.", "send_sms": sent, "dlt": "one", "end": "true"},
        },
        **parts,
    }
    return {"menus.yaml": json.dumps(menu, ensure_ascii=False)}


def asks(**ask: object) -> dict[str, object]:
    return {"text": "?", "ask": {"save_as": "it", **ask}, "go": "told"}


def found(ask: dict[str, object], template_text: str, sent: str, **more: object) -> list[str]:
    told = {"text": "Thanks.", "send_sms": sent, "dlt": "one", "end": "true"}
    files = menu_of(template_text, sent, screens={"home": ask, "told": told}, **more)
    return [each.rule for each in check(files)]


NUMBER = asks(kind="number", max="999")


@pytest.mark.parametrize(
    ("ask", "template_text", "sent", "rules"),
    [
        (NUMBER, "U: {#numeric#}.", "U: {it}.", []),
        (NUMBER, "U: {#numeric#}.", "U: {it:money}.", ["M903"]),
        (NUMBER, "U: {#var#}.", "U: {it:money}.", []),
        (NUMBER, "U: Rs {#numeric#}.", "U: Rs {it}.", []),
        (NUMBER, "U: Rs {#numeric#}.", "U: Rs {it}", ["M902"]),
        (NUMBER, "U: Rs {#numeric#}.", "U: rs {it}.", ["M902"]),
        (asks(kind="number", decimals="1"), "U: {#numeric#}.", "U: {it}.", ["M903"]),
        (asks(kind="number"), "U: {#numeric#}.", "U: {it}.", []),
        (asks(kind="date"), "U: {#alphanumeric#}.", "U: {it}.", ["M903"]),
        (asks(kind="date"), "U: {#alphanumeric#}.", "U: {it:date}.", []),
        (asks(kind="phone"), "U: {#numeric#}.", "U: {it}.", []),
        (asks(kind="yes_no"), "U: {#alphanumeric#}.", "U: {it}.", []),
        (asks(kind="yes_no"), "U: {#numeric#}.", "U: {it}.", ["M903"]),
        (asks(kind="text", max_length="30"), "U: {#alphanumeric#}.", "U: {it}.", []),
        (asks(kind="text", max_length="31"), "U: {#alphanumeric#}.", "U: {it}.", ["M903"]),
        (asks(kind="text", max_length="28"), "U: {#var#}.", "U: Mr {it}.", ["M903"]),
        (asks(kind="text", max_length="27"), "U: {#var#}.", "U: Mr {it}.", []),
        (asks(kind="text", max_length="9"), "U: {#var#}, {#var#}.", "U: {it}, {it}.", []),
    ],
)
def test_what_blanks_are_filled_with(
    ask: dict[str, object], template_text: str, sent: str, rules: list[str]
) -> None:
    assert found(ask, template_text, sent) == rules


@pytest.mark.parametrize(
    ("dlt", "rules"),
    [
        ({"operator": "airtel"}, []),
        ({"operator": "strictest"}, ["M903"]),
        ({}, ["M903"]),
        ({"lengths": {"alphanumeric": "35"}}, []),
        ({"operator": "airtel", "lengths": {"alphanumeric": "20"}}, ["M903"]),
    ],
)
def test_lengths_are_those_of_the_operator(dlt: dict[str, object], rules: list[str]) -> None:
    registered = {**dlt, "templates": {"one": template("U: {#alphanumeric#}.")}}
    ask = asks(kind="text", max_length="35")
    assert found(ask, "", "U: {it}.", dlt=registered) == rules


@pytest.mark.parametrize(
    ("tags", "rules"),
    [(["numeric"], []), (["email"], ["M903"]), (["numeric", "numeric"], ["M904"])],
)
def test_types_may_stand_beside_the_text(tags: list[str], rules: list[str]) -> None:
    one = template("U: {#var#}.", tags=tags)
    dlt = {"operator": "tata", "templates": {"one": one}}
    assert found(NUMBER, "", "U: {it}.", dlt=dlt) == rules
    if not rules:
        (compiled,) = book(menu_of("", "U: 5.", dlt=dlt)).templates
        assert [each.tag for each in compiled.variables] == [Tag.NUMERIC]


def book(files: dict[str, str]) -> Any:
    return compile_menu(files).dlt


@pytest.mark.parametrize(
    ("sms", "short_address", "template_text", "rules"),
    [
        ("App: {link}", None, "App: {#url#}", []),
        ("App: {link}", None, "App: {#numeric#}", ["M903"]),
        ("App: {link}", "https://app.example/l/", "App: {#url#}", []),
        ("App: {link}", "https://no.example/l/", "App: {#url#}", ["M903", "M905"]),
        ("App: {link}", "https://app.example/l/", "App: https://app.example/l/{#var#}", []),
        ("App {link}", "https://app.example/l/", "App: https://app.example/l/{#var#}", ["M902"]),
    ],
)
def test_short_addresses_go_into_links(
    sms: str, short_address: str | None, template_text: str, rules: list[str]
) -> None:
    dlt = {"links": ["app.example"], "templates": {"one": template(template_text)}}
    if short_address:
        dlt["short_address"] = short_address
    files = menu_of(
        "",
        "",
        dlt=dlt,
        links={"app": {"web": "https://app.example/", "sms": sms, "dlt": "one"}},
        screens={"home": {"text": "Hello.", "send_link": "app", "end": "true"}},
    )
    assert sorted(each.rule for each in check(files)) == rules


def test_plain_letters_are_what_is_registered() -> None:
    sent = "UMANG, it’s {it}."
    for plain, rules in (("true", []), ("false", ["M306", "M902"])):
        ask = asks(kind="text", max_length="9")
        rules_found = found(ask, "UMANG, it's {#var#}.", sent, plain_letters=plain)
        assert [rule for rule in rules_found if rule != "M306" or plain == "false"] == rules


def test_forms_for_one_and_many_are_each_held_to_a_template() -> None:
    sent: Any = {"count": "it", "one": "U: {it} day.", "other": "U: {it} days."}
    two = {"one": template("U: {#numeric#} days."), "day": template("U: {#numeric#} day.")}
    two["day"]["id"] = "110700000000000002"
    told: dict[str, object] = {"text": "Thanks.", "send_sms": sent, "end": "true"}
    for names, rules in ((["one"], ["M902", "M908"]), (["one", "day"], [])):
        screens = {"home": NUMBER, "told": {**told, "dlt": names}}
        files = menu_of("", "", dlt={"templates": two}, screens=screens)
        assert sorted(each.rule for each in check(files)) == rules


def test_screens_that_answer_a_text_are_held_as_they_are_sent() -> None:
    """With their choices, and the way out."""
    home = {
        "text": "UMANG",
        "options": [{"label": "Wheat", "go": "wheat"}, {"label": "Rice", "go": "wheat"}],
        "dlt": "one",
    }
    screens = {"home": home, "wheat": {"text": "U: 5.", "end": "true", "dlt": "five"}}
    points = {"sms": {"keywords": {"MANDI": "home"}}}
    for way_out, rules in (("0 Exit", set()), ("0 Back 00 Home", {"M902"})):
        templates = {"one": template(f"UMANG\n1 Wheat\n2 Rice\n{way_out}")}
        templates["five"] = template("U: 5.", id="110700000000000002")
        files = menu_of("", "", dlt={"templates": templates}, screens=screens, entry_points=points)
        by_phrases = {each.rule for each in check(files) if "phrase" not in each.reason}
        assert by_phrases == rules


def test_a_menu_without_templates_is_held_to_nothing() -> None:
    told = {"text": "Thanks.", "send_sms": "Whatever.", "end": "true"}
    files = menu_of("", "", dlt=None, screens={"home": NUMBER, "told": told})
    files["menus.yaml"] = files["menus.yaml"].replace('"dlt": null, ', "")
    assert check(files) == []
    assert book(files) is None


def test_the_tests_of_a_menu_refuse_what_no_check_can_see() -> None:
    """A row of a table, a condition: here a page that the check leaves to those who send."""
    options = [{"label": "Wheat", "go": "home", "when": "it == 1"}, {"label": "Rice", "go": "home"}]
    files = menu_of(
        "",
        "",
        dlt={"templates": {"one": template("UMANG\n1 Rice\n0 Exit")}},
        screens={"home": {"text": "UMANG", "options": options, "dlt": "one", "set": {"it": "1"}}},
        entry_points={"sms": {"keywords": {"MANDI": "home"}}},
        tests=[
            {"name": "in India", "text": "MANDI", "steps": [{"sms": "Rice"}]},
            {
                "name": "abroad",
                "caller": "+12025550123",
                "text": "MANDI",
                "steps": [{"sms": "Rice"}],
            },
        ],
    )
    assert {each.rule for each in check(files) if each.is_error} == set()
    in_india, abroad = read(files).run()
    assert "This SMS fits no DLT template" in str(in_india.failure)
    assert abroad.failure is None


def test_templates_know_their_line() -> None:
    (one,) = book(menu_of("U: {#var#}.", "U: Hello.")).templates
    assert one.at.startswith("menus.yaml:1:")
    assert (one.name, one.words) == ("one", ("U: ", "."))
