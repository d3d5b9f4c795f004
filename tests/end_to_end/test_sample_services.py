"""The services of the shipped menu against the SAMPLE providers: by USSD, SMS and missed call, in
three languages, over one real `flask serve`. A new row is a new way to ask.

The menu is the shipped one with the address of these providers, and with a number of its own for
each missed call, as docs/umang-services.md tells an operator to add them.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import ROOT, load_by_path

PATIENCE_SECONDS: Final = 20.0
LANGUAGES: Final = {"en": ("1", "ENG"), "hi": ("2", "HIN"), "bn": ("3", "BEN")}
USUAL: Final = "+919718397001"  # repeats the last query
REFILL: Final = "+919718397002"  # opens an SMS dialogue, and books nothing
NUMBERS: Final = f"""
  missed_call:
    "+919718397183": get_app   # 97183-97183, with the country code of India
    "{USUAL}": {{ go: get_app, usual: true }}
    "{REFILL}": refill_call
"""
REFILL_CALL: Final = """
  refill_call:
    send_sms:
      en: "LPG refill (SAMPLE). Nothing is booked yet: to book, SMS REFILL"
      hi: "SAMPLE: बुकिंग अभी नहीं हुई। SMS करें: REFILL"
      bn: "SAMPLE: বুকিং এখনও হয়নি। SMS করুন: REFILL"
    text: { en: Nothing is booked yet., hi: बुकिंग अभी नहीं हुई।, bn: বুকিং এখনও হয়নি। }
    end: true
"""


@dataclass(frozen=True)
class Case:
    """`shown` is a pattern of what answers, by language. `keys` lead there from the services."""

    keys: str
    text: str
    shown: dict[str, str]
    by_sms: bool = False  # the answer to a dialler comes by SMS, too, and only there
    call: str = "usual"  # what a missed call brings: the usual, the app, or a dialogue
    calls_shown: dict[str, str] = field(default_factory=dict)
    replies: tuple[str, ...] = ()  # to the first SMS


PNR, BILL, ROLL, UAN = "2345678912", "12345678", "1234567", "100123456789"
ROW: Final = "[0-9],[0-9]{3}"
CASES: Final = {
    "mandi": Case(
        "4*wheat*1", "MANDI wheat",
        {
            "en": f"^(END )?SAMPLE of 23 Nov 2026.*Wheat, Bhagalpur: Rs {ROW} a quintal",
            "hi": "^(END )?SAMPLE नमूना 23 .*गेहूं",
            "bn": "^(END )?SAMPLE নমুনা 23 .*গম",
        },
        replies=("1",),
    ),
    "PF": Case(
        f"5*1*{UAN}*1", f"PF {UAN}",
        {
            "en": f"^SAMPLE PF of XXXX6789: balance Rs [0-9,]+{ROW[5:]}\\. Last paid Rs",
            "hi": "^SAMPLE PF XXXX6789: .*जमा",
            "bn": "^SAMPLE PF XXXX6789: .*জমা",
        },
        by_sms=True, replies=("1",), call="the app",
    ),
    "LPG": Case(
        "5*5*4*1*1", "REFILL",
        {
            "en": "SAMPLE: booked. Reference SAMPLE[0-9]{5}",
            "hi": "SAMPLE: बुक हुआ। संदर्भ SAMPLE[0-9]{5}",
            "bn": "SAMPLE: বুক হল। রেফারেন্স SAMPLE[0-9]{5}",
        },
        replies=("1", "1"), call="a dialogue",
        calls_shown={
            "en": "Nothing is booked yet", "hi": "बुकिंग अभी नहीं हुई", "bn": "বুকিং এখনও হয়নি",
        },
    ),
    "PNR": Case(
        f"5*5*1*{PNR}", f"PNR {PNR}",
        {
            "en": f"SAMPLE PNR {PNR}: train 12[0-9]{{3}}, 23 Nov 2026, (CNF|RAC|WL) S",
            "hi": "SAMPLE PNR: ट्रेन 12[0-9]{3}, 23 ",
            "bn": "SAMPLE PNR: ট্রেন 12[0-9]{3}, 23 ",
        },
    ),
    "bill": Case(
        f"5*5*2*{BILL}", f"BILL {BILL}",
        {
            "en": "SAMPLE electricity bill XX5678: Rs [0-9,]+ due by 5 Dec 2026",
            "hi": "SAMPLE बिल XX5678: ",
            "bn": "SAMPLE বিল XX5678: ",
        },
    ),
    "result": Case(
        f"5*5*3*{ROLL}*15-08-2010", f"RESULT {ROLL} 15-08-2010",
        {
            "en": f"SAMPLE result of roll {ROLL}: (PASS|FAIL), [0-9]+ of 500 marks",
            "hi": f"SAMPLE परिणाम {ROLL}: (PASS|FAIL), अंक [0-9]+/500",
            "bn": f"SAMPLE ফলাফল {ROLL}: (PASS|FAIL), নম্বর [0-9]+/500",
        },
    ),
}  # fmt: skip
ASKED: Final = {
    **{"mandi": "mandi", "PF": "pf", "LPG": "refills"},
    **{"PNR": "pnr", "bill": "bills", "result": "results"},
}
LINK: Final = {"en": "^UMANG app: ", "hi": "^उमंग ऐप: ", "bn": "^উমঙ্গ অ্যাপ: "}
ROWS: Final = [(name, language) for name in CASES for language in LANGUAGES]


@pytest.fixture(scope="module")
def providers() -> Iterator[Any]:
    """Slow means longer than any turn."""
    module = load_by_path(ROOT / "examples" / "providers" / "sample_providers.py")
    with module.server(0, slow_seconds=6.0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.stopping.set()
        server.shutdown()


def menu_for(folder: Path, port: int) -> Path:
    """The shipped menu, as an operator changes it."""
    for name in ("menus", "data"):
        shutil.copytree(ROOT / name, folder / name)
    text = (ROOT / "menus.yaml").read_text(encoding="utf-8")
    text, numbers = re.subn(r"\n  missed_call:\n.*\n", NUMBERS, text)
    text, screens = re.subn(r"\nscreens:\n", f"\nscreens:\n{REFILL_CALL}", text)
    assert (numbers, screens) == (1, 1)
    (folder / "menus.yaml").write_text(text, encoding="utf-8")
    services = folder / "menus" / "services.yaml"
    declared = services.read_text(encoding="utf-8")
    assert declared.count("http://127.0.0.1:8091/") == len(CASES)
    services.write_text(declared.replace(":8091/", f":{port}/"), encoding="utf-8")
    return folder / "menus.yaml"


class Street:
    """The town, and people of it who each do one thing."""

    def __init__(self, town: Any, providers: Any) -> None:
        self.town, self.providers = town, providers
        self._numbers, self._events = count(1), count(1)

    def caller(self) -> str:
        return f"+9198{next(self._numbers) * 7919:08d}"

    def text(self, caller: str, text: str, answers: int = 1) -> str:
        """The last SMS that came of it."""
        had = len(self.town.texts_to(caller))
        form = {"from": caller, "to": "56161", "text": text, "id": f"ATXid_{next(self._events)}"}
        status, _ = self.town.post(
            f"/sms/india/{self.town.secret}", **form, date="2026-11-23 09:00:00"
        )
        assert status == 200
        return self.next_sms(caller, had, answers)

    def ring(self, caller: str, called: str) -> str:
        had = len(self.town.texts_to(caller))
        status, body = self.town.post(
            f"/missed-call/india/{self.town.secret}",
            isActive="1",
            sessionId=f"ATVId_{next(self._events)}",
            direction="Inbound",
            callerNumber=caller,
            destinationNumber=called,
        )
        assert (status, "Reject" in body) == (200, True)
        return self.next_sms(caller, had)

    def dial(self, caller: str, keys: str) -> str:
        """What the phone shows after the last of the keys."""
        session, shown = f"ATUid_{next(self._events)}", ""
        steps = keys.split("*")
        for number in range(len(steps) + 1):
            status, shown = self.town.turn(session, caller, "*".join(steps[:number]))
            assert status == 200
            assert shown.startswith("CON " if number < len(steps) else ("CON ", "END ")), shown
        return str(shown)

    def next_sms(self, caller: str, had: int, answers: int = 1) -> str:
        pause = threading.Event()
        for _ in range(int(PATIENCE_SECONDS / 0.1)):
            came = self.town.texts_to(caller)
            if len(came) >= had + answers:
                assert len(came) == had + answers, came
                return str(came[-1])
            pause.wait(0.1)
        raise AssertionError(f"no SMS came; those before: {self.town.texts_to(caller)}")


@pytest.fixture(scope="module")
def street(
    new_town: Callable[..., Any], providers: Any, tmp_path_factory: pytest.TempPathFactory
) -> Street:
    menus = menu_for(tmp_path_factory.mktemp("menus"), providers.server_address[1])
    town = new_town({"BRIDGE_MENUS": str(menus), "BRIDGE_SERVICES_LOOPBACK": "1"})
    pause = threading.Event()
    for _ in range(600):
        if town.is_ready():
            return Street(town, providers)
        pause.wait(0.1)
    raise AssertionError((town.folder / "out.log").read_text(encoding="utf-8")[-2000:])


def fits(shown: str, language: str) -> bool:
    return len(shown.removeprefix("END ")) <= (160 if language == "en" else 70)


@pytest.mark.parametrize(("name", "language"), ROWS)
def test_by_ussd(street: Street, name: str, language: str) -> None:
    case, caller = CASES[name], street.caller()
    key, _ = LANGUAGES[language]
    shown = street.dial(caller, f"3*{key}*5*{case.keys}")
    assert shown.startswith("END ")
    assert fits(shown, language), shown
    if case.by_sms:
        assert "OTP" in shown
        shown = street.next_sms(caller, 0)
    assert re.search(case.shown[language], shown), shown
    assert street.providers.asked[ASKED[name]], "its provider never heard of it"


@pytest.mark.parametrize(("name", "language"), ROWS)
def test_by_sms(street: Street, name: str, language: str) -> None:
    case, caller = CASES[name], street.caller()
    came = street.text(caller, f"LANG {LANGUAGES[language][1]}")
    for said in (case.text, *case.replies):
        came = street.text(caller, said)
    assert re.search(case.shown[language], came), came
    assert fits(came, language), came


@pytest.mark.parametrize(("name", "language"), ROWS)
def test_by_missed_call(street: Street, name: str, language: str) -> None:
    """The number that repeats brings what was asked before; what tells a balance or books
    something is never done by a call alone, for a caller's number can be forged."""
    case, caller = CASES[name], street.caller()
    street.text(caller, f"LANG {LANGUAGES[language][1]}")
    booked = len(street.providers.bookings)
    if case.call == "a dialogue":
        came = street.ring(caller, REFILL)
        assert re.search(case.calls_shown[language], came), came
        assert len(street.providers.bookings) == booked
        for said in (case.text, *case.replies):
            assert len(street.providers.bookings) == booked
            came = street.text(caller, said)
        assert len(street.providers.bookings) == booked + 1
        assert re.search(case.shown[language], came), came
        return
    for said in (case.text, *case.replies):
        street.text(caller, said)
    expected = case.shown if case.call == "usual" else LINK
    came = street.ring(caller, USUAL)
    assert re.search(expected[language], came), came


FAULTY: Final = [  # what a caller reads when his number asks for a fault
    ("PNR 2345678900", "Nobody knows the PNR 2345678900"),
    ("PNR 2345678901", "SAMPLE PNR 2345678901: train"),  # slow: the answer comes, later
    ("PNR 2345678902", "Sorry: there is no answer about trains now"),
    ("BILL 12345603", "Sorry: there is no answer about bills now"),
    ("RESULT 1234504 15-08-2010", "Sorry: there is no answer about results now"),
    ("BILL 12345600", "Nobody knows the consumer number 12345600"),
]


@pytest.mark.parametrize(("text", "shown"), FAULTY)
def test_a_fault_is_an_honest_answer(street: Street, text: str, shown: str) -> None:
    caller = street.caller()
    street.text(caller, "LANG ENG")
    assert street.text(caller, text).startswith(shown)


def test_a_balance_is_told_to_no_other_number(street: Street) -> None:
    caller = street.caller()
    shown = street.dial(caller, "3*1*5*5*1*100123456705*1")
    assert shown.startswith("END This UAN belongs to another mobile."), shown
    assert street.town.texts_to(caller) == []
