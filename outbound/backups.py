"""Backups and what a restored one means: the outbox starts paused, and what waited is in doubt.

A backup does not know what was sent after it. Sent again by itself, it would reach everybody twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import Connection, select

from models import (
    backup_file,
    backup_postgresql,
    backup_sqlite,
    copying,
    late_answer,
    migrate,
    mt_restored,
    outbox_act,
    outbox_pause,
    waiting_event,
)
from models.backup_file import FORMAT, BackupFault, Manifest, Progress
from models.database import Database
from models.mt_message import mt_message
from models.outbox_act import Act, Deed
from models.outbox_pause import ALL
from models.sealing import Unsealable
from models.shared_clock import SharedClock
from outbound.desk import Who, pause
from outbound.outbox import Outbox
from telecom.faults import report
from telecom.keyed_hash import KeyedHash

_NEWEST: Final = select(mt_message.c.to_sealed).order_by(mt_message.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`doubted`: SMS of which nobody knows whether they were sent after the backup, those among
    them for which calls waited then.
    """

    manifest: Manifest
    doubted: int
    unanswered: int  # calls that waited, and that could not be answered into the outbox
    has_opened: bool | None  # one sealed row; None where there is none


class Backups:
    def __init__(
        self,
        url: str,
        database: Database,
        outbox: Outbox,
        clock: SharedClock,
        proof: KeyedHash,
        answer_calls: Callable[[str], None],
    ) -> None:
        """`answer_calls` answers those that wait in the database of a URL, into its outbox."""
        self._url = url
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._proof = proof
        self._answer_calls = answer_calls

    def make(self, path: Path, progress: Progress) -> Manifest:
        """While the bridge runs. Raises BackupFault, DatabaseDown."""
        if path.exists():
            raise BackupFault(f"{path} is there already: it is not overwritten")
        with _beside(path) as folder:
            made = folder / "copy"
            schema = migrate.find_revision(self._database)
            if schema is None:
                raise BackupFault("the database is empty: there is nothing to keep")
            made_at, counts = copying.copy(self._database, self._url, made, self._clock, progress)
            sha256 = backup_file.digest(made)
            manifest = Manifest(
                format=FORMAT,
                made_at=made_at.isoformat(),
                database=copying.kind_of(self._url),
                schema=schema,
                counts=counts,
                size=made.stat().st_size,
                sha256=sha256,
                proof=self._proof.of(sha256),
            )
            progress("writing")
            backup_file.pack(path, made, manifest)
        return manifest

    def restore(
        self, path: Path, who: Who, *, replaces: bool, nothing_sent_since: bool, progress: Progress
    ) -> Restored:
        """Raises BackupFault, DatabaseDown; then what was there is there still."""
        with _os_faults():
            manifest = backup_file.read(path)
        self._check(path, manifest)
        if not replaces and not copying.is_empty(self._database, self._url):
            raise BackupFault("the database is not empty: --replace throws away all that is in it")
        copying.refuse_company(self._database, self._url)
        where = backup_sqlite.file_of(self._url) if manifest.database == "sqlite" else path
        with _beside(where) as folder:
            made = folder / "copy"
            backup_file.unpack(path, manifest, made, progress)
            after = _After(manifest, who, nothing_sent_since)
            if manifest.database == "sqlite":
                return self._restore_sqlite(made, after, progress)
            return self._restore_postgresql(made, after, progress)

    def _check(self, path: Path, manifest: Manifest) -> None:
        kind = copying.kind_of(self._url)
        if manifest.database != kind:
            raise BackupFault(
                f"{path} is of {manifest.database}, and BRIDGE_DATABASE_URL of {kind}"
            )
        copying.refuse_schema(manifest.schema)
        if manifest.proof != self._proof.of(manifest.sha256):
            raise BackupFault(
                f"{path} was made with another BRIDGE_SECRET_KEY: no number and no text in it would"
                " open. Restore it with the key that you kept beside it"
            )

    def _restore_sqlite(self, made: Path, after: _After, progress: Progress) -> Restored:
        """Finished aside, then put in place at once."""
        if fault := backup_sqlite.find_fault(made):
            raise BackupFault(f"the copy is damaged: {fault}")
        restored = self._finish(f"sqlite:///{made}", after)
        self._database.dispose()
        backup_sqlite.put(made, self._url, progress)
        return restored

    def _restore_postgresql(self, made: Path, after: _After, progress: Progress) -> Restored:
        backup_postgresql.check_programs(["pg_restore", "psql"])
        backup_postgresql.put(made, self._url, progress)
        self._database.dispose()
        return self._finish(self._url, after)

    def _finish(self, url: str, after: _After) -> Restored:
        migrate.upgrade(url)
        database = Database(url)
        if not after.nothing_sent_since:
            self._answer_all(url)
        try:
            with database.write() as conn:
                doubted, unanswered = after.happen(conn, self._clock.now(conn))
                return Restored(
                    manifest=after.manifest,
                    doubted=doubted,
                    unanswered=unanswered,
                    has_opened=self._opens(conn),
                )
        finally:
            database.dispose()

    def _answer_all(self, url: str) -> None:
        """Those who rang were promised something: it is put where the operator sees it, in doubt
        like all that waited. A menu or a gateways.yaml that cannot be read stops no restore.
        """
        try:
            self._answer_calls(url)
        except Exception as fault:
            report("calls of the backup not answered", fault)

    def _opens(self, conn: Connection) -> bool | None:
        sealed = conn.execute(_NEWEST).scalar()
        if sealed is None:
            return None
        try:
            self._outbox.recipient(sealed)
        except Unsealable:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _After:
    """What a restore does to the outbox, in one transaction."""

    manifest: Manifest
    who: Who
    nothing_sent_since: bool

    def happen(self, conn: Connection, now: datetime) -> tuple[int, int]:
        """SMS in doubt, and calls that were left unanswered."""
        made_at = datetime.fromisoformat(self.manifest.made_at)
        copying.be_patient(conn)
        doubted = unanswered = 0
        if not self.nothing_sent_since:
            unanswered = waiting_event.drop_all(conn) + late_answer.drop_all(conn)
            doubted = mt_restored.doubt_all(conn, backed_up_at=made_at, now=now)
        told = f"The backup is of {made_at:%Y-%m-%d %H:%M:%S} UTC; {doubted} SMS are in doubt."
        if self.nothing_sent_since:
            told = f"The backup is of {made_at:%Y-%m-%d %H:%M:%S} UTC, and nothing was sent since."
        who = Who(by=self.who.by, note=f"{told} {self.who.note}".strip())
        outbox_act.record(conn, Act(at=now, by=who.by, deed=Deed.RESTORED, note=who.note))
        outbox_pause.remove(conn, ALL)
        pause(conn, None, Who(by=who.by, note="restored; read what flask outbox resume says"), now)
        return doubted, unanswered


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A folder of our own on the same disk. Raises BackupFault where there is none to be had."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BackupFault(f"there is no folder {folder}")
    with _os_faults(), TemporaryDirectory(prefix=".sanket-", dir=folder) as name:
        yield Path(name)


@contextmanager
def _os_faults() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise BackupFault(f"{fault.filename or 'the disk'}: {fault.strerror}") from None
