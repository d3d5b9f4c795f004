"""The settings, read once from BRIDGE_* variables into one frozen value (settings_reading.py).

Only `wiring.py`, `thinking.py`, `channels.py` and the reader import this; everything else is handed
what it needs.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from services import inner_networks
from telecom.money import Money

CHECKOUT: Final = Path(__file__).resolve().parent
PREFIX: Final = "BRIDGE_"

Network = IPv4Network | IPv6Network
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


def _is_one(value: object) -> object:
    return {"0": False, "1": True}.get(value, value) if isinstance(value, str) else value


def _words(value: object) -> object:
    return re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value


def _absolute(value: object) -> object:
    try:
        return Path(value).expanduser().absolute() if isinstance(value, str | Path) else value
    except RuntimeError:  # ~nobody
        raise ValueError("begins with ~, but there is no such home folder") from None


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _bare(value: object) -> object:
    return value.rstrip("/") if isinstance(value, str) else value


def _money(value: object) -> object:
    return Money.parse(value) if isinstance(value, str) else value


def _moneys(value: object) -> object:
    """One amount a currency."""
    if not isinstance(value, str):
        return value
    amounts = [Money.parse(amount) for amount in value.split(",")]
    if len({amount.currency for amount in amounts}) < len(amounts):
        raise ValueError("names a currency twice")
    return tuple(amounts)


def _lans(networks: tuple[Network, ...]) -> tuple[Network, ...]:
    for network in networks:
        if fault := inner_networks.find_fault(network):
            raise ValueError(fault)
    return networks


AbsolutePath = Annotated[Path, BeforeValidator(_absolute)]


class Settings(BaseModel):
    """Frozen and complete: what a variable does not say, its default says. Seconds are whole."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    dev: Annotated[bool, BeforeValidator(_is_one)] = Field(
        default=False,
        strict=True,
        description="1 switches on the simulator and the embedded defaults. Loopback only.",
    )
    database_url: str = Field(
        default="",
        repr=False,
        pattern=r"^(sqlite|postgresql)(\+\w+)?://",
        description="Where the durable tables live, as SQLAlchemy writes it.",
    )
    redis_url: str | None = Field(
        default=None,
        repr=False,
        pattern=r"^(rediss?(\+sentinel)?|unix)://",
        description="Redis or Valkey for sessions, also behind Sentinels. Unset: `flask serve`"
        " starts its own.",
    )
    menus: AbsolutePath = Field(
        default=CHECKOUT / "menus.yaml", description="The menus that admins edit."
    )
    menus_watch: Annotated[bool, BeforeValidator(_is_one)] = Field(
        default=True,
        strict=True,
        description="0: a saved menu goes live only by `flask menus publish`.",
    )
    gateways: AbsolutePath = Field(
        default=CHECKOUT / "gateways.yaml", description="The gateway accounts that operators edit."
    )
    public_url: Annotated[str, BeforeValidator(_bare)] = Field(
        default="",
        pattern=r"^https?://[^/?#\s@]+(/[^?#\s]*)?$",
        description="How gateways and phones reach the bridge. https, except on loopback.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Seals the stored numbers and signs the links. At least 32 characters.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(_words)] = Field(
        default=(), description="Networks whose X-Forwarded-For is believed, as a list of CIDRs."
    )
    metrics_allow: Annotated[tuple[Network, ...], BeforeValidator(_words)] = Field(
        default=(IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="Networks that may read /metrics, as a list of CIDRs.",
    )
    var: AbsolutePath = Field(
        default=CHECKOUT / "var", description="The folder for all state that is kept on disk."
    )
    lease_seconds: int = Field(
        default=30,
        ge=1,
        le=600,
        description="How long a worker may hold an SMS before another takes it. At least 15.",
    )
    settle_seconds: int = Field(
        default=60,
        ge=1,
        le=3600,
        description="How long an unclear send is left for evidence. At least 30.",
    )
    late_answer_seconds: int = Field(
        default=60,
        ge=1,
        le=600,
        description="How long a slow service may take, once nobody waits: the answer goes by SMS.",
    )
    late_answer_threads: int = Field(
        default=16, ge=1, le=64, description="How many slow services one worker asks at a time."
    )
    worker_threads: int = Field(
        default=4, ge=1, le=64, description="How many SMS one dispatcher sends at a time."
    )
    call_cooldown_seconds: int = Field(
        default=600,
        ge=0,
        le=7 * 86400,
        description="After an SMS that a missed call brought, calls of that number bring none.",
    )
    calls_per_day: int = Field(
        default=3, ge=0, description="SMS that missed calls may bring a number in 24 hours."
    )
    calls_per_week: int = Field(
        default=10, ge=0, description="SMS that missed calls may bring a number in 7 days."
    )
    answers_per_day: int = Field(
        default=30, ge=0, description="SMS that texts and dials may bring a number in 24 hours."
    )
    same_link_seconds: int = Field(
        default=60,
        ge=0,
        le=86400,
        description="The same link is not sent again to a number within this time.",
    )
    loop_texts: int = Field(
        default=5,
        ge=1,
        description="Texts of over two characters of one number that are answered within minutes.",
    )
    loop_minutes: int = Field(
        default=60, ge=1, le=1440, description="The minutes within which texts look like a loop."
    )
    loop_same_texts: int = Field(
        default=3, ge=1, description="How often the same text is answered within the minutes."
    )
    unknown_text_seconds: int = Field(
        default=3600,
        ge=0,
        le=7 * 86400,
        description="After an answer to a text that no menu understood, other such get none.",
    )
    sms_countries: Annotated[frozenset[Country], BeforeValidator(_words)] = Field(
        default=frozenset({"IN", "US", "GB", "CA", "AU", "AE", "NL", "SG", "NZ"}),
        description="Countries that get SMS, beside those of the enabled gateways.",
    )
    prefix_per_hour: int = Field(
        default=20, ge=0, description="SMS to a thousand neighbouring numbers in an hour."
    )
    new_numbers_per_day: int = Field(
        default=200,
        ge=0,
        description="SMS of one service a day to numbers that never got one.",
    )
    sms_price: Annotated[Money, BeforeValidator(_money)] = Field(
        default=Money(1_000_000, "INR"),
        description="What a segment costs where gateways.yaml has no price.",
    )
    day_budget: Annotated[tuple[Money, ...], BeforeValidator(_moneys)] = Field(
        default=(Money(5_000_000_000, "INR"),),
        description="What all gateways may spend a UTC day, by currency, between commas.",
    )
    service_day_budget: Annotated[tuple[Money, ...], BeforeValidator(_moneys)] = Field(
        default=(),
        description="What any one service may spend a UTC day, by currency, between commas.",
    )
    hour_percent: int = Field(
        default=25, ge=1, le=100, description="How much of a day's budget one hour may spend."
    )
    share_least_dialogues: int = Field(
        default=200,
        ge=1,
        description="Dialogues that a shared menu and the live one need before they are compared.",
    )
    share_completion_drop: int = Field(
        default=10,
        ge=1,
        le=100,
        description="A shared menu is taken back when so many in 100 fewer are completed.",
    )
    share_error_rise: int = Field(
        default=5,
        ge=1,
        le=100,
        description="A shared menu is taken back when so many in 100 more fail.",
    )
    turns: Annotated[bool, BeforeValidator(_is_one)] = Field(
        default=True,
        strict=True,
        description="0: no turn of a dialogue is recorded for `flask menus replay`.",
    )
    turns_waiting: int = Field(
        default=100_000,
        ge=1_000,
        le=10_000_000,
        description="Turns that may wait in Redis for the database, about; older ones are dropped.",
    )
    turns_days: int = Field(
        default=30, ge=1, le=365, description="How long a recorded turn is kept in the database."
    )
    feedback_per_day: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="How much feedback of one number is kept in 24 hours.",
    )
    feedback_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="How long feedback is kept in the database, answered or not.",
    )
    links_days: int = Field(
        default=400,
        ge=91,
        le=3650,
        description="How long an app link and its clicks are counted after it was made.",
    )
    services_loopback: Annotated[bool, BeforeValidator(_is_one)] = Field(
        default=False,
        strict=True,
        description="1: services of menus may be on this computer itself. For development.",
    )
    services_networks: Annotated[
        tuple[Network, ...], BeforeValidator(_words), AfterValidator(_lans)
    ] = Field(
        default=(),
        description="Inner networks that services of menus may be in, as a list of CIDRs.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = (
        Field(default="info", description="debug, info, warning or error.")
    )
    port: int = Field(
        default=8000, ge=1, le=65535, description="Where `flask serve` listens. Has no prefix."
    )


FIELD_OF: Final = {
    ("PORT" if name == "port" else PREFIX + name.upper()): name for name in Settings.model_fields
}
VARIABLE_OF: Final = {name: variable for variable, name in FIELD_OF.items()}
