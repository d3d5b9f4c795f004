"""The spool: what is acknowledged is durable, whatever dies; what comes back counts once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gateways.webhook import WebhookRequest
from models.database import DatabaseDown
from models.inbound_event import inbound_event
from models.mt_message import mt_message
from models.sealing import KEY_BYTES, Sealer
from web.replaying import Replayer
from web.spool import DRAFT_SECONDS, ENDING, UNREADABLE, Spool

if TYPE_CHECKING:
    from tests.conftest import StandingClock

ROOT = Path(__file__).parents[2]
TMPFS_KB = 256


def webhook(body: str) -> WebhookRequest:
    return WebhookRequest(
        method="POST", path="/x", query="", headers={}, body=body.encode(), client="10.0.0.1"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "spool"


@pytest.fixture
def spool(folder: Path, clock: StandingClock) -> Spool:
    return Spool(folder, Sealer(bytes(KEY_BYTES)), clock, most_waiting=50)


def replayed(spool: Spool, *, refuses: str = "", breaks: str = "") -> list[str]:
    """The bodies that were taken."""
    taken: list[str] = []

    def take(gateway: str, request: WebhookRequest) -> None:
        body = request.body.decode()
        if body == refuses:
            raise DatabaseDown("gone again")
        if body == breaks:
            raise RuntimeError("a bug of ours")
        taken.append(f"{gateway}:{body}")

    Replayer(spool, {"sms": take}).replay()
    return taken


def test_events_come_back_in_the_order_in_which_they_were_kept(
    spool: Spool, clock: StandingClock
) -> None:
    for number in range(12):
        spool.keep("sms", "india", webhook(str(number)))
        clock.pass_seconds(1)
    assert replayed(spool) == [f"india:{number}" for number in range(12)]
    assert spool.waiting() == 0


def test_those_of_one_second_come_back_together_and_the_next_second_waits_for_them(
    spool: Spool, clock: StandingClock
) -> None:
    for number in range(4):
        spool.keep("sms", "india", webhook(str(number)))
        clock.pass_seconds(0.3 if number < 3 else 0.7)
    spool.keep("sms", "india", webhook("of the next second"))
    all_three, done = threading.Barrier(3, timeout=5), []

    def take(_: str, request: WebhookRequest) -> None:
        body = request.body.decode()
        if body in {"1", "2", "3"}:
            all_three.wait()
        done.append(body)

    assert Replayer(spool, {"sms": take}).replay() == 5
    assert (done[0], sorted(done[1:4]), done[4]) == ("0", ["1", "2", "3"], "of the next second")


def test_one_process_of_a_host_replays(spool: Spool) -> None:
    spool.keep("sms", "india", webhook("x"))
    with spool.held() as is_ours:
        assert is_ours
        assert replayed(spool) == []
    assert replayed(spool) == ["india:x"]


def test_a_database_that_goes_again_takes_the_rest_later(
    spool: Spool, clock: StandingClock
) -> None:
    for number in range(4):
        spool.keep("sms", "india", webhook(str(number)))
        clock.pass_seconds(1)
    assert replayed(spool, refuses="2") == ["india:0", "india:1"]
    assert replayed(spool) == ["india:2", "india:3"]


def test_a_database_that_goes_again_keeps_nobody_of_the_same_second_from_being_taken(
    spool: Spool,
) -> None:
    for number in range(4):
        spool.keep("sms", "india", webhook(str(number)))
    assert sorted(replayed(spool, refuses="2")) == ["india:0", "india:1", "india:3"]
    assert replayed(spool) == ["india:2"]


@pytest.mark.parametrize("poison", ["bug", "channel", "key", "half", "empty", "json"])
def test_a_poisonous_file_is_set_aside_and_counted_and_the_rest_goes_on(
    spool: Spool, folder: Path, poison: str
) -> None:
    spool.keep("fax" if poison == "channel" else "sms", "india", webhook("bad"))
    (file,) = folder.glob(f"*{ENDING}")
    match poison:
        case "key":
            file.write_bytes(Sealer(b"k" * KEY_BYTES).bound_to("spool").seal("{}"))
        case "half":
            file.write_bytes(file.read_bytes()[:40])
        case "empty":
            file.write_bytes(b"")
        case "json":
            file.write_bytes(Sealer(bytes(KEY_BYTES)).bound_to("spool").seal("{'no json"))
    spool.keep("sms", "india", webhook("good"))
    assert replayed(spool, breaks="bad") == ["india:good"]
    assert (spool.waiting(), spool.unreadable()) == (0, 1)
    assert [path.suffix for path in folder.iterdir()] == [UNREADABLE]


def test_the_spool_is_bounded(folder: Path, clock: StandingClock) -> None:
    spool = Spool(folder, Sealer(bytes(KEY_BYTES)), clock, most_waiting=3)
    for number in range(3):
        spool.keep("sms", "india", webhook(str(number)))
    with pytest.raises(DatabaseDown, match="full"):
        spool.keep("sms", "india", webhook("one too many"))
    assert spool.waiting() == 3


def test_a_folder_that_takes_nothing_is_no_place_to_keep(folder: Path, spool: Spool) -> None:
    folder.parent.mkdir()
    folder.write_text("a file stands where the folder should be")
    with pytest.raises(DatabaseDown, match="nor does the spool"):
        spool.keep("sms", "india", webhook("x"))


def test_what_a_killed_writer_left_is_swept_away_in_time(
    spool: Spool, folder: Path, clock: StandingClock
) -> None:
    folder.mkdir(parents=True)
    draft = folder / "half.draft"
    draft.write_bytes(b"half")
    os.utime(draft, (clock.now().timestamp(),) * 2)
    replayed(spool)
    assert draft.exists()  # perhaps it is being written
    clock.pass_seconds(DRAFT_SECONDS + 1)
    replayed(spool)
    assert not draft.exists()


WORK = """
import sys
from pathlib import Path
from gateways.webhook import WebhookRequest
from models.sealing import KEY_BYTES, Sealer
from telecom.clock import SystemClock
from web.replaying import Replayer
from web.spool import Spool

spool = Spool(Path(sys.argv[1]), Sealer(bytes(KEY_BYTES)), SystemClock())
taken = Path(sys.argv[2])
if sys.argv[3] == "keep":
    spool.keep("sms", "india", WebhookRequest(
        method="POST", path="", query="", headers={}, body=b"kept", client="10.0.0.1"))
else:
    takers = {"sms": lambda gateway, request: taken.write_text(request.body.decode())}
    Replayer(spool, takers).replay()
print("acknowledged")
"""


def killed_at(point: str, folder: Path, does: str) -> str:
    """What it said until it was killed."""
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(folder), str(folder.parent / "taken"), does],
        cwd=ROOT,
        env={**os.environ, "BRIDGE_DEV": "1", "SANKET_CRASH_AT": point},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout


@pytest.mark.parametrize(("point", "taken"), [("spool_drafted", []), ("spool_written", ["kept"])])
def test_killed_while_keeping(spool: Spool, folder: Path, point: str, taken: list[str]) -> None:
    """Nobody was told, so both are honest: the gateway, or the caller, tries again."""
    assert killed_at(point, folder, "keep") == ""
    assert replayed(spool) == [f"india:{body}" for body in taken]
    assert spool.waiting() == 0


def test_killed_after_the_database_took_it(spool: Spool, folder: Path) -> None:
    spool.keep("sms", "india", webhook("kept"))
    killed_at("spool_replayed", folder, "replay")
    assert (folder.parent / "taken").read_text() == "kept"
    assert replayed(spool) == ["india:kept"]  # once more, and its key is taken


def test_a_first_arrival_that_was_spooled_and_its_repeat_are_one(house: Any) -> None:
    house.lose_database()
    spooled = house.ring(event="ATVId_1")
    house.find_database()
    repeat = house.ring(event="ATVId_1")
    assert (spooled.status_code, spooled.data) == (repeat.status_code, repeat.data)
    assert house.bridge.replayer.replay() == 1
    assert house.answer_calls() == 1
    assert (house.count(inbound_event), house.count(mt_message)) == (1, 1)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system that a few hundred kilobytes fill."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small file system needs root")
    with tempfile.TemporaryDirectory(prefix="sanket-") as place:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_KB}k", "tmpfs", place]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", place], check=True)


def test_a_full_disk_is_no_false_200_and_needs_no_hand(
    small_disk: Path, clock: StandingClock
) -> None:
    spool = Spool(small_disk / "spool", Sealer(bytes(KEY_BYTES)), clock)
    ballast = small_disk / "ballast"
    spool.keep("sms", "india", webhook("before"))
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(4096))
    for _ in range(3):
        with pytest.raises(DatabaseDown, match="No space"):
            spool.keep("sms", "india", webhook("x" * 8192))
    assert [path.suffix for path in (small_disk / "spool").iterdir()] == [ENDING]
    ballast.unlink()
    spool.keep("sms", "india", webhook("after"))
    assert replayed(spool) == ["india:before", "india:after"]
