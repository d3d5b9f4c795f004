"""`flask menus replay`: what the menu file would do to those who called lately."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import click

from cli.findings import show
from cli.ports import BridgeFactory
from cli.refusal import Refusal, database_faults
from menu import replaying
from menu.recorded import Dialogue
from menu.replaying import Finding, Replay, Verdict
from services.table import specs_of

EXAMPLES: Final = """\b
Examples:
  flask menus replay                       the last 10000 dialogues, in menus.yaml
  flask menus replay --last 500 --json     the same of fewer, for programs
  BRIDGE_MENUS=draft.yaml flask menus replay
"""
EXIT: Final = {Verdict.CHANGED: 1, Verdict.BROKEN: 2}
COLOURS: Final = {Verdict.CHANGED: "yellow", Verdict.BROKEN: "red", Verdict.CANNOT_TELL: "cyan"}
WORST_FIRST: Final = (Verdict.BROKEN, Verdict.CHANGED, Verdict.CANNOT_TELL, Verdict.SAME)
HEADS: Final = ("verdict", "dialogues", "where", "what")
MOST: Final = 1_000_000
Counts = Counter[Finding]


def replay(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("replay", epilog=EXAMPLES)
    @click.option(
        "--last",
        metavar="COUNT",
        type=click.IntRange(1, MOST),
        default=10_000,
        show_default=True,
        help="How many dialogues, the newest.",
    )
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def replay(last: int, as_json: bool) -> None:
        """Run what callers did lately through menus.yaml, and tell what would become of them.

        Nothing is changed or sent. Exit code 0: all get what they got, as far as that can be told;
        1: some get something else; 2: some get stuck or lose an SMS, the menu has an error, or no
        dialogue is recorded. docs/replay.md tells more.
        """
        bridge = bridge_factory()
        path = bridge.settings.menus
        if errors := [finding for finding in bridge.check_menus() if finding.is_error]:
            show(errors, path, as_json=as_json)
            return
        draft = replaying.read(bridge.menu_files(), specs_of())
        with database_faults():
            dialogues = bridge.recorded(last)
        if not dialogues:
            raise Refusal("no dialogue is recorded: see BRIDGE_TURNS, and whether a worker runs")
        counts = _run(draft, dialogues)
        for line in _as_json(counts) if as_json else _as_table(counts):
            click.echo(line)
        worst = max(EXIT.get(finding.verdict, 0) for finding in counts)
        click.get_current_context().exit(worst)

    return replay


def _run(draft: Replay, dialogues: Sequence[Dialogue]) -> Counts:
    """With a bar on a terminal."""
    if not sys.stderr.isatty():
        return Counter(draft.run(dialogues))
    with click.progressbar(
        draft.run(dialogues), len(dialogues), label="Replaying", file=sys.stderr
    ) as bar:
        return Counter(bar)


def _in_order(counts: Counts) -> list[tuple[Finding, int]]:
    """The worst first, and of those what most callers meet."""
    return sorted(
        counts.items(),
        key=lambda item: (WORST_FIRST.index(item[0].verdict), -item[1], item[0].what),
    )


def _as_table(counts: Counts) -> Iterable[str]:
    rows = [
        (finding.verdict, str(count), str(finding.place or ""), finding.what)
        for finding, count in _in_order(counts)
        if finding.verdict is not Verdict.SAME
    ]
    if rows:
        widths = [max(len(row[at]) for row in (HEADS, *rows)) for at in range(3)]
        for row in (HEADS, *rows):
            verdict, count, where, what = row
            colour = COLOURS.get(Verdict(verdict)) if row is not HEADS else None
            word = click.style(f"{verdict:<{widths[0]}}", fg=colour)
            yield f"{word}  {count:>{widths[1]}}  {where:<{widths[2]}}  {what}".rstrip()
        yield ""
    totals = _totals(counts)
    parts = ", ".join(f"{totals[verdict]} {verdict}" for verdict in Verdict)
    yield f"{sum(totals.values())} dialogues: {parts}"


def _as_json(counts: Counts) -> Iterable[str]:
    """The keys are stable. The last line counts all."""
    for finding, count in _in_order(counts):
        place = finding.place
        yield json.dumps(
            {
                "verdict": finding.verdict,
                "dialogues": count,
                "file": place.file if place else None,
                "line": place.line if place else None,
                "column": place.column if place else None,
                "screen": finding.screen or None,
                "what": finding.what or None,
            },
            ensure_ascii=False,
        )
    totals = _totals(counts)
    yield json.dumps(
        {"total": sum(totals.values())}
        | {verdict.replace(" ", "_"): totals[verdict] for verdict in Verdict}
    )


def _totals(counts: Counts) -> Counter[Verdict]:
    totals: Counter[Verdict] = Counter()
    for finding, count in counts.items():
        totals[finding.verdict] += count
    return totals
