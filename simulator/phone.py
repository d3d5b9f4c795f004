"""The handset: keys in, what its owner sees out. It knows no bridge, only a line.

Beside the phone it plays the part of the network between: it keeps the typed text of a session,
joins it with `*`, and tells the bridge when a session or a call is over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from simulator.seen import NotPossible, ReceivedSms, Rung, Screen, Sent
from simulator.wire import Line, LineFault, NoNetwork, SessionEnd

SERVICE_CODE: Final = "*384*97183#"
SHORTCODE: Final = "97183"
INBOX_READS: Final = 100  # at once; the bridge hands out a long inbox in parts
NO_NETWORK: Final = "No network. Is the bridge running? make run"
# What Android shows for every USSD fault, whatever its cause.
CONNECTION_PROBLEM: Final = "Connection problem or invalid MMI code."
NOT_CHARGED: Final = "Call ended. Not charged."
CHARGED: Final = "Call answered. You are being charged."
NOT_REJECTED: Final = "POST /missed-call/simulator: not just <Response><Reject/></Response>"
CALL_FAILED: Final = "Call failed."
SENT: Final = "Message sent."
NOT_SENT: Final = "Message not sent."
SESSION_ENDED: Final = "Session ended."


def full_number(typed: str) -> str:
    """A number in E.164 as an Indian SIM would complete it: `97183-97183` is `+919718397183`.

    Raises NotPossible.
    """
    digits = re.sub(r"[\s().-]", "", typed)
    if re.fullmatch(r"(\+|00)[1-9][0-9]{7,14}", digits):
        return "+" + digits.removeprefix("+").removeprefix("00")
    if re.fullmatch(r"0?[1-9][0-9]{9}", digits):
        return "+91" + digits[-10:]
    raise NotPossible("That is no full number. Write 97183-97183 or +919718397183.")


class Phone:
    """One handset with one SIM. `service_code` is what the network knows as ours.

    Whatever is dialled behind it (`*384*97183*1#`) travels as text that was typed already.
    """

    def __init__(
        self, line: Line, *, service_code: str = SERVICE_CODE, new_id: Callable[[], UUID] = uuid4
    ) -> None:
        self._line = line
        self._service_code = service_code
        self._new_id = new_id
        self._session: _Session | None = None
        self._received: dict[str, ReceivedSms] = {}
        self._after = ""

    @property
    def msisdn(self) -> str:
        return self._line.msisdn

    @property
    def is_in_session(self) -> bool:
        return self._session is not None

    @property
    def received(self) -> tuple[ReceivedSms, ...]:
        """Every SMS that was read so far with this SIM, the oldest first."""
        return tuple(self._received.values())

    def change_sim(self, msisdn: str) -> None:
        """Hangs up and puts another SIM in. Raises NotPossible."""
        line = self._line.with_sim(full_number(msisdn))
        self.switch_off()
        self._line, self._received, self._after = line, {}, ""

    def dial(self, code: str) -> Screen:
        """Opens a session; one that was open ends first. Raises NotPossible."""
        if not re.fullmatch(r"[*#][0-9*#]*#", code):
            raise NotPossible("A service code begins with * and ends with #, like *384*97183#.")
        self.switch_off()
        service_code, typed = self._split_code(code)
        opened = _Session(
            session_id=f"ATUid_{self._new_id().hex}",
            service_code=service_code,
            typed=typed,
            opened_at=self._line.clock.now(),
        )
        return self._hop(opened)

    def press(self, keys: str) -> Screen:
        """Answers the open session. Raises NotPossible."""
        session = self._open_session()
        if not keys:
            raise NotPossible("Type an answer first.")
        return self._hop(replace(session, typed=(*session.typed, keys)))

    def hang_up(self) -> Screen:
        """Leaves the open session. Raises NotPossible."""
        fault = self._end(self._open_session(), "Incomplete")
        return Screen(SESSION_ENDED, ends=True, is_own=True, fault=fault)

    def switch_off(self) -> None:
        """Hangs up if a session is open."""
        if self._session is not None:
            self.hang_up()

    def text(self, body: str, to: str = SHORTCODE) -> Sent:
        """Sends an SMS to a shortcode or a number. Raises NotPossible."""
        address = re.sub(r"[\s().-]", "", to)
        if not re.fullmatch(r"\+?[0-9]{3,15}", address):
            raise NotPossible("An SMS goes to a shortcode or a number, like 97183.")
        try:
            self._line.send_sms(sms_id=str(self._new_id()), to=address, text=body)
        except LineFault as fault:
            return Sent(_shown(fault, NOT_SENT), address, fault=str(fault))
        return Sent(SENT, address)

    def ring(self, number: str) -> Rung:
        """Calls and waits for the reject. Raises NotPossible."""
        called, call_id = full_number(number), f"ATVId_{self._new_id().hex}"
        try:
            rejected = self._line.ring(call_id=call_id, called=called)
        except NoNetwork as fault:
            return Rung(NO_NETWORK, called, fault=str(fault))
        except LineFault as fault:
            self._end_call(call_id, called, "SERVICE_UNAVAILABLE")
            return Rung(CALL_FAILED, called, fault=str(fault))
        if not rejected:
            self._end_call(call_id, called, "NORMAL_CLEARING")
            return Rung(CHARGED, called, fault=NOT_REJECTED)
        return Rung(NOT_CHARGED, called, fault=self._end_call(call_id, called, "CALL_REJECTED"))

    def read_inbox(self) -> tuple[ReceivedSms, ...]:
        """The SMS that came since the last look, the oldest first. Raises LineFault."""
        known = len(self._received)
        for _ in range(INBOX_READS):
            inbox = self._line.read_inbox(self._after)
            self._after = inbox.after
            before = len(self._received)
            for sms in inbox.messages:
                self._received.setdefault(sms.sms_id, sms)
            if len(self._received) == before:
                break
        return self.received[known:]

    def _open_session(self) -> _Session:
        if self._session is None:
            raise NotPossible(f"No session is open. Dial first: dial {self._service_code}")
        return self._session

    def _split_code(self, code: str) -> tuple[str, tuple[str, ...]]:
        """The service code that the network knows, and what was typed behind it."""
        stem = self._service_code.removesuffix("#") + "*"
        if not code.startswith(stem):
            return code, ()
        return self._service_code, tuple(code.removeprefix(stem).removesuffix("#").split("*"))

    def _hop(self, session: _Session) -> Screen:
        """One question to the bridge; afterwards the session is open exactly if it may go on."""
        session = replace(session, hops=session.hops + 1)
        try:
            screen = self._line.ussd(
                session_id=session.session_id,
                service_code=session.service_code,
                text=session.text,
            )
        except LineFault as fault:
            if isinstance(fault, NoNetwork):
                self._session = None
            else:
                self._end(session, "Failed", fault=str(fault))
            shown = _shown(fault, CONNECTION_PROBLEM)
            return Screen(shown, ends=True, is_own=True, fault=str(fault))
        session = replace(session, last_answer=screen.text)
        if not screen.ends:
            self._session = session
            return screen
        return replace(screen, fault=self._end(session, "Success"))

    def _end_call(self, call_id: str, called: str, cause: str) -> str | None:
        """Tells the bridge that the call is over; what went wrong with that, if anything."""
        try:
            self._line.end_call(call_id=call_id, called=called, cause=cause)
        except LineFault as unheard:
            return str(unheard)
        return None

    def _end(self, session: _Session, outcome: str, *, fault: str = "") -> str | None:
        """Closes the session and tells the bridge; what went wrong with that, if anything."""
        self._session = None
        end = SessionEnd(
            session_id=session.session_id,
            service_code=session.service_code,
            outcome=outcome,
            duration_seconds=(self._line.clock.now() - session.opened_at).total_seconds(),
            hops=session.hops,
            input=session.text,
            last_answer=session.last_answer,
            fault=fault,
        )
        try:
            self._line.end_ussd(end)
        except LineFault as unheard:
            return str(unheard)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    session_id: str
    service_code: str
    typed: tuple[str, ...]
    opened_at: datetime
    hops: int = 0
    last_answer: str = ""

    @property
    def text(self) -> str:
        return "*".join(self.typed)


def _shown(fault: LineFault, otherwise: str) -> str:
    return NO_NETWORK if isinstance(fault, NoNetwork) else otherwise
