"""What gateways send: forms of Africa's Talking, each of a new caller with a new id. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

GATEWAY: Final = "india"
SECRET: Final = "a-secret-of-the-benchmarks"  # noqa: S105 - of a bridge that lives for a minute
SERVICE_CODE: Final = "*384*97183#"
CALLED: Final = "+919718397183"
KEYWORD: Final = "LINK"
FORM_TYPE: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`form` holds `00000000` wherever the caller's own eight digits belong."""

    path: str
    form: str
    expects: bytes

    def body(self, caller: int) -> bytes:
        return self.form.replace(_DIGITS, f"{caller:08d}").encode("ascii")


_DIGITS: Final = "00000000"


def _turn(text: str, expects: bytes) -> Webhook:
    form = {
        "sessionId": f"ATUid_{_DIGITS}",
        "serviceCode": SERVICE_CODE,
        "phoneNumber": f"+9198{_DIGITS}",
        "networkCode": "40445",
        "text": text,
    }
    return Webhook(f"/ussd/{GATEWAY}/{SECRET}", urlencode(form), expects)


_SMS: Final = {
    "from": f"+9198{_DIGITS}",
    "to": "56161",
    "text": KEYWORD,
    "id": f"ATXid_{_DIGITS}",
    "date": "2026-11-23 09:00:00",
}
_CALL: Final = {
    "isActive": "1",
    "sessionId": f"ATVId_{_DIGITS}",
    "direction": "Inbound",
    "callerNumber": f"+9198{_DIGITS}",
    "destinationNumber": CALLED,
}

_USSD: Final = (
    _turn("", b"CON Place 0"),
    _turn("1", b"CON Place 1"),
    _turn("1*0", b"CON Place 0"),
    _turn("1*0*3", b"END Place 3"),
)

# What one caller does, in order. Nobody has called before: his language is looked up once.
DIALOGUES: Final[Mapping[str, tuple[Webhook, ...]]] = {
    "ussd": _USSD,
    "sms": (Webhook(f"/sms/{GATEWAY}/{SECRET}", urlencode(_SMS), b""),),
    "missed-call": (Webhook(f"/missed-call/{GATEWAY}/{SECRET}", urlencode(_CALL), b"<Reject/>"),),
    "floor": tuple(replace(turn, expects=b"CON Place 0") for turn in _USSD),
}
