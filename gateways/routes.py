"""What the `routes` of gateways.yaml may say: which gateways take which messages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from telecom.statuses import MessageClass

Channel = Literal["ussd", "sms", "missed_call"]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Route(BaseModel):
    """The first route that fits a message decides. What it does not name, it does not ask for."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    country: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...], BeforeValidator(_as_list)
    ] = Field(default=(), description="Two capital letters (ISO 3166) such as IN, or a list.")
    prefix: Annotated[
        tuple[Annotated[str, Field(pattern=r"^\+[0-9]{1,14}$")], ...], BeforeValidator(_as_list)
    ] = Field(default=(), description='How numbers begin, such as "+9198", or a list.')
    channel: Annotated[tuple[Channel, ...], BeforeValidator(_as_list)] = Field(
        default=(), description="ussd, sms or missed_call, or a list: what the message answers."
    )
    message_class: Annotated[tuple[MessageClass, ...], BeforeValidator(_as_list)] = Field(
        default=(),
        alias="class",
        description="link, result, otp, confirmation or bulk, or a list.",
    )
    use: dict[str, Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]] = Field(
        min_length=1, description="Gateways with their weights, such as {india_a: 3, india_b: 1}."
    )
    prefer: Literal["weight", "cost"] = Field(
        default="weight", description="weight, or cost: then the cheapest that works goes first."
    )
    at_most: int = Field(
        default=2, ge=1, le=5, description="How many gateways one message may try, 1 to 5."
    )

    @field_validator("use", mode="before")
    @classmethod
    def _as_weights(cls, value: object) -> object:
        """`use: india_a` and `use: [a, b]` weigh them alike."""
        if isinstance(value, str):
            return {value: 1}
        return dict.fromkeys(value, 1) if isinstance(value, list) else value
