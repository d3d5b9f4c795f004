"""G29: a backup under load, the database is lost, restored, and sends again: nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from psycopg import sql

from tests.chaos.field import ROOT

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres", "redis-server", "pg_dump"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
BUSY_VENDOR: Final = {"slow": 0.5}  # so that SMS wait at any moment
pause: Final = threading.Event()


def test_g29_a_database_that_was_lost_comes_back_and_nothing_is_sent_twice(
    new_field: Any,
    database_url: str,
    postgresql: Any,
    seconds: Callable[[float], float],
    tell: Callable[..., None],
) -> None:
    field = new_field(faults=BUSY_VENDOR, reports={})
    file = Path(field.folder) / "drill.backup"
    crowd = field.crowd(600, rate=24, tries=1)
    pause.wait(min(seconds(4), 120))
    made = json.loads(flask(field, "backup", str(file), "--json"))
    made_at = datetime.fromisoformat(made["made_at"]).timestamp()
    pause.wait(4.0)
    lost_at = lose(field, postgresql, database_url)
    crowd.terminate()
    field.wait_for_crowds()

    restored = flask(field, "restore", str(file))
    field.start_the_dead()
    field.wait_until(lambda: field.ring(1) == 200, 60)
    served_at = time.time()
    before = len(requests(field))
    field.wait_until(lambda: all(one.is_up() for one in field.members), 60)
    crowd = field.crowd(4, rate=20, tries=1)
    crowd.wait(60)
    while_paused = len(requests(field)) - before
    field.let_time_pass(field.wishes.settle_seconds)  # while paused: nobody's lease ends under way
    flask(field, "outbox", "resume", "--yes")
    field.wait_until_settled()

    verdict, said = field.verdict(), field.said()
    ended = {one["caller"]: one["at"] + one["seconds"] for one in said if one["promises"]}
    lost_before = [to for to in verdict.lost if ended[to] < made_at]
    doubted = verdict.statuses["unknown_final"]
    tell(
        "G29",
        f"events {verdict.events:,}, backup of {made['counts']['mt_message']:,} SMS, sent while "
        f"paused {while_paused}, sent twice {len(verdict.copied)}, in doubt and not sent again "
        f"{doubted}, promises of before the backup lost {len(lost_before)}, of after it "
        f"{len(verdict.lost)}; RPO {lost_at - made_at:.1f} s (the age of the backup), RTO "
        f"{served_at - lost_at:.1f} s",
        bound="RPO 5 min, RTO 30 min, 0 sent twice",
    )
    assert "The outbox is paused." in restored
    assert "they are not sent again" in restored
    assert while_paused == 0
    # An event of after the backup that is told once more when the database is gone is new to the
    # one that comes back: nobody can know it. Nothing else is sent twice.
    told_late = {one["caller"] for one in said if one["at"] + one["seconds"] >= lost_at}
    assert set(verdict.copied) <= told_late
    assert set(verdict.doubled_effects) <= told_late
    assert not lost_before
    assert not [to for to in verdict.out_of_nothing if to != "+917000000001"]  # who rang above
    assert not verdict.said_sent
    assert not verdict.said_failed
    assert doubted
    later = [one["caller"] for one in said if one["at"] > served_at and one["promises"]]
    assert later
    assert not {to: verdict.copies[to] for to in later if verdict.copies[to] != 1}
    assert served_at - lost_at < 60


def lose(field: Any, postgresql: Any, url: str) -> float:
    """The database is gone, and an empty one of its name in its place; when that was."""
    lost_at = time.time()
    name = postgresql.name(url)
    postgresql.drop(url)
    for member in field.members:
        member.kill()
    field.bridge.database.dispose()
    postgresql.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    )
    return lost_at


def requests(field: Any) -> list[Any]:
    """What the vendor was asked to send."""
    return [entry for entry in field.took() if "report" not in entry]


def flask(field: Any, *arguments: str) -> str:
    """What an operator's command says on stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT,
        env={**os.environ, **field.settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
