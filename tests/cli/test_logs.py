"""Logs: one set of keys, and nothing in them that looks like a person or a secret."""

from __future__ import annotations

import ast
import json
import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import structlog
from granian.log import LogLevels, configure_logging
from hypothesis import given
from hypothesis import strategies as st

from cli import logs
from cli.log_fence import MASK, mask, mask_event
from cli.log_keys import KEYS, SHAPES
from models.ids import new_id
from telecom.clock import SystemClock

ROOT: Final = Path(__file__).resolve().parents[2]
LEVELS: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
log = structlog.get_logger()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """`lines()`: what was logged since, each line read as JSON."""
    logs.configure("debug")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.reset_defaults()
    logging.getLogger().handlers = [
        one for one in logging.getLogger().handlers if not isinstance(one, logs._Libraries)
    ]


# One key set


def calls() -> Iterator[tuple[str, ast.Call, ast.AST]]:
    """Every call of `log.<level>` and of telecom.faults.report, and the function around it."""
    for path in ROOT.rglob("*.py"):
        where = path.relative_to(ROOT)
        if where.parts[0] in {"tests", ".venv", "var"}:
            continue
        text = path.read_text(encoding="utf-8")
        reports, tree = "from telecom.faults import report" in text, ast.parse(text)
        functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
        for function in functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and (
                    _is_log(node.func) or (reports and _is_report(node.func))
                ):
                    yield f"{where}:{node.lineno}", node, function


def _is_log(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id == "log"
        and func.attr in LEVELS
    )


def _is_report(func: ast.expr) -> bool:
    return isinstance(func, ast.Name) and func.id == "report"


def test_every_log_call_has_fixed_words_and_listed_keys() -> None:
    found = list(calls())
    assert len(found) > 40
    strays = []
    for where, call, function in found:
        words = call.args[0]
        is_fixed = isinstance(words, ast.Constant) and isinstance(words.value, str)
        if not is_fixed and where.partition(":")[0] != "telecom/faults.py":
            strays.append(f"{where}: its words are not fixed")
        keys = {keyword.arg for keyword in call.keywords if keyword.arg}
        if any(keyword.arg is None for keyword in call.keywords):
            keys |= set(_keys_of_dicts(function))
        strays += [f"{where}: {key}" for key in keys - set(KEYS) - {"exc_info"}]
    assert strays == []


def _keys_of_dicts(function: ast.AST) -> Iterator[str]:
    """`**keys` is a literal dict of the same function, or its own parameter."""
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            yield from (str(getattr(key, "value", "?")) for key in node.keys)


def test_the_docs_list_the_same_keys() -> None:
    text = (ROOT / "docs" / "logs.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE)) == KEYS


def test_an_unlisted_key_leaves_its_name_only(lines: Any) -> None:
    log.info("something", gateway="india", text="hello there", msisdn="+919812345678")
    (line,) = lines()
    assert line["unlisted"] == ["msisdn", "text"]
    assert set(line) == {"event", "level", "timestamp", "gateway", "unlisted"}


# The fence

SEPARATORS: Final = st.sampled_from(
    ["", "", "", " ", "-", ".", " (", ") ", "/", "\u00a0", "\u2011"]
)
DIGITS: Final = st.sampled_from(["0123456789", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "٠١٢٣٤٥٦٧٨٩"])
WORDS: Final = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=12)


@st.composite
def written_numbers(draw: st.DrawFn) -> str:
    """8 to 15 digits as somebody might write them."""
    number = draw(st.text("0123456789", min_size=8, max_size=15))
    script = draw(DIGITS)
    parts = [script[int(digit)] + draw(SEPARATORS) for digit in number]
    return draw(st.sampled_from(["", "+", "00", "tel:", "%2B", "whatsapp:+"])) + "".join(parts)


@given(st.lists(st.one_of(WORDS, written_numbers()), max_size=5))
def test_no_eight_digits_of_a_number_survive(parts: list[str]) -> None:
    left = mask("x".join(parts))
    assert re.search(r"\d(?:[^\w\n]{0,3}\d){7,}", left) is None


@given(st.integers(min_value=0), written_numbers(), WORDS)
def test_in_no_value_of_any_key(integer: int, number: str, word: str) -> None:
    given_event = dict.fromkeys(KEYS, word + number) | {"code": integer, "errors": [[number]]}
    shown = json.dumps(mask_event(None, "", given_event), ensure_ascii=False)
    assert re.search(r"\d{8}", shown) is None


@pytest.mark.parametrize(
    "text",
    [
        "asha.devi@example.co.in",
        "postgresql://me:hunter2@db.example/sanket",
        "redis://:hunter2@r.example:6379/0",
        "Authorization: Bearer hunter2",
        "api_key=hunter2",
        "AT_API_KEY: hunter2",
        "password: 'hunter2'",
        "/sms/kenya?token=hunter2&x=1",
        "AC0123456789abcdef0123456789abcdef",
        "atsk_9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "pin=4711",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    left = mask(f"it failed with {text}, try again")
    assert MASK in left
    assert left.startswith("it failed with ")
    for secret in ("hunter2", "asha", "0123456789", "9f8e7d6c", "4711"):
        assert secret not in left


@pytest.mark.parametrize(
    "text",
    [
        'menus.yaml:78:71 M107 error "ge_app" is not a screen. Did you mean "get_app"?',
        "OperationalError: unable to open database file",
        "KeyError at outbound.py:41",
        "its ref is not of its message",
        'connection to server at "10.2.0.4", port 5432 failed: Connection refused',
        "a session of 4711 bytes; 4096 is the cap",
    ],
)
def test_what_an_operator_needs_is_left_alone(text: str) -> None:
    assert mask(text) == text


def test_our_own_ids_are_left_alone_and_only_those() -> None:
    kept = {
        "mt_id": new_id(SystemClock().now()),
        "event_id": new_id(SystemClock().now()),
        "owner": "bridge-1.example.in:4194304",
        "file": "0123456789abcdef0123456789abcdef.unreadable",
        "trace": ["web/edge.py:54 answer", "sqlalchemy/base.py:1967 <lambda>"],
    }
    assert set(kept) == set(SHAPES)
    assert mask_event(None, "", dict(kept)) == kept
    forged = dict.fromkeys(kept, "+919812345678")
    assert mask_event(None, "", forged) == dict.fromkeys(kept, f"+{MASK}")


def test_a_value_of_another_kind_is_named_only() -> None:
    event = {"why": KeyError("+919812345678"), "errors": {"msisdn": "9812345678"}, "code": b"PIN"}
    assert mask_event(None, "", event) == {
        "why": "<KeyError>",
        "errors": "<dict>",
        "code": "<bytes>",
    }


# Exceptions, libraries, threads


def test_an_exception_is_its_types_and_places(lines: Any) -> None:
    secret = "mycanarytext"
    try:
        try:
            dict[str, str]()[secret]
        except KeyError as fault:
            raise ValueError(f"+919812345678 wrote {secret}") from fault
    except ValueError:
        log.exception("it failed", gateway="india")
    (line,) = lines()
    assert line["exception"] == "ValueError < KeyError"
    assert re.fullmatch(r"tests/cli/test_logs\.py:\d+ test_an_exception_\w+", line["trace"][-1])
    assert secret not in json.dumps(line)


def test_libraries_speak_by_the_same_door_and_without_values(lines: Any) -> None:
    configure_logging(LogLevels.error, logs.GRANIAN)
    logging.getLogger("_granian").error("Unexpected exit from worker-1")
    logging.getLogger("_granian").info("not told")
    logging.getLogger("urllib3.connectionpool").warning("Failed at %s", "/v1?to=9812345678")
    logging.getLogger("twilio.http_client").info("To: %s", "+919812345678")
    logging.getLogger("x").log(35, ["a list"])
    told = [(line["logger"], line["level"], line["event"]) for line in lines()]
    assert told == [
        ("_granian", "error", "Unexpected exit from worker-1"),
        ("urllib3.connectionpool", "warning", "Failed at %s"),
        ("x", "warning", "list"),
    ]


def test_every_line_has_the_same_shape_however_often_it_was_set_up(lines: Any) -> None:
    logs.configure("info")
    logging.getLogger("alembic").warning("once")
    log.debug("not told")
    log.info("line\nbreak \x1b[31m")
    told = lines()
    assert [line["event"] for line in told] == ["once", "line\nbreak \x1b[31m"]
    assert all({"event", "level", "timestamp"} <= set(line) <= set(KEYS) for line in told)


def test_a_thread_that_dies_says_so_without_its_message(
    lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.watch_threads()

    def dies() -> None:
        raise ValueError("+919812345678")

    thread = threading.Thread(target=dies)
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["exception"]) == ("thread died", "ValueError")
    assert "98123" not in json.dumps(line)
