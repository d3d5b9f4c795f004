"""What every test may lean on: a real Redis, the default menu, and a clock that stands still."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Table, func, select
from werkzeug.test import TestResponse

from app import mount
from menu.compiler import compile_menu
from menu.program import Program
from models import inbound_event, migrate, mt_message
from models.all_tables import TABLES
from models.menu_files import MenuFiles
from settings_reading import load_settings
from state.connection import connect
from state.embedded import EmbeddedRedis
from telecom.clock import SystemClock
from wiring import Bridge, build

ROOT = Path(__file__).parent.parent

# A busy machine is no failure; and a run on a server must not find what the last one did not.
hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("house")


class StandingClock:
    """Time passes only when a test says so."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def pass_seconds(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """One real server for a whole run; pytest's own paths are too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="sanket-") as folder:
        server = EmbeddedRedis(Path(folder))
        server.start()
        yield server.url
        server.stop()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    client = connect(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def unused_socket(tmp_path: Path) -> str:
    return str(tmp_path / "nobody.sock")


# Whatever touches storage runs on both databases: each test with a database of its own, copied
# from one that was migrated once.

Storage = Callable[[], str]  # the URL of a new, migrated database
ON_POSTGRESQL = pytest.mark.debian("postgres", repeats=True)
STORAGES = ["sqlite", pytest.param("postgresql", marks=ON_POSTGRESQL)]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """One real server for a whole run, as tests/servers/postgresql.py has it."""
    module = load_by_path(ROOT / "tests" / "servers" / "postgresql.py")
    with module.PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "sanket.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: Any) -> str:
    """The name of the migrated database that others are copied from."""
    url = postgresql.create()
    migrate.upgrade(url)
    return str(postgresql.name(url))


@pytest.fixture(scope="session", params=STORAGES)
def storage(request: pytest.FixtureRequest) -> str:
    """ "sqlite" or "postgresql": a test that asks for it, or for a database, runs on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def new_database_url(storage: str, request: pytest.FixtureRequest) -> Iterator[Storage]:
    """For tests that need one database for every example."""
    if storage == "sqlite":
        migrated = request.getfixturevalue("migrated_file")
        in_memory = Path("/dev/shm")  # thousands of commits, and no test here pulls the plug
        where = in_memory if in_memory.is_dir() else None
        with tempfile.TemporaryDirectory(prefix="sanket-", dir=where) as folder:
            yield lambda: f"sqlite:///{shutil.copy(migrated, Path(folder) / f'{uuid4().hex}.db')}"
        return
    server, template = (
        request.getfixturevalue(name) for name in ("postgresql", "migrated_postgresql")
    )
    yield lambda: str(server.create(like=template))


@pytest.fixture
def database_url(new_database_url: Storage, storage: str, request: Any) -> Iterator[str]:
    server = request.getfixturevalue("postgresql") if storage == "postgresql" else None
    url = new_database_url()
    yield url
    if server is not None:
        server.drop(url)


@pytest.fixture
def empty_database_url(storage: str, tmp_path: Path, request: Any) -> Iterator[str]:
    """The URL of a database that was never migrated."""
    if storage == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = request.getfixturevalue("postgresql")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def default_program() -> Program:
    """The compiled menus.yaml of the checkout."""
    return compile_menu(MenuFiles(ROOT / "menus.yaml", SystemClock()).read())


# A whole bridge, in this process, on a real database and Redis; the vendor is a loopback server.

SECRET = "a-secret-of-this-test-only"
GATEWAYS = """
gateways:
  simulator: {{ vendor: simulator, country: IN }}
  india:
    vendor: africastalking
    country: IN
    username: sanket
    api_key: an-api-key-for-tests
    webhook_secret: {secret}
    sender_id: UMANG
    base_url: {base_url}
  kenya:
    vendor: africastalking
    country: KE
    username: sanket
    api_key: an-api-key-for-tests
    webhook_secret: {secret}
    base_url: {base_url}
"""


@dataclass
class House:
    """The bridge and the people around it. Webhooks go to the gateway `india` unless told."""

    bridge: Bridge
    app: Flask
    vendor: Any
    clock: StandingClock
    postgresql: Any = None  # the server, where the database is not SQLite
    secret: str = SECRET

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(path, data=form)

    def dial(
        self,
        text: str = "",
        *,
        session: str = "ATUid_1",
        msisdn: str = "+919812345678",
        code: str = "*384*97183#",
        gateway: str = "india",
    ) -> str:
        """The body of one USSD turn; `text` is cumulative."""
        answer = self.post(
            f"/ussd/{gateway}/{SECRET}",
            sessionId=session,
            serviceCode=code,
            phoneNumber=msisdn,
            networkCode="40445",
            text=text,
        )
        assert answer.status_code == 200
        return answer.text

    def text(
        self, text: str, *, msisdn: str = "+919812345678", event: str | None = None
    ) -> TestResponse:
        return self.post(
            f"/sms/india/{SECRET}",
            **{"from": msisdn, "to": "56161", "text": text, "id": event or uuid4().hex},
            date="2026-11-23 09:00:00",
        )

    def ring(
        self,
        *,
        caller: str = "+919812345678",
        called: str = "+919718397183",
        event: str | None = None,
        is_active: str = "1",
    ) -> TestResponse:
        return self.post(
            f"/missed-call/india/{SECRET}",
            isActive=is_active,
            sessionId=event or uuid4().hex,
            direction="Inbound",
            callerNumber=caller,
            destinationNumber=called,
        )

    def answer_calls(self) -> int:
        """As a worker does; how many waited."""
        return self.bridge.call_answers.answer_all()

    def promised(self) -> int:
        """How many SMS were promised so far, the answers to all calls among them."""
        self.answer_calls()
        return self.count(mt_message.mt_message)

    def send(self) -> list[str]:
        """Answers and sends what waits; the texts that the vendor took by that, in its order."""
        self.answer_calls()
        self.bridge.late_answers.answer_some()
        before = len(self.vendor.ledger)
        dispatcher = self.bridge.dispatcher()
        for claim in dispatcher.claim():
            dispatcher.submit(claim)
        return [taken.text for taken in self.vendor.ledger[before:]]

    def count(self, table: Table) -> int:
        with self.bridge.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())

    def at_rest(self) -> bytes:
        """The files of SQLite; of PostgreSQL, which compresses, every value of every row."""
        if self.postgresql is None:
            file = self._file
            return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
        kept = []
        with self.bridge.database.read() as conn:
            for table in TABLES:
                kept.append(table.name.encode())
                for row in conn.execute(select(table)):
                    kept += [one if isinstance(one, bytes) else str(one).encode() for one in row]
        return b"\n".join(kept)

    def lose_database(self) -> None:
        """Gone for everybody, until `find_database`."""
        self.bridge.database.dispose()
        if self.postgresql is not None:
            self.postgresql.lose(self.bridge.settings.database_url)
            return
        self._file.rename(self._file.with_suffix(".away"))
        self._file.mkdir()

    def find_database(self) -> None:
        if self.postgresql is not None:
            self.postgresql.find(self.bridge.settings.database_url)
            return
        self._file.rmdir()
        self._file.with_suffix(".away").rename(self._file)

    @property
    def _file(self) -> Path:
        return Path(self.bridge.settings.database_url.removeprefix("sqlite:///"))

    def decisions(self) -> list[str]:
        """What was made of each event, once the calls among them are answered."""
        self.answer_calls()
        column = inbound_event.inbound_event.c
        with self.bridge.database.read() as conn:
            rows = conn.execute(select(column.decision).order_by(column.id)).scalars()
            return [str(row) for row in rows]


@pytest.fixture
def vendor() -> Iterator[Any]:
    """Africa's Talking, on loopback."""
    fake = load_by_path(ROOT / "tests" / "fakes" / "africastalking.py")
    with fake.FakeAfricasTalking() as server:
        yield server


@pytest.fixture
def gateways_text(vendor: Any) -> str:
    """The gateways.yaml of `house`."""
    return GATEWAYS.format(secret=SECRET, base_url=vendor.base_url)


@pytest.fixture
def house_settings() -> dict[str, str]:
    """More BRIDGE_* variables of `house`, for tests that say so."""
    return {}


@pytest.fixture
def house(
    tmp_path: Path,
    database_url: str,
    storage: str,
    request: pytest.FixtureRequest,
    redis: Redis,
    redis_url: str,
    vendor: Any,
    gateways_text: str,
    clock: StandingClock,
    house_settings: dict[str, str],
) -> Iterator[House]:
    server = request.getfixturevalue("postgresql") if storage == "postgresql" else None
    gateways = tmp_path / "gateways.yaml"
    gateways.write_text(gateways_text, encoding="utf-8")
    menus = tmp_path / "menus.yaml"  # a test may edit it
    menus.write_bytes((ROOT / "menus.yaml").read_bytes())
    for folder in ("menus", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    settings = load_settings(
        {
            "BRIDGE_DEV": "1",
            "BRIDGE_VAR": str(tmp_path / "var"),
            "BRIDGE_DATABASE_URL": database_url,
            "BRIDGE_REDIS_URL": redis_url,
            "BRIDGE_GATEWAYS": str(gateways),
            "BRIDGE_MENUS": str(menus),
            "BRIDGE_PUBLIC_URL": "https://sanket.example.in",
            **house_settings,
        }
    )
    bridge = build(settings, {}, clock)
    bridge.migrate()
    bridge.publish_menu()
    flask_app = Flask("sanket")
    mount(flask_app, bridge)
    yield House(bridge, flask_app, vendor, clock, server)
    bridge.stop()


def load_by_path(path: Path) -> ModuleType:
    """A helper module of the tests, which are no package."""
    # Not the bare stem: a stand-in is named after its vendor, and so is the vendor's SDK.
    spec = spec_from_file_location(f"by_path_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
