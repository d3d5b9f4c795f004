"""What a program holds that its author did not write out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from menu import linter
from menu.compiler import compile_menu, compile_published, compile_with_warnings, fingerprint
from menu.diagnostics import BadMenu, Diagnostic, Place, error
from menu.engine import pages_at
from menu.place import Crumb
from menu.place import Place as Stand
from menu.program import EntryPoint, Option, Platform
from menu.screens import ANY_PHONE
from menu.source import Source

MENU = """version: 1
name: Example
languages: [en, hi]
phrases: { exit: { en: Leave } }
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { "Pf  Balance": home, ऐप: { go: app, language: hi } }, default: home }
  missed_call: { "+919718397183": { go: app, language: hi } }
links:
  app:
    web: https://app.example/
    ios: https://ios.example/
    elsewhere: { abroad: [US, GB] }
    sms: { en: "App: {link}" }
    sms_unknown_language: "App: {link}"
  abroad: { web: "https://abroad.example/", sms: "{link}" }
screens:
  home:
    text: { en: Services, hi: सेवाएं }
    options:
      - { label: { en: App }, go: app }
      - { label: हिन्दी, key: 7, language: hi, go: home }
  app: { send_link: app, text: Sent., end: true }
"""
FILES = {"menus.yaml": MENU}
PROGRAM = compile_menu(FILES)


def test_missing_texts_are_filled_from_the_first_language() -> None:
    home = PROGRAM.screens["home"]
    romanised = {"en-Latn": "Services", "hi-Latn": "Services"}
    assert home.text == {"en": "Services", "hi": "सेवाएं"} | romanised
    assert set(home.choices[0].label.values()) == {"App"}
    assert set(PROGRAM.screens["app"].text.values()) == {"Sent."}
    assert set(PROGRAM.links["app"].sms.values()) == {"App: {link}"}
    assert PROGRAM.phrases["exit"] == {
        "en": "Leave", "hi": "बाहर", "en-Latn": "Leave", "hi-Latn": "Bahar",
    }  # fmt: skip


SHOWN = [
    # screen, language, path, page
    ("home", "en", (), "Services\n1 App\n7 हिन्दी\n0 Leave"),
    ("home", "en", (Crumb("home"),), "Services\n1 App\n7 हिन्दी\n0 Back 00 Home"),
    ("home", "hi", (Crumb("home"),), "सेवाएं\n1 App\n7 हिन्दी\n0 वापस 00 होम"),
    ("app", "hi", (), "Sent."),
    ("app", "hi", (Crumb("home"),), "Sent."),
]


@pytest.mark.parametrize(("screen", "language", "path", "page"), SHOWN)
def test_how_screens_are_shown(
    screen: str, language: str, path: tuple[Crumb, ...], page: str
) -> None:
    place = Stand(screen=screen, language=language, path=path)
    assert pages_at(PROGRAM, place, ANY_PHONE) == (page,)


def test_a_screen_asks_or_ends() -> None:
    app, home = PROGRAM.screens["app"], PROGRAM.screens["home"]
    assert (app.ends, app.sends_link, home.ends) == (True, "app", False)


def test_options_and_entry_points() -> None:
    options = [
        (each.key, each.go, each.sets_language)
        for each in PROGRAM.screens["home"].choices
        if isinstance(each, Option)
    ]
    assert options == [("1", "app", None), ("7", "home", "hi")]
    home, hindi = EntryPoint(screen="home"), EntryPoint(screen="app", sets_language="hi")
    assert PROGRAM.ussd == {"*384*7#": home}
    assert PROGRAM.sms_keywords == {"pf balance": home, "ऐप": hindi}
    assert PROGRAM.sms_default == home
    assert PROGRAM.missed_call == {"+919718397183": hindi}


@pytest.mark.parametrize(
    ("country", "platform", "address"),
    [
        (None, Platform.IOS, "https://ios.example/"),
        ("IN", Platform.KAIOS, "https://app.example/"),
        ("IN", Platform.WEB, "https://app.example/"),
        ("US", Platform.IOS, "https://abroad.example/"),
        ("GB", Platform.ANDROID, "https://abroad.example/"),
    ],
)
def test_links_by_country_and_platform(
    country: str | None, platform: Platform, address: str
) -> None:
    assert PROGRAM.link_for("app", country).address_for(platform) == address


def test_warnings_pass_and_are_told() -> None:
    compiled = compile_with_warnings(FILES)
    assert compiled.program == PROGRAM
    assert [warning.rule for warning in compiled.warnings] == ["M302", "M302"]


def test_errors_do_not_pass() -> None:
    with pytest.raises(BadMenu, match='M107 error "hme" is not a screen'):
        compile_menu({"menus.yaml": MENU.replace('"*384*7#": home', '"*384*7#": hme')})


class StrictRule:
    """A rule of the year after next, which likes nothing."""

    RULE = "M999"

    def check(self, source: Source) -> Iterator[Diagnostic]:
        yield error(Place("menus.yaml", 1, 1), self.RULE, "Nobody writes menus like this any more.")


def test_a_rule_that_came_later_takes_no_published_menu_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linter, "RULES", (StrictRule(),))
    with pytest.raises(BadMenu, match="M999"):
        compile_menu(FILES)
    assert compile_published(FILES) == PROGRAM


@pytest.mark.parametrize(
    "content", ["", "a: [", "version: 1\n", MENU.replace("end: true", "ends: 1")]
)
def test_what_was_never_a_menu_is_none_when_published_either(content: str) -> None:
    with pytest.raises(BadMenu):
        compile_published({"menus.yaml": content})


def test_the_fingerprint_is_of_names_and_contents_and_of_the_root() -> None:
    one = {"a.yaml": "x", "b.yaml": "y", "c.yaml": "z"}
    assert PROGRAM.fingerprint == fingerprint(FILES) == fingerprint({"menus.yaml": MENU.encode()})
    assert fingerprint(one) == fingerprint(
        {name: one[name] for name in ("a.yaml", "c.yaml", "b.yaml")}
    )
    assert fingerprint(one) != fingerprint(
        {name: one[name] for name in ("b.yaml", "a.yaml", "c.yaml")}
    )
    different = [
        one,
        {"a.yaml": "xb.yaml", "": "y"},
        {"a.yaml": "y", "b.yaml": "x"},
        {"a.yaml": "x"},
        {"a.yaml": "x "},
        {"a.yamlx": ""},
    ]
    assert len({fingerprint(files) for files in different}) == len(different)
    assert len(PROGRAM.fingerprint) == 64


TABLE = "id,name:en,price\nwheat,Wheat,2275\nrice,Rice,2300\n"
WITH_DATA = (
    MENU
    + """data:
  prices: { file: data/prices.csv, columns: { id: key, name: label, price: number } }
"""
)


def test_a_program_holds_the_data_sets_of_its_menu() -> None:
    files = {"menus.yaml": WITH_DATA, "data/prices.csv": TABLE, "data/other.csv": "not read"}
    compiled = compile_with_warnings(files)
    prices = compiled.program.data_sets["prices"]
    assert [row.key for row in prices.rows] == ["wheat", "rice"]
    assert set(prices.rows[0].labels["name"].values()) == {"Wheat"}
    assert [found.rule for found in compiled.warnings] == ["M613", "M302", "M302", "M108"]
    assert compile_published(files) == compiled.program


def test_a_changed_table_is_another_menu() -> None:
    digests = {
        compile_menu({"menus.yaml": WITH_DATA, "data/prices.csv": table}).fingerprint
        for table in (TABLE, TABLE.replace("2275", "2276"))
    }
    assert len(digests) == 2


def test_a_menu_with_a_bad_table_is_refused() -> None:
    files = {"menus.yaml": WITH_DATA, "data/prices.csv": TABLE.replace("2275", "=1+1")}
    with pytest.raises(BadMenu, match=r"data/prices.csv:2:13 M611 error"):
        compile_menu(files)
    with pytest.raises(BadMenu, match=r"M017 error"):
        compile_menu({"menus.yaml": WITH_DATA})


def test_published_tables_are_read_and_not_judged() -> None:
    files = {"menus.yaml": WITH_DATA, "data/prices.csv": TABLE.replace("2275", "=1+1")}
    row = compile_published(files).data_sets["prices"].find("wheat")
    assert row
    assert row.show("price", "hi") == "=1+1"
    with pytest.raises(BadMenu, match="M017"):
        compile_published({"menus.yaml": WITH_DATA})
    with pytest.raises(BadMenu, match="M604"):
        compile_published({"menus.yaml": WITH_DATA, "data/prices.csv": ""})


def test_the_fingerprint_of_one_file_is_what_it_always_was() -> None:
    """Or every menu that was ever published would go live once more, rolled back or not."""
    known = "02d04b95033ab9e0675e064511a40bb23f45af6bdcb2418e72489e91497c5a52"
    assert fingerprint({"menus.yaml": "version: 1\n"}) == known


def test_no_file_is_no_menu() -> None:
    with pytest.raises(ValueError, match="at least one file"):
        compile_menu({})
