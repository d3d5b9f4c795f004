"""What gateways.yaml says of a Twilio account."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gateways.settings import GatewaySettings, Secrets
from gateways.signing import require_header_safe


def _require_tokens(tokens: Secrets) -> Secrets:
    if not tokens:
        raise ValueError("must hold at least one token, for webhooks are proven with it")
    return tuple(require_header_safe(token) for token in tokens)


def _require_none(secrets: Secrets) -> Secrets:
    if secrets:
        raise ValueError("is not for this vendor: it signs its webhooks")
    return secrets


class TwilioSettings(GatewaySettings):
    """The vendor signs its webhooks with the auth token, so no secret stands in the addresses."""

    vendor: str = "twilio"
    account_sid: str = Field(
        pattern=r"^AC[0-9a-fA-F]{32}$",
        description="The Account SID: AC and 32 hex digits, as ${TWILIO_ACCOUNT_SID}.",
    )
    auth_token: Annotated[Secrets, AfterValidator(_require_tokens)] = Field(
        description="The auth token, as ${TWILIO_AUTH_TOKEN}; in a rotation a list, new one first."
    )
    webhook_secret: Annotated[Secrets, AfterValidator(_require_none)] = Field(
        default=(), description="Remove this key: the auth token proves the vendor's webhooks."
    )
    sender_id: str = Field(
        pattern=r"^(\+[0-9]{7,15}|[0-9]{3,8}|MG[0-9a-fA-F]{32}|"
        r"[0-9A-Za-z &+_-]{0,10}[A-Za-z][0-9A-Za-z &+_-]{0,10})$",
        max_length=34,
        description="A number such as +12028831111, a short code, a name of at most 11 letters, "
        "or the MG... SID of a messaging service.",
    )
