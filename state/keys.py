"""Every Redis key is made here. A key holds a keyed hash and nothing personal."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from telecom.events import MissedCall, MoSms, UssdRequest
from telecom.keyed_hash import KeyedHash
from telecom.nameless import EventKey, key_of_call, key_of_text

HEARTBEAT: Final = "heartbeat:dispatcher"
TURNS: Final = "turns"  # a stream
BELL: Final = "bell:outbox"  # a channel, no key


class Keys:
    def __init__(self, hasher: KeyedHash) -> None:
        self._hasher = hasher

    def caller(self, e164: str) -> str:
        """The one pseudonym of a subscriber: also the look-up column of the SQL tables."""
        return self._hasher.of(e164)

    def ussd_session(self, request: UssdRequest) -> str:
        """Gateways reuse session ids, so the caller and the service code belong to the key."""
        parts = (
            request.gateway,
            request.session_id,
            request.msisdn.e164,
            request.service_code,
        )
        return "ussd:" + self._hasher.of("\x1f".join(parts))

    def call(self, call: MissedCall, at: datetime) -> EventKey:
        """Of a call whose vendor gives it no id."""
        return key_of_call(self._hasher, call.gateway, call.caller, call.called, at)

    def text(self, mo: MoSms, at: datetime) -> EventKey:
        """Of a text whose vendor gives it no id."""
        return key_of_text(self._hasher, mo.gateway, mo.sender, mo.to, mo.text, at)

    def sms_session(self, gateway: str, e164: str, to: str) -> str:
        return "sms:" + self._hasher.of("\x1f".join((gateway, e164, to)))


def language_key(caller_key: str) -> str:
    return "lang:" + caller_key


def left_off_key(caller_key: str) -> str:
    """Of what may be dropped: a person has one phone in his hand, whatever he dialled."""
    return "left:" + caller_key


def last_answer_key(caller_key: str) -> str:
    return "last:" + caller_key


def usual_key(caller_key: str) -> str:
    return "usual:" + caller_key


def bucket_key(bucket: str) -> str:
    """`bucket`: a gateway's name, or one with a sender ID of it."""
    return "pace:" + bucket


def share_key(share: int) -> str:
    """What is counted while a menu is shared."""
    return f"share:{share}"


def tally_key(gateway: str) -> str:
    return "tally:" + gateway


def service_keys(service: str, question: str) -> tuple[str, str, str, str]:
    """The answer, who asks for it, the service's faults in a row, its open breaker. The braces keep
    them on one node of a cluster."""
    shared = f"svc:{{{service}}}:"
    return (
        f"{shared}answer:{question}", f"{shared}asks:{question}", f"{shared}faults",
        f"{shared}open",
    )  # fmt: skip


def token_key(name: str) -> str:
    """Of an access token, by the hash of what it was granted for."""
    return "token:" + name
