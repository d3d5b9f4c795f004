# ruff: noqa: E501 - a row is a case, and says all of it in one line
"""Tables that services look up: on real files, with real indexes."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from menu.service_parts import Service
from menu.table_parts import TableFile
from services.faults import Failed
from services.tables import Tables
from tests.services.conftest import declared

PINS = """
table: { file: pins.csv, exact: { pin: pin } }
takes: { pin: text }
gives: { place: {}, open: { type: date, optional: true } }
"""
PIN_ROWS = "pin,place,open\n110001,New Delhi,2026-11-23\n700001,কলকাতা,\n"
RATES = """
table: { file: rates.csv, exact: { state: state }, within: { units: [low, high] } }
takes: { state: text, units: number }
gives: { rate: { type: money } }
"""
RATE_ROWS = "state,low,high,rate\nBihar,0,100,6.1\nBihar,100.01,200,7\nBihar,200.5,,8\nGoa,,50,1\n"
TERMS = """
table: { file: terms.csv, within: { day: [first, last] } }
takes: { day: date }
gives: { term: {} }
"""
TERM_ROWS = "term,first,last\none,2026-01-01,2026-06-30\ntwo,2026-07-01,2026-12-31\n"
TAX = """
table: { file: tax.csv, nearest: { income: above } }
takes: { income: number }
gives: { percent: { type: number } }
"""
TAX_ROWS = "above\tpercent\n0\t0\n300000\t5\n700000.5\t10\n"


class Shop:
    """A folder with a table, and what looks it up."""

    def __init__(self, folder: Path, lines: str, text: str | bytes) -> None:
        self.service: Service = declared(lines)
        assert isinstance(self.service.way, TableFile)
        self.way = self.service.way
        self.folder = folder
        self.file = folder / self.way.file
        self.tables = Tables(folder, folder / "var")
        self.writes = 0
        self.write(text)

    def write(self, text: str | bytes) -> None:
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.writes += 1
        at = 1_700_000_000 + self.writes
        os.utime(self.file, (at, at))

    def load(self) -> list[str]:
        return [str(fault) for fault in self.tables.load(self.service, self.way).faults]

    def ask(self, **told: str) -> Any:
        reply = self.tables.ask(self.service, self.way, told)
        return reply.outcome or dict(reply.parts)


NewShop = Callable[..., Shop]


@pytest.fixture
def new_shop(tmp_path: Path) -> NewShop:
    return lambda lines, text: Shop(tmp_path, lines, text)


LOOK_UPS = [
    # declaration, file, what is told, what is answered
    (PINS, PIN_ROWS, {"pin": "110001"}, {"place": "New Delhi", "open": "2026-11-23"}),
    (PINS, PIN_ROWS, {"pin": " ৭০০০০১ "}, {"place": "কলকাতা", "open": ""}),
    (PINS, PIN_ROWS, {"pin": "110002"}, "not_found"),
    (PINS, PIN_ROWS.replace(",", ";"), {"pin": "110001"}, {"place": "New Delhi", "open": "2026-11-23"}),
    (PINS, 'x,pin,open,place\n,1,,"a ""b"", c"\n', {"pin": "1"}, {"place": 'a "b", c', "open": ""}),
    (PINS, "pin,place,open\n' OR 1=1,x,\n", {"pin": "' or 1=1"}, {"place": "x", "open": ""}),
    (PINS, PIN_ROWS, {"pin": "' OR 1=1 --"}, "not_found"),
    (RATES, RATE_ROWS, {"state": "BIHAR", "units": "100"}, {"rate": "6.1"}),
    (RATES, RATE_ROWS, {"state": "bihar", "units": "100.005"}, "not_found"),
    (RATES, RATE_ROWS, {"state": "bihar", "units": "100.0100000"}, {"rate": "7"}),
    (RATES, RATE_ROWS, {"state": "bihar", "units": "200.0000001"}, "not_found"),
    (RATES, RATE_ROWS, {"state": "Bihar", "units": "999999999999999"}, {"rate": "8"}),
    (RATES, RATE_ROWS, {"state": "Goa", "units": "-999999999999999"}, {"rate": "1"}),
    (RATES, RATE_ROWS, {"state": "Goa", "units": "51"}, "not_found"),
    (RATES, RATE_ROWS, {"state": "Kerala", "units": "51"}, "not_found"),
    (TERMS, TERM_ROWS, {"day": "2026-06-30"}, {"term": "one"}),
    (TERMS, TERM_ROWS, {"day": "2026-07-01"}, {"term": "two"}),
    (TERMS, TERM_ROWS, {"day": "2027-01-01"}, "not_found"),
    (TAX, TAX_ROWS, {"income": "299999.99"}, {"percent": "0"}),
    (TAX, TAX_ROWS, {"income": "300000"}, {"percent": "5"}),
    (TAX, TAX_ROWS, {"income": "700000.4999999"}, {"percent": "5"}),
    (TAX, TAX_ROWS, {"income": "700000.5"}, {"percent": "10"}),
    (TAX, TAX_ROWS, {"income": "-1"}, "not_found"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "text", "told", "answer"), LOOK_UPS)
def test_a_look_up(
    new_shop: NewShop, lines: str, text: str, told: Mapping[str, str], answer: object
) -> None:
    shop = new_shop(lines, text)
    assert shop.load() == []
    assert shop.ask(**told) == answer


TSV = PINS.replace(".csv", ".tsv")
JSON = PINS.replace(".csv", ".json")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (TSV, "pin\tplace\topen\n1\ta, b; c\t\n"),
        (JSON, '[ {"pin": 1, "place": "a, b; c", "open": null}, {"pin": "2", "place": "x"} ]'),
        (JSON, b'\xef\xbb\xbf[{"pin":"1","place":"a, b; c","open":"","more":[{}]}]\n'),
    ],
)
def test_other_kinds_of_file(new_shop: NewShop, lines: str, text: str | bytes) -> None:
    shop = new_shop(lines, text)
    assert shop.load() == []
    assert shop.ask(pin="1") == {"place": "a, b; c", "open": ""}


BAD = [
    # declaration, file, what is told
    (PINS, "", 'pins.csv:1:1 M832 error There is no column "pin". The file has: .'),
    (PINS, "pin,place,open\n", "pins.csv:1:1 M831 error The file has no rows. Add the first one."),
    (PINS, "pin,place\n1,a\n", 'pins.csv:1:1 M832 error There is no column "open". The file has: pin, place.'),
    (PINS, "pin,pin,place,open\n", 'pins.csv:1:1 M832 error The column "pin" is here 2 times. The file has: pin, pin, place, open.'),
    (PINS, "pin,place,open\n1,a,\n2,b\n", "pins.csv:3:1 M831 error This row has 2 cells; the first line has 3. Put a text with a comma in double quotes; an empty cell counts too."),
    (PINS, 'pin,place,open\n1,"a\nb",\n2,c,tomorrow\n', 'pins.csv:4:5 M833 error "tomorrow" is not a day. Correct it.'),
    (PINS, "pin,place,open\n1,,\n", "pins.csv:2:3 M833 error This cell is empty. Fill it in, or write optional: true at the part."),
    (PINS, "pin,place,open\n,a,\n", "pins.csv:2:1 M833 error This cell is empty, and a row is found by it. Look-ups need it."),
    (PINS, f"pin,place,open\n1,{'a' * 41},\n", "pins.csv:2:3 M833 error This cell has 41 characters; 40 is the most. Shorten it, or write a larger max at the part."),
    (PINS, "pin,place,open\na b,x,\n1,y,\nA  B,z,\n", "pins.csv:4:1 M834 error A row with the same key stands in line 2. Remove one of them."),
    (PINS, b"pin,place,open\n1,a,\n2,\xff,\n", 'pins.csv:3:3 M831 error From here on the file is not UTF-8 text. Save it again with the encoding "UTF-8".'),
    (PINS, 'pin,place,open\n1,"a,\n', 'pins.csv:2:1 M831 error From here on the quotes do not fit. Write "" for a quote.'),
    (PINS, "pin,place,open\n1,a,\n2,\0,\n", 'pins.csv:3:1 M831 error This is no text. Save it again with the encoding "UTF-8".'),
    (RATES, "state,low,high,rate\na,0,10,1\na,10,20,2\n", "rates.csv:3:1 M835 error This range overlaps that of line 2; both ends are included. Let each begin after the one before."),
    (RATES, "state,low,high,rate\na,0,100,1\na,5,6,2\na,50,60,2\nb,7,7,1\n", "rates.csv:3:1 M835 error This range overlaps that of line 2; both ends are included. Let each begin after the one before.\nrates.csv:4:1 M835 error This range overlaps that of line 3; both ends are included. Let each begin after the one before."),
    (RATES, "state,low,high,rate\na,10,0,1\n", "rates.csv:2:3 M835 error This range ends before it begins. Swap its ends."),
    (RATES, "state,low,high,rate\na,ten,20,1\n", 'rates.csv:2:3 M833 error "ten" is not a number. An empty cell is an open end.'),
    (RATES, "state,low,high,rate\na,0,20,Rs 5\n", 'rates.csv:2:8 M833 error "Rs 5" is not an amount such as 1250 or 12.50. Correct it.'),
    (TERMS, "term,first,last\na,2026-02-30,\n", 'terms.csv:2:3 M833 error "2026-02-30" is not a day such as 2026-11-23. An empty cell is an open end.'),
    (TAX, "above,percent\n5,1\n5.0,2\n", "tax.csv:3:1 M834 error A row with the same key stands in line 2. Remove one of them."),
    (JSON, '{"pin": 1}', 'pins.json:1:1 M831 error The file is no list of objects. Write [ { "column": "value" }, ... ].'),
    (JSON, '[\n {"pin": 1, "place": "a", "open": ""},\n {"pin": 2, "place": ["b"], "open": ""}]', "pins.json:3:2 M833 error This is neither a text nor a number. Put what is inside into columns."),
    (JSON, '[{"pin": 1, "place": "a"}]', 'pins.json:1:2 M832 error The first object has no "open". Name it there, even if it is null.'),
    (JSON, '[{"pin": 1, "place": "a", "open": ""},\n{"pin" 2}]', "pins.json:2:8 M831 error From here on this is no JSON. Write names and texts in double quotes, and no comma at the end."),
    (JSON, '[{"pin": NaN, "place": "a", "open": ""}]', "pins.json:1:2 M831 error This object is no JSON. Write names and texts in double quotes, and no comma at the end."),
    (JSON, '[{"pin": 1, "place": "a", "open": ""}] []', "pins.json:1:40 M831 error Something follows the list. Remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "text", "fault"), BAD)
def test_a_bad_file_is_named_by_its_place(
    new_shop: NewShop, lines: str, text: str | bytes, fault: str
) -> None:
    shop = new_shop(lines, text)
    assert "\n".join(shop.load()) == fault
    with pytest.raises(Failed, match="never good"):
        shop.ask(**dict.fromkeys(shop.service.takes, "1"))


def test_after_twenty_faults_the_others_are_counted(new_shop: NewShop) -> None:
    rows = "".join(f"{number},a,never\n" for number in range(30))
    found = new_shop(PINS, "pin,place,open\n" + rows).load()
    assert len(found) == 21
    assert found[-1].endswith("And 10 more in this file.")


def test_the_last_good_rows_stay_live(new_shop: NewShop) -> None:
    shop = new_shop(PINS, PIN_ROWS)
    shop.load()
    shop.write("pin,place,open\n110001,Elsewhere,never\n")
    shop.tables.look([shop.service])
    pointer = shop.tables.find(shop.service)
    assert pointer is not None
    assert [fault.split(" error")[0] for fault in pointer.faults] == ["pins.csv:2:18 M833"]
    assert shop.ask(pin="110001")["place"] == "New Delhi"
    shop.write("pin,place,open\n110001,Elsewhere,\n")
    shop.tables.look([shop.service])
    assert shop.ask(pin="110001")["place"] == "Elsewhere"
    assert len(list((shop.folder / "var").glob("*.db"))) == 1


def test_a_file_that_is_gone_leaves_its_rows_live(new_shop: NewShop) -> None:
    shop = new_shop(PINS, PIN_ROWS)
    shop.load()
    shop.file.unlink()
    assert "no such file" in shop.load()[0]
    shop.tables.look([shop.service])
    assert shop.ask(pin="110001")["place"] == "New Delhi"


def test_what_was_only_touched_is_not_indexed_again(new_shop: NewShop) -> None:
    shop = new_shop(PINS, PIN_ROWS)
    first = shop.tables.load(shop.service, shop.way)
    shop.write(PIN_ROWS)
    again = shop.tables.load(shop.service, shop.way)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.pointer is not None
    assert first.pointer is not None
    assert again.pointer.index == first.pointer.index
    assert shop.tables.is_current(shop.service, shop.way)


def test_a_damaged_index_is_made_anew(new_shop: NewShop) -> None:
    shop = new_shop(PINS, PIN_ROWS)
    pointer = shop.tables.load(shop.service, shop.way).pointer
    assert pointer is not None
    (shop.folder / "var" / pointer.index).write_bytes(b"no database" * 1000)
    with pytest.raises(Failed, match="its index"):
        shop.ask(pin="110001")
    shop.tables.look([shop.service])
    assert shop.ask(pin="110001")["place"] == "New Delhi"


def test_many_threads_look_up_while_the_table_changes(new_shop: NewShop) -> None:
    shop = new_shop(PINS, PIN_ROWS)
    shop.load()
    stop, seen, faults = threading.Event(), set(), []

    def ask() -> None:
        while not stop.is_set():
            try:
                seen.add(shop.ask(pin="110001")["place"])
            except Exception as fault:  # whatever it is, the test names it
                faults.append(repr(fault))
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(10):
        shop.write(f"pin,place,open\n110001,Place {number},\n")
        shop.tables.look([shop.service])
        assert shop.ask(pin="110001")["place"] == f"Place {number}"
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert seen


def test_two_processes_make_one_index(new_shop: NewShop, tmp_path: Path) -> None:
    shop = new_shop(PINS, PIN_ROWS)
    other = Tables(tmp_path, tmp_path / "var")
    states: list[Any] = []
    both = [
        threading.Thread(target=lambda t=tables: states.append(t.load(shop.service, shop.way)))
        for tables in (shop.tables, other)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(state.is_new for state in states) == [False, True]


def test_json_of_many_chunks(new_shop: NewShop) -> None:
    rows = [{"pin": str(at), "place": f"स्थान {at}", "open": ""} for at in range(20_000)]
    shop = new_shop(JSON, json.dumps(rows, indent=1, ensure_ascii=False))
    assert shop.load() == []
    assert shop.ask(pin="19999")["place"] == "स्थान 19999"


def test_an_index_out_of_use_is_closed_though_its_thread_asks_no_more(new_shop: NewShop) -> None:
    """A deleted file keeps its room on the disk while a thread has it open."""
    shop = new_shop(PINS, PIN_ROWS)
    shop.load()
    asked, stop = threading.Barrier(4), threading.Event()

    def ask_once() -> None:
        assert shop.ask(pin="110001")["place"] == "New Delhi"
        asked.wait(10)
        stop.wait(10)

    threads = [threading.Thread(target=ask_once) for _ in range(3)]
    for thread in threads:
        thread.start()
    asked.wait(10)
    assert shop.tables.count_open() == 3
    shop.write("pin,place,open\n110001,Delhi,\n")
    shop.tables.look([shop.service])
    assert shop.tables.count_open() == 0
    assert shop.ask(pin="110001")["place"] == "Delhi"
    assert shop.tables.count_open() == 1
    stop.set()
    for thread in threads:
        thread.join()
    shop.tables.close()
    assert shop.tables.count_open() == 0
    assert shop.ask(pin="110001")["place"] == "Delhi"
