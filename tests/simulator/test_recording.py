"""`phone --record`: what was done and seen comes out as a test that menus.yaml can hold."""

from __future__ import annotations

import yaml

from simulator.recording import RecordedPhone
from simulator.seen import Inbox, NotPossible, ReceivedSms, Screen
from simulator.wire import SessionEnd
from telecom.clock import SystemClock

LINK = "App: https://bridge.example/l/Ab3dE6gH9jK For Hindi SMS HIN"


class QuietLine:
    """A bridge that says the same to everybody, and sends one SMS after each act."""

    clock = SystemClock()

    def __init__(self, msisdn: str = "+919812345678") -> None:
        self.msisdn = msisdn
        self.sent: list[ReceivedSms] = []

    def with_sim(self, msisdn: str) -> QuietLine:
        return QuietLine(msisdn)

    def ussd(self, *, session_id: str, service_code: str, text: str) -> Screen:
        self._deliver()
        return Screen("सेवाएं\n1 ऐप", ends=False) if not text else Screen("Sent.", ends=True)

    def end_ussd(self, end: SessionEnd) -> None:
        pass

    def send_sms(self, *, sms_id: str, to: str, text: str) -> None:
        self._deliver()

    def ring(self, *, call_id: str, called: str) -> bool:
        self._deliver()
        return True

    def end_call(self, *, call_id: str, called: str, cause: str) -> None:
        pass

    def read_inbox(self, after: str) -> Inbox:
        return Inbox(tuple(self.sent[int(after or 0) :]), str(len(self.sent)))

    def _deliver(self) -> None:
        sms = ReceivedSms(str(len(self.sent)), self.clock.now(), "UMANG", LINK)
        self.sent.append(sms)


def steps_of(written: str) -> list[dict[str, object]]:
    (case,) = yaml.safe_load(written)["tests"]
    assert case["name"].startswith("recorded at 20")
    steps: list[dict[str, object]] = case["steps"]
    return steps


def phone(written: list[str], msisdn: str = "+919812345678") -> RecordedPhone:
    line = QuietLine(msisdn)
    return RecordedPhone(line, service_code="*384*97183#", write=written.append)  # type: ignore[arg-type]


def test_all_that_was_done_and_seen_is_written_down_in_order() -> None:
    written: list[str] = []
    handset = phone(written)
    handset.dial("*384*97183#")
    handset.press("1")
    handset.read_inbox()
    handset.text("HELPLINE आग", "97183")
    handset.ring("97183-97183")
    handset.read_inbox()
    handset.write_down()
    assert steps_of(written[0]) == [
        {"dial": "*384*97183#"}, {"sees": "सेवाएं\n1 ऐप"}, {"ends": False},
        {"press": "1"}, {"sees": "Sent."}, {"ends": True},
        {"sms": " For Hindi SMS HIN"}, {"sms": " For Hindi SMS HIN"},
        {"text": "HELPLINE आग"}, {"ring": "+919718397183"},
        {"sms": " For Hindi SMS HIN"}, {"sms": " For Hindi SMS HIN"},
    ]  # fmt: skip


def test_a_word_is_typed_and_keys_are_pressed() -> None:
    written: list[str] = []
    handset = phone(written)
    handset.dial("*384*97183#")
    handset.press("गेहूं")
    handset.write_down()
    assert {"type": "गेहूं"} in steps_of(written[0])


def test_sms_from_before_are_nobodys_doing() -> None:
    written: list[str] = []
    handset = phone(written)
    handset._line.send_sms(sms_id="1", to="97183", text="MENU")
    handset.read_inbox()
    handset.dial("*384*97183#")
    handset.write_down()
    assert [step for step in steps_of(written[0]) if "sms" in step] == []


def test_another_sim_is_another_test_and_nothing_done_is_none() -> None:
    written: list[str] = []
    handset = phone(written)
    handset.change_sim("+12025550123")
    assert written == []
    handset.ring("97183-97183")
    try:
        handset.change_sim("12")
    except NotPossible:
        assert written == []
    handset.change_sim("98123-45678")
    assert 'caller: "+12025550123"' in written[0]
    handset.write_down()
    assert len(written) == 1
