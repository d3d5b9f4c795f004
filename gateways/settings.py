"""What gateways.yaml may say of every gateway, whatever its vendor.

A field's description is the hint that the operator reads beside a wrong value.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from gateways.number_format import NumberFormat
from menu.language_order import CIRCLES
from telecom.dlt import DltIds
from telecom.encoding import Limit
from telecom.money import Money
from telecom.prices import PriceList
from telecom.statuses import MessageClass

Network = IPv4Network | IPv6Network


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _require_host(url: str) -> str:
    parts = urlsplit(url)  # raises ValueError for half an IPv6 address, .port for a wrong port
    if not parts.hostname or parts.port == 0:
        raise ValueError("has no host, or port 0")
    return url


def _require_circle(name: str) -> str:
    if name not in CIRCLES:
        raise ValueError("is not one of them")
    return name


def _money(value: object) -> Money:
    if not isinstance(value, str):
        raise ValueError('must be an amount and a currency, such as "500 INR"')  # noqa: TRY004
    return Money.parse(value)


Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_as_list)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(_as_list)]


class DltSettings(BaseModel):
    """What India's DLT registries gave the entity that sends. Vendors that take it get it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    entity_id: str = Field(pattern=r"^[0-9]{19}$")
    header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{3,6}$")
    templates: dict[MessageClass, Annotated[str, Field(pattern=r"^[0-9]{12,19}$")]] = Field(
        default_factory=dict
    )

    def ids_for(self, message_class: MessageClass) -> DltIds:
        return DltIds(
            entity_id=self.entity_id,
            header=self.header,
            template_id=self.templates.get(message_class),
        )


class GatewaySettings(BaseModel):
    """One gateway of gateways.yaml. A vendor extends this with its own keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,32}$",
        description="1 to 32 letters, digits, _ or -; it is part of the webhook addresses.",
    )
    vendor: str
    enabled: bool = Field(default=True, description="true or false.")
    country: str = Field(
        default="IN",
        pattern=r"^[A-Z]{2}$",
        description="Two capital letters (ISO 3166), such as KE: how numbers without + are read.",
    )
    webhook_secret: Secrets = Field(
        default=(), description="One secret, or a list of two during a rotation."
    )
    allow_from: Networks = Field(
        default=(), description="Networks such as 192.0.2.0/24, or a list of them."
    )
    base_url: Annotated[str, AfterValidator(_require_host)] | None = Field(
        default=None,
        pattern=r"^https?://[^/?#\s@]+$",
        description="Scheme, host and port only, such as http://127.0.0.1:4020.",
    )
    sender_id: str | None = Field(
        default=None, description="A number, a short code or a name registered with the vendor."
    )
    tps: float = Field(
        default=10, gt=0, allow_inf_nan=False, description="Messages per second, above 0."
    )
    sender_tps: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Messages per second of each sender ID, above 0.",
    )
    cost: float = Field(
        default=0,
        ge=0,
        allow_inf_nan=False,
        description="What a segment costs, 0 or more: all gateways in one currency.",
    )
    number_format: NumberFormat = Field(
        default=NumberFormat.E164, description="e164, without_plus or national."
    )
    dlt: DltSettings | None = Field(
        default=None, description="India: {entity_id: ..., header: ..., templates: {link: ...}}."
    )
    retries: bool = Field(
        default=False, description="true or false: does the vendor repeat an unanswered webhook?"
    )
    turn_deadline_seconds: float = Field(
        default=4, gt=0, le=8, description="Seconds, above 0 and not over 8."
    )
    session_seconds: int = Field(
        default=180, ge=30, le=600, description="Whole seconds, 30 to 600."
    )
    ussd_limit: Limit = Field(
        default=Limit(), description="Such as {septets: 160, ucs2: 70}: what one screen holds."
    )
    prices: Annotated[PriceList, PlainValidator(PriceList.parse)] | None = Field(
        default=None,
        description='Such as {IN: "0.15 INR", "+9198": "0.2 INR", default: "2 INR"}, a segment.',
    )
    day_budget: Annotated[Money, PlainValidator(_money)] | None = Field(
        default=None,
        validate_default=True,
        description='Such as "500 INR": what this gateway may spend a day; needed with prices.',
    )
    ussd_script: Literal["any", "latin"] = Field(default="any", description="any or latin.")
    circle: Annotated[str, AfterValidator(_require_circle)] | None = Field(
        default=None, description=f"A telecom circle of India: {', '.join(CIRCLES)}."
    )

    def region_of(self, country: str | None) -> str:
        """Where a caller of this gateway is, as far as the order of languages goes: the circle that
        it serves, else his country; "" where nothing is known."""
        return self.circle if self.circle and country == "IN" else country or ""

    @field_validator("day_budget")
    @classmethod
    def _is_of_one_currency(cls, budget: Money | None, info: ValidationInfo) -> Money | None:
        """Money without a limit, or a limit that nothing ever reaches, protects nobody."""
        prices = info.data.get("prices")
        if prices and budget is None:
            raise ValueError("is missing; the prices are there")
        if budget and prices and budget.currency != prices.currency:
            raise ValueError(f"must be in {prices.currency}, as the prices are")
        return budget
