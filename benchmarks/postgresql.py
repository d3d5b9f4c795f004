"""A bridge on a PostgreSQL of its own, as durable as it comes, with the CPU time of that server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks import house
from benchmarks.house import Home
from benchmarks.measuring import Meter, Skipped
from benchmarks.processes import cpu_seconds, tree_of
from models import migrate
from tests.servers.postgresql import PostgreSQL, find_program
from wiring import Bridge

PROGRAM: Final = "postgres"


@contextmanager
def bridge_in(place: Home) -> Iterator[tuple[Bridge, Meter]]:
    """Raises Skipped."""
    if find_program(PROGRAM) is None:
        raise Skipped("PostgreSQL is not here (Debian's package: postgresql)")
    with PostgreSQL(place.folder.parent) as server:
        url = server.create()
        migrate.upgrade(url)
        pid = int((server.folder / "cluster" / "postmaster.pid").read_text().split()[0])
        with house.bridge_in(place, url) as bridge:
            yield bridge, lambda: cpu_seconds(tree_of(pid))
