"""A menu of several files is the menu that it would be in one."""

from __future__ import annotations

import time

from menu.compiler import compile_menu, compile_published
from menu.linter import check
from menu.transcripts import read

ROOT = """version: 1
name: Village office
languages: [en]
include: [crops.yaml, parts/helplines.yaml]
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { OFFICE: home } }
screens:
  home:
    text: Village office
    options:
      - { label: Crops, go: crops }
      - { label: Helplines, go: helplines }
tests:
  - { name: home, dial: "*384*7#", steps: [{ sees: Village }] }
"""
CROPS = """entry_points:
  ussd: { "*384*7*1#": crops }
  sms: { keywords: { CROPS: crops }, default: home }
  missed_call: { "+911123456789": helplines }
links:
  app: { web: "https://office.example/", sms: "App: {link}" }
screens:
  crops: { text: Wheat and rice, options: [{ label: App, go: app }] }
  app: { send_link: app, text: You get an SMS., end: true }
tests:
  - { name: crops, dial: "*384*7#", steps: [{ press: 1 }, { sees: Wheat }] }
  - { name: wrong, dial: "*384*7#", steps: [{ press: 1 }, { sees: Barley }] }
"""
HELPLINES = """screens:
  helplines: { text: Dial 112, end: true }
tests:
  - { name: helplines, dial: "*384*7#", steps: [{ press: 2 }, { sees: "112" }] }
"""
FILES = {"menus.yaml": ROOT, "crops.yaml": CROPS, "parts/helplines.yaml": HELPLINES}


def test_all_parts_are_there_in_order() -> None:
    assert check(FILES) == []
    program = compile_menu(FILES)
    assert list(program.screens) == ["home", "crops", "app", "helplines"]
    assert list(program.ussd) == ["*384*7#", "*384*7*1#"]
    assert list(program.sms_keywords) == ["office", "crops"]
    assert program.sms_default is not None
    assert list(program.missed_call) == ["+911123456789"]
    assert list(program.links) == ["app"]
    assert compile_published(FILES) == program


def test_five_thousand_screens_take_a_second() -> None:
    """Here ten times as long; a step that compares all with all would take minutes."""
    started = time.process_time()
    names = [f"part{count}.yaml" for count in range(25)]
    root = ROOT.replace("crops.yaml, parts/helplines.yaml", ", ".join(names))
    files = {"menus.yaml": root.replace("go: crops", "go: s0").replace("go: helplines", "go: s1")}
    for place, name in enumerate(names):
        numbers = range(200 * place, 200 * (place + 1))
        files[name] = "screens:\n" + "".join(
            f"  s{count}:\n    text: Ward {count}\n    options:\n"
            f"      - {{ label: Next, go: s{(count + 1) % 5_000} }}\n"
            f"      - {{ label: Far, go: s{(7 * count) % 5_000} }}\n"
            for count in numbers
        )
    assert check(files) == []
    assert time.process_time() - started < 10


def test_the_root_need_not_have_what_a_part_has() -> None:
    root = "version: 1\nname: Office\nlanguages: [en]\ninclude: [all.yaml]\n"
    part = (
        'entry_points: { ussd: { "*384*7#": home } }\nscreens: { home: { text: Hi, end: true } }\n'
    )
    assert check({"menus.yaml": root, "all.yaml": part}) == []


def test_tests_run_from_every_file_and_name_their_own_lines() -> None:
    outcomes = list(read(FILES).run())
    assert [outcome.name for outcome in outcomes] == ["home", "crops", "wrong", "helplines"]
    (failure,) = (outcome.failure for outcome in outcomes if outcome.failure)
    assert str(failure.place) == "crops.yaml:12:59"
    assert str(outcomes[3].place) == "parts/helplines.yaml:4:5"


def test_places_name_the_file_also_where_the_whole_is_looked_at() -> None:
    screen = "  lost: { text: Nobody comes, end: true }\ntests:"
    found = check({**FILES, "parts/helplines.yaml": HELPLINES.replace("tests:", screen)})
    assert [str(each.place) for each in found] == ["parts/helplines.yaml:3:3"]


def test_every_name_that_two_files_have_is_told_with_both_places() -> None:
    found = check({**FILES, "parts/helplines.yaml": CROPS.partition("tests:")[0]})
    assert [(str(each.place), each.rule, each.reason.partition("; ")[2]) for each in found] == [
        ("parts/helplines.yaml:2:11", "M008", "the first is in crops.yaml:2."),
        ("parts/helplines.yaml:3:22", "M008", "the first is in crops.yaml:3."),
        ("parts/helplines.yaml:3:38", "M008", "the first is in crops.yaml:3."),
        ("parts/helplines.yaml:4:18", "M008", "the first is in crops.yaml:4."),
        ("parts/helplines.yaml:6:3", "M008", "the first is in crops.yaml:6."),
        ("parts/helplines.yaml:8:3", "M008", "the first is in crops.yaml:8."),
        ("parts/helplines.yaml:9:3", "M008", "the first is in crops.yaml:9."),
    ]


def test_mistakes_of_several_files_are_told_at_once() -> None:
    broken = {"menus.yaml": ROOT, "crops.yaml": "a: [", "parts/helplines.yaml": "\tb"}
    assert [(each.place.file, each.rule) for each in check(broken)] == [
        ("crops.yaml", "M004"),
        ("parts/helplines.yaml", "M005"),
    ]


def test_why_a_file_could_not_be_read_stands_where_it_is_named() -> None:
    files = {name: FILES[name] for name in ("menus.yaml", "crops.yaml")}
    (found,) = check(files, {"parts/helplines.yaml": "Permission denied"})
    assert str(found) == (
        'menus.yaml:4:23 M017 error The file "parts/helplines.yaml" cannot be read:'
        " Permission denied."
    )
