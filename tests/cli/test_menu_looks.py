"""`flask menus render`, `graph` and `explain` as an admin runs them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from click.testing import Result

from app import create_app
from cli import menu_render
from pictures.fonts import load_fonts

Run = Callable[..., Result]
ROOT: Final = Path(__file__).resolve().parents[2]
MENU: Final = """version: 1
name: Village office
languages: [en, hi]
entry_points: { ussd: { "*384*7#": home } }
links: { app: { web: "https://example.org/", sms: { en: "App: {link}", hi: "ऐप: {link}" } } }
screens:
  home:
    text: { en: Village office, hi: गाँव }
    options:
      - { label: { en: Hours, hi: समय }, go: hours }
      - { label: { en: App, hi: ऐप }, go: app }
      - { label: English, language: en, go: home }
      - { label: हिन्दी, language: hi, go: home }
  hours: { text: { en: Open until 5, hi: 5 बजे तक }, end: true }
  app: { send_link: app, text: { en: An SMS comes., hi: SMS आएगा। }, end: true }
"""
GATEWAYS: Final = """gateways:
  simulator:
    vendor: simulator
    country: IN
    prices: { IN: "0.25 INR", default: "2 INR" }
    day_budget: "9 INR"
"""


@pytest.fixture
def menus(tmp_path: Path) -> Path:
    path = tmp_path / "menus.yaml"
    path.write_text(MENU, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, menus: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    gateways = tmp_path / "gateways.yaml"
    gateways.write_text(GATEWAYS, encoding="utf-8")
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("BRIDGE_MENUS", str(menus))
    monkeypatch.setenv("BRIDGE_GATEWAYS", str(gateways))
    monkeypatch.setattr(menu_render, "load_fonts", partial(load_fonts, system=()))

    def run(*arguments: str) -> Result:
        return create_app().test_cli_runner().invoke(args=["menus", *arguments])

    return run


def test_render_writes_a_page_and_a_picture_of_each_view(run: Run, tmp_path: Path) -> None:
    answer = run("render")
    assert answer.exit_code == 0, answer.output
    folder = tmp_path / "var" / "render"
    assert answer.output == f"{folder / 'index.html'}: 8 pages and SMS, 8 pictures\n"
    names = {path.name for path in folder.glob("*.png")}
    assert names == {
        *(f"{screen}.en.1.png" for screen in ("home", "hours", "app")),
        *(f"{screen}.hi.1.png" for screen in ("home", "hours", "app")),
        "app.en.sms1.png",
        "app.hi.sms1.png",
    }  # fmt: skip
    assert (folder / "home.hi.1.png").read_bytes()[16:24] == bytes([0, 0, 1, 0, 0, 0, 1, 64])
    assert "Village office" in (folder / "index.html").read_text(encoding="utf-8")


def test_what_was_drawn_before_and_is_gone_is_taken_away(
    run: Run, menus: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "look"
    assert run("render", "-o", str(folder)).exit_code == 0
    (folder / "mine.png").write_bytes(b"not theirs")
    menus.write_text(MENU.replace("hours", "times"), encoding="utf-8")
    assert run("render", "-o", str(folder)).exit_code == 0
    names = {path.name for path in folder.glob("*.png")}
    assert "mine.png" in names
    assert "times.en.1.png" in names
    assert not any(name.startswith("hours") for name in names)


def test_some_of_it_for_programs(run: Run, tmp_path: Path) -> None:
    answer = run(
        "render", "--json", "--language", "hi", "--screen", "app", "-o", str(tmp_path / "x")
    )
    lines = [json.loads(line) for line in answer.output.splitlines()]
    assert [(each["file"], each["shown"]) for each in lines] == [
        ("app.hi.1.png", "screen"),
        ("app.hi.sms1.png", "sms"),
    ]
    assert lines[1]["units"] <= lines[1]["room"] == 70


def test_a_label_that_is_too_long_is_drawn_and_told(run: Run, menus: Path, tmp_path: Path) -> None:
    menus.write_text(MENU.replace("hi: समय", f"hi: {'समय ' * 25}"), encoding="utf-8")
    answer = run("render", "-o", str(tmp_path / "look"))
    assert answer.exit_code == 2
    assert "home in hi, page 1:" in answer.output
    assert "is cut short." in answer.output
    assert "M206 error" in answer.output
    page = (tmp_path / "look" / "index.html").read_text(encoding="utf-8")
    assert 'Too long: <a href="#home">home</a>' in page
    assert 'class="wrong"' in page
    assert "M206 error" in page


def test_a_letter_that_no_font_draws_is_named(run: Run, menus: Path, tmp_path: Path) -> None:
    menus.write_text(MENU.replace("Open until 5", "Open 漢"), encoding="utf-8")
    answer = run("render", "-o", str(tmp_path / "look"))
    assert answer.exit_code == 1
    assert "No font draws 漢 (U+6F22 cjk unified ideograph-6f22)." in answer.output
    assert "U+6F22" in (tmp_path / "look" / "index.html").read_text(encoding="utf-8")


def test_without_fonts_there_is_the_page_all_the_same(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = partial(load_fonts, folder=tmp_path / "nowhere", system=())
    monkeypatch.setattr(menu_render, "load_fonts", empty)
    answer = run("render", "-o", str(tmp_path / "look"))
    assert answer.exit_code == 1
    assert "No pictures: There is no font to draw with." in answer.output
    assert "गाँव" in (tmp_path / "look" / "index.html").read_text(encoding="utf-8")
    assert not list((tmp_path / "look").glob("*.png"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["render", "--language", "ta"], '"ta" is not a language of this menu'),
        (["render", "--screen", "nowhere"], '"nowhere" is not a screen of this menu'),
        (["render", "-o", "/dev/null/look"], "cannot write into /dev/null/look"),
        (["graph", "--language", "ta"], '"ta" is not a language of this menu'),
        (["graph", "--traffic", "/nowhere.csv"], "cannot read /nowhere.csv"),
        (["graph", "-o", "/nowhere/map.svg"], "cannot write /nowhere/map.svg"),
        (["explain", "hour"], 'Did you mean "hours"?'),
        (["explain", "hours", "--language", "ta"], '"ta" is not a language of this screen'),
    ],
)
def test_what_cannot_be_is_refused_in_words(run: Run, arguments: list[str], told: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2, answer.output
    assert told in answer.output
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("arguments", [["render"], ["graph"], ["explain", "home"]])
def test_a_menu_with_errors_is_not_shown(run: Run, menus: Path, arguments: list[str]) -> None:
    menus.write_text(MENU.replace("go: hours", "go: hour"), encoding="utf-8")
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert 'menus.yaml:10:46 M107 error "hour" is not a screen.' in answer.output
    menus.unlink()
    assert run(*arguments).exit_code == 2


def test_graph_as_text_as_svg_and_for_programs(run: Run, tmp_path: Path) -> None:
    figures = tmp_path / "week.csv"
    figures.write_text("from,to,times\n,home,10\nhome,hours,4\ngone,home,1\n", encoding="utf-8")
    assert run("graph").output.startswith('flowchart LR\n  s0["home<br>Village office"]\n')
    out = tmp_path / "map.svg"
    answer = run("graph", "-o", str(out), "--traffic", str(figures))
    assert answer.exit_code == 0
    assert '"gone" is not a screen of this menu.' in answer.output
    assert "4 times" in out.read_text(encoding="utf-8")
    assert run("graph", "--format", "svg").output.startswith("<svg ")
    lines = [json.loads(line) for line in run("graph", "--json").output.splitlines()]
    assert {each["kind"] for each in lines} == {"entry", "screen", "step"}
    assert {each["name"] for each in lines if each["kind"] == "screen"} == {"home", "hours", "app"}


def test_explain_tells_who_how_what_and_how_much(run: Run) -> None:
    answer = run("explain", "app", "--language", "hi")
    assert answer.exit_code == 0
    for line in (
        "home: 2 App  menus.yaml:11:9",
        "dial *384*7#, press 2 (App)",
        "| SMS आएगा।",
        "hi: 1 SMS in IN: 0.25 INR by simulator",
        "nothing: the dialogue ends",
    ):
        assert f"  {line}\n" in answer.output, answer.output
    assert "An SMS comes." not in answer.output
    found = json.loads(run("explain", "hours", "--json").output)
    assert found["routes"][0]["shortcut"] == "*384*7*1#"
    assert [each["text"] for each in found["shows"]] == ["Open until 5", "5 बजे तक"]


def test_explain_without_prices(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gateways.yaml").write_text("gateways: [", encoding="utf-8")
    answer = run("explain", "app")
    assert answer.exit_code == 0
    assert "Prices are not known: gateways.yaml cannot be used" in answer.output


def test_the_screen_of_the_guide_is_explained_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path))
    guide = (ROOT / "docs" / "seeing.md").read_text(encoding="utf-8")
    command, _, told = guide.partition("$ flask ")[2].partition("```")[0].partition("\n")
    assert command.startswith("menus explain ")
    answer = create_app().test_cli_runner().invoke(args=command.split())
    line = re.compile(r":\d+:\d+$", re.MULTILINE)  # menus.yaml may grow
    assert len(line.findall(told)) == 2
    assert line.sub(":", answer.output) == line.sub(":", told)


def test_the_shipped_menus_are_drawn_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No letter is missing in any of their languages, whatever the machine has."""
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path))
    monkeypatch.setattr(menu_render, "load_fonts", partial(load_fonts, system=()))
    for arguments in (["render", "--scale", "1"], ["render", "--scale", "1", "--longest"]):
        answer = create_app().test_cli_runner().invoke(args=["menus", *arguments])
        assert answer.exit_code == 0, answer.output
    drawn = list((tmp_path / "render").glob("*.png"))
    assert len(drawn) > 300
    page = (tmp_path / "render" / "index.html").read_text(encoding="utf-8")
    assert page.count("<img ") == len(drawn)
