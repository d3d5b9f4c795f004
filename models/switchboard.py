"""Switching parts of the live menu off and on, and a notice on its screens: by hand, with a record.

What callers will read is checked on every network and in every language before it is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from menu.diagnostics import did_you_mean
from menu.fit import Network
from menu.ports import Library
from menu.program import Program
from menu.switch_fit import misfits_of_notice, misfits_of_reason
from menu.switches import Kind, Told
from models import switch_act
from models.database import Database
from models.switch_act import Act, Deed
from models.switching import BadHours, parse_hours
from telecom.clock import Clock

MOST_CHARACTERS: Final = 182
KINDS: Final = (Kind.SCREEN, Kind.SERVICE, Kind.OPEN)


class NotSwitched(Exception):
    """`findings` say why, one a line. Nothing changed."""

    def __init__(self, headline: str, findings: Sequence[str] = ()) -> None:
        super().__init__(headline)
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done. `texts` by language, "" for all others."""

    by: str
    texts: Mapping[str, str] = field(default_factory=dict)
    hours: str = ""
    begins_at: datetime | None = None
    until: datetime | None = None
    note: str = ""


class Switchboard:
    def __init__(
        self,
        database: Database,
        library: Library,
        clock: Clock,
        networks: Callable[[], Sequence[Network]],
    ) -> None:
        self._database = database
        self._library = library
        self._clock = clock
        self._networks = networks

    @property
    def zone(self) -> ZoneInfo:
        """Whose clocks count: those of the live menu. Raises DatabaseDown, NothingPublished."""
        return self._library.live()[1].zone

    def now(self) -> datetime:
        return self._clock.now()

    def off(self, target: str, order: Order) -> Act:
        """Raises NotSwitched, DatabaseDown, NothingPublished; so do all of these."""
        program = self._library.live()[1]
        kind, name = find_target(program, target)
        self._check_texts(program, order.texts)
        if kind is not Kind.OPEN or any(order.texts.values()):
            _refuse(misfits_of_reason(program, self._networks(), Told(order.texts)))
        return self._record(Deed.OFF, kind, name, order)

    def hours(self, opening: str, order: Order) -> Act:
        """Other hours stand in for those of the menu."""
        kind, name = find_target(self._library.live()[1], f"{Kind.OPEN}:{_bare(opening)}")
        try:
            parse_hours(order.hours)
        except BadHours as fault:
            raise NotSwitched(f"not changed: {fault}") from None
        return self._record(Deed.HOURS, kind, name, order)

    def notice(self, order: Order) -> Act:
        program = self._library.live()[1]
        self._check_texts(program, order.texts)
        _refuse(misfits_of_notice(program, self._networks(), Told(order.texts)))
        return self._record(Deed.NOTICE, Kind.NOTICE, "", order)

    def end_notice(self, order: Order) -> Act:
        return self._on(Kind.NOTICE, "", order)

    def on(self, target: str, order: Order) -> Act:
        """Also what the live menu has no longer."""
        prefix, _, bare = target.rpartition(":")
        held = {(act.kind, act.name) for act in self.show()}
        found = [pair for pair in held if pair[1] == bare and prefix in ("", pair[0])]
        if not found:
            raise NotSwitched(f"not switched on: nothing is switched off at {target}")
        if len(found) > 1:
            names = ", ".join(sorted(f"{kind}:{name}" for kind, name in found))
            raise NotSwitched(f"not switched on: say which of {names}")
        return self._on(*found[0], order)

    def show(self) -> list[Act]:
        """What holds, or will, the oldest first."""
        now = self._clock.now()
        with self._database.read() as conn:
            acts = switch_act.holding(conn)
        notices = [act for act in acts if act.kind == Kind.NOTICE][-1:]
        others = [act for act in acts if act.kind != Kind.NOTICE]
        return [act for act in (*others, *notices) if act.until is None or act.until > now]

    def history(self, most: int) -> list[Act]:
        """Everything that was ever done, the newest first."""
        with self._database.read() as conn:
            return switch_act.history(conn, most)

    def _on(self, kind: str, name: str, order: Order) -> Act:
        if not any(act.kind == kind and act.name == name for act in self.show()):
            raise NotSwitched("not ended: no notice stands anywhere")
        return self._record(Deed.ON, kind, name, order)

    def _record(self, deed: Deed, kind: str, name: str, order: Order) -> Act:
        now = self._clock.now()
        if order.until is not None and order.until <= (order.begins_at or now):
            raise NotSwitched("not switched: it would end before it begins")
        act = Act(
            at=now,
            by=order.by,
            deed=deed,
            kind=kind,
            name=name,
            texts=order.texts,
            hours=order.hours,
            begins_at=order.begins_at,
            until=order.until,
            note=order.note,
        )
        with self._database.write() as conn:
            switch_act.record(conn, act)
        return act

    def _check_texts(self, program: Program, texts: Mapping[str, str]) -> None:
        known = {*program.languages, *program.romanised.values()}
        findings = []
        for language, text in texts.items():
            if language and language not in known:
                hint = did_you_mean(language, sorted(known))
                findings.append(f'The live menu has no language "{language}". {hint}'.rstrip())
            if not text.strip() or len(text) > MOST_CHARACTERS or not _is_plain(text):
                where = language or "the text"
                findings.append(f"{where}: 1 to {MOST_CHARACTERS} characters, no control signs.")
        _refuse(findings)


def find_target(program: Program, target: str) -> tuple[Kind, str]:
    """`mandi_price`, or with what it is where a name is used twice: `service:mandi_price`.

    Raises NotSwitched.
    """
    called = {screen.call.service for screen in program.screens.values() if screen.call}
    names: Mapping[Kind, Sequence[str]] = {
        Kind.SCREEN: sorted(program.screens),
        Kind.SERVICE: sorted(called),
        Kind.OPEN: sorted(program.openings),
    }
    prefix, _, bare = target.rpartition(":")
    found = [kind for kind in KINDS if bare in names[kind] and prefix in ("", kind)]
    if len(found) == 1:
        return found[0], bare
    if found:
        either = " or ".join(f"{kind}:{bare}" for kind in found)
        raise NotSwitched(f"not switched: {bare} is two things; say {either}")
    hint = did_you_mean(bare, [name for each in names.values() for name in each])
    what = "no screen, service or opening hours of the live menu"
    raise NotSwitched(f"not switched: {target} is {what}. {hint}".rstrip())


def _bare(opening: str) -> str:
    return opening.removeprefix(f"{Kind.OPEN}:")


def _refuse(findings: Sequence[object]) -> None:
    if findings:
        raise NotSwitched("not switched: this cannot be shown", [str(one) for one in findings])


def _is_plain(text: str) -> bool:
    return all(char.isprintable() or char in "\u200c\u200d" for char in text)
