"""docs/menu-language.md: every word of the menu language, with its meaning and an example.

Made from the shapes of the language (menu.schema), the tables of menu.reference_tables, and the
examples, whole menus under docs/examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from menu.files import Files, wanted
from menu.reference_tables import HEADINGS, TABLES, VALUES, Sign
from menu.reference_uses import Use, uses_in
from menu.reference_words import Word, meaning_of, shapes_in, words_of

DOCS: Final = Path(__file__).parents[1] / "docs"
PATH: Final = DOCS / "menu-language.md"
EXAMPLES: Final = DOCS / "examples"
INTRODUCTION: Final = """# The menu language, word by word

<!-- Made by: python -c "from menu import language_reference as r; r.write()"  Do not edit. -->

[menus.md](menus.md) tells how to write menus, one thing after the other; here is each word by
itself. Words that are *needed* must be there; what holds without the others stands beside them,
where it is not nothing. Each leads to an [example](#examples), a small menu that works.
"""
OF_EXAMPLES: Final = """## Examples

Each is a whole menu with its tests. To try one on a phone:

    BRIDGE_MENUS=docs/examples/first.yaml make run

and `make phone` in another terminal. The service of one of them is not there: what a bridge can ask
is told by whoever runs it.
"""

Examples = Mapping[str, Files]  # by the name of the root, without .yaml


def write() -> None:
    """After a change of the language or of an example:
    python -c "from menu import language_reference as r; r.write()"."""
    PATH.write_text(render(examples_in(EXAMPLES)), encoding="utf-8")


def examples_in(folder: Path) -> dict[str, Files]:
    """Every menu of a folder, with what it includes and its tables."""
    found: dict[str, Files] = {}
    for path in sorted(folder.glob("*.yaml")):
        files: dict[str, str | bytes] = {path.name: path.read_text(encoding="utf-8")}
        while more := wanted(files):
            files |= {name: (folder / name).read_text(encoding="utf-8") for name in more}
        found[path.stem] = files
    return found


def render(examples: Examples) -> str:
    """The page. A word without an example has none beside it, and a test misses it."""
    shown_by = _shown_by(examples)
    parts = [INTRODUCTION, _contents(), _values()]
    for shape in shapes_in():
        lines = [f"## {HEADINGS.get(shape.__name__, shape.__name__)}\n", f"{meaning_of(shape)}\n"]
        parts.append("\n".join([*lines, *_word_table(words_of(shape), shown_by, examples)]))
    for title, (about, signs) in TABLES.items():
        rows = _sign_table(title, signs, shown_by, examples)
        parts.append("\n".join([f"## {title}\n", f"{about}\n", *rows]))
    parts += [OF_EXAMPLES, *(_example(examples[name]) for name in examples)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def words_without_example(examples: Examples) -> list[Use]:
    """What no example uses, by shape or table."""
    shown_by = _shown_by(examples)
    return [use for use in _every_use() if use not in shown_by]


def _every_use() -> Iterator[Use]:
    for shape in shapes_in():
        yield from ((shape.__name__, word.field) for word in words_of(shape))
    for title, (_, signs) in TABLES.items():
        yield from ((title, sign.written) for sign in signs)


def _shown_by(examples: Examples) -> dict[Use, str]:
    """The example of each word: of those that use it, the one with the fewest words of others."""
    uses = {name: uses_in(files) for name, files in examples.items()}

    def strangers(name: str, of: Use) -> tuple[int, str]:
        return sum(1 for shape, _ in uses[name] if shape != of[0]), name

    every = frozenset[Use]().union(*uses.values())
    return {
        use: min((name for name in uses if use in uses[name]), key=partial(strangers, of=use))
        for use in every
    }


def _contents() -> str:
    titles = ["Values", *(HEADINGS.get(shape.__name__, "") for shape in shapes_in()), *TABLES]
    return "\n".join(f"- [{title}](#{anchor_of(title)})" for title in [*titles, "Examples"]) + "\n"


def _values() -> str:
    rows = [f"| {sign.written} | {sign.meaning} |" for sign in VALUES]
    return "\n".join(["## Values\n", "| value | is |", "|---|---|", *rows]) + "\n"


def _word_table(
    words: Iterable[Word], shown_by: Mapping[Use, str], examples: Examples
) -> Iterator[str]:
    yield "| word | value | without it | means | example |"
    yield "|---|---|---|---|---|"
    for word in words:
        example = _linked(shown_by.get((word.shape.__name__, word.field)), examples)
        meaning = _cell(word.meaning)
        yield f"| `{word.written}` | {word.values} | {word.unless} | {meaning} | {example} |"


def _sign_table(
    title: str, signs: Iterable[Sign], shown_by: Mapping[Use, str], examples: Examples
) -> Iterator[str]:
    yield "| written | means | example |"
    yield "|---|---|---|"
    for sign in signs:
        example = _linked(shown_by.get((title, sign.written)), examples)
        yield f"| `{_cell(sign.written)}` | {sign.meaning} | {example} |"


def _example(files: Files) -> str:
    root, *others = files
    lines = [f"### {_title(files)}\n", f"`docs/examples/{root}`\n", _block("yaml", files[root])]
    for name in others:
        lines += [f"\nand `{name}` beside it:\n", _block(name.rpartition(".")[2], files[name])]
    return "\n".join(lines) + "\n"


def _block(kind: str, content: str | bytes) -> str:
    text = content if isinstance(content, str) else content.decode()
    return f"```{kind}\n{text.rstrip()}\n```"


def _title(files: Files) -> str:
    """Its first line: a remark."""
    first = next(iter(files.values()))
    return str(first).partition("\n")[0].removeprefix("# ").rstrip(".")


def _linked(name: str | None, examples: Examples) -> str:
    return f"[{name}](#{anchor_of(_title(examples[name]))})" if name else ""


def anchor_of(title: str) -> str:
    """Where a heading is found on the page."""
    kept = "".join(char for char in title.lower() if char.isalnum() or char in " -_")
    return kept.replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
