"""`flask menus graph`: how the screens hang together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from cli.menu_draft import drafted
from cli.ports import BridgeFactory
from cli.refusal import Refusal
from menu.graphing import Graph, graph_of
from menu.mermaid import write_mermaid
from menu.traffic import BadTraffic, Traffic, read_traffic
from pictures.map import write_svg

MERMAID: Final = "mermaid"
SVG: Final = "svg"
MOST_BYTES: Final = 20_000_000
EXAMPLES: Final = """\b
Examples:
  flask menus graph                        as text, for Mermaid
  flask menus graph --format svg -o menu.svg
  flask menus graph --format svg --traffic last-week.csv -o menu.svg
  flask menus graph --json                 screens and what leads where, for programs
"""


def add(menus: click.Group, bridge_factory: BridgeFactory) -> None:
    @menus.command("graph", epilog=EXAMPLES)
    @click.option(
        "--format",
        "form",
        type=click.Choice([MERMAID, SVG]),
        help="mermaid unless the file is .svg.",
    )
    @click.option(
        "-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
    )
    @click.option("--language", help="Of the labels; the first of the menu unless told.")
    @click.option(
        "--traffic",
        "figures",
        type=click.Path(dir_okay=False, path_type=Path),
        help="How often each step was taken: CSV or JSON with from, to, times.",
    )
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def graph(
        form: str | None,
        out: Path | None,
        language: str | None,
        figures: Path | None,
        as_json: bool,
    ) -> None:
        """Draw the screens, what leads from one to another, the ways in, and the ends.

        Exit code 2 when menus.yaml has an error. docs/seeing.md tells more.
        """
        bridge = bridge_factory()
        draft = drafted(bridge, as_json=as_json)
        tongue = language or draft.program.fallback_language
        if tongue not in draft.program.phrases["back"]:
            raise Refusal(f'"{tongue}" is not a language of this menu')
        found = graph_of(draft.source, draft.program, tongue)
        traffic = _read(figures, found) if figures else None
        if as_json:
            text = "\n".join(_as_json(found, traffic)) + "\n"
        elif form == SVG or (form is None and out is not None and out.suffix == ".svg"):
            text = write_svg(found, draft.program.name, traffic)
        else:
            text = write_mermaid(found, traffic)
        if out is None:
            click.echo(text, nl=False)
            return
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as fault:
            raise Refusal(f"cannot write {out}: {fault.strerror}") from None
        click.echo(f"{out}: {len(found.nodes)} screens, {len(found.edges)} steps")


def _read(figures: Path, graph: Graph) -> Traffic:
    try:
        if figures.stat().st_size > MOST_BYTES:
            raise Refusal(f"{figures} is larger than {MOST_BYTES // 1_000_000} MB")
        traffic = read_traffic(figures.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise Refusal(f"cannot read {figures}: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{figures} is not UTF-8") from None
    except BadTraffic as fault:
        raise Refusal(f"{figures}: {fault}") from None
    for name in traffic.unknown(graph.nodes)[:10]:
        click.secho(f'{figures}: "{name}" is not a screen of this menu.', fg="yellow", err=True)
    return traffic


def _as_json(graph: Graph, traffic: Traffic | None) -> Iterator[str]:
    """The keys are stable."""
    for way in graph.entries:
        yield _line(
            kind="entry", channel=way.channel, said=way.said, to=way.screen, place=str(way.place)
        )
    for node in graph.nodes.values():
        yield _line(
            kind="screen",
            name=node.name,
            title=node.title,
            place=str(node.place),
            ends=node.ends,
            leads_on=node.leads_on,
            asks=node.asks,
            calls=node.calls,
            sends=node.sends,
            arrivals=traffic.arrivals(node.name) if traffic else None,
        )
    for edge in graph.edges:
        steps = {"from": edge.source, "to": edge.target}
        times = traffic.along(edge.source, edge.target) if traffic else None
        yield _line(
            kind="step",
            **steps,
            why=str(edge.why),
            key=edge.key,
            label=edge.label,
            when=edge.when,
            place=str(edge.place),
            times=times,
        )


def _line(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False)
