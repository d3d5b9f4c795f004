"""G37, G38: two hosts, each with a network, a name and a var/ folder of its own, over one
PostgreSQL and one Redis. The master of Redis dies; PostgreSQL dies, and a host with it for good.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.chaos.conftest import IN_MEMORY
from tests.chaos.entries import answers_of, is_served, is_turn, slowest, was_on_its_way
from tests.chaos.field import Wishes, get
from tests.chaos.hosts import Hosts
from tests.servers.network import Network, new_network
from tests.servers.sentinels import Circle

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.debian("postgres", "redis-server"),
    pytest.mark.parametrize("storage", ["postgresql"], indirect=True),
]
RECOVERY_SECONDS: Final = 2.0
pause: Final = threading.Event()


@pytest.fixture
def network() -> Iterator[Network]:
    with new_network(2) as network:
        yield network


@pytest.fixture
def circle(tmp_path: Path, network: Network) -> Iterator[Circle]:
    with Circle(tmp_path, network.home) as circle:
        yield circle


@pytest.fixture
def hosts(
    database_url: str, circle: Circle, network: Network, nursery_kit: Any, nursery: Any, seed: int
) -> Iterator[Hosts]:
    folder = Path(tempfile.mkdtemp(prefix="sanket-chaos-", dir=IN_MEMORY))
    wishes = Wishes(seed=seed, faults={}, reports={})
    hosts = Hosts(folder, nursery_kit, nursery, (database_url, circle.url), wishes, network)
    hosts.open()
    yield hosts
    hosts.close()
    shutil.rmtree(folder, ignore_errors=True)


def test_g37_the_master_of_redis_is_killed(
    hosts: Hosts,
    circle: Circle,
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    crowd = hosts.crowd(600, rate=times(30, 60), tries=1)
    away: list[tuple[float, float]] = []  # from the kill until all Sentinels name another
    words: set[str] = set()
    for _ in range(times(1, 12)):
        pause.wait(4.0)
        killed_at = time.time()
        port = circle.kill_master()
        hosts.wait_until(lambda: redis_faults(hosts), 20)
        words |= redis_faults(hosts)
        away.append((killed_at, circle.wait_for_another_than(port)))
        hosts.wait_until(lambda: not redis_faults(hosts), 20)
        pause.wait(4.0)
        circle.bring_back(port)
    crowd.terminate()
    hosts.wait_for_crowds()
    hosts.wait_until_settled()
    verdict, said = hosts.verdict(), hosts.said()
    turns = [entry for entry in said if is_turn(entry)]
    spans = [(killed, known + RECOVERY_SECONDS) for killed, known in away]
    meanwhile = [one for one in turns if any(was_on_its_way(one, *span) for span in spans)]
    later = [one for one in turns if one not in meanwhile]
    polite = sum(not is_served(one) for one in meanwhile)
    unserved = [one for one in later if not is_served(one)]
    longest = max(known - killed for killed, known in away)
    tell(
        "G37",
        f"hosts by {hosts.network.kind}: {verdict}  failovers {len(away)}, the longest "
        f"{longest:.1f} s, polite ends meanwhile {polite} of {len(meanwhile)}, slowest turn "
        f"{slowest(turns):.2f} s, not served {RECOVERY_SECONDS} s after the Sentinels agreed "
        f"{len(unserved)} of {len(later)}",
    )
    assert verdict.is_sound, verdict
    assert not verdict.copied
    assert {entry["status"] for entry in said} == {200}
    assert all(entry["body"][:4] in {"CON ", "END "} for entry in turns)
    assert slowest(turns) < 2.0
    assert later
    assert not unserved, unserved
    assert any("Sentinels" in one for one in words), words


def test_g38_postgresql_is_killed_and_a_host_does_not_come_back(
    hosts: Hosts,
    postgresql: Any,
    times: Callable[[int, int], int],
    tell: Callable[..., None],
) -> None:
    """What lies in the spool of the dead host is carried over to the other one."""
    away = times(4, 60)
    crowd = hosts.crowd(away + 8, rate=times(30, 60))
    pause.wait(3.0)
    postgresql.kill()
    pause.wait(away)
    hosts.lose(1)
    orphans = [*hosts.spool_of(1).glob("*.event")]
    postgresql.start()
    back = time.monotonic()
    hosts.wait_until(lambda: not [*hosts.spool_of(0).glob("*.event")], 60)
    for file in orphans:
        shutil.move(file, hosts.spool_of(0))
    hosts.wait_until(lambda: not hosts.spooled(), 60)
    drained = time.monotonic() - back
    crowd.wait(60)
    hosts.let_time_pass(hosts.wishes.lease_seconds)
    hosts.wait_until_settled()
    verdict, said = hosts.verdict(), hosts.said()
    taken_back = hosts.wishes.threads * 2
    tell(
        "G38",
        f"hosts by {hosts.network.kind}: {verdict}  away {away} s, in the spool of the dead host "
        f"{len(orphans)}, all in after {drained:.1f} s  {answers_of(said)}",
    )
    assert orphans
    assert verdict.is_sound, verdict
    assert verdict.acknowledged == verdict.events
    assert len(verdict.copied) <= taken_back
    turns = [entry for entry in said if is_turn(entry) and entry["status"] == 200]
    assert all(entry["body"][:4] in {"CON ", "END "} for entry in turns)
    assert slowest(turns) < 8.0


def redis_faults(hosts: Hosts) -> set[str]:
    """What /readyz of the hosts says of Redis."""
    pages = [get(web.port, "/readyz", host=web.host)[1] for web in hosts.webs]
    faults = [json.loads(page)["faults"] for page in pages if page]
    return {str(found["redis"]) for found in faults if "redis" in found}
