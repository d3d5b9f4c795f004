"""The contract suite's cases: what each vendor sends and expects. A new vendor is a new case.

A test that takes `case` runs once for each gateway; `case, door` once for each of its doors;
`case, door, needed` once for each field that a door must have, `case, door, read` for each that it
reads; `case, row` once for each row of its table of outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from msgspec.structs import replace
from twilio.request_validator import RequestValidator

from gateways.africastalking.gateway import AfricasTalking
from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.base import Gateway
from gateways.form import parse_pairs
from gateways.poster import Patience
from gateways.settings import GatewaySettings
from gateways.simulator.gateway import Simulator
from gateways.twilio.gateway import Twilio
from gateways.twilio.settings import TwilioSettings
from gateways.webhook import WebhookRequest
from telecom.clock import SystemClock
from telecom.errors import Reason, Verdict
from telecom.events import (
    Cumulative,
    DeliveryReport,
    MissedCall,
    MoSms,
    OptOut,
    UssdEnded,
    UssdRequest,
)
from telecom.msisdn import Msisdn
from telecom.statuses import DlrStatus

Pairs = Sequence[tuple[bytes, bytes]]
SECRETS = ("new-secret-0123456789", "old-secret-0123456789")


@dataclass(frozen=True, kw_only=True)
class Door:
    """One kind of webhook: a valid one, what it means, and what it cannot do without."""

    form: Mapping[str, str]
    means: object
    needed: tuple[str, ...]
    read: tuple[str, ...]
    parse: Callable[[Gateway, WebhookRequest], object]
    sender_field: str | None = None  # where anybody may stand: hidden, a name, a short code
    about_field: str | None = None  # where only a subscriber may stand


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the vendor's server does, in its own words, and what the sender makes of it."""

    name: str
    script: Mapping[str, Any] = made(default_factory=dict)
    reason: Reason | None = None  # None: accepted
    verdict: Verdict | None = None


@dataclass(frozen=True, kw_only=True)
class GatewayCase:
    name: str
    open: Callable[[str, Patience], Gateway]  # of a base_url
    encode: Callable[[Pairs], WebhookRequest]
    doors: Mapping[str, Door]
    client: str
    strangers: tuple[str, ...]
    secrets: tuple[str, ...]  # all valid; empty where the vendor has none in its path
    reject: str
    screen: Callable[[str, bool], str] | None = None  # the USSD body for (clean text, ends)
    taken: str = ""  # the body that takes a text in silence
    prove: Callable[[WebhookRequest], WebhookRequest] = lambda request: request  # signs
    server: Callable[[Mapping[str, Any]], Any] | None = None  # of the stand-ins' classes
    rows: tuple[Row, ...] = ()


def form_request(pairs: Pairs) -> WebhookRequest:
    body = b"&".join(
        quote_from_bytes(name, safe="").encode() + b"=" + quote_from_bytes(value, safe="").encode()
        for name, value in pairs
    )
    return WebhookRequest(
        method="POST",
        path="/any",
        query="",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=body,
        client="127.0.0.1",
    )


def at_doors(gateway: str) -> Mapping[str, Door]:
    caller = Msisdn.parse("+254711000111", "KE")
    return {
        "ussd": Door(
            form={
                "sessionId": "ATUid_1",
                "serviceCode": "*384*123#",
                "phoneNumber": "+254711000111",
                "networkCode": "63902",
                "text": "1*2*Ali",
            },
            means=UssdRequest(
                gateway=gateway,
                session_id="ATUid_1",
                msisdn=caller,
                service_code="*384*123#",
                said=Cumulative("1*2*Ali"),
            ),
            needed=("sessionId", "serviceCode", "phoneNumber"),
            read=("sessionId", "serviceCode", "phoneNumber", "text"),
            parse=lambda gateway, request: _open_door(gateway.ussd).parse(request),
            about_field="phoneNumber",
        ),
        "ussd end": Door(
            form={
                "date": "2026-01-02 03:04:05",
                "sessionId": "ATUid_1",
                "serviceCode": "*384*123#",
                "networkCode": "63902",
                "phoneNumber": "+254711000111",
                "status": "Incomplete",
                "cost": "KES 0.10",
                "durationInMillis": "20100",
                "hopsCount": "2",
                "lastAppResponse": "CON Home",
                "errorMessage": "",
            },
            means=UssdEnded(
                gateway=gateway, session_id="ATUid_1", msisdn=caller, status="Incomplete", hops=2
            ),
            needed=("sessionId", "phoneNumber", "status"),
            read=("sessionId", "phoneNumber", "status", "hopsCount"),
            parse=lambda gateway, request: _open_door(gateway.ussd).parse_end(request),
            about_field="phoneNumber",
        ),
        "sms": Door(
            form={
                "id": "ATXid_1",
                "from": "+254711000111",
                "to": "22384",
                "text": "UMANG हिंदी ☺ 100%",
                "date": "2026-01-02T03:04:05Z",
                "linkId": "link-1",
                "networkCode": "63902",
            },
            means=MoSms(
                gateway=gateway,
                message_id="ATXid_1",
                sender=caller,
                to="22384",
                text="UMANG हिंदी ☺ 100%",
                sent_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
                link_id="link-1",
            ),
            needed=("id", "from", "to", "text", "date"),
            read=("id", "from", "to", "text", "date", "linkId"),
            parse=lambda gateway, request: _open_door(gateway.sms).parse(request),
            sender_field="from",
        ),
        "voice": Door(
            form={
                "isActive": "1",
                "sessionId": "ATVId_1",
                "direction": "Inbound",
                "callerNumber": "+254711000111",
                "destinationNumber": "+254711082000",
                "callStartTime": "2026-01-02 03:04:05",
            },
            means=MissedCall(
                gateway=gateway,
                call_id="ATVId_1",
                caller=caller,
                called=Msisdn.parse("+254711082000", "KE"),
                at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            ),
            needed=("isActive", "sessionId", "direction", "callerNumber", "destinationNumber"),
            read=("isActive", "sessionId", "direction", "callerNumber", "destinationNumber"),
            parse=lambda gateway, request: _open_door(gateway.voice).parse(request),
            sender_field="callerNumber",
        ),
    }


AT_REPORTS: Mapping[str, Door] = {
    "report": Door(
        form={
            "id": "ATXid_1",
            "status": "Failed",
            "phoneNumber": "+254711000111",
            "networkCode": "63902",
            "failureReason": "UserInBlackList",
            "retryCount": "0",
        },
        means=DeliveryReport(
            gateway="kenya",
            gateway_message_id="ATXid_1",
            status=DlrStatus.FAILED,
            vendor_status="Failed",
            reason="opted_out",
        ),
        needed=("id", "status"),
        read=("id", "status", "failureReason"),
        parse=lambda gateway, request: _open_door(gateway.dlr).parse(request),
    ),
    "opt-out": Door(
        form={"senderId": "22384", "phoneNumber": "+254711000111"},
        means=OptOut(gateway="kenya", msisdn=Msisdn.parse("+254711000111", "KE")),
        needed=("phoneNumber",),
        read=("phoneNumber",),
        parse=lambda gateway, request: _open_door(gateway.optout).parse(request),
        about_field="phoneNumber",
    ),
}


def _open_door(door: Any) -> Any:
    assert door is not None
    return door


def at_screen(text: str, ends: bool) -> str:
    return ("END " if ends else "CON ") + text


AT_REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
NO_RECIPIENTS = b'{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}'
SOME_RECIPIENT = (
    b'{"SMSMessageData":{"Message":"","Recipients":'
    b'[{"statusCode":101,"number":"+254711000111","messageId":"ATXid_9"'
)


def _refused(code: int, reason: Reason, verdict: Verdict) -> Row:
    return Row(
        name=f"recipient {code}", script={"recipient_code": code}, reason=reason, verdict=verdict
    )


def _http(code: int, reason: Reason, verdict: Verdict, **more: Any) -> Row:
    script = {"code": code, "body": b"words", "content_type": "text/plain", **more}
    return Row(name=f"HTTP {code}", script=script, reason=reason, verdict=verdict)


def _garbled(name: str, **script: Any) -> Row:
    return Row(name=name, script=script, reason=Reason.GARBLED, verdict=Verdict.AMBIGUOUS)


AT_ROWS = (
    Row(name="processed", script={"recipient_code": 100}),
    Row(name="sent", script={"recipient_code": 101}),
    Row(name="queued", script={"recipient_code": 102}),
    Row(name="HTTP 200", script={"code": 200}),
    Row(name="charset", script={"content_type": "application/json; charset=utf-8"}),
    Row(name="JSON as text", script={"content_type": "text/html"}),
    Row(name="number without plus", script={"number": "254711000111"}),
    _refused(401, Reason.ON_HOLD, Verdict.GIVE_UP),
    _refused(402, Reason.BAD_SENDER_ID, Verdict.GIVE_UP),
    _refused(403, Reason.BAD_MSISDN, Verdict.GIVE_UP),
    _refused(404, Reason.BAD_MSISDN, Verdict.GIVE_UP),
    _refused(405, Reason.NO_CREDIT, Verdict.RETRY),
    _refused(406, Reason.OPTED_OUT, Verdict.GIVE_UP),
    _refused(407, Reason.NO_ROUTE, Verdict.GIVE_UP),
    _refused(409, Reason.DO_NOT_DISTURB, Verdict.GIVE_UP),
    _refused(500, Reason.GATEWAY_FAULT, Verdict.RETRY),
    _refused(501, Reason.GATEWAY_FAULT, Verdict.RETRY),
    _refused(502, Reason.REJECTED, Verdict.GIVE_UP),
    _refused(599, Reason.UNKNOWN, Verdict.AMBIGUOUS),
    Row(
        name="bad sender id, which is HTTP 201",
        script={"body": NO_RECIPIENTS},
        reason=Reason.BAD_SENDER_ID,
        verdict=Verdict.GIVE_UP,
    ),
    _http(400, Reason.REJECTED, Verdict.GIVE_UP),
    _http(401, Reason.BAD_CREDENTIALS, Verdict.RETRY),
    _http(403, Reason.BAD_CREDENTIALS, Verdict.RETRY),
    _http(404, Reason.REJECTED, Verdict.GIVE_UP),
    _http(408, Reason.UNREACHABLE, Verdict.RETRY),
    _http(429, Reason.THROTTLED, Verdict.RETRY, headers={"Retry-After": "7"}),
    _http(500, Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS, takes=True),
    _http(502, Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS),
    _http(503, Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS),
    _http(302, Reason.GARBLED, Verdict.AMBIGUOUS, headers={"Location": "/version1/messaging"}),
    _http(307, Reason.GARBLED, Verdict.AMBIGUOUS, headers={"Location": "/version1/messaging"}),
    _garbled("a redirect that looks accepted", code=302, takes=True),
    _garbled("HTML", body=b"<html>Welcome to the airport</html>", content_type="text/html"),
    _garbled("empty body", body=b""),
    _garbled("no JSON", body=b"OK"),
    _garbled("half a JSON", body=SOME_RECIPIENT),
    _garbled("not UTF-8", body=b'{"SMSMessageData":"\xff"}'),
    _garbled("a word that is not UTF-8", body=NO_RECIPIENTS.replace(b"Invalid", b"\xff")),
    _garbled("another shape", body=b'{"messages":[{"messageId":"1"}]}'),
    _garbled("a list", body=b"[]"),
    _garbled("deep JSON", body=b"[" * 30_000),
    _garbled("nobody", body=b'{"SMSMessageData":{"Message":"Sent","Recipients":[]}}'),
    _garbled("somebody else", number="+254711000112"),
    _garbled("a status code in words", body=SOME_RECIPIENT.replace(b"101", b'"ok"') + b"}]}}"),
    _garbled("too long", body=b" " * 1_000_000 + SOME_RECIPIENT + b"}]}}"),
    _garbled("cut in the middle", ends="cut", takes=True),
    Row(
        name="reset after the request",
        script={"ends": "reset", "takes": True},
        reason=Reason.NO_ANSWER,
        verdict=Verdict.AMBIGUOUS,
    ),
    Row(
        name="no answer",
        script={"ends": "never", "takes": True},
        reason=Reason.NO_ANSWER,
        verdict=Verdict.AMBIGUOUS,
    ),
)


def open_africastalking(base_url: str, patience: Patience) -> Gateway:
    settings = AfricasTalkingSettings.model_validate(
        {
            "name": "kenya",
            "country": "KE",
            "username": "bridge",
            "api_key": "the-key",
            "webhook_secret": list(SECRETS),
            "allow_from": ["127.0.0.0/8", "192.0.2.0/24"],
            "base_url": base_url,
            "sender_id": "22384",
        }
    )
    return AfricasTalking(settings, SystemClock(), patience)


def open_simulator(base_url: str, patience: Patience) -> Gateway:
    return Simulator(GatewaySettings(name="simulator", vendor="simulator", country="KE"))


ACCOUNT = "AC00000000000000000000000000000001"
MESSAGE = "SM00000000000000000000000000000a01"
CALL = "CA00000000000000000000000000000a01"
PUBLIC_URL = "https://sanket.example.in"


def twilio_doors(gateway: str) -> Mapping[str, Door]:
    caller = Msisdn.parse("+254711000111", "KE")
    return {
        "sms": Door(
            form={
                "ToCountry": "US",
                "ToState": "",
                "SmsMessageSid": MESSAGE,
                "NumMedia": "0",
                "ToCity": "",
                "FromZip": "",
                "SmsSid": MESSAGE,
                "FromState": "",
                "SmsStatus": "received",
                "FromCity": "Nairobi",
                "Body": "UMANG हिंदी ☺ 100%",
                "FromCountry": "KE",
                "To": "+12028831111",
                "ToZip": "",
                "NumSegments": "1",
                "MessageSid": MESSAGE,
                "AccountSid": ACCOUNT,
                "From": "+254711000111",
                "ApiVersion": "2010-04-01",
            },
            means=MoSms(
                gateway=gateway,
                message_id=MESSAGE,
                sender=caller,
                to="+12028831111",
                text="UMANG हिंदी ☺ 100%",
            ),
            needed=("AccountSid", "MessageSid", "From", "To"),
            read=("AccountSid", "MessageSid", "From", "To", "Body", "SmsStatus"),
            parse=lambda gateway, request: _open_door(gateway.sms).parse(request),
            sender_field="From",
        ),
        "report": Door(
            form={
                "ApiVersion": "2010-04-01",
                "MessageStatus": "undelivered",
                "SmsSid": MESSAGE,
                "SmsStatus": "undelivered",
                "ErrorCode": "21610",
                "To": "+254711000111",
                "From": "+12028831111",
                "MessageSid": MESSAGE,
                "AccountSid": ACCOUNT,
                "RawDlrDoneDate": "2601020304",
            },
            means=DeliveryReport(
                gateway=gateway,
                gateway_message_id=MESSAGE,
                status=DlrStatus.FAILED,
                vendor_status="undelivered",
                reason="opted_out",
            ),
            needed=("AccountSid", "MessageSid", "MessageStatus"),
            read=("AccountSid", "MessageSid", "MessageStatus", "ErrorCode"),
            parse=lambda gateway, request: _open_door(gateway.dlr).parse(request),
        ),
        "voice": Door(
            form={
                "AccountSid": ACCOUNT,
                "ApiVersion": "2010-04-01",
                "CallSid": CALL,
                "CallStatus": "ringing",
                "CallToken": '{"parentCallInfoToken":"eyJhbGciOiJFUzI1NiJ9.e30.x"}',
                "Called": "+12028831111",
                "CalledCity": "WASHINGTON",
                "Caller": "+254711000111",
                "CallerName": "",
                "Direction": "inbound",
                "From": "+254711000111",
                "FromCountry": "KE",
                "StirVerstat": "TN-Validation-Passed-A",
                "To": "+12028831111",
            },
            means=MissedCall(
                gateway=gateway,
                call_id=CALL,
                caller=caller,
                called=Msisdn.parse("+12028831111", "KE"),
            ),
            needed=("AccountSid", "CallSid", "Direction", "From", "To"),
            read=("AccountSid", "CallSid", "Direction", "From", "To"),
            parse=lambda gateway, request: _open_door(gateway.voice).parse(request),
            sender_field="From",
        ),
    }


TWILIO_REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'
SOME_MESSAGE = f'{{"sid":"{MESSAGE}","status":"queued"}}'.encode()


def _error(error: int, reason: Reason, verdict: Verdict, code: int = 400, **more: Any) -> Row:
    script = {"code": code, "error": error, **more}
    return Row(name=f"HTTP {code}: {error}", script=script, reason=reason, verdict=verdict)


TWILIO_ROWS = (
    Row(name="queued"),
    Row(name="accepted", script={"message_status": "accepted"}),
    Row(name="HTTP 200", script={"code": 200}),
    Row(name="charset", script={"content_type": "application/json; charset=utf-8"}),
    Row(
        name="failed at once",
        script={"message_status": "failed", "error_code": 30005},
        reason=Reason.BAD_MSISDN,
        verdict=Verdict.GIVE_UP,
    ),
    Row(
        name="canceled at once",
        script={"message_status": "canceled"},
        reason=Reason.REJECTED,
        verdict=Verdict.GIVE_UP,
    ),
    _error(21610, Reason.OPTED_OUT, Verdict.GIVE_UP),
    _error(21211, Reason.BAD_MSISDN, Verdict.GIVE_UP),
    _error(21614, Reason.BAD_MSISDN, Verdict.GIVE_UP),
    _error(21612, Reason.NO_ROUTE, Verdict.GIVE_UP),
    _error(21408, Reason.NO_ROUTE, Verdict.GIVE_UP),
    _error(21606, Reason.BAD_SENDER_ID, Verdict.GIVE_UP),
    _error(21212, Reason.BAD_SENDER_ID, Verdict.GIVE_UP),
    _error(21602, Reason.REJECTED, Verdict.GIVE_UP),
    _error(21617, Reason.REJECTED, Verdict.GIVE_UP),
    _error(21611, Reason.THROTTLED, Verdict.RETRY),
    _error(30001, Reason.THROTTLED, Verdict.RETRY),
    _error(99999, Reason.REJECTED, Verdict.GIVE_UP),
    _error(20003, Reason.BAD_CREDENTIALS, Verdict.RETRY, code=401),
    _error(20003, Reason.BAD_CREDENTIALS, Verdict.RETRY, code=403),
    _error(20404, Reason.BAD_CREDENTIALS, Verdict.RETRY, code=404),
    _error(20429, Reason.THROTTLED, Verdict.RETRY, code=429, headers={"Retry-After": "7"}),
    _error(20429, Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS, code=503),
    _http(400, Reason.REJECTED, Verdict.GIVE_UP),
    _http(401, Reason.BAD_CREDENTIALS, Verdict.RETRY),
    _http(404, Reason.REJECTED, Verdict.GIVE_UP),
    _http(408, Reason.UNREACHABLE, Verdict.RETRY),
    _http(429, Reason.THROTTLED, Verdict.RETRY),
    _http(500, Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS, takes=True),
    _http(502, Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS),
    _http(503, Reason.GATEWAY_FAULT, Verdict.AMBIGUOUS),
    _http(302, Reason.GARBLED, Verdict.AMBIGUOUS, headers={"Location": "/"}),
    _http(307, Reason.GARBLED, Verdict.AMBIGUOUS, headers={"Location": "/"}),
    _garbled("a redirect that looks accepted", code=302, takes=True),
    _garbled("HTML", body=b"<html>Welcome to the airport</html>", content_type="text/html"),
    _garbled("empty body", body=b""),
    _garbled("half a JSON", body=SOME_MESSAGE[:-1]),
    _garbled("not UTF-8", body=b'{"sid":"\xff"}'),
    _garbled("no sid", body=b'{"status":"queued"}'),
    _garbled("an odd sid", body=b'{"sid":"SM1","status":"queued"}'),
    _garbled("a list", body=b"[]"),
    _garbled("deep JSON", body=b"[" * 30_000),
    _garbled("too long", body=b" " * 1_000_000 + SOME_MESSAGE),
    _garbled("cut in the middle", ends="cut", takes=True),
    Row(
        name="reset after the request",
        script={"ends": "reset", "takes": True},
        reason=Reason.NO_ANSWER,
        verdict=Verdict.AMBIGUOUS,
    ),
    Row(
        name="no answer",
        script={"ends": "never", "takes": True},
        reason=Reason.NO_ANSWER,
        verdict=Verdict.AMBIGUOUS,
    ),
)


def open_twilio(base_url: str, patience: Patience) -> Gateway:
    settings = TwilioSettings.model_validate(
        {
            "name": "us",
            "country": "KE",
            "account_sid": ACCOUNT,
            "auth_token": ["the-token", "the-old-token"],
            "allow_from": ["127.0.0.0/8", "192.0.2.0/24"],
            "base_url": base_url,
            "sender_id": "+12028831111",
        }
    )
    return Twilio(settings, SystemClock(), PUBLIC_URL, patience)


def twilio_signed(request: WebhookRequest) -> WebhookRequest:
    """As the vendor's own code signs it."""
    fields = dict(parse_pairs(request))
    signature = RequestValidator("the-token").compute_signature(PUBLIC_URL + request.path, fields)
    return replace(request, headers={**request.headers, "x-twilio-signature": signature})


CASES = (
    GatewayCase(
        name="africastalking",
        open=open_africastalking,
        encode=form_request,
        doors={**at_doors("kenya"), **AT_REPORTS},
        client="192.0.2.7",
        strangers=("198.51.100.7", "2001:db8::1", "", "nowhere"),
        secrets=SECRETS,
        screen=at_screen,
        reject=AT_REJECT,
        server=lambda stand_ins: stand_ins["africastalking"](api_key="the-key"),
        rows=AT_ROWS,
    ),
    GatewayCase(
        name="simulator",
        open=open_simulator,
        encode=form_request,
        doors=at_doors("simulator"),
        client="127.0.0.1",
        strangers=("198.51.100.7", "10.0.0.1", "::ffff:198.51.100.7", "", "nowhere"),
        secrets=(),
        screen=at_screen,
        reject=AT_REJECT,
    ),
    GatewayCase(
        name="twilio",
        open=open_twilio,
        encode=form_request,
        doors=twilio_doors("us"),
        client="192.0.2.7",
        strangers=("198.51.100.7", "2001:db8::1", "", "nowhere"),
        secrets=(),
        reject=TWILIO_REJECT,
        taken='<?xml version="1.0" encoding="UTF-8"?><Response/>',
        prove=twilio_signed,
        server=lambda stand_ins: stand_ins["twilio"](),
        rows=TWILIO_ROWS,
    ),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = set(metafunc.fixturenames)
    if "row" in wanted:
        rows = [(case, row) for case in CASES for row in case.rows]
        ids = [f"{case.name}: {row.name}" for case, row in rows]
        metafunc.parametrize(("case", "row"), rows, ids=ids)
    elif wanted & {"needed", "read"}:
        name = "needed" if "needed" in wanted else "read"
        fields = [
            pytest.param(case, door, field, id=f"{case.name}: {kind}: {field}")
            for case in CASES
            for kind, door in case.doors.items()
            for field in getattr(door, name)
        ]
        metafunc.parametrize(("case", "door", name), fields)
    elif "door" in wanted:
        doors = [
            pytest.param(case, door, id=f"{case.name}: {kind}")
            for case in CASES
            for kind, door in case.doors.items()
        ]
        metafunc.parametrize(("case", "door"), doors)
    elif "case" in wanted:
        metafunc.parametrize("case", CASES, ids=[case.name for case in CASES])


@pytest.fixture
def offline() -> Callable[[GatewayCase], Gateway]:
    """A gateway whose vendor is nowhere."""
    return lambda case: case.open("http://127.0.0.1:9", Patience())


@pytest.fixture
def request_of() -> Callable[..., WebhookRequest]:
    """The webhook of a door, with fields changed (None: left out), from the case's own client."""

    def make(case: GatewayCase, door: Door, **changes: str | None) -> WebhookRequest:
        form = {**door.form, **changes}
        pairs = [
            (name.encode(), value.encode()) for name, value in form.items() if value is not None
        ]
        return replace(case.encode(pairs), client=case.client)

    return make
