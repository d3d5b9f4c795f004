"""Certain things must be documented, and what the documents say must be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from app import create_app
from gateways.all_gateways import VENDORS
from menu.compiler import compile_menu
from models.menu_files import MenuFiles
from settings import FIELD_OF, Settings
from telecom.clock import SystemClock

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "data/*.md", "gateways/*/README.md")
    for page in ROOT.glob(pattern)
)
FLASKS_OWN = {"routes", "run", "shell"}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("BRIDGE_DEV", "1")
    monkeypatch.setenv("BRIDGE_VAR", str(tmp_path))
    return create_app()


def commands_of(
    group: click.Group, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_of(command, (*words, name))
        elif name not in FLASKS_OWN:
            yield " ".join((*words, name)), command


def test_every_command_and_option_is_documented(app: Flask) -> None:
    text = page("commands.md")
    commands = dict(commands_of(app.cli))
    assert {"serve", "worker", "db upgrade", "menus check", "gateways check", "phone"} <= set(
        commands
    )
    wanted = {f"`flask {name}`" for name in commands}
    wanted |= {
        f"`{option}`"
        for command in commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert [word for word in sorted(wanted) if word not in text] == []


@pytest.mark.parametrize("variable", sorted(FIELD_OF))
def test_every_setting_is_documented_with_its_default(variable: str) -> None:
    default = Settings.model_fields[FIELD_OF[variable]].default
    row = next(line for line in page("settings.md").splitlines() if f"`{variable}`" in line)
    if isinstance(default, int) and not isinstance(default, bool):
        assert str(default) in row


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_gateway_and_each_of_its_keys_is_documented(vendor: str) -> None:
    text = page("gateways.md")
    assert f"`{vendor}`" in text
    fields = [name for name in VENDORS[vendor].settings.model_fields if name != "name"]
    assert fields
    assert [field for field in fields if f"`{field}`" not in text] == []
    assert (ROOT / "gateways" / vendor / "README.md").stat().st_size > 200


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_readme_links_every_page_of_the_docs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [path.name for path in ROOT.glob("docs/*.md")]
    assert len(pages) > 6
    assert [name for name in pages if f"docs/{name}" not in readme] == []


def test_the_mistake_in_the_readme_is_what_the_check_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    files = MenuFiles(ROOT / "menus.yaml", SystemClock()).read()
    broken = files["menus.yaml"].replace(b"go: get_app }", b"go: ge_app }", 1)
    with pytest.raises(Exception, match="M107") as caught:
        compile_menu({**files, "menus.yaml": broken})
    first = next(line for line in str(caught.value).splitlines() if "M107" in line)
    assert first in readme
