"""Settings: what is read, what is refused and in which words, and that the docs tell the same."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import CHECKOUT, FIELD_OF, Settings
from settings_reading import BadSettings, load_settings
from telecom.money import Money

KEY: Final = "k" * 32
PRODUCTION: Final = {
    "BRIDGE_PUBLIC_URL": "https://sanket.example.in",
    "BRIDGE_SECRET_KEY": KEY,
}


def faults_of(**environ: str) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        load_settings(environ)
    return list(refused.value.faults)


def test_development_needs_nothing(tmp_path: Path) -> None:
    settings = load_settings({"BRIDGE_DEV": "1", "BRIDGE_VAR": str(tmp_path)})
    assert settings.dev
    assert settings.database_url == f"sqlite:///{tmp_path}/bridge.db"
    assert settings.redis_url is None
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.menus == CHECKOUT / "menus.yaml"


def test_production_needs_an_address_and_a_key() -> None:
    assert load_settings(PRODUCTION).public_url == "https://sanket.example.in"
    assert faults_of() == [
        "BRIDGE_PUBLIC_URL: is required; only BRIDGE_DEV=1 has a default",
        "BRIDGE_SECRET_KEY: is required; only BRIDGE_DEV=1 makes one",
    ]


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        (
            "BRIDGE_PUBLIC_URL",
            "https://a.example/bridge/",
            "public_url",
            "https://a.example/bridge",
        ),
        ("BRIDGE_PUBLIC_URL", "http://localhost:9000", "public_url", "http://localhost:9000"),
        ("BRIDGE_PUBLIC_URL", "http://[::1]:9000", "public_url", "http://[::1]:9000"),
        ("BRIDGE_REDIS_URL", "rediss://r.example:6379/0", "redis_url", "rediss://r.example:6379/0"),
        (
            "BRIDGE_REDIS_URL",
            "redis+sentinel://a,b,c/mymaster/0",
            "redis_url",
            "redis+sentinel://a,b,c/mymaster/0",
        ),
        ("BRIDGE_MENUS", "/etc/menus.yaml", "menus", Path("/etc/menus.yaml")),
        ("BRIDGE_MENUS", "mine.yaml", "menus", Path.cwd() / "mine.yaml"),
        ("BRIDGE_LOG_LEVEL", "WARNING", "log_level", "warning"),
        ("BRIDGE_LEASE_SECONDS", "15", "lease_seconds", 15),
        ("BRIDGE_DEV", "0", "dev", False),
        ("PORT", "8080", "port", 8080),
        ("BRIDGE_SMS_COUNTRIES", "IN, KE", "sms_countries", frozenset({"IN", "KE"})),
        ("BRIDGE_CALLS_PER_DAY", "0", "calls_per_day", 0),
        (
            "BRIDGE_DAY_BUDGET",
            "500 INR, 90.5 KES",
            "day_budget",
            (Money.parse("500 INR"), Money.parse("90.5 KES")),
        ),
        ("BRIDGE_SERVICE_DAY_BUDGET", "9 KES", "service_day_budget", (Money.parse("9 KES"),)),
        (
            "BRIDGE_TRUSTED_PROXIES",
            "127.0.0.1, 10.0.0.0/8 ::1/128",
            "trusted_proxies",
            tuple(map(ip_network, ("127.0.0.1/32", "10.0.0.0/8", "::1/128"))),
        ),
        (
            "BRIDGE_SERVICES_NETWORKS",
            "10.20.0.0/16, fd00:1234::/48",
            "services_networks",
            tuple(map(ip_network, ("10.20.0.0/16", "fd00:1234::/48"))),
        ),
    ],
)
def test_a_right_value(variable: str, text: str, field: str, value: object) -> None:
    assert getattr(load_settings({**PRODUCTION, variable: text}), field) == value


@pytest.mark.parametrize(
    ("variable", "text", "fault"),
    [
        ("BRIDGE_DEV", "yes", "must be 0 or 1"),
        ("BRIDGE_DEV", "true", "must be 0 or 1"),
        ("BRIDGE_DATABASE_URL", "mysql://x", "must begin with sqlite:// or postgresql://"),
        ("BRIDGE_REDIS_URL", "localhost", "must begin with redis://, rediss:// or unix://"),
        ("BRIDGE_REDIS_URL", "sentinel://a/m", "must begin with redis://, rediss:// or unix://"),
        ("BRIDGE_REDIS_URL", "redis+sentinel://:hush@a,b", "must name the master after the hosts"),
        ("BRIDGE_REDIS_URL", "redis://r.example:port/0", "must have a number as its port"),
        ("BRIDGE_PUBLIC_URL", "sanket.example", "must be http(s)://host"),
        ("BRIDGE_PUBLIC_URL", "https://a.example/?x=1", "must be http(s)://host"),
        ("BRIDGE_PUBLIC_URL", "https://me:pw@a.example", "must be http(s)://host"),
        ("BRIDGE_PUBLIC_URL", "http://a.example", "must be https, except on a loopback address"),
        ("BRIDGE_SECRET_KEY", "k" * 31, "must have 32 characters or more"),
        ("BRIDGE_TRUSTED_PROXIES", "10.0.0.1/8", "must be CIDR networks"),
        ("BRIDGE_TRUSTED_PROXIES", "proxy", "must be CIDR networks"),
        ("BRIDGE_SERVICES_NETWORKS", "10.20.1.1/16", "must be CIDR networks"),
        ("BRIDGE_SERVICES_NETWORKS", "10.20.0.0/16 lan", "must be CIDR networks"),
        ("BRIDGE_SERVICES_NETWORKS", "10.20.0.0/16, 127.0.0.0/8", "127.0.0.0/8 is no network of a"),
        ("BRIDGE_SERVICES_NETWORKS", "0.0.0.0/0", "0.0.0.0/0 is no network of a LAN; BRIDGE_SERV"),
        (
            "BRIDGE_SERVICES_NETWORKS",
            "169.254.0.0/16",
            "169.254.0.0/16 is no network of a LAN: those",
        ),
        ("BRIDGE_LEASE_SECONDS", "soon", "must be a whole number"),
        ("BRIDGE_LEASE_SECONDS", "14", "must be 15 or more"),
        ("BRIDGE_LEASE_SECONDS", "601", "must be 600 or less"),
        ("BRIDGE_SETTLE_SECONDS", "29", "must be 30 or more"),
        ("BRIDGE_WORKER_THREADS", "0", "must be 1 or more"),
        ("BRIDGE_LOG_LEVEL", "loud", "must be one of 'debug', 'info', 'warning' or 'error'"),
        ("PORT", "65536", "must be 65535 or less"),
        ("BRIDGE_VAR", "~nobody-of-this-name/x", "begins with ~, but there is no such home folder"),
        ("BRIDGE_VAR", "  ", "is empty; give it a value or remove it"),
        ("BRIDGE_DATABSE_URL", "x", "is not a setting. Did you mean BRIDGE_DATABASE_URL?"),
        ("BRIDGE_MENUS_FILE", "x", "is not a setting. Did you mean BRIDGE_MENUS?"),
        ("BRIDGE_COFFEE", "1", "is not a setting"),
        ("BRIDGE_SMS_COUNTRIES", "IN, kenya", "must be countries such as IN"),
        ("BRIDGE_SMS_PRICE", "0.15", "must be an amount and a currency, such as"),
        ("BRIDGE_DAY_BUDGET", "5 INR, 6 INR", "names a currency twice"),
        ("BRIDGE_DAY_BUDGET", "5 KES", "must have an amount in the currency of BRIDGE_SMS_PRICE"),
        ("BRIDGE_SERVICE_DAY_BUDGET", "5", "must be an amount and a currency, such as"),
        ("BRIDGE_SERVICE_DAY_BUDGET", "5 INR, 6 INR", "names a currency twice"),
        ("BRIDGE_HOUR_PERCENT", "101", "must be 100 or less"),
    ],
)
def test_a_wrong_value(variable: str, text: str, fault: str) -> None:
    (said,) = faults_of(**{**PRODUCTION, variable: text})
    assert said.startswith(f"{variable}: {fault}")


def test_every_fault_is_told_at_once() -> None:
    said = faults_of(BRIDGE_DEV="2", BRIDGE_LEASE_SECONDS="x", BRIDGE_MENU="y", PORT="0")
    assert [fault.split(":")[0] for fault in said] == [
        "BRIDGE_DEV", "BRIDGE_LEASE_SECONDS", "BRIDGE_MENU", "PORT",
    ]  # fmt: skip


def test_short_times_are_for_development_only(tmp_path: Path) -> None:
    short = {"BRIDGE_LEASE_SECONDS": "1", "BRIDGE_SETTLE_SECONDS": "1"}
    settings = load_settings({**short, "BRIDGE_DEV": "1", "BRIDGE_VAR": str(tmp_path)})
    assert (settings.lease_seconds, settings.settle_seconds) == (1, 1)
    assert len(faults_of(**short, **PRODUCTION)) == 2


def test_nobody_settles_before_the_lease_is_over() -> None:
    said = faults_of(**PRODUCTION, BRIDGE_LEASE_SECONDS="120", BRIDGE_SETTLE_SECONDS="60")
    assert said == ["BRIDGE_SETTLE_SECONDS: must be 120 or more: not shorter than the lease"]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("BRIDGE_SECRET_KEY", KEY),
        ("BRIDGE_DATABASE_URL", "postgresql://me:secret@db.example/bridge"),
        ("BRIDGE_REDIS_URL", "redis://:secret@r.example:6379/0"),
    ],
)
def test_a_secret_may_come_from_a_file(tmp_path: Path, variable: str, text: str) -> None:
    (tmp_path / "secret").write_text(text + "\n")
    others = {name: value for name, value in PRODUCTION.items() if name != variable}
    from_file = load_settings({**others, f"{variable}_FILE": str(tmp_path / "secret")})
    assert from_file == load_settings({**others, variable: text})
    assert "secret@" not in repr(from_file)
    assert KEY not in repr(from_file)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            None,
            "BRIDGE_SECRET_KEY: cannot read the file that BRIDGE_SECRET_KEY_FILE names (No such",
        ),
        (b"\n", "BRIDGE_SECRET_KEY: the file that BRIDGE_SECRET_KEY_FILE names is empty"),
        (b"\xff" * 40, "BRIDGE_SECRET_KEY: cannot read the file that BRIDGE_SECRET_KEY_FILE names"),
    ],
)
def test_a_secret_file_that_is_none(tmp_path: Path, content: bytes | None, fault: str) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    (said,) = faults_of(
        BRIDGE_PUBLIC_URL=PRODUCTION["BRIDGE_PUBLIC_URL"], BRIDGE_SECRET_KEY_FILE=str(file)
    )
    assert said.startswith(fault)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (said,) = faults_of(**PRODUCTION, BRIDGE_SECRET_KEY_FILE=str(tmp_path))
    assert said == "BRIDGE_SECRET_KEY_FILE: BRIDGE_SECRET_KEY is set too; keep one of them"


@given(st.dictionaries(st.sampled_from([*FIELD_OF, "BRIDGE_X", "HOME"]), st.text(max_size=40)))
def test_any_text_is_read_or_refused_in_words(environ: dict[str, str]) -> None:
    environ = {**environ, "BRIDGE_SECRET_KEY": KEY}  # nothing is written
    faults: tuple[str, ...] = ()
    try:
        load_settings(environ)
    except BadSettings as refused:
        faults = refused.faults
    wrong = [name for name in environ if not environ[name].strip() and name in FIELD_OF]
    assert len(faults) >= len(wrong)
    assert all(re.match(r"(BRIDGE_\w+|PORT): \S", fault) for fault in faults)


class TestDevelopmentKey:
    def test_it_is_made_once_for_its_owner_only(self, tmp_path: Path) -> None:
        environ = {"BRIDGE_DEV": "1", "BRIDGE_VAR": str(tmp_path / "var")}
        first, second = load_settings(environ), load_settings(environ)
        assert first.secret_key == second.secret_key
        assert len(first.secret_key.get_secret_value()) >= 32
        assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
        assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret_key"]

    def test_processes_that_start_together_agree(self, tmp_path: Path) -> None:
        script = "import settings_reading as it; print(it._development_key(it.Path.cwd()))"
        command = [sys.executable, "-c", script]
        running = [
            subprocess.Popen(
                command, cwd=tmp_path, env={"PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE
            )
            for _ in range(4)
        ]
        keys = [child.communicate(timeout=30)[0] for child in running]
        assert len(set(keys)) == 1
        assert len(keys[0].strip()) >= 32

    @pytest.mark.parametrize("content", ["", "too short"])
    def test_a_spoilt_file_is_refused(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "secret_key").write_text(content)
        (said,) = faults_of(BRIDGE_DEV="1", BRIDGE_VAR=str(tmp_path))
        assert said.startswith("BRIDGE_VAR: its secret_key file is under 32 characters")

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        (said,) = faults_of(BRIDGE_DEV="1", BRIDGE_VAR=str(tmp_path / "file" / "var"))
        assert said.startswith("BRIDGE_VAR: cannot keep the secret key there")


# What the docs call the defaults that are no plain values.
COMPUTED: Final = {
    "database_url": "SQLite in `var/bridge.db`",
    "redis_url": "built in",
    "menus": "`menus.yaml`",
    "gateways": "`gateways.yaml`",
    "var": "`var`",
    "public_url": "`http://127.0.0.1:PORT` in development, else required",
    "secret_key": "made under `var` in development, else required",
    "trusted_proxies": "none",
    "metrics_allow": "`127.0.0.0/8, ::1/128`",
    "dev": "`0`",
    "menus_watch": "`1`",
    "turns": "`1`",
    "services_loopback": "`0`",
    "services_networks": "none",
    "sms_countries": "`IN US GB CA AU AE NL SG NZ`",
    "day_budget": "`5000.00 INR`",
    "service_day_budget": "none",
}


def test_the_docs_tell_every_setting_with_its_default_and_nothing_else() -> None:
    documented = [
        line
        for line in (CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(("| `BRIDGE_", "| `PORT`"))
    ]
    assert documented == [
        f"| `{variable}` | {COMPUTED.get(name, f'`{field.default}`')} | {field.description} |"
        for variable, name in FIELD_OF.items()
        for field in [Settings.model_fields[name]]
    ]
