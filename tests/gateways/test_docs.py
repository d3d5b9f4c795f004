"""The pages name every key and every rule, and a vendor's folder has all its parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateways import findings
from gateways.all_gateways import VENDORS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "gateways.md").read_text("utf-8")


def _rows(heading: str) -> set[str]:
    """The first column of the table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `?(\w+)`? ", section, re.MULTILINE)) - {"key", "rule"}


def test_every_key_is_explained_and_no_other() -> None:
    keys = {key for vendor in VENDORS.values() for key in vendor.settings.model_fields} - {"name"}
    assert _rows("Every key") == keys


def test_every_rule_is_explained_and_no_other() -> None:
    rules = {value for value in vars(findings).values() if re.fullmatch(r"G\d{3}", str(value))}
    assert len(rules) >= 12
    assert _rows("What the checker says") - {"G001"} == rules


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_has_its_page(vendor: str) -> None:
    assert (ROOT / "gateways" / vendor / "README.md").is_file()
    assert f"`{vendor}`" in PAGE
    keys = VENDORS[vendor].settings.model_fields
    hints = [keys[key].description for key in keys if key != "vendor"]
    assert all(hints), "a field without a hint for its operator"
