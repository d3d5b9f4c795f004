"""What lies between a caller and the bridge: the webhooks of two vendors, each twice, and a gateway
that tells only what was typed last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol

from twilio.request_validator import RequestValidator

from menu import link_text
from menu.compiler import compile_menu
from menu.effects import RememberLanguage, SendLink, SendSms
from menu.runner import Runner
from menu.service_codes import split_dialled
from menu.stand_ins import Callers, Library, Sessions
from menu.turns import Visit
from telecom.events import Last
from tests.fuzz.small_bridge import Services
from tests.transcripts.corpus import menu_files

URL: Final = "https://sanket.example.in"
TOKEN: Final = "the-token-of-webhooks"
ACCOUNT: Final = "AC00000000000000000000000000000001"
CODES: Final = {"en": "ENG", "hi": "HIN", "bn": "BEN", "ta": "TAM"}
numbers = count(1)


class Line(Protocol):
    """`screen` is what the phone shows, `unread` the SMS that came and were not looked at."""

    screen: str
    ended: bool
    unread: deque[str]

    def begin(self, caller: str | None, language: str | None, at: str | None) -> None: ...
    def dial(self, dialled: str) -> None: ...
    def press(self, typed: str) -> None: ...
    def text(self, body: str) -> None: ...
    def ring(self, called: str) -> None: ...
    def repeat(self) -> None: ...
    def late(self) -> None: ...
    def drop(self) -> None: ...
    def wait(self, seconds: int) -> None: ...
    def publish(self, menu: str) -> None: ...
    def everything(self) -> bytes:
        """All that is kept anywhere."""
        ...

    @property
    def language(self) -> str | None: ...


def new_caller(at: int) -> str:
    """Numbers that lie apart."""
    return f"+9198{at % 100:02}{654321 - 97 * at:06}"


@dataclass
class BridgeLine:
    """A whole bridge. Every webhook comes twice, and must be answered alike."""

    house: Any
    fake: Any
    redis: Any
    folder: Path
    menu: str = ""
    screen: str = ""
    ended: bool = True
    unread: deque[str] = field(default_factory=deque)
    typed: list[str] = field(default_factory=list)
    again: Callable[[], str] | None = None

    def begin(self, caller: str | None, language: str | None, at: str | None) -> None:
        self.caller = caller or new_caller(next(numbers))
        self.screen, self.ended, self.typed = "", True, []
        self.unread.clear()
        if at:
            moment = datetime.fromisoformat(f"{at}+00:00")
            self.wait((moment - self.house.clock.now()).total_seconds())
        if language:
            self.text(f"LANG {CODES[language]}")
            assert self.unread
            self.unread.clear()

    def text(self, body: str) -> None:
        raise NotImplementedError

    def publish(self, menu: str) -> None:
        if menu == self.menu:
            return
        for name, content in menu_files(menu).items():
            file = self.folder / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        self.house.bridge.publish_menu_as("the corpus", menu)
        self.menu, self.program = menu, self.house.bridge.library.refresh()[1]

    def repeat(self) -> None:
        assert self.again, "nothing was done before"
        self._twice(self.again)

    def drop(self) -> None:
        self.redis.flushall()

    def wait(self, seconds: float) -> None:
        self.house.clock.pass_seconds(seconds)

    def everything(self) -> bytes:
        strings = [key for key in self.redis.scan_iter() if self.redis.type(key) == b"string"]
        stored = [bytes(self.redis.get(key) or b"") for key in strings]
        assert stored
        return b"".join([*stored, bytes(self.house.at_rest())])

    @property
    def language(self) -> str | None:
        bridge = self.house.bridge
        found = bridge._runner.hearer(bridge._keys.caller(self.caller))[1]
        return str(found) if found else None

    def _twice(self, arrive: Callable[[], str]) -> str:
        """By the caller's impatience nothing changes."""
        self.again = arrive
        self.wait(20)
        first, second = arrive(), arrive()
        assert first == second
        before = len(self.fake.ledger)
        self.house.send()
        self.unread.extend(taken.text for taken in self.fake.ledger[before:])
        return first


@dataclass
class AfricasTalking(BridgeLine):
    def dial(self, dialled: str) -> None:
        split = split_dialled(dialled, self.program.ussd)
        assert split, f"{dialled} is nowhere"
        self.code, keys = split
        self.session, self.typed = f"ATUid_{next(numbers)}", list(keys)
        self._hop()

    def press(self, typed: str) -> None:
        assert not self.ended, "the dialogue is over"
        self.typed.append(typed)
        self._hop()

    def late(self) -> None:
        before = self.screen
        said = self._turn("*".join(self.typed[:-1]))()
        assert said.partition(" ")[2] == before
        self.house.send()

    def text(self, body: str) -> None:
        event = f"ATXid_{next(numbers)}"
        self._twice(lambda: _ok(self.house.text(body, msisdn=self.caller, event=event)))

    def ring(self, called: str) -> None:
        event = f"ATVId_{next(numbers)}"
        answer = self._twice(
            lambda: _ok(self.house.ring(caller=self.caller, called=called, event=event))
        )
        assert "<Reject/>" in answer

    def _hop(self) -> None:
        self.wait(10)
        kind, _, self.screen = self._twice(self._turn("*".join(self.typed))).partition(" ")
        self.ended = {"CON": False, "END": True}[kind]

    def _turn(self, text: str) -> Callable[[], str]:
        session, code, caller = self.session, self.code, self.caller
        return lambda: str(self.house.dial(text, session=session, msisdn=caller, code=code))


@dataclass
class Twilio(BridgeLine):
    def dial(self, dialled: str) -> None:
        raise AssertionError("this vendor has no USSD")

    def press(self, typed: str) -> None:
        raise AssertionError("this vendor has no USSD")

    def late(self) -> None:
        raise AssertionError("this vendor has no USSD")

    def text(self, body: str) -> None:
        form = {"MessageSid": f"SM{next(numbers):032x}", "Body": body, "SmsStatus": "received"}
        self._twice(lambda: self._post("/sms/us", form | {"To": "+919718397183"}))

    def ring(self, called: str) -> None:
        form = {"CallSid": f"CA{next(numbers):032x}", "Direction": "inbound", "To": called}
        rings = form | {"CallStatus": "ringing"}
        assert '<Reject reason="busy"/>' in self._twice(
            lambda: self._post("/missed-call/us", rings)
        )
        self._post("/missed-call/us", form | {"CallStatus": "busy"})

    def _post(self, path: str, form: dict[str, str]) -> str:
        whole = form | {"AccountSid": ACCOUNT, "From": self.caller}
        proof = RequestValidator(TOKEN).compute_signature(URL + path, whole)
        client = self.house.app.test_client()
        return _ok(client.post(path, data=whole, headers={"X-Twilio-Signature": proof}))


def _ok(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.text)


@dataclass
class LastInput:
    """A USSD gateway that numbers its turns and sends what was typed last, unlike ours."""

    menu: str = ""
    screen: str = ""
    ended: bool = True
    unread: deque[str] = field(default_factory=deque)
    now: float = 1_795_424_400.0  # 2026-11-23 09:00 UTC

    def publish(self, menu: str) -> None:
        if menu != self.menu:
            files = {name: content.decode() for name, content in menu_files(menu).items()}
            self.menu, self.program = menu, compile_menu(files)

    def begin(self, caller: str | None, language: str | None, at: str | None) -> None:
        if at:
            self.now = datetime.fromisoformat(f"{at}+00:00").timestamp()
        self.screen, self.ended = "", True
        self.unread.clear()
        self.country = "US" if (caller or "").startswith("+1") else "IN"
        self.sessions, self.callers = Sessions(), Callers(language)
        self.runner = Runner(Library(self.program), self.sessions, self.callers, Services())

    def dial(self, dialled: str) -> None:
        split = split_dialled(dialled, self.program.ussd)
        assert split
        self.code, self.number, self.key = split[0], 0, f"last{next(numbers)}"
        self._turn("")

    def press(self, typed: str) -> None:
        assert not self.ended, "the dialogue is over"
        self._turn(typed)

    def repeat(self) -> None:
        self._arrives(self.visit)

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def text(self, body: str) -> None:
        raise AssertionError("only USSD")

    def ring(self, called: str) -> None:
        raise AssertionError("only USSD")

    def late(self) -> None:
        raise AssertionError("it numbers its turns")

    def drop(self) -> None:
        self.sessions.forget()

    def everything(self) -> bytes:
        return b"".join(self.sessions.stored.values())

    @property
    def language(self) -> str | None:
        return self.callers.language

    def _turn(self, typed: str) -> None:
        self.number += 1
        self.now += 10
        self.visit = Visit(
            session_key=self.key, caller_key="caller", said=Last(typed), sequence=self.number,
            ttl_seconds=180, now=self.now,
        )  # fmt: skip
        first = self._arrives(self.visit)
        assert self._arrives(replace(self.visit, now=self.now + 60)) == first

    def _arrives(self, visit: Visit) -> str:
        thought = self.runner.dial(visit, self.code)
        for effect in thought.effects:
            match effect:
                case RememberLanguage(language):
                    self.callers.language = language
                case SendLink():
                    address = f"{URL}/l/Ab3dE6gH9jK"
                    written = link_text.write(thought.program, effect, self.country, address)
                    self.unread.append(written.text)
                case SendSms(text):
                    self.unread.append(text)
        session = self.runner.keep(visit, thought)
        self.screen, self.ended = session.shown, session.ended
        return session.shown
