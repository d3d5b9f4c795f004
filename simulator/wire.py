"""The phone's line: what Africa's Talking would send for this SIM, as plain HTTP to a bridge.

Forms and answers are those of its documentation (USSD, "Incoming messages", voice "Reject"), told
apart as strictly as the real gateway would: an answer that it refuses is a fault here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx2

from simulator.inbox import Garbled, parse_inbox
from simulator.seen import Inbox, Screen
from telecom.clock import Clock

NETWORK_CODE: Final = "99999"  # Africa's Talking's own sandbox network
MAX_ANSWER_BYTES: Final = 1_000_000
CONNECT_SECONDS: Final = 2.0
# Nothing but Reject may stand in the answer: any other verb picks the call up, and is billed.
REJECT: Final = re.compile(
    r"\s*(<\?xml[^>]*\?>)?\s*<Response>\s*<Reject\s*(/>|>\s*</Reject>)\s*</Response>\s*"
)


class LineFault(Exception):
    """The bridge did not do its part. The text says what a developer wants to know, no values."""


class NoNetwork(LineFault):
    """Nobody listens at the bridge's address."""


class BadAnswer(LineFault):
    """The bridge answered late, wrongly or not at all; the real gateway would give up, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """What the gateway tells when a USSD session is over. `outcome` is one of its three words."""

    session_id: str
    service_code: str
    outcome: str  # Success, Incomplete, Failed
    duration_seconds: float
    hops: int
    input: str
    last_answer: str
    fault: str = ""


class Line:
    """One SIM, `msisdn` in E.164, on the network of the bridge at `base_url`.

    `deadline_seconds` bounds every exchange (an operator cuts a USSD turn at 5 to 10 s).
    """

    def __init__(
        self,
        base_url: str,
        msisdn: str,
        *,
        clock: Clock,
        deadline_seconds: float = 10.0,
        client: httpx2.Client | None = None,
    ) -> None:
        if not _is_address(base_url):
            raise ValueError("the bridge's address looks like http://127.0.0.1:8000")
        self.msisdn = msisdn
        self.clock = clock
        self._base_url = base_url.rstrip("/")
        self._deadline_seconds = deadline_seconds
        self._client = client or httpx2.Client(
            timeout=httpx2.Timeout(deadline_seconds, connect=CONNECT_SECONDS),
            trust_env=False,  # a proxy has no business between a phone and its network
        )

    def with_sim(self, msisdn: str) -> Line:
        """The same network with another SIM."""
        return Line(
            self._base_url,
            msisdn,
            clock=self.clock,
            deadline_seconds=self._deadline_seconds,
            client=self._client,
        )

    def ussd(self, *, session_id: str, service_code: str, text: str) -> Screen:
        """One hop. `text` is all that was typed since the dial, joined by `*`.

        Raises LineFault.
        """
        form = self._ussd_form(session_id, service_code) | {"text": text}
        answer = self._post("/ussd/simulator", form)
        if answer.media_type != "text/plain":
            raise BadAnswer(f"POST /ussd/simulator: {answer.media_type} is not text/plain")
        said = answer.text("POST /ussd/simulator")
        if not said.startswith(("CON ", "END ")):
            raise BadAnswer("POST /ussd/simulator: the answer begins with neither CON nor END")
        return Screen(said[4:], ends=said.startswith("END "))

    def end_ussd(self, end: SessionEnd) -> None:
        """The notification after the last screen. Raises LineFault."""
        form = self._ussd_form(end.session_id, end.service_code) | {
            "date": _stamp(self.clock.now()).replace("T", " ").rstrip("Z"),
            "status": end.outcome,
            "cost": "0",
            "durationInMillis": str(round(end.duration_seconds * 1000)),
            "hopsCount": str(end.hops),
            "input": end.input,
            "lastAppResponse": end.last_answer,
            "errorMessage": end.fault,
        }
        self._post("/ussd/simulator/end", form)

    def send_sms(self, *, sms_id: str, to: str, text: str) -> None:
        """Raises LineFault."""
        form = {"id": sms_id, "from": self.msisdn, "to": to, "text": text}
        self._post("/sms/simulator", form | {"date": _stamp(self.clock.now())})

    def ring(self, *, call_id: str, called: str) -> bool:
        """Whether the bridge rejected the ringing call, so that nobody pays. Raises LineFault."""
        answer = self._post("/missed-call/simulator", self._call_form(call_id, called, "1"))
        return REJECT.fullmatch(answer.text("POST /missed-call/simulator")) is not None

    def end_call(self, *, call_id: str, called: str, cause: str) -> None:
        """The final post of a call; `cause` as in Africa's Talking's hangupCause.

        Raises LineFault.
        """
        form = self._call_form(call_id, called, "0") | {
            "durationInSeconds": "0",
            "currencyCode": "INR",
            "amount": "0",
            "hangupCause": cause,
        }
        self._post("/missed-call/simulator", form)

    def read_inbox(self, after: str) -> Inbox:
        """The SMS that came behind the cursor `after` ("" for all). Raises LineFault."""
        path = "/sms/simulator/inbox"
        answer = self._exchange("GET", path, params={"msisdn": self.msisdn, "after": after})
        try:
            return parse_inbox(answer.body)
        except Garbled as fault:
            raise BadAnswer(f"GET {path}: {fault}") from fault

    def _ussd_form(self, session_id: str, service_code: str) -> dict[str, str]:
        return {
            "sessionId": session_id,
            "serviceCode": service_code,
            "phoneNumber": self.msisdn,
            "networkCode": NETWORK_CODE,
        }

    def _call_form(self, call_id: str, called: str, is_active: str) -> dict[str, str]:
        return {
            "isActive": is_active,
            "sessionId": call_id,
            "direction": "Inbound",
            "callerNumber": self.msisdn,
            "destinationNumber": called,
        }

    def _post(self, path: str, form: Mapping[str, str]) -> _Answer:
        return self._exchange("POST", path, form=form)

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> _Answer:
        """A whole answer with status 200, within the deadline and the size. Raises LineFault."""
        asked = f"{method} {path}"
        started_at = self.clock.now()
        body = bytearray()
        try:
            with self._client.stream(
                method, self._base_url + path, data=form, params=params
            ) as response:
                if response.status_code != httpx2.codes.OK:
                    raise BadAnswer(f"{asked}: HTTP {response.status_code}")
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise BadAnswer(f"{asked}: more than {MAX_ANSWER_BYTES} bytes")
                    # The client's own timeout starts anew with every chunk.
                    if (self.clock.now() - started_at).total_seconds() > self._deadline_seconds:
                        raise BadAnswer(f"{asked}: no whole answer in {self._deadline_seconds:g} s")
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as fault:
            raise NoNetwork(f"nobody listens at {self._base_url}") from fault
        except httpx2.TimeoutException as fault:
            raise BadAnswer(f"{asked}: no answer in {self._deadline_seconds:g} s") from fault
        except httpx2.HTTPError as fault:
            raise BadAnswer(f"{asked}: broken off ({type(fault).__name__})") from fault
        media_type = response.headers.get("content-type", "no media type")
        return _Answer(bytes(body), media_type.partition(";")[0].strip().lower())


@dataclass(frozen=True, slots=True)
class _Answer:
    body: bytes
    media_type: str

    def text(self, asked: str) -> str:
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise BadAnswer(f"{asked}: the answer is not UTF-8") from fault


def _is_address(url: str) -> bool:
    try:
        parts = httpx2.URL(url)
        parts.host.encode("idna")  # else the look-up itself would stumble, at the first use
    except (httpx2.InvalidURL, UnicodeError):
        return False
    return parts.scheme in ("http", "https") and bool(parts.host)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
