"""Where the screens of a menu lead, read from what its author wrote and from nothing else: what the
engine does is held against this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


class Ways:
    """`menu` is a menus.yaml as plain lists and dictionaries."""

    def __init__(self, menu: Mapping[str, Any]) -> None:
        self._screens = dict(_flat(menu["screens"]))
        goes = [go for screen in self._screens.values() for go in _goes(screen)]
        self._after_sub_menus = {name for go in goes for name in _thens(go)}
        entries = menu["entry_points"]
        sms = entries.get("sms", {})
        self.starts: set[str] = {
            *entries.get("ussd", {}).values(),
            *(
                each
                for called in entries.get("missed_call", {}).values()
                for each in _entered(called)
            ),
            *sms.get("keywords", {}).values(),
            *([sms["default"]] if "default" in sms else ()),
        }

    def arrivals(self, names: Iterable[str]) -> set[str]:
        """The screens that may be shown to somebody who is led to one of these."""
        waiting, seen, shown = list(names), set[str](), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            screen = self._screens[name]
            if "call" in screen:
                waiting.append(screen["call"]["on_error"])
            if _leads_on(screen):
                waiting += self._targets(screen["go"])
            else:
                shown.add(name)
        return shown

    def onward(self, name: str) -> set[str]:
        """The screens that may be shown after an answer on this one."""
        screen = self._screens[name]
        return self.arrivals(target for go in _goes(screen) for target in self._targets(go))

    def may_send(self, names: Iterable[str]) -> bool:
        """Whether somebody who is led to one of these screens may get an SMS."""
        waiting, seen = list(names), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            screen = self._screens[name]
            if screen.keys() & {"send_sms", "send_link", "helpline"}:
                return True
            if "call" in screen:
                waiting.append(screen["call"]["on_error"])
            if _leads_on(screen):
                waiting += self._targets(screen["go"])
        return False

    def targets(self, name: str) -> set[str]:
        return {target for go in _goes(self._screens[name]) for target in self._targets(go)}

    def may_return(self, name: str) -> bool:
        """Whether a sub-menu may end there, or on a screen that leads on from there."""
        waiting, seen = [name], set[str]()
        while waiting:
            screen = self._screens[waiting.pop()]
            for go in _goes(screen):
                if _returns(go):
                    return True
                led = set(self._targets(go)) - seen
                waiting += [each for each in led if _leads_on(self._screens[each])]
                seen |= led
        return False

    def is_secret(self, name: str) -> bool:
        return "sensitive" in self._screens[name].get("ask", {})

    def save_as(self, name: str) -> str:
        return str(self._screens[name].get("ask", {}).get("save_as", ""))

    def finds(self, name: str) -> bool:
        """Whether a row is looked for there by its name."""
        return "find_in" in self._screens[name].get("ask", {})

    def takes_zero(self, name: str) -> bool:
        """Whether 0 is an answer there."""
        return self.save_as(name) == "n2"

    def _targets(self, go: Any) -> Iterator[str]:
        if isinstance(go, str):
            yield go
        elif isinstance(go, list):
            for each in go:
                yield from self._targets(each["go"] if "when" in each else each)
        elif "screen" in go:
            yield go["screen"]
        else:  # the end of a sub-menu, which may be any, or none: then it is home
            yield from self._after_sub_menus | self.starts


def _entered(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        yield from (entry[key] for key in ("go", "foreign") if key in entry)


def _flat(screens: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A form as the questions that it is."""
    for name, screen in screens.items():
        if "form" not in screen:
            yield name, screen
            continue
        names = [name, *(f"{name}.{at}" for at in range(2, len(screen["form"]) + 1))]
        for at, question in enumerate(screen["form"]):
            onward = names[at + 1] if at + 1 < len(names) else screen["go"]
            yield names[at], {**question, "go": onward}


def _leads_on(screen: Mapping[str, Any]) -> bool:
    return "go" in screen and not screen.keys() & {"ask", "options", "confirm", "end"}


def _goes(screen: Mapping[str, Any]) -> Iterator[Any]:
    yield from (option["go"] for option in screen.get("options", ()))
    yield from screen.get("confirm", {}).values()
    if "go" in screen:
        yield screen["go"]
    if "after_last_try" in screen.get("ask", {}):
        yield screen["ask"]["after_last_try"]


def _returns(go: Any) -> bool:
    if isinstance(go, list):
        return any(_returns(each["go"] if "when" in each else each) for each in go)
    return isinstance(go, dict) and "return" in go


def _thens(go: Any) -> Iterator[str]:
    if isinstance(go, list):
        for each in go:
            yield from _thens(each["go"] if "when" in each else each)
    elif isinstance(go, dict) and "then" in go:
        yield go["then"]
