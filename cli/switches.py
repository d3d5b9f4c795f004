"""`flask switches`: what is off now, and the notice on all screens, without a new menu version."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import click

from cli.moments import Duration
from cli.ports import Switcher
from cli.refusal import Refusal, database_faults
from cli.who import by
from models.library import NothingPublished
from models.switch_act import Act
from models.switchboard import NotSwitched, Order, Switchboard

OFF_EXAMPLES: Final = """\b
Examples:
  flask switches off mandi_price -m "Prices come again at 6." --until 18:00
  flask switches off pay -m "Under repair. Call 181." -m hi="मरम्मत जारी। 181 पर कॉल करें।"
  flask switches off open:office --from 2026-12-25 --until 2026-12-25 -m "Holiday."
"""
ON_EXAMPLES: Final = """\b
Examples:
  flask switches on mandi_price
  flask switches on open:office --note "no holiday after all"
"""
HOURS_EXAMPLES: Final = """\b
Examples:
  flask switches hours office "mon-fri 10:00-15:00; sat 10:00-12:00" --until 2026-12-31
"""
NOTICE_EXAMPLES: Final = """\b
Examples:
  flask switches notice "Cyclone: call 112." --until 12h
  flask switches notice "Cyclone: call 112." hi="चक्रवात: 112 पर कॉल करें।"
  flask switches notice --end
"""
SHOW_EXAMPLES: Final = """\b
Examples:
  flask switches show
  flask switches show --all      everything that was ever done, the newest first
  flask switches show --json
"""
MOST_SHOWN: Final = 1000
_LANGUAGE: Final = re.compile(r"([a-z]{2,3}(?:-[A-Za-z]{2,8})*)=(.*)", re.DOTALL)
_CLOCK: Final = re.compile(r"[0-2]\d:[0-5]\d")

_WHEN: Final = "18:00, 2026-12-25 or 2026-12-25T18:00, by the clocks of the menu; or so long: 2h."
from_option = click.option("--from", "begins", metavar="TIME", help=f"From when on. {_WHEN}")
until_option = click.option("--until", metavar="TIME", help=f"Until when. {_WHEN}")


def commands(bridge_factory: Callable[[], Switcher]) -> click.Group:
    @click.group("switches")
    def switches() -> None:
        """Switch parts of the live menu off and on, and put a notice on its screens."""

    @switches.command("off", epilog=OFF_EXAMPLES)
    @click.argument("target")
    @click.option("-m", "--message", "texts", multiple=True, help="What callers read; hi=... too.")
    @from_option
    @until_option
    @click.option("--note", default="", help="Why; for us, not for callers.")
    @by
    def off(
        target: str, texts: Sequence[str], begins: str | None, until: str | None, note: str, by: str
    ) -> None:
        """Switch TARGET off: a screen, a service, or opening hours (a holiday).

        Callers read the message within 2 seconds. Exit code 2 when it does not fit a screen.
        """
        with _switching(bridge_factory) as board:
            order = _order(board, by, texts, begins, until, note)
            if not order.texts and not target.startswith("open:"):
                raise Refusal("not switched: say with -m what callers read")
            act = board.off(target, order)
            click.echo(_line(act, board.zone))

    @switches.command("on", epilog=ON_EXAMPLES)
    @click.argument("target")
    @click.option("--note", default="", help="Why; for us, not for callers.")
    @by
    def on(target: str, note: str, by: str) -> None:
        """Switch TARGET on again, with all that was planned for it. Exit code 2 if it is on."""
        with _switching(bridge_factory) as board:
            act = board.on(target, Order(by=by, note=note))
            click.echo(f"{act.kind} {act.name} is on again.")

    @switches.command("hours", epilog=HOURS_EXAMPLES)
    @click.argument("opening")
    @click.argument("hours")
    @from_option
    @until_option
    @click.option("--note", default="", help="Why; for us, not for callers.")
    @by
    def hours(
        opening: str, hours: str, begins: str | None, until: str | None, note: str, by: str
    ) -> None:
        """Let other HOURS stand in for those that the menu has under `open:`."""
        with _switching(bridge_factory) as board:
            act = board.hours(opening, _order(board, by, (), begins, until, note, hours))
            click.echo(_line(act, board.zone))

    @switches.command("notice", epilog=NOTICE_EXAMPLES)
    @click.argument("texts", nargs=-1)
    @click.option("--end", is_flag=True, help="Take the notice away.")
    @from_option
    @until_option
    @click.option("--note", default="", help="Why; for us, not for callers.")
    @by
    def notice(
        texts: Sequence[str],
        end: bool,
        begins: str | None,
        until: str | None,
        note: str,
        by: str,
    ) -> None:
        """Put TEXTS above the screens where dialogues begin, and above all that have room.

        A new one takes the place of the last. Exit code 2 when it does not fit.
        """
        if end == bool(texts):
            raise Refusal("not switched: give a text, or --end")
        with _switching(bridge_factory) as board:
            if end:
                board.end_notice(Order(by=by, note=note))
                click.echo("The notice is gone.")
                return
            act = board.notice(_order(board, by, texts, begins, until, note))
            click.echo(_line(act, board.zone))

    @switches.command("show", epilog=SHOW_EXAMPLES)
    @click.option("--all", "is_all", is_flag=True, help="What was ever done: who, when, why.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def show(is_all: bool, as_json: bool) -> None:
        """Show what is off, or will be, and the notice."""
        with _switching(bridge_factory) as board:
            acts = board.history(MOST_SHOWN) if is_all else board.show()
            zone = board.zone
        for act in acts:
            click.echo(_as_json(act) if as_json else _line(act, zone))
        if not acts and not as_json:
            click.echo("Everything is on.")

    return switches


@contextmanager
def _switching(bridge_factory: Callable[[], Switcher]) -> Iterator[Switchboard]:
    try:
        with database_faults():
            yield bridge_factory().switchboard
    except NotSwitched as fault:
        raise Refusal(str(fault), fault.findings) from None
    except NothingPublished:
        raise Refusal("no menu was ever published: there is nothing to switch") from None


def _order(
    board: Switchboard,
    by: str,
    texts: Sequence[str],
    begins: str | None,
    until: str | None,
    note: str,
    hours: str = "",
) -> Order:
    return Order(
        by=by,
        texts=_texts_of(texts),
        hours=hours,
        begins_at=_time_of(begins, board, is_end=False),
        until=_time_of(until, board, is_end=True),
        note=note,
    )


def _texts_of(texts: Sequence[str]) -> Mapping[str, str]:
    """`hi=...` is the text of one language, any other that of all languages without one."""
    found: dict[str, str] = {}
    for text in texts:
        named = _LANGUAGE.fullmatch(text)
        language, words = (named[1], named[2]) if named else ("", text)
        if language in found:
            raise Refusal(f"not switched: {language or 'the text'} is given twice")
        found[language] = words.strip()
    return found


def _time_of(text: str | None, board: Switchboard, *, is_end: bool) -> datetime | None:
    """A day that something ends on is part of it. An hour is that of today, or of tomorrow."""
    if text is None:
        return None
    zone = board.zone
    now = board.now().astimezone(zone)
    try:
        if _CLOCK.fullmatch(text):
            at = datetime.combine(now.date(), time.fromisoformat(text), zone)
            return at if at > now else at + timedelta(days=1)
        at = datetime.fromisoformat(text)
    except ValueError:
        return now + Duration().convert(text, None, None)
    if is_end and len(text) == len("2026-12-25"):
        at += timedelta(days=1)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _line(act: Act, zone: ZoneInfo) -> str:
    what = f"{act.kind} {act.name}".rstrip()
    words = [f"{act.at:%Y-%m-%d %H:%M} UTC  {act.by}  {act.deed}  {what}"]
    if act.hours:
        words.append(f"({act.hours})")
    if act.begins_at:
        words.append(f"from {act.begins_at.astimezone(zone):%Y-%m-%d %H:%M}")
    if act.until:
        words.append(f"until {act.until.astimezone(zone):%Y-%m-%d %H:%M %Z}")
    words += [f"{language or 'all'}: {text}" for language, text in act.texts.items()]
    return "  ".join([*words, *([f"({act.note})"] if act.note else [])])


def _as_json(act: Act) -> str:
    return json.dumps(
        {
            "at": act.at.isoformat(),
            "by": act.by,
            "deed": act.deed,
            "kind": act.kind,
            "name": act.name,
            "texts": dict(act.texts),
            "hours": act.hours,
            "from": act.begins_at.isoformat() if act.begins_at else None,
            "until": act.until.isoformat() if act.until else None,
            "note": act.note,
        },
        ensure_ascii=False,
    )
