"""What a program holds that its author did not write out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from menu import linter
from menu.compiler import compile_menu, compile_published, compile_with_warnings, fingerprint
from menu.diagnostics import BadMenu, Diagnostic, Place, error
from menu.program import EntryPoint, Platform
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
    assert home.text == {"en": "Services", "hi": "सेवाएं"}
    assert home.options[0].label == {"en": "App", "hi": "App"}
    assert PROGRAM.screens["app"].text == {"en": "Sent.", "hi": "Sent."}
    assert PROGRAM.links["app"].sms == {"en": "App: {link}", "hi": "App: {link}"}
    assert PROGRAM.phrases["exit"] == {"en": "Leave", "hi": "बाहर"}


def test_screens_are_composed_for_both_places() -> None:
    home = PROGRAM.screens["home"]
    assert home.shown_at_top["en"] == "Services\n1 App\n7 हिन्दी\n0 Leave"
    assert home.shown_deeper["en"] == "Services\n1 App\n7 हिन्दी\n0 Back 00 Home"
    assert home.shown_deeper["hi"] == "सेवाएं\n1 App\n7 हिन्दी\n0 वापस 00 होम"
    app = PROGRAM.screens["app"]
    assert app.shown_at_top == app.shown_deeper == {"en": "Sent.", "hi": "Sent."}
    assert (app.ends, app.sends_link, home.ends) == (True, "app", False)


def test_options_and_entry_points() -> None:
    options = [(o.key, o.go, o.sets_language) for o in PROGRAM.screens["home"].options]
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


def test_the_fingerprint_of_one_file_is_what_it_always_was() -> None:
    """Or every menu that was ever published would go live once more, rolled back or not."""
    known = "02d04b95033ab9e0675e064511a40bb23f45af6bdcb2418e72489e91497c5a52"
    assert fingerprint({"menus.yaml": "version: 1\n"}) == known


def test_no_file_is_no_menu() -> None:
    with pytest.raises(ValueError, match="at least one file"):
        compile_menu({})
