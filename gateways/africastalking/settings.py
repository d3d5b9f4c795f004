"""What gateways.yaml says of an Africa's Talking account."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from gateways.settings import GatewaySettings, Secrets
from gateways.signing import require_header_safe, require_secrets


class AfricasTalkingSettings(GatewaySettings):
    """The vendor signs nothing, so a secret in its webhook addresses is not optional."""

    vendor: str = "africastalking"
    username: str = Field(
        pattern=r"^[\x21-\x7e]{1,64}$",
        description="The username of the account's app; \"sandbox\" talks to the vendor's sandbox.",
    )
    api_key: Annotated[SecretStr, AfterValidator(require_header_safe)] = Field(
        description="The API key of the account's app, as ${AT_API_KEY}."
    )
    webhook_secret: Annotated[Secrets, AfterValidator(require_secrets)] = Field(
        description="At least 16 random characters, as ${AT_SECRET}; a list of two in a rotation."
    )
    sender_id: str | None = Field(
        default=None,
        pattern=r"^[\x20-\x7e]{1,20}$",
        description="A short code or name registered with the vendor, else the vendor's own.",
    )
