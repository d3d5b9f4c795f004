"""G8: the disk of the database or of the spool is full: no false 200, and no hand to help later.

Needs root, for it mounts small file systems; for others it is not collected.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from models import migrate
from tests.chaos.field import Field, Wishes
from tests.conftest import load_by_path

pytestmark = [pytest.mark.chaos, pytest.mark.debian("postgres")]
FILE = Path(__file__).parents[1] / "servers" / "postgresql.py"


@contextmanager
def small_disk(where: Path, size: str) -> Iterator[Path]:
    where.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", where], check=True)
    try:
        yield where
    finally:
        subprocess.run(["umount", "--lazy", where], check=True)


def fill(disk: Path) -> Path:
    """Every byte of it is taken."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    if file.write(b"x" * size) < size:
                        break
            except OSError:
                continue
    return ballast


@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_g8_the_spool_is_full(
    new_field: Any, database_url: str, postgresql: Any, tell: Callable[..., None]
) -> None:
    field = new_field(webs=1, dispatchers=1, faults={}, reports=None, opens=False)
    with small_disk(field.folder / "var" / "spool", "256k") as disk:
        field.open()
        postgresql.lose(database_url)
        assert field.ring(0) == 200
        ballast = fill(disk)
        said = [field.ring(number) for number in range(1, 21)]
        ballast.unlink()
        later = [field.ring(number) for number in range(21, 31)]
        postgresql.find(database_url)
        promised = 1 + said.count(200) + later.count(200)
        field.wait_until(lambda: field.statuses() == {"sent": promised}, 30)
        tell("G8", f"spool full: said 200 {said.count(200)} of 20, then {later.count(200)} of 10, "
                   f"promised {promised}, SMS {len(field.took())}")  # fmt: skip
        assert 200 not in said
        assert later == [200] * 10
        assert len(field.took()) == promised
        field.close()


def test_g8_the_database_disk_is_full(
    tmp_path: Path,
    nursery_kit: Any,
    nursery: Any,
    redis_url: str,
    seed: int,
    tell: Callable[..., None],
) -> None:
    """SQLite's, with room for its log of 4 MB; the spool has a disk of its own."""
    with small_disk(tmp_path / "database", "16m") as disk:
        url = f"sqlite:///{disk}/sanket.db"
        with opened(tmp_path, nursery_kit, nursery, (url, redis_url), seed) as field:
            check_full_database(field, disk, tell, "SQLite")


def test_g8_postgresqls_disk_is_full(
    tmp_path: Path,
    nursery_kit: Any,
    nursery: Any,
    redis_url: str,
    seed: int,
    tell: Callable[..., None],
) -> None:
    with small_disk(Path("/dev/shm/sanket-small"), "160m") as disk:
        disk.chmod(0o777)
        with load_by_path(FILE).PostgreSQL(disk) as server:
            stores = (server.create(), redis_url)
            with opened(tmp_path, nursery_kit, nursery, stores, seed) as field:
                check_full_database(field, disk, tell, "PostgreSQL")


@contextmanager
def opened(
    folder: Path, kit: Any, nursery: Any, stores: tuple[str, str], seed: int
) -> Iterator[Field]:
    """A bridge on `stores`, the addresses of an empty database and of Redis."""
    migrate.upgrade(stores[0])
    wishes = Wishes(webs=1, dispatchers=1, faults={}, reports=None, seed=seed)
    field = Field(folder, kit, nursery, stores, wishes)
    field.open()
    try:
        yield field
    finally:
        field.close()


def check_full_database(field: Any, disk: Path, tell: Callable[..., None], what: str) -> None:
    assert field.ring(0) == 200
    field.wait_until(lambda: field.statuses() == {"sent": 1}, 30)
    ballast = fill(disk)
    said = [field.ring(number) for number in range(1, 61)]
    spooled = field.spooled()
    ballast.unlink()
    field.wait_until(lambda: field.statuses() == {"sent": 1 + said.count(200)}, 60)
    tell("G8", f"{what}'s disk full: said 200 {said.count(200)} of 60, spooled {spooled}, SMS "
               f"{len(field.took())} of {1 + said.count(200)}")  # fmt: skip
    assert spooled
    assert len({entry["to"] for entry in field.took()}) == 1 + said.count(200)
    assert set(said) == {200}
