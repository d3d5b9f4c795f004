"""`flask outbox` as an operator types it, on a real database and without Redis."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from app import create_app
from outbound.outbox import NewMt
from settings_reading import load_settings
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass
from wiring import Bridge, build

Run = Callable[..., Result]
NUMBER = "+919812345678"


@pytest.fixture
def environ(tmp_path: Path, unused_socket: str) -> dict[str, str]:
    return {
        "BRIDGE_DEV": "1",
        "BRIDGE_VAR": str(tmp_path / "var"),
        "BRIDGE_REDIS_URL": f"unix://{unused_socket}",
    }


@pytest.fixture
def bridge(environ: dict[str, str]) -> Bridge:
    built = build(load_settings(environ), {})
    built.migrate()
    return built


@pytest.fixture
def run(environ: dict[str, str], bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, typed: str | None = None) -> Result:
        return create_app().test_cli_runner().invoke(args=["outbox", *arguments], input=typed)

    return run


def promise(bridge: Bridge, key: str, message_class: MessageClass = MessageClass.LINK) -> str:
    with bridge.database.write() as conn:
        new = NewMt(
            gateway="simulator",
            to=Msisdn.parse(NUMBER, "IN"),
            text="Secret words",
            message_class=message_class,
            dedupe_key=key,
        )
        mt_id = bridge.outbox.enqueue(conn, new)
    assert mt_id is not None
    return mt_id


def test_a_pause_and_its_end(run: Run) -> None:
    assert run("show").output == "Sending.\nNo SMS was ever promised.\n"
    assert run("pause", "-m", "ticket 7", "--by", "asha").output == "The outbox is paused.\n"
    assert run("pause", "-m", "x").output == "The outbox was paused already.\n"
    shown = run("show").output
    assert shown.startswith("PAUSED since 20")
    assert " UTC by asha: ticket 7\n" in shown
    both = run("pause", "--gateway", "simulator", "-m", "x", "--by", "ravi")
    assert both.output == "simulator is paused.\n"
    resumed = run("resume").output
    assert resumed.startswith("The outbox sends again.\nsimulator is paused since 20")
    assert run("resume", "--gateway", "simulator").output == "simulator sends again.\n"
    assert run("resume").output == "The outbox was not paused.\n"


def test_the_counts_for_programs(run: Run, bridge: Bridge) -> None:
    promise(bridge, "a")
    run("pause", "--gateway", "simulator", "-m", "x", "--by", "asha")
    shown = json.loads(run("show", "--json").output)
    assert not shown["is_paused"]
    assert [pause["gateway"] for pause in shown["pauses"]] == ["simulator"]
    [group] = shown["counts"]
    assert (group["gateway"], group["class"], group["status"], group["count"]) == (
        *("simulator", "link", "queued", 1),
    )
    assert group["oldest_due"].endswith("+00:00")


def test_a_number_is_looked_for_and_never_shown(run: Run, bridge: Bridge) -> None:
    mt_id = promise(bridge, "a")
    for answer in (
        run("search", "--msisdn", NUMBER),
        run("search", "--msisdn", "-", typed=f"{NUMBER}\n"),
        run("search", "--msisdn", NUMBER, "--json"),
        run("explain", mt_id),
        run("explain", mt_id, "--json"),
        run("requeue", mt_id),
    ):
        assert "+91********78" in answer.output or "not queued again" in answer.output
        assert "9812345678" not in answer.output
        assert "Secret" not in answer.output
    wrong = run("search", "--msisdn", "98123 45678 9999")
    assert wrong.exit_code == 2
    assert "9999" not in wrong.output


def test_pages(run: Run, bridge: Bridge) -> None:
    ids = [promise(bridge, key) for key in "abc"]
    first = run("search", "--limit", "2")
    shown = [line.split()[0] for line in first.output.splitlines() if "queued" in line]
    assert f"There may be more: --after {shown[-1]}" in first.output
    rest = run("search", "--limit", "2", "--after", shown[-1])
    shown += [line.split()[0] for line in rest.output.splitlines()]
    assert sorted(shown) == sorted(ids)
    assert run("search", "--since", "1h", "--until", "0s").output.count("queued") == 3
    assert "No SMS is like that." in run("search", "--until", "2020-01-01").output


def test_a_second_copy_needs_a_yes(run: Run, bridge: Bridge) -> None:
    mt_id = promise(bridge, "a")
    assert "it is queued: it is still being worked on" in run("requeue", mt_id, "--yes").output
    assert run("expire", mt_id, "-m", "wrong").output == f"{mt_id} ended as expired.\n"
    asked = run("requeue", mt_id)
    assert asked.exit_code == 1
    assert "It is surely not on the phone: 0 attempts" in asked.output
    assert "Nothing was done. Add --yes to do it." in asked.output
    done = run("requeue", mt_id, "--yes", "--by", "asha")
    assert done.exit_code == 0
    copy_id = done.output.split("Queued as ")[1].strip(".\n")
    assert f"A second SMS was queued for it: {copy_id}, queued." in run("explain", mt_id).output


def test_what_is_old_is_counted_first(run: Run, bridge: Bridge) -> None:
    promise(bridge, "a")
    promise(bridge, "b", MessageClass.RESULT)
    counted = run("expire", "--older-than", "0s", "--class", "link")
    assert (counted.exit_code, counted.output[:10]) == (1, "1 SMS wait"), counted.output
    ended = run("expire", "--older-than", "0s", "--class", "link", "--yes")
    assert ended.output.endswith("1 ended as expired.\n")
    assert run("expire", "--older-than", "1h").output.startswith("0 SMS wait")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pause"], "Missing option '-m' / '--note'"),
        (["pause", "-m", "x", "--gateway", "simulater"], "is called 'simulater': simulator"),
        (["explain", "nothing"], "no SMS has the id nothing"),
        (["requeue", "nothing"], "no SMS has the id nothing"),
        (["expire", "nothing"], "no SMS has the id nothing"),
        (["expire"], "name SMS, or say --older-than AGE"),
        (["expire", "--older-than", "soon"], "'soon' is no duration such as 90s"),
        (["search", "--since", "soon"], "'soon' is no time such as"),
        (["search", "--status", "lost"], "'lost' is not one of"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, arguments: list[str], said: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert said in answer.output


@pytest.mark.parametrize(
    "command",
    [["show"], ["resume"], ["pause", "-m", "x"], ["search"], ["explain", "x"], ["expire", "x"]],
)
def test_a_database_that_does_not_answer_is_said_in_a_line(
    run: Run, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DATABASE_URL", f"sqlite:///{tmp_path}/no/folder.db")
    answer = run(*command)
    assert answer.exit_code == 2
    assert answer.output.startswith("the database does not answer (")


@pytest.mark.parametrize(
    "command", ["pause", "resume", "show", "search", "explain", "requeue", "expire"]
)
def test_every_help_page_has_examples(run: Run, command: str) -> None:
    assert "Examples:\n" in run(command, "--help").output
