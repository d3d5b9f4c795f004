"""`flask outbox`: the SMS that wait, and what an operator may do with them by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import click

from cli import outbox_examples as examples
from cli import outbox_words as words
from cli.moments import Duration, Moment
from cli.refusal import Refusal, database_faults
from cli.who import by
from models.mt_search import Wanted
from outbound.desk import CannotRequeue, Desk, NotFound, Who, why_not_requeued
from outbound.story import risk
from telecom.clock import Clock
from telecom.errors import Malformed
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass, MtStatus

NOT_CONFIRMED: Final = 1  # the exit code where --yes is missing: nothing was changed

as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
yes_option = click.option("--yes", is_flag=True, help="You have read what is said, and want it.")
gateway_option = click.option("--gateway", metavar="NAME", help="Of this gateway only.")
note_option = click.option("-m", "--note", metavar="NOTE", default="", help="Why.")
class_option = click.option(
    "--class",
    "message_class",
    type=click.Choice([word.value for word in MessageClass]),
    help="Of this class only.",
)


class Bridge(Protocol):
    """What these commands need of it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def desk(self) -> Desk: ...


def commands(bridge_factory: Callable[[], Bridge]) -> click.Group:
    @click.group("outbox")
    def outbox() -> None:
        """The SMS that wait, and what became of the others."""

    @outbox.command("pause", epilog=examples.PAUSE)
    @gateway_option
    @click.option("-m", "--note", metavar="NOTE", required=True, help="Why.")
    @by
    def pause(gateway: str | None, note: str, by: str) -> None:
        """Send nothing more, on any host, until it is resumed. SMS are still promised, and wait.

        A call to a gateway that has begun is not called back. Lives go on: an SMS whose life ends
        meanwhile is not sent.
        """
        bridge = bridge_factory()
        _check_gateway(gateway, bridge.desk)
        with database_faults():
            is_new = bridge.desk.pause(gateway, Who(by=by, note=note))
        what = gateway or "The outbox"
        click.echo(f"{what} is paused." if is_new else f"{what} was paused already.")

    @outbox.command("resume", epilog=examples.RESUME)
    @gateway_option
    @note_option
    @by
    @yes_option
    def resume(gateway: str | None, note: str, by: str, yes: bool) -> None:
        """Send again. After a restore it first says what that means, and asks for --yes.

        Exit code 1 when --yes is missing; nothing is changed then.
        """
        desk = bridge_factory().desk
        with database_faults():
            overview = desk.overview()
            paused = {pause.gateway for pause in overview.pauses}
            if gateway is None and overview.restored is not None and "*" in paused:
                for line in words.after_restore(overview):
                    click.echo(line)
                _insist(yes)
            was_paused = desk.resume(gateway, Who(by=by, note=note))
        what = gateway or "The outbox"
        click.echo(f"{what} sends again." if was_paused else f"{what} was not paused.")
        for line in words.still_paused(overview, gateway):
            click.echo(line)

    @outbox.command("show", epilog=examples.SHOW)
    @as_json_option
    def show(as_json: bool) -> None:
        """How many SMS are where, by gateway, class and status; since when one is due; pauses."""
        with database_faults():
            overview = bridge_factory().desk.overview()
        if as_json:
            click.echo(json.dumps(words.overview_as_json(overview), ensure_ascii=False))
            return
        for line, colour in words.overview(overview):
            click.secho(line, fg=colour)

    @outbox.command("search", epilog=examples.SEARCH)
    @click.option("--msisdn", metavar="NUMBER", help="To whom, as +254...; - asks for it unseen.")
    @click.option("--id", "mt_id", metavar="ID", help="Our id of it.")
    @click.option("--gateway-message-id", metavar="ID", help="The gateway's id of it.")
    @click.option("--event", "event_id", metavar="ID", help="What caused it: our id or theirs.")
    @click.option(
        "--status", type=click.Choice([word.value for word in MtStatus]), help="Where it stands."
    )
    @class_option
    @gateway_option
    @click.option("--since", type=Moment(), metavar="TIME", help="Promised then (UTC) or later.")
    @click.option("--until", type=Moment(), metavar="TIME", help="Promised before then.")
    @click.option(
        "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Of one page."
    )
    @click.option("--after", metavar="ID", help="The next page: the last id of the one before.")
    @as_json_option
    def search(
        msisdn: str | None,
        mt_id: str | None,
        gateway_message_id: str | None,
        event_id: str | None,
        status: str | None,
        message_class: str | None,
        gateway: str | None,
        since: datetime | timedelta | None,
        until: datetime | timedelta | None,
        limit: int,
        after: str | None,
        as_json: bool,
    ) -> None:
        """Find SMS, the newest first. Numbers are shown masked, texts never.

        TIME is UTC, such as 2026-11-26T09:30, or how long ago, such as 2h. A number on the command
        line stays in the history of your shell: --msisdn - does not.
        """
        bridge = bridge_factory()
        desk = bridge.desk
        wanted = Wanted(
            to_hash=desk.hash_of(_read_msisdn(msisdn)) if msisdn else None,
            mt_id=mt_id,
            gateway_message_id=gateway_message_id,
            event_id=event_id,
            status=MtStatus(status) if status else None,
            message_class=MessageClass(message_class) if message_class else None,
            gateway=gateway,
            since=_time(since, bridge.clock.now()),
            until=_time(until, bridge.clock.now()),
            after=after,
        )
        with database_faults():
            found = desk.search(wanted, limit)
        for each in found:
            click.echo(words.found_as_json(each) if as_json else words.found(each))
        if not found:
            click.echo("No SMS is like that.", err=True)
        elif len(found) == limit:
            click.echo(f"There may be more: --after {found[-1].row.id}", err=True)

    @outbox.command("explain", epilog=examples.EXPLAIN)
    @click.argument("mt_id", metavar="ID")
    @as_json_option
    def explain(mt_id: str, as_json: bool) -> None:
        """Tell the story of one SMS: what happened, where it stands, what comes next. Times in UTC.

        Exit code 2 when there is no such SMS.
        """
        desk = bridge_factory().desk
        with database_faults():
            try:
                story = desk.find(mt_id)
            except NotFound as fault:
                raise Refusal(str(fault)) from None
            told = desk.tell(story)
        masked = desk.masked(story)
        if as_json:
            click.echo(json.dumps(words.told_as_json(mt_id, masked, told), ensure_ascii=False))
            return
        for line, is_heading in words.told(mt_id, masked, told):
            click.secho(line, bold=is_heading)

    @outbox.command("requeue", epilog=examples.REQUEUE)
    @click.argument("mt_id", metavar="ID")
    @note_option
    @by
    @yes_option
    def requeue(mt_id: str, note: str, by: str, yes: bool) -> None:
        """Queue a second SMS with the same words, once you have read what is known of the first.

        Exit code 1 when --yes is missing, 2 when it cannot be; nothing is changed then.
        """
        desk = bridge_factory().desk
        with database_faults():
            try:
                story = desk.find(mt_id)
                if why := why_not_requeued(story):
                    raise Refusal(f"not queued again: {why}")
                click.echo(f"To {desk.masked(story)}, {story.row.message_class}.")
                click.secho(risk(story), fg="yellow")
                click.echo("A second row is a second SMS: it is billed, and it is read.")
                _insist(yes)
                copy_id = desk.requeue(mt_id, Who(by=by, note=note))
            except NotFound as fault:
                raise Refusal(str(fault)) from None
            except CannotRequeue as fault:
                raise Refusal(f"not queued again: {fault}") from None
        click.echo(f"Queued as {copy_id}.")

    @outbox.command("expire", epilog=examples.EXPIRE)
    @click.argument("mt_ids", metavar="[ID]...", nargs=-1)
    @click.option("--older-than", type=Duration(), metavar="AGE", help="All promised before that.")
    @gateway_option
    @class_option
    @note_option
    @by
    @yes_option
    def expire(
        mt_ids: tuple[str, ...],
        older_than: timedelta | None,
        gateway: str | None,
        message_class: str | None,
        note: str,
        by: str,
        yes: bool,
    ) -> None:
        """End SMS that wait, before anything was sent: those named, or all older than AGE.

        Exit code 1 when --yes is missing with --older-than, 2 when one named could not be ended.
        """
        if bool(mt_ids) == (older_than is not None):
            raise click.UsageError("name SMS, or say --older-than AGE; not both")
        desk, who = bridge_factory().desk, Who(by=by, note=note)
        with database_faults():
            if older_than is None:
                _expire_named(desk, mt_ids, who)
                return
            of_class = MessageClass(message_class) if message_class else None
            count = desk.count_older(older_than, gateway, of_class)
            click.echo(f"{count} SMS wait since before that, and surely never went out.")
            if count:
                _insist(yes)
                ended = desk.expire_older(older_than, gateway, of_class, who)
                click.echo(f"{ended} ended as expired.")

    return outbox


def _expire_named(desk: Desk, mt_ids: tuple[str, ...], who: Who) -> None:
    """Raises Refusal when one was not ended; the others are."""
    left = []
    for mt_id in mt_ids:
        try:
            if desk.expire(mt_id, who):
                click.echo(f"{mt_id} ended as expired.")
            else:
                left.append(f"{mt_id} does not wait, or a copy of it may be out")
        except NotFound as fault:
            left.append(str(fault))
    if left:
        raise Refusal("not ended:", left)


def _insist(yes: bool) -> None:
    """Ends the command where --yes is missing."""
    if not yes:
        click.echo("Nothing was done. Add --yes to do it.", err=True)
        click.get_current_context().exit(NOT_CONFIRMED)


def _check_gateway(gateway: str | None, desk: Desk) -> None:
    """A typing mistake would pause nothing. Raises Refusal."""
    known = desk.gateways()
    if gateway is not None and known is not None and gateway not in known:
        names = ", ".join(sorted(known)) or "none"
        raise Refusal(f"no gateway of gateways.yaml that sends is called {gateway!r}: {names}")


def _read_msisdn(typed: str) -> Msisdn:
    """Raises Refusal, without the number."""
    if typed == "-":
        typed = click.prompt("MSISDN", hide_input=True)
    try:
        return Msisdn.from_e164(typed)
    except Malformed:
        raise Refusal("--msisdn is no number in E.164, such as +254711000111") from None


def _time(moment: datetime | timedelta | None, now: datetime) -> datetime | None:
    return now - moment if isinstance(moment, timedelta) else moment
