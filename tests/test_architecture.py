"""Who may import whom, where import-linter cannot look: the modules of the root, and names."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
MODULES: Final = {path.stem: path for path in ROOT.glob("*.py")}
PACKAGES: Final = {path.parent.name: path.parent for path in ROOT.glob("*/__init__.py")}
FLASK_MAY_BE_IN: Final = ("app.py", "benchmarks/", "cli/", "console/", "simulator/", "web/")


def sources() -> Iterator[tuple[str, Path]]:
    """Every file of the product, tests excepted, with its name as `ls` shows it."""
    for path in (
        *MODULES.values(),
        *(file for home in PACKAGES.values() for file in home.rglob("*.py")),
    ):
        if path.name != "conftest.py":
            yield path.relative_to(ROOT).as_posix(), path


def imports_of(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative imports hide who imports whom"
            found.add(str(node.module).partition(".")[0])
    return found


def importers_of(name: str) -> list[str]:
    return sorted(file for file, path in sources() if name in imports_of(path))


def test_the_tree_is_found() -> None:
    assert {"app", "settings", "wiring"} <= set(MODULES)
    assert {"telecom", "menu", "gateways", "ussd", "sms", "missed_call", "cli"} <= set(PACKAGES)
    assert len(dict(sources())) > 50


@pytest.mark.parametrize(
    ("module", "importers"),
    [
        ("app", []),
        ("watching", ["app.py"]),
        ("wiring", ["app.py", "watching.py"]),
        ("desks", ["wiring.py"]),
        ("sending", ["desks.py"]),
        ("channels", ["sending.py"]),
        ("thinking", ["channels.py"]),
        ("settings", ["channels.py", "settings_reading.py", "thinking.py", "wiring.py"]),
        ("settings_reading", ["app.py"]),
    ],
)
def test_the_root_is_imported_by_the_root_only(module: str, importers: list[str]) -> None:
    """The benchmarks stand above it, as these tests do: no part of the product."""
    product = [file for file in importers_of(module) if not file.startswith("benchmarks/")]
    assert product == importers


def test_nothing_imports_the_benchmarks() -> None:
    strays = [file for file in importers_of("benchmarks") if not file.startswith("benchmarks/")]
    assert importers_of("benchmarks")
    assert strays == []


def test_flask_stays_at_the_rim() -> None:
    strays = [
        file
        for file in (*importers_of("flask"), *importers_of("werkzeug"))
        if not file.startswith(FLASK_MAY_BE_IN) and not file.endswith("/routes.py")
    ]
    assert importers_of("flask")
    assert strays == []


def test_the_app_is_a_page() -> None:
    assert len(MODULES["app"].read_text(encoding="utf-8").splitlines()) < 100


def test_no_name_of_ours_hides_a_module_that_we_use() -> None:
    """A root package called `queue` or `schema` would be imported in place of the real one."""
    ours = {*MODULES, *(path.name for path in ROOT.iterdir() if path.is_dir())}
    theirs = sys.stdlib_module_names | packages_distributions().keys()
    assert {"queue", "schema", "flask"} <= theirs
    assert ours & theirs == set()


def test_import_linter_watches_every_package() -> None:
    watched = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(watched["root_packages"]) == set(PACKAGES) - {"migrations"}


def test_packages_hold_no_state() -> None:
    """An `__init__.py` is empty, or a docstring and a list of imported names."""
    allowed = (ast.Expr, ast.Import, ast.ImportFrom)
    busy = [
        file
        for file, path in sources()
        if path.name == "__init__.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if not isinstance(node, allowed) and "__all__" not in ast.unparse(node)
    ]
    assert busy == []
