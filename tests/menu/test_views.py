"""What a menu shows when nobody is there: every page, in every language, with samples in blanks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from menu.drafts import Draft, read_draft
from menu.needs import Need, needs_of
from menu.sampling import sample_of
from menu.views import Shown, View, languages_of, views_of
from models.menu_files import MenuFiles
from telecom.clock import SystemClock
from telecom.encoding import Limit, segments_of

ROOT: Final = Path(__file__).resolve().parents[2]
TABLE: Final = "id,kind,name:en,name:hi\n1,empty,First,पहला\n2,full,The second of all,दूसरा\n"
OTHER: Final = "id,kind,name:en,name:hi\n1,full,Inside,अंदर\n"
MENU: Final = """version: 1
name: Office
languages: [en, hi]
entry_points: { ussd: { "*384*7#": home } }
links: { app: { web: "https://example.org/", sms: { en: "App: {link}", hi: "ऐप: {link}" } } }
data:
  kinds: { file: data/kinds.csv, columns: { id: key, kind: text, name: label } }
  things: { file: data/things.csv, columns: { id: key, kind: text, name: label } }
screens:
  home:
    text: { en: Office, hi: दफ्तर }
    options:
      - { label: { en: Lists, hi: सूची }, go: kinds }
      - { label: { en: Rich only, hi: अमीर }, go: app, when: amount > 5000 }
      - { label: { en: Amount, hi: रकम }, go: ask }
      - { label: { en: English, hi: English }, go: home, language: en }
      - { label: { en: हिन्दी, hi: हिन्दी }, go: home, language: hi }
  kinds:
    text: { en: Which?, hi: कौन सा? }
    options: [ { from: kinds, save_as: kind, go: things } ]
  things:
    text: { en: "Of {kind.name}", hi: "{kind.name} का" }
    options: [ { from: things, where: { kind: "{kind.kind}" }, save_as: thing, go: app } ]
  ask:
    text: { en: How much?, hi: कितना? }
    ask: { kind: money, save_as: amount }
    go: told
  told: { text: { en: "{amount:money}", hi: "{amount:money}" }, end: true }
  app: { send_link: app, text: { en: An SMS comes., hi: SMS आएगा। }, end: true }
"""


def draft_of(menu: str = MENU) -> Draft:
    files = {"menus.yaml": menu, "data/kinds.csv": TABLE, "data/things.csv": OTHER}
    read = read_draft(files)
    assert isinstance(read, Draft), "\n".join(map(str, read))
    return read


def views(menu: str = MENU, *, longest: bool = False, limit: Limit | None = None) -> list[View]:
    program = draft_of(menu).program
    sample = sample_of(program, longest=longest)
    return [*views_of(program, program.languages, sample, limit or Limit())]


def test_every_screen_is_shown_in_every_language() -> None:
    shown = {(view.screen, view.language) for view in views() if view.shown is Shown.SCREEN}
    screens = {"home", "kinds", "things", "ask", "told", "app"}
    assert shown == {(screen, language) for screen in screens for language in ("en", "hi")}


@pytest.mark.parametrize(
    ("screen", "language", "text"),
    [
        ("home", "en", "Office\n1 Lists\n2 Rich only\n3 Amount\n4 English\n5 हिन्दी\n0 Exit"),
        ("kinds", "hi", "कौन सा?\n1 पहला\n2 दूसरा\n0 वापस 00 होम"),
        # of the two kinds, the one that has things
        ("things", "en", "Of The second of all\n1 Inside\n0 Back 00 Home"),
        ("told", "en", "Rs 1,250.50"),
        ("told", "hi", "₹1,250.50"),
    ],
)
def test_a_page_reads_as_on_the_phone(screen: str, language: str, text: str) -> None:
    found = [each.text for each in views() if (each.screen, each.language) == (screen, language)]
    assert found[0] == text


def test_a_link_is_an_sms_with_its_segments() -> None:
    (sms,) = [each for each in views() if each.shown is Shown.SMS and each.language == "hi"]
    assert sms.text.startswith("ऐप: https://")
    assert (sms.screen, sms.segments, sms.room) == ("app", segments_of(sms.text), 70)


def test_pages_are_counted_and_none_is_longer_than_its_room() -> None:
    small = views(limit=Limit(septets=40, ucs2=30))
    pages = [each for each in small if each.screen == "home" and each.language == "hi"]
    assert [each.page for each in pages] == list(range(1, len(pages) + 1))
    assert {each.pages for each in pages} == {len(pages)}
    assert len(pages) > 4
    assert all("people turn" in each.notes[0] for each in pages)
    assert all(each.size.units <= each.room for each in small if each.shown is Shown.SCREEN)


def test_a_label_that_is_cut_is_a_fault_and_an_error_of_the_check() -> None:
    long = "बहुत " * 20
    menu = MENU.replace("hi: सूची", f"hi: {long}")
    faults = {each.faults for each in views(menu) if each.screen == "home"}
    assert () in faults  # of English
    assert "is cut short." in str(faults)
    assert [each.rule for each in draft_of(menu).findings if each.is_error] == ["M206"]


def test_the_longest_is_at_least_as_long() -> None:
    usual, longest = views(), views(longest=True)
    told = {each.language: each.text for each in longest if each.screen == "told"}
    assert told["en"] == "Rs 999,999,999.99" or told["en"] == "Rs 99,99,99,999.99"
    assert sum(len(each.text) for each in longest) > sum(len(each.text) for each in usual)


def test_a_row_that_was_chosen_before_is_needed() -> None:
    assert needs_of(draft_of().source, "things") == [
        Need("kind", "a row of kinds", ("kinds",), is_sure=True)
    ]


def test_what_cannot_be_shown_is_only_told() -> None:
    files = {"data/kinds.csv": TABLE, "data/things.csv": OTHER}
    found = read_draft({"menus.yaml": MENU.replace("go: told", "go: tolled"), **files})
    assert not isinstance(found, Draft)
    assert any(each.rule == "M107" for each in found)


@pytest.mark.parametrize("file", ["menus.yaml", "examples/clinic/menus.yaml"])
@pytest.mark.parametrize("longest", [False, True])
def test_menus_of_this_checkout_fit(file: str, longest: bool) -> None:
    read = read_draft(MenuFiles(ROOT / file, SystemClock()).read())
    assert isinstance(read, Draft)
    program = read.program
    languages = languages_of(program, read.source.written_languages)
    assert set(program.languages) <= set(languages)
    seen = [*views_of(program, languages, sample_of(program, longest=longest))]
    assert len(seen) > 20
    assert {each.screen for each in seen} >= {
        name for name, screen in program.screens.items() if screen.onward is None
    }
    assert [each.faults for each in seen if each.faults] == []
