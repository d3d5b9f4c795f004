"""deploy/alerts.yml: every alarm can ring, says what to do, and is in docs/watching.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from metrics.catalogue import ALL
from metrics.kinds import Counter, Histogram

ROOT: Final = Path(__file__).resolve().parent.parent
RULES: Final[list[dict[str, Any]]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
BY_NAME: Final = {metric.name: metric for metric in ALL}
OF_PROMETHEUS: Final = {"instance", "job", "le"}


def samples() -> dict[str, dict[str, Any]]:
    """Every name that a query may use, with its labels and their words."""
    found: dict[str, dict[str, Any]] = {"up": {"job": ["sanket"]}}
    for metric in ALL:
        endings = ("_bucket", "_sum", "_count") if isinstance(metric, Histogram) else ("",)
        found |= {metric.name + ending: dict(metric.labels) for ending in endings}
    return found


def test_there_are_alarms() -> None:
    assert len(RULES) > 10
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_asks_only_for_what_there_is(rule: dict[str, Any]) -> None:
    query = rule["expr"]
    known = samples()
    names = re.findall(r"\b(?:sanket_\w+|up)\b", query)
    assert names
    assert [name for name in names if name not in known] == []
    for name, matchers in re.findall(r"(\w+)\{([^}]*)\}", query):
        for label, words in re.findall(r'(\w+)\s*(?:=~|!=|!~|=)\s*"([^"]*)"', matchers):
            assert label in known[name]
            if known[name][label] is not None:
                assert set(words.split("|")) <= set(known[name][label])
    grouped = {
        label for labels in re.findall(r"by \(([^)]*)\)", query) for label in labels.split(", ")
    }
    assert grouped <= {label for name in names for label in known[name]} | OF_PROMETHEUS
    for name in re.findall(r"(?:rate|increase)\((\w+)", query):
        is_rising = isinstance(BY_NAME.get(name), Counter) or name.endswith("_bucket")
        assert is_rising, f"{name} is a gauge: it has no rate"
    assert query.count("(") == query.count(")")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alarm_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "cure"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))


def test_the_docs_tell_every_alarm_and_every_metric() -> None:
    text = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    alarms = re.findall(r"^\| (Sanket\w+) \| (page|ticket) \|", text, re.MULTILINE)
    assert alarms == [(rule["alert"], rule["labels"]["severity"]) for rule in RULES]
    told = re.findall(r"^\| `(sanket_\w+)` \| ([^|]*) \| (.*) \|$", text, re.MULTILINE)
    assert told == [
        (metric.name, ", ".join(metric.labels) or "none", metric.meaning) for metric in ALL
    ]
