"""`flask menus render`: pictures of every screen."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from cli.findings import show
from cli.menu_draft import drafted, findings_by_screen
from cli.ports import BridgeFactory
from cli.refusal import Refusal
from menu.drafts import Draft
from menu.graphing import graph_of
from menu.sampling import sample_of
from menu.views import Shown, View, languages_of, views_of
from pictures.fonts import NoFonts, load_fonts
from pictures.gallery import Drawn, Page, write_page
from pictures.phone import CLOSED_KEYS, OPEN_KEYS, Phone

EXIT_WITHOUT_LETTERS: Final = 1
LISTED: Final = "pictures.txt"  # what we drew the last time, and take away when it is gone
EXAMPLES: Final = """\b
Examples:
  flask menus render                       one page and its pictures, in var/render
  flask menus render -o /tmp/look --scale 3
  flask menus render --language hi --screen home --screen helplines
  flask menus render --longest             everything filled in as long as it may be
  flask menus render --json                what was drawn, for programs
"""


def add(menus: click.Group, bridge_factory: BridgeFactory) -> None:
    @menus.command("render", epilog=EXAMPLES)
    @click.option(
        "-o",
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        help="The folder to write into.",
    )
    @click.option(
        "--language", "languages", multiple=True, help="Only this language; may be repeated."
    )
    @click.option("--screen", "screens", multiple=True, help="Only this screen; may be repeated.")
    @click.option(
        "--scale",
        type=click.IntRange(1, 6),
        default=2,
        show_default=True,
        help="Pixels for one of the phone.",
    )
    @click.option(
        "--longest", is_flag=True, help="Fill blanks with the longest that may stand there."
    )
    @click.option(
        "--font",
        "fonts",
        multiple=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="Ask this font first; may be repeated.",
    )
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def render(
        out: Path | None,
        languages: Sequence[str],
        screens: Sequence[str],
        scale: int,
        longest: bool,
        fonts: Sequence[Path],
        as_json: bool,
    ) -> None:
        """Draw every screen as it looks on a phone of 128 by 160 pixels, in every language.

        Exit code 1 when no font draws a letter, 2 when menus.yaml has an error. docs/seeing.md
        tells more.
        """
        bridge = bridge_factory()
        path = bridge.settings.menus
        draft = drafted(bridge, as_json=as_json)
        folder = out or bridge.settings.var / "render"
        spoken = languages_of(draft.program, draft.source.written_languages)
        chosen = _chosen(languages, spoken, "language") or spoken
        named = _chosen(screens, tuple(draft.program.screens), "screen")
        sample = sample_of(draft.program, longest=longest)
        views = [
            view
            for view in views_of(draft.program, chosen, sample)
            if not named or view.screen in named
        ]
        phone, trouble = _phone(fonts, scale)
        drawn = _draw(phone, views)
        undrawn = sorted(
            {char for view in views for char in (phone.undrawn(view.text) if phone else ())}
        )
        page = _page(draft, chosen, drawn, undrawn, trouble, longest)
        try:
            _write(folder, page, drawn)
        except OSError as fault:
            raise Refusal(f"cannot write into {folder}: {fault.strerror}") from None
        if as_json:
            for each in drawn:
                click.echo(json.dumps(_as_json(each), ensure_ascii=False))
        else:
            _tell(folder, drawn, undrawn, trouble)
        if draft.has_errors:
            show([each for each in draft.findings if each.is_error], path, as_json=as_json)
        if undrawn or trouble:
            click.get_current_context().exit(EXIT_WITHOUT_LETTERS)


def _chosen(wanted: Sequence[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    for each in wanted:
        if each not in known:
            raise Refusal(f'"{each}" is not a {what} of this menu', [", ".join(known)])
    return tuple(dict.fromkeys(wanted))


def _phone(fonts: Sequence[Path], scale: int) -> tuple[Phone | None, str]:
    """Without fonts there is the page all the same, and why it has no pictures."""
    try:
        return Phone(load_fonts(fonts), scale), ""
    except NoFonts as why:
        return None, f"No pictures: {why}"


def _draw(phone: Phone | None, views: Sequence[View]) -> list[Drawn]:
    if phone is None:
        return [Drawn(view, None) for view in views]
    drawn = []
    with click.progressbar(
        views, label="drawing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as each_view:
        for view in each_view:
            keys = CLOSED_KEYS if view.ends else OPEN_KEYS
            picture = phone.draw(view.text, keys, is_wrong=bool(view.faults))
            drawn.append(Drawn(view, picture.png, picture.scrolls))
    return drawn


def _page(
    draft: Draft,
    languages: Sequence[str],
    drawn: Sequence[Drawn],
    undrawn: Sequence[str],
    trouble: str,
    longest: bool,
) -> Page:
    filled = "the longest that may stand there" if longest else "an example"
    remarks = [
        f"Blanks are filled with {filled}; options that depend on conditions are all there; "
        "helplines are closed.",
        *([trouble] if trouble else []),
    ]
    return Page(
        name=draft.program.name,
        languages=languages,
        graph=graph_of(draft.source, draft.program, draft.program.fallback_language),
        drawn=drawn,
        findings=findings_by_screen(draft),
        undrawn=[_named(char) for char in undrawn],
        remarks=remarks,
    )


def _write(folder: Path, page: Page, drawn: Sequence[Drawn]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {_file_name(each.view): each.png for each in drawn if each.png is not None}
    listed = folder / LISTED
    before = listed.read_text(encoding="utf-8").split("\n") if listed.exists() else []
    for name in before:
        if name.endswith(".png") and name not in files and Path(name).name == name:
            (folder / name).unlink(missing_ok=True)
    for name, png in files.items():
        (folder / name).write_bytes(png)
    listed.write_text("\n".join(files), encoding="utf-8")
    (folder / "index.html").write_text(write_page(page), encoding="utf-8")


def _file_name(view: View) -> str:
    page = f"sms{view.page}" if view.shown is Shown.SMS else str(view.page)
    return f"{view.screen}.{view.language}.{page}.png"


def _tell(folder: Path, drawn: Sequence[Drawn], undrawn: Sequence[str], trouble: str) -> None:
    for each in drawn:
        for fault in each.view.faults:
            place = f"{each.view.screen} in {each.view.language}, page {each.view.page}"
            click.secho(f"{place}: {fault}", fg="red")
    for char in undrawn:
        hint = "Name one that does with --font, or install fonts-noto-core."
        click.secho(f"No font draws {_named(char)}. {hint}", fg="yellow", err=True)
    if trouble:
        click.secho(trouble, fg="yellow", err=True)
    pictures = sum(each.png is not None for each in drawn)
    click.echo(f"{folder / 'index.html'}: {len(drawn)} pages and SMS, {pictures} pictures")


def _named(char: str) -> str:
    return f"{char} (U+{ord(char):04X} {unicodedata.name(char, 'no name').lower()})"


def _as_json(drawn: Drawn) -> dict[str, object]:
    """The keys are stable."""
    view = drawn.view
    return {
        "screen": view.screen,
        "language": view.language,
        "shown": str(view.shown),
        "page": view.page,
        "pages": view.pages,
        "text": view.text,
        "encoding": str(view.size.encoding),
        "units": view.size.units,
        "room": view.room,
        "segments": view.segments,
        "scrolls": drawn.scrolls,
        "faults": list(view.faults),
        "notes": list(view.notes),
        "file": _file_name(view) if drawn.png is not None else None,
    }
