"""One scripted dialogue over every gateway, on every database. A new row is a new step.

Each webhook comes twice, with the same id: the second one gets the same bytes and does no work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from models.mt_message import mt_message

URL: Final = "https://sanket.example.in"
TOKEN: Final = "the-token-of-webhooks"
ACCOUNT: Final = "AC00000000000000000000000000000001"
CALLER, OUR_NUMBER = "+919812345678", "+919718397183"

LINK, LINK_HI, LINK_BN = "UMANG app: https://", "उमंग ऐप: https://", "উমঙ্গ অ্যাপ: https://"
HOME, HOME_HI = "UMANG services\n1 Get the app", "उमंग\n1 ऐप पाएं"
STOPPED = "UMANG on any phone: you will get no more SMS."
STARTED = "UMANG on any phone: you will get SMS again."


@dataclass(frozen=True)
class Step:
    """What somebody does, what his screen begins with, and what each SMS begins with that follows.

    `ends`: what becomes of the last SMS.
    """

    act: str  # a method of the line, or "reported" and its like below
    what: str = ""
    sms: tuple[str, ...] = ()
    sees: str | None = None
    ends: str | None = None


def text(what: str, *sms: str) -> Step:
    return Step("text", what, sms)


def ring(*sms: str, by: str = CALLER) -> Step:
    return Step("ring", by, sms)


def dial(what: str, sees: str, *sms: str) -> Step:
    return Step("dial", what, sms, sees)


def reported(what: str, ends: str) -> Step:
    return Step("reported", what, ends=ends)


SMS: Final[Mapping[str, list[Step]]] = {
    "keywords": [
        text("UMANG", LINK),
        text(" umang. ", LINK),
        text("HIN", LINK_HI),
        text("उमंग", LINK_HI),
        text("BEN", LINK_BN),
        text("hello?", "উমঙ্গ\n1 অ্যাপ নিন"),
        text("", "উমঙ্গ\n1 অ্যাপ নিন"),  # no room on the page to say more
    ],
    "a menu by numbers": [
        text("MENU", HOME),
        text("3", "Language\n1 English"),
        text("2", HOME_HI),
        text("1", LINK_HI),
        text("MENU", HOME_HI),
    ],
    "a language is chosen": [
        text("LANG", "To choose a language, SMS LANG and one of these: ENG, HIN, BEN"),
        text("LANG HIN", "भाषा: हिन्दी।"),
        ring(LINK_HI),
        text("ভাষা বাংলা", "ভাষা: বাংলা।"),
        ring(LINK_BN),
        text("HELP", "UMANG on any phone. SMS বন্ধ: STOP."),
    ],
    "STOP and START": [
        text("MENU", HOME),
        text("Stop!!", STOPPED),
        text("STOP"),
        text("UMANG"),
        ring(),
        text("HELP", "UMANG on any phone. To end SMS, send STOP."),
        text("START", STARTED),
        text("UMANG", LINK),
        ring(LINK),
    ],
    "missed calls": [
        ring(LINK),
        text("HIN", LINK_HI),
        ring(LINK_HI),
        ring("UMANG International: https://", by="+12025550123"),
        ring(by="hidden"),
        ring(by="+911122901406"),  # a fixed line
    ],
    "reports": [
        ring(LINK),
        reported("handed over", "sent"),
        reported("never heard of", "sent"),
        reported("delivered", "delivered"),
        reported("failed", "delivered"),
        reported("handed over", "delivered"),
        text("UMANG", LINK),
        reported("failed", "failed"),
        reported("delivered", "delivered"),
        text("UMANG", LINK),
        reported("about nothing of ours", "sent"),
    ],
    "reports that come before the answer": [
        Step("reported early", "delivered", (LINK,), ends="delivered"),
        Step("reported early", "failed", (LINK,), ends="failed"),
        Step("reported early", "never heard of", (LINK,), ends="sent"),
        Step("reported early", "about nothing of ours", (LINK,), ends="sent"),
    ],
    "an opt-out that a report tells": [
        text("UMANG", LINK),
        reported("opted out", "failed"),
        text("UMANG"),
        ring(),
        text("START", STARTED),
        text("UMANG", LINK),
        Step("reported early", "opted out", (LINK,), ends="failed"),
        text("UMANG"),
    ],
    "an opt-out that a refusal tells": [
        Step("refused", "opted out", ends="failed"),
        text("UMANG"),
        text("START", STARTED),
        text("UMANG", LINK),
    ],
}
MANDI_HOME = "Mandi – prices\n1 Price"
WORDS: Final[Mapping[str, list[Step]]] = {  # over words.yaml
    "answers behind a keyword": [
        text("MANDI wheat Jaipur", "Wheat, Jaipur: Rs 2,150"),
        text("mandi: Rice, Sawai Madhopur", "Rice, Sawai Madhopur: Rs"),
        text("Mandi 2 Jaipur HIN", "चावल, Jaipur:"),
        text("मंडी गेहूं जयपुर", "गेहूं, जयपुर:"),
    ],
    "a wrong answer behind a keyword, and one that is missing": [
        text("MANDI gold Jaipur", "Wrong choice."),
        text("1", "Which market?"),
        text("Ko", "Too short: at least 3"),
        text("Kota", "Wheat, Kota:"),
        text("MANDI wheat", "Which market?"),
        text("MANDI Kota", "Wrong choice."),
    ],
    "another word chooses its language": [
        text("BHAV 1", "कौन सी मंडी?"),
        text("कोटा", "गेहूं, कोटा:"),
        text("MENU", "मंडी\n1 भाव"),
    ],
    "a near miss": [
        text("MNADI wheat Jaipur", "Did you mean MANDI? Answer 1."),
        text("1", "Wheat, Jaipur:"),
        text("MANDY", "Did you mean MANDI? Answer 1."),
        text("yes", "Which crop?"),
        text("MANDY", "Wrong choice."),  # an answer to what was asked
        text("MENU", MANDI_HOME),
        text("MANDY", "Wrong choice."),
    ],
    "what nobody understands": [
        text("I am driving.", MANDI_HOME),
        text("I am driving."),
        text("Sorry, not here"),
        text("1", "Which crop?"),  # a choice is no machine
        text("Sorry, not here", "Wrong choice."),  # and now it may be an answer
        text("MENU", MANDI_HOME),
        Step("wait", "3600"),
        text("I am driving.", "Wrong choice."),
    ],
    "plain letters": [
        text("MANDI wheat Jaipur HIN", "गेहूं, Jaipur:"),
        text("PLAIN", "Bhasha: Hindi."),
        text("MANDI wheat Jaipur", "Gehun, Jaipur: Rs 2,150"),
        ring("Gehun, Jaipur: Rs 2,150"),
        text("LANG HIN", "भाषा: हिन्दी।"),
        text("MENU", "मंडी\n1 भाव"),
    ],
    "my usual": [
        ring("SMS MANDI wheat."),
        text("MANDI rice Kota", "Rice, Kota:"),
        ring("Rice, Kota:"),
        text("MENU", MANDI_HOME),
        text("LANG HIN", "भाषा: हिन्दी।"),
        ring("चावल, Kota:"),
        ring("From abroad call 12345.", by="+12025550123"),
        ring(by="hidden"),
        ring(by="+911122901406"),
    ],
}
USSD: Final[Mapping[str, list[Step]]] = {
    "the link by USSD": [
        dial("", f"CON {HOME}"),
        dial("1", "END You will get an SMS", LINK),
        reported("delivered", "delivered"),
    ],
    "a language, a wrong key, back": [
        dial("", f"CON {HOME}"),
        dial("7", "CON Wrong choice."),
        dial("7*3", "CON Language\n1 English"),
        dial("7*3*0", f"CON {HOME}"),
        dial("7*3*0*3", "CON Language\n1 English"),
        dial("7*3*0*3*2", f"CON {HOME_HI}"),
        dial("7*3*0*3*2*1", "END आपको उमंग ऐप के लिंक का SMS", LINK_HI),
        text("MENU", HOME_HI),
        ring(LINK_HI),
    ],
    "after STOP": [
        text("STOP", STOPPED),
        dial("", f"CON {HOME}"),
        dial("1", "END You ended our SMS. To get them again, SMS START."),
        text("START", STARTED),
    ],
}


def twice(arrive: Any) -> str:
    """What both answers say."""
    first, second = arrive(), arrive()
    assert (first.status_code, first.data) == (200, second.data)
    assert first.headers["Content-Type"] == second.headers["Content-Type"]
    return str(first.text)


@dataclass
class AfricasTalkingLine:
    house: Any
    fake: Any
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    words: ClassVar = {
        "handed over": {"status": "Buffered"},
        "delivered": {"status": "Success"},
        "failed": {"status": "Failed", "failureReason": "DeliveryFailure"},
        "never heard of": {"status": "NobodyHasSeenThis"},
        "opted out": {"status": "Rejected", "failureReason": "UserInBlackList"},
        "about nothing of ours": {"status": "Success", "id": "ATXid_of_somebody_else"},
    }

    def text(self, what: str) -> str:
        event = f"ATXid_in_{next(self.numbers)}"
        return twice(lambda: self.house.text(what, event=event))

    def ring(self, by: str) -> str:
        event = f"ATVId_{next(self.numbers)}"
        caller = {"hidden": "anonymous"}.get(by, by)
        body = twice(lambda: self.house.ring(caller=caller, event=event))
        ended = self.house.ring(caller=caller, event=event, is_active="0")
        assert (ended.status_code, "<Reject/>" in body) == (200, True)
        return body

    def dial(self, text: str) -> str:
        body = str(self.house.dial(text))
        assert self.house.dial(text) == body
        return body

    def report(self, taken: Any, what: str) -> None:
        form = {"id": taken.id, "phoneNumber": taken.to, "networkCode": "40445"} | self.words[what]
        path = f"/sms/india/{self.house.secret}/dlr"
        twice(lambda: self.house.post(path, **form))

    def refuse(self, what: str) -> None:
        self.fake.script(recipient_code={"opted out": 406}[what])


@dataclass
class TwilioLine:
    house: Any
    fake: Any
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    words: ClassVar = {
        "handed over": {"MessageStatus": "sent"},
        "delivered": {"MessageStatus": "delivered"},
        "failed": {"MessageStatus": "undelivered", "ErrorCode": "30003"},
        "never heard of": {"MessageStatus": "nobody_has_seen_this"},
        "opted out": {"MessageStatus": "undelivered", "ErrorCode": "21610"},
        "about nothing of ours": {"MessageStatus": "delivered", "MessageSid": f"SM{'f' * 32}"},
    }

    def text(self, what: str) -> str:
        form = {"MessageSid": self._sid("SM"), "From": CALLER, "To": OUR_NUMBER, "Body": what}
        return self._post("/sms/us", form | {"SmsStatus": "received", "FromCity": ""})

    def ring(self, by: str) -> str:
        caller = {"hidden": "+266696687"}.get(by, by)
        form = {"CallSid": self._sid("CA"), "From": caller, "To": OUR_NUMBER}
        bodies = {
            self._post("/missed-call/us", form | {"Direction": "inbound", "CallStatus": status})
            for status in ("ringing", "busy")
        }
        (body,) = bodies
        assert '<Reject reason="busy"/>' in body
        return body

    def dial(self, text: str) -> str:
        raise AssertionError("this vendor has no USSD")

    def report(self, taken: Any, what: str) -> None:
        """To the address that the SMS carried, which holds our token; a stranger's to the bare."""
        path = taken.callback.removeprefix(URL)
        if what == "about nothing of ours":
            path = path.partition("?")[0]
        form = {"MessageSid": taken.id, "To": taken.to, "From": OUR_NUMBER} | self.words[what]
        self._post(path, form | {"SmsStatus": form["MessageStatus"]})

    def refuse(self, what: str) -> None:
        self.fake.script(code=400, error={"opted out": 21610}[what])

    def _post(self, path: str, form: dict[str, str]) -> str:
        whole = form | {"AccountSid": ACCOUNT}
        proof = RequestValidator(TOKEN).compute_signature(URL + path, whole)
        client = self.house.app.test_client()
        headers = {"X-Twilio-Signature": proof}
        return twice(lambda: client.post(path, data=whole, headers=headers))

    def _sid(self, kind: str) -> str:
        return f"{kind}{next(self.numbers):032x}"


LINES = {"africastalking": AfricasTalkingLine, "twilio": TwilioLine}
CASES = [(vendor, name) for vendor in LINES for name in (*SMS, *WORDS)] + [
    ("africastalking", name) for name in USSD
]


@pytest.mark.parametrize(("vendor_name", "name"), CASES)
def test_a_dialogue(house: Any, twilio: Any, vendor_name: str, name: str) -> None:
    fake = {"africastalking": house.vendor, "twilio": twilio}[vendor_name]
    line = LINES[vendor_name](house, fake)
    if name in WORDS:
        publish(house, (Path(__file__).parent / "words.yaml").read_bytes())
    other = twilio if fake is house.vendor else house.vendor
    for number, step in enumerate({**SMS, **USSD, **WORDS}[name], 1):
        # Nobody is too fast for the limits of docs/spending.md, which have tests of their own.
        house.clock.pass_seconds(3601 if step.act == "reported early" else 721)
        took, screen = perform(line, step)
        where = f"step {number}: {step.act} {step.what}"
        assert len(took) == len(step.sms), (where, took)
        for sms, begins in zip(took, step.sms, strict=True):
            assert sms.startswith(begins), where
        if step.sees is not None:
            assert screen.startswith(step.sees), (where, screen)
        if step.ends is not None:
            assert last_status(house) == step.ends, where
    assert (fake.complaints, other.ledger) == ([], [])


def publish(house: Any, menu: bytes) -> None:
    house.bridge.settings.menus.write_bytes(menu)
    house.bridge.publish_menu_as("asha", "")
    house.bridge.library.refresh()


def perform(line: Any, step: Step) -> tuple[list[str], str]:
    """The SMS that the vendor took by it, and the body of the answer."""
    before = len(line.fake.ledger)
    screen = ""
    match step.act:
        case "text" | "ring" | "dial":
            screen = getattr(line, step.act)(step.what)
            line.house.send()
        case "wait":
            line.house.clock.pass_seconds(int(step.what))
        case "reported":
            line.report(line.fake.ledger[-1], step.what)
            line.house.send()
        case "reported early":
            line.text("UMANG")
            dispatcher = line.house.bridge.dispatcher()
            (claim,) = dispatcher.claim()
            intent = dispatcher.write_intent(claim)
            outcome = dispatcher.call(intent)
            line.report(line.fake.ledger[-1], step.what)
            dispatcher.record(intent, outcome)
        case "refused":
            line.refuse(step.what)
            line.text("UMANG")
            line.house.send()
        case _:
            raise AssertionError(step.act)
    return [str(taken.text) for taken in line.fake.ledger[before:]], screen


def last_status(house: Any) -> str:
    query = select(mt_message.c.status).order_by(mt_message.c.created_at.desc()).limit(1)
    with house.bridge.database.read() as conn:
        return str(conn.execute(query).scalar_one())
