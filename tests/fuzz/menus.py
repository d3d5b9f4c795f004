"""Random menus without an error, with every word of the language, drawn by hypothesis.

A menu is drawn in two steps: its screens and where they lead, then the blanks of its texts, because
what may stand in a blank depends on every way to its screen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar

from hypothesis import strategies as st

from menu import linter
from menu.compiler import compile_menu
from menu.program import Program
from menu.reach import saved_on_every_way
from menu.services import ServiceSpec
from menu.value_types import ValueKind

Draw = Callable[[st.SearchStrategy[int]], int]
T = TypeVar("T")
ACTS_BY_CALL: Final = "M409"  # where a missed call leads is drawn by chance
FAILS_ITSELF: Final = {"M812", "M813"}  # and where it goes on when a service fails
RETURNS_AT_ONCE: Final = "M415"  # and where other ways in lead
SERVICES: Final = {
    "balance": ServiceSpec(takes=frozenset({"pin"}), gives={"amount": ValueKind.MONEY}, reads=True),
    "weather": ServiceSpec(gives={"sky": ValueKind.TEXT, "heat": ValueKind.NUMBER}, reads=True),
}
LANGUAGES: Final = (["en"], ["en", "hi"], ["en", "hi", "bn", "ta"], ["hi", "en"], ["ta", "bn"])
WORDS: Final = {
    "en": "market price of wheat pay now help office open town water road you it's ~ bill",
    "hi": "मंडी भाव गेहूं चावल सेवा प्रार्थना कार्यालय क्षत्रिय पानी ₹ बिल ज़रूरत श्री",
    "bn": "বাজার দর চাল গম সেবা প্রার্থনা কার্যালয় জল রাস্তা বিদ্যুৎ ক্ষতি শ্রী",
    "ta": "சந்தை விலை கோதுமை அரிசி சேவை அலுவலகம் தண்ணீர் க்ஷ ஸ்ரீ மின்சாரம்",
    "hi-Latn": "mandi bhav gehun chawal seva karyalay",
}
KINDS: Final = (
    "options", "options", "options", "ask", "ask", "find", "form", "confirm", "end", "send",
    "helpline", "lead", "secret", "weather",
)  # fmt: skip
# What is kept under which name; one name is always of one kind.
ASKS: Final[dict[str, dict[str, Any]]] = {
    "n1": {"kind": "number", "min": "1", "max": "500"},
    "n2": {"kind": "number", "min": "0", "decimals": "2"},
    "m1": {"kind": "money", "max": "100000"},
    "d1": {"kind": "date", "earliest": "today", "latest": "today + 90 days"},
    "d2": {"kind": "date"},
    "t1": {"kind": "text", "max_length": "160"},
    "t2": {"kind": "text", "min_length": "3"},
    "p1": {"kind": "phone"},
    "z1": {"kind": "pin_code"},
    "y1": {"kind": "yes_no"},
    "c1": {"kind": "choice"},
    "w1": {"kind": "pattern", "pattern": "[A-Z]{3}[0-9]{4}"},
    "x1": {"kind": "text", "max_length": "60", "sensitive": "true"},
    "x2": {"kind": "pattern", "pattern": "[0-9]{4,8}", "sensitive": "true"},
}  # fmt: skip
CROPS: Final = {
    "rice": {"en": "Rice", "hi": "चावल", "bn": "চাল", "ta": "அரிசி"},
    "wheat": {"en": "Wheat", "hi": "गेहूं", "bn": "গম", "ta": "கோதுமை"},
}
FORMATS: Final = {
    "n": ("", ":number", ":money"), "m": ("", ":money"), "d": ("", ":date"), "k": ("", ":number"),
}  # fmt: skip
SETS: Final = {
    "k1": "k1 + 1",
    "k2": "k1 * 2 + 0.5",
    "f1": "k1 > 3",
    "g1": '"gold"',
    "d3": "today + 30",
    "k3": "999999999999 * 99999 * k1",
}
TABLE: Final = ["id,name:en,name:hi,name:bn,name:ta,also,price,kind,day\n"] + [
    f"r{at},{en} {at},{hi} {at},{bn},{ta} {at},w{at};{en[:3]},"
    f"{at * 37 + 1}.5,{'ab'[at % 2]},2026-11-{at % 28 + 1:02}\n"
    for at, (en, hi, bn, ta) in enumerate(
        zip(*(WORDS[each].split()[:9] * 11 for each in ("en", "hi", "bn", "ta")), strict=True)
    )
]
COLUMNS: Final = {
    "id": "key", "name": "label", "also": "words", "price": "number", "kind": "text", "day": "date",
}  # fmt: skip


@lru_cache
def _below(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most - 1)


@dataclass
class Dice:
    """What everything random here is drawn with, so that hypothesis can make it small."""

    draw: Draw

    def below(self, most: int) -> int:
        return self.draw(_below(most)) if most > 1 else 0

    def one_of(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def chance(self, percent: int) -> bool:
        """Small is no: what is left out makes a small example."""
        return self.below(100) >= 100 - percent


@dataclass
class Drawn:
    """A menu, as its author wrote it and compiled."""

    menu: dict[str, Any]
    files: dict[str, str]
    program: Program


@dataclass
class _Author:
    dice: Dice
    languages: list[str]
    names: list[str] = field(default_factory=list)  # of screens that any way may lead to
    leading: list[str] = field(default_factory=list)  # those that only lead on
    saved: set[str] = field(default_factory=set)

    def text(self, most_words: int, *, all_languages: bool = False) -> Any:
        """In some languages only, or once for all. The first language is always there."""
        first, *others = self.languages
        if not all_languages and self.dice.chance(15):
            return self.words(first, most_words)
        texts = {first: self.words(first, most_words)}
        for each in (*others, *(["hi-Latn"] if "hi" in self.languages else ())):
            if self.dice.chance(75):
                texts[each] = self.words(each, most_words)
        return texts

    def words(self, language: str, most: int) -> str:
        known = WORDS[language].split()
        count = 1 + self.dice.below(most)
        start = self.dice.below(len(known))
        said = " ".join((known * (most // len(known) + 2))[start : start + count])
        return said.replace(" ", "\n", 1) if most > 4 and self.dice.chance(20) else said

    def screens(self) -> dict[str, dict[str, Any]]:
        count = 3 + self.dice.below(8)
        kinds = [self.dice.one_of(KINDS) for _ in range(count)]
        kinds[0] = self.dice.one_of(("options", "options", "ask", "form", "find"))
        self.names = [f"s{at}" for at in range(count)]
        self.leading = [f"s{at}" for at, kind in enumerate(kinds) if kind == "lead"]
        screens = {f"s{at}": self.body(kind) for at, kind in enumerate(kinds)}
        for at, kind in enumerate(kinds):
            self.lead(f"s{at}", kind, screens)
        return screens

    def body(self, kind: str) -> dict[str, Any]:
        """All but where it leads."""
        dice = self.dice
        screen: dict[str, Any] = {}
        if kind not in ("form", "lead"):
            screen["text"] = self.text(dice.one_of((2, 4, 12, 40)))
        match kind:
            case "options":
                screen["options"] = self.options()
            case "ask":
                screen["ask"] = self.ask(list(ASKS))
            case "secret":
                screen["ask"] = self.ask(["x1", "x2"])
            case "find":
                self.saved.add("r1")
                screen["ask"] = {"find_in": "things", "save_as": "r1"}
                self.tries(screen["ask"])
            case "form":
                screen["form"] = [
                    {"text": self.text(6), "ask": self.ask(list(ASKS))}
                    for _ in range(2 + dice.below(2))
                ]
            case "end":
                screen["end"] = "true"
            case "helpline":
                screen["helpline"] = {"name": dice.one_of(("women", "office")), "sms": "true"}
        if kind in ("options", "lead", "end") and (kind == "lead" or dice.chance(25)):
            screen["set"] = self.set()
        if kind == "send" or (kind == "options" and dice.chance(10)):
            what = dice.one_of(("send_sms", "send_link"))
            screen[what] = "app" if what == "send_link" else self.text(6)
            if kind == "send":
                screen["end"] = "true"
        return screen

    def options(self) -> list[dict[str, Any]]:
        dice, options = self.dice, []
        for at in range(1 + dice.below(6)):
            option: dict[str, Any] = {"label": self.text(3)}
            if dice.chance(20):
                option["key"] = str(10 + at * 3)
            if dice.chance(12):
                option["language"] = dice.one_of(self.languages)
            if dice.chance(15):
                option["set"] = self.set()
            options.append(option)
        if dice.chance(20):
            self.saved.add("r1")
            rows: dict[str, Any] = {"from": "things", "save_as": "r1"}
            if dice.chance(60):
                rows["where"] = {"kind": dice.one_of("ab")}
            if dice.chance(30):
                rows["label"] = "{name} {price}"
            options.append(rows)
        return options

    def ask(self, names: list[str]) -> dict[str, Any]:
        name = self.dice.one_of(names)
        self.saved.add(name)
        ask: dict[str, Any] = {**ASKS[name], "save_as": name}
        if name == "c1":
            ask["choices"] = [
                {"value": value, "label": {each: label[each] for each in self.languages}}
                for value, label in CROPS.items()
            ]
        self.tries(ask)
        if "max" in ask and self.dice.chance(40):
            ask["errors"] = {"max": "{limit}!", "kind": self.text(3)}
        return ask

    def tries(self, ask: dict[str, Any]) -> None:
        if self.dice.chance(30):
            ask["tries"] = str(1 + self.dice.below(3))
            if self.dice.chance(60):
                ask["after_last_try"] = self.dice.one_of(self.names)

    def set(self) -> dict[str, str]:
        name = self.dice.one_of(list(SETS))
        self.saved |= {name, "k1"} if "k1" in SETS[name] else {name}
        needed = {"k1": SETS["k1"]} if "k1" in SETS[name] else {}
        return {**needed, name: SETS[name]}

    def lead(self, name: str, kind: str, screens: dict[str, dict[str, Any]]) -> None:
        """Where it leads. A chain of screens that only lead on has no circle."""
        screen, at = screens[name], self.names.index(name)
        onward = [s for s in self.names if s not in self.leading or self.names.index(s) > at]
        onward = onward if kind == "lead" else self.names
        onward = [each for each in onward if each != name or kind != "lead"] or ["s0"]
        for option in screen.get("options", ()):
            option["go"] = self.go(onward)
            if self.dice.chance(20):
                option["when"] = self.condition()
        if kind == "confirm":
            screen["confirm"] = {"yes": self.go(onward), "no": self.go(onward)}
        if kind in ("ask", "find", "form", "lead"):
            screen["go"] = self.go(onward)
        if kind == "secret":
            screen["go"] = f"b{name}"
            secret = screen["ask"]["save_as"]
            screens[f"b{name}"] = {
                "call": {
                    "service": "balance", "with": {"pin": f"{{{secret}}}"}, "save_as": "pf",
                    "on_error": self.dice.one_of(self.names),
                },
                "text": "{pf.amount:money}",
                "options": [{"label": self.text(2), "go": self.go(self.names)}],
            }  # fmt: skip
        if kind == "weather":
            screen["call"] = {
                "service": "weather", "save_as": "sky", "on_error": self.dice.one_of(self.names),
            }  # fmt: skip
            screen["text"] = "{sky.sky} {sky.heat:number}"
            screen["options"] = [{"label": self.text(2), "go": self.go(self.names)}]

    def go(self, onward: list[str]) -> Any:
        if self.dice.chance(15):
            ways: list[Any] = [
                {"when": self.condition(), "go": self.way(onward)}
                for _ in range(1 + self.dice.below(2))
            ]
            return [*ways, self.way(onward)]
        return self.way(onward)

    def way(self, onward: list[str]) -> Any:
        if self.dice.chance(12) and not set(onward) & set(self.leading):
            return {"screen": self.dice.one_of(onward), "then": self.dice.one_of(onward)}
        if self.dice.chance(8):
            return {"return": "true"}
        return self.dice.one_of(onward)

    def called(self) -> Any:
        """Where a missed call leads."""
        goes = self.dice.one_of(self.names)
        if self.dice.chance(50):
            return goes
        called: dict[str, Any] = {"go": goes}
        if self.dice.chance(80):
            called["usual"] = "true"
        if self.dice.chance(30):
            called["foreign"] = self.dice.one_of(self.names)
        return called

    def condition(self) -> str:
        known = ["open.office", "now.hour >= 12", f'language == "{self.languages[0]}"']
        known += ['today > "2026-11-25"', 'now.weekday in ["sat", "sun"]']
        about = {
            "n": "{} > 20", "k": "{} > 2", "m": "{} >= 500 and open.office", "y": "not {}",
            "f": "{}", "c": '{} == "rice"', "d": "{} - today > 7", "t": "{}", "g": '{} != "tin"',
            "r": '{}.kind == "a" or {}.price > 100',
        }  # fmt: skip
        for name in sorted(self.saved):
            if name[0] in about:
                known.append(about[name[0]].replace("{}", name))
        return self.dice.one_of(known)

    def blanks(self, screens: dict[str, dict[str, Any]], there: dict[str, frozenset[str]]) -> None:
        """Fills texts with what is saved on every way to them."""
        for name, screen in screens.items():
            known = sorted(k for k in there.get(name, ()) if k[0] not in "xps" or k == "p1")
            for key in ("text", "send_sms"):
                if key in screen and known and "call" not in screen and self.dice.chance(60):
                    screen[key] = self.filled(screen[key], known)

    def filled(self, text: Any, known: list[str]) -> Any:
        name = self.dice.one_of(known)
        if name == "r1":
            cells = ("{r1.name}", "{r1.price:money}", "{r1.kind}", "{r1.day:date}")
            blank = self.dice.one_of(cells)
        else:
            blank = f"{{{name}{self.dice.one_of(FORMATS.get(name[0], ('',)))}}}"
        if name[0] in "nmk" and self.dice.chance(25):
            return {"count": name, "one": f"1 {blank}", "other": f"+ {blank}"}
        if isinstance(text, str):
            return f"{text} {blank}"
        return {language: f"{each} {blank}" for language, each in text.items()}


def menus(dice: Dice) -> Drawn:
    """A menu without an error: whatever the linter refuses is a mistake here, or there."""
    author = _Author(dice, list(dice.one_of(LANGUAGES)))
    screens = author.screens()
    names = author.names
    menu: dict[str, Any] = {
        "version": "1",
        "name": "Random",
        "languages": author.languages,
        "open": {"office": {"days": "mon-fri", "from": "09:00", "to": "17:00"}},
        "helplines": {
            "women": {"label": author.text(2), "number": "181"},
            "office": {"label": author.text(2), "number": "112", "hours": "office"},
        },
        "links": {"app": {"web": "https://app.example/", "sms": "App: {link}"}},
        "data": {"things": {"file": "things.csv", "columns": COLUMNS}},
        "entry_points": {
            "ussd": {"*384*7#": "s0", "*384*8#": dice.one_of(names)},
            "sms": {"keywords": {"MENU": "s0", "मेनू": dice.one_of(names)}},
            "missed_call": {"+911123456789": author.called()},
        },
        "screens": screens,
    }
    resume = dice.one_of((None, None, "off", {"minutes": "30"}))
    if resume:
        menu["resume"] = resume
    if dice.chance(70):
        menu["entry_points"]["sms"]["default"] = dice.one_of(names)
    if dice.chance(40):
        # What happens on every way in is known everywhere.
        menu["entry_points"]["ussd"].pop("*384*8#")
        menu["entry_points"]["sms"] = {"keywords": {"MENU": "s0"}}
        menu["entry_points"].pop("missed_call")
    files = {"menus.yaml": "", "things.csv": "".join(TABLE[: 1 + dice.one_of((2, 9, 99))])}
    files["menus.yaml"] = json.dumps(menu, ensure_ascii=False, indent=1)
    refused = {found.rule for found in linter.check(files, services=SERVICES)}
    if RETURNS_AT_ONCE in refused:
        menu["entry_points"] = {"ussd": {"*384*7#": "s0"}, "sms": {"keywords": {"MENU": "s0"}}}
    elif ACTS_BY_CALL in refused:
        menu["entry_points"].pop("missed_call")
    if refused & {RETURNS_AT_ONCE, ACTS_BY_CALL}:
        files["menus.yaml"] = json.dumps(menu, ensure_ascii=False, indent=1)
    found = linter.check(files, services=SERVICES)
    if any(each.is_error and each.rule in FAILS_ITSELF for each in found):
        screens["sorry"] = {"text": "Try later.", "end": "true"}
        for screen in screens.values():
            if "call" in screen:
                screen["call"]["on_error"] = "sorry"
        files["menus.yaml"] = json.dumps(menu, ensure_ascii=False, indent=1)
    source = linter.examine(files, (), services=SERVICES).source
    if source is not None:  # else compile_menu tells what is wrong
        starts = [entry.go for _, entry in source.entries()]
        author.blanks(screens, saved_on_every_way(source.flat_screens, starts))
        files["menus.yaml"] = json.dumps(menu, ensure_ascii=False, indent=1)
    return Drawn(menu, files, compile_menu(files, SERVICES))
