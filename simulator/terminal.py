"""What the handset's owner may say, one command a line, and what is written back."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from simulator.display import (
    CLOSED_KEYS,
    OPEN_KEYS,
    PLAIN,
    ROWS,
    Ink,
    draw_fault,
    draw_screen,
    draw_size,
    draw_sms,
    draw_unrolled,
    last_top,
)
from simulator.phone import NO_NETWORK, SHORTCODE, Phone
from simulator.seen import NotPossible, ReceivedSms, Screen
from simulator.sizes import sms_size, ussd_size
from simulator.wire import LineFault, NoNetwork

INBOX_LENGTH: Final = 10
SCROLL_ROWS: Final = ROWS - 2  # one line of the last view stays in sight
# "text come to tea" has no number behind its "to"; a shortcode has three digits at least.
SMS: Final = re.compile(r"(?P<body>.+?)(?:\s+to\s+(?P<to>\+?[0-9][0-9 -]+[0-9]))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the phone looks for an SMS that may be on its way, and how it waits between."""

    wait: Callable[[float], None]
    seconds_between: float = 0.5
    looks: int = 12


class Terminal:
    """`scrolls` draws the screen in its true size; otherwise whole texts are shown at once."""

    def __init__(
        self,
        phone: Phone,
        *,
        write: Callable[[str], None],
        patience: Patience,
        ink: Ink = PLAIN,
        scrolls: bool = False,
        shortcode: str = SHORTCODE,
    ) -> None:
        self._phone = phone
        self._write = write
        self._patience = patience
        self._ink = ink
        self._scrolls = scrolls
        self._shortcode = shortcode
        self._knows_inbox = False
        self._screen = Screen("", ends=True)
        self._top = 0
        self._leaves = False

    @property
    def phone(self) -> Phone:
        return self._phone

    @property
    def leaves(self) -> bool:
        """Whether quit was said."""
        return self._leaves

    def obey(self, line: str) -> bool:
        """One command. False if it failed; why has been written then."""
        line = line.strip().encode("utf-8", "replace").decode()  # no half characters on the wire
        word, _, rest = line.partition(" ")
        try:
            if verb := next((verb for verb in VERBS if verb.word == word.lower()), None):
                return verb.run(self, rest.strip())
            if word[:1].isdecimal() or word[:1] in ("*", "#"):
                return self._keys(line)
            if not line:
                return self.scroll_down("") if self._top < last_top(self._screen.text) else True
        except NotPossible as why:
            self._write(f"  {why}")
            return False
        except LineFault as fault:
            if isinstance(fault, NoNetwork):
                self._write(f"  {NO_NETWORK}")
            self._write(draw_fault(str(fault), ink=self._ink))
            return False
        self._write("  No such command. What the phone can do: help")
        return False

    def dial(self, code: str) -> bool:
        self._learn_inbox()
        return self._show(self._phone.dial(code))

    def press(self, keys: str) -> bool:
        return self._show(self._phone.press(keys))

    def hang(self, _: str) -> bool:
        return self._show(self._phone.hang_up())

    def text(self, rest: str) -> bool:
        if not (sms := SMS.fullmatch(rest)):
            raise NotPossible("What shall it say? Like this: text MENU")
        self._learn_inbox()
        sent = self._phone.text(sms["body"], sms["to"] or self._shortcode)
        self._write(f"  {sent.text} To {sent.to}: {sms_size(sms['body'])}")
        return self._passed(sent.fault) and self._look_for_sms()

    def ring(self, number: str) -> bool:
        self._learn_inbox()
        rung = self._phone.ring(number)
        self._write(f"  {rung.called}: {rung.text}")
        return self._passed(rung.fault) and self._look_for_sms()

    def inbox(self, rest: str) -> bool:
        self._phone.read_inbox()
        self._knows_inbox = True
        received = self._phone.received
        length = int(rest) if rest.isdecimal() else INBOX_LENGTH
        shown = received[max(0, len(received) - length) :]
        self._write(f"  Inbox of {self._phone.msisdn}: {len(received)} SMS")
        self._write_sms(shown)
        return True

    def read(self, place: str) -> bool:
        received = self._phone.received
        if not place.isdecimal() or not 1 <= int(place) <= len(received):
            raise NotPossible("Which SMS? Look into the inbox first, then: read 1")
        sms = received[int(place) - 1]
        self._put(Screen(sms.text, ends=True, is_own=True))
        self._write(draw_size(sms_size(sms.text), ink=self._ink))
        return True

    def change_sim(self, msisdn: str) -> bool:
        self._phone.change_sim(msisdn)
        self._knows_inbox = False
        self._write(f"  SIM: {self._phone.msisdn}")
        return True

    def scroll_down(self, _: str) -> bool:
        return self._scroll(SCROLL_ROWS)

    def scroll_up(self, _: str) -> bool:
        return self._scroll(-SCROLL_ROWS)

    def help(self, _: str) -> bool:
        for verb in VERBS:
            self._write(f"  {verb.usage:<24} {verb.does}")
        return True

    def quit(self, _: str) -> bool:
        self._leaves = True
        return True

    def show_arrivals(self) -> None:
        """Shows what came meanwhile. A fault of the line is left to the next command."""
        with suppress(LineFault):
            self._write_sms(self._phone.read_inbox() if self._knows_inbox else ())

    def _keys(self, line: str) -> bool:
        """Digits answer the open session; without one, only a service code makes sense."""
        if not self._phone.is_in_session and line.endswith("#"):
            return self.dial(line)
        return self.press(line)

    def _show(self, screen: Screen) -> bool:
        """A screen of a session, and the SMS that its end may bring."""
        self._put(screen)
        if not screen.is_own:
            self._write(draw_size(ussd_size(screen.text), ink=self._ink))
        if not self._passed(screen.fault):
            return False
        return self._look_for_sms() if screen.ends and not screen.is_own else True

    def _put(self, screen: Screen) -> None:
        self._screen, self._top = screen, 0
        draw = draw_screen if self._scrolls else draw_unrolled
        self._write(draw(screen.text, self._soft_keys(), ink=self._ink))

    def _scroll(self, rows: int) -> bool:
        self._top = max(0, min(self._top + rows, last_top(self._screen.text)))
        keys = self._soft_keys()
        self._write(draw_screen(self._screen.text, keys, top=self._top, ink=self._ink))
        return True

    def _soft_keys(self) -> tuple[str, str]:
        return CLOSED_KEYS if self._screen.ends else OPEN_KEYS

    def _passed(self, fault: str | None) -> bool:
        if fault is not None:
            self._write(draw_fault(fault, ink=self._ink))
        return fault is None

    def _learn_inbox(self) -> None:
        """Takes note of the SMS from before, so that only those to come are shown as new."""
        if self._knows_inbox:
            return
        with suppress(LineFault):  # the command that follows will meet the same fault, and tell
            if older := self._phone.read_inbox():
                self._write(f"  Inbox: {len(older)} SMS from before")
            self._knows_inbox = True

    def _look_for_sms(self) -> bool:
        """Looks a few times, until something came. That nothing came is no failure."""
        for look in range(self._patience.looks):
            if look:
                self._patience.wait(self._patience.seconds_between)
            if new := self._phone.read_inbox():
                self._write_sms(new)
                return True
        self._write("  No SMS so far.")
        return True

    def _write_sms(self, some: tuple[ReceivedSms, ...]) -> None:
        places = {sms.sms_id: place for place, sms in enumerate(self._phone.received, start=1)}
        for sms in some:
            self._write(draw_sms(sms, places[sms.sms_id], ink=self._ink))


@dataclass(frozen=True, slots=True)
class Verb:
    """One command. `usage` is an example of it, `does` completes "it will ..."."""

    word: str
    usage: str
    does: str
    run: Callable[[Terminal, str], bool]


VERBS: Final = (
    Verb("dial", "dial *384*97183#", "open a session (*384*97183*1# answers ahead)", Terminal.dial),
    Verb("press", "press 1", "answer the session; digits alone do the same", Terminal.press),
    Verb("hang", "hang", "leave the session", Terminal.hang),
    Verb("text", "text MENU to 97183", "send an SMS; the shortcode may be left out", Terminal.text),
    Verb("ring", "ring 97183-97183", "give a missed call", Terminal.ring),
    Verb("inbox", "inbox 20", "list the newest SMS, 10 unless told", Terminal.inbox),
    Verb("read", "read 1", "show one SMS on the phone's screen", Terminal.read),
    Verb("d", "d", "scroll down; Enter alone does the same", Terminal.scroll_down),
    Verb("u", "u", "scroll up", Terminal.scroll_up),
    Verb("as", "as +919812345678", "put another SIM in", Terminal.change_sim),
    Verb("help", "help", "list these commands", Terminal.help),
    Verb("quit", "quit", "hang up and leave; Ctrl-C and Ctrl-D do the same", Terminal.quit),
)
