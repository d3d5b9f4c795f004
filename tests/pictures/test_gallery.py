"""The page and the map are whole by themselves, and hostile menus stay text in them."""

from __future__ import annotations

import base64
from html.parser import HTMLParser
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.drafts import Draft, read_draft
from menu.graphing import graph_of
from menu.mermaid import write_mermaid
from menu.sampling import sample_of
from menu.traffic import Traffic
from menu.views import views_of
from pictures.fonts import load_fonts
from pictures.gallery import Drawn, Page, write_page
from pictures.layout import columns_of
from pictures.map import write_svg
from pictures.phone import OPEN_KEYS, Phone

HOSTILE: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]> & &amp; <!-- --!>",
    "'; alert(1); //",
    "</title></style><svg onload=alert(1)>",
    '"] --> x["`<b>`',
)
VOID: Final = {"meta", "input", "img", "br"}


def draft_of(label: str) -> Draft:
    quoted = "'" + label.replace("'", "''") + "'"
    menu = f"""version: 1
name: {quoted}
languages: [en, hi]
entry_points: {{ ussd: {{ "*384*7#": home }}, sms: {{ default: home }} }}
screens:
  home:
    text: {{ en: {quoted}, hi: दफ्तर }}
    options:
      - {{ label: {{ en: {quoted}, hi: अंत }}, go: end }}
      - {{ label: English, language: en, go: home }}
      - {{ label: हिन्दी, language: hi, go: home }}
  end: {{ text: {{ en: {quoted}, hi: अंत }}, end: true }}
"""
    read = read_draft({"menus.yaml": menu})
    assert isinstance(read, Draft), "\n".join(map(str, read))
    return read


def page_of(draft: Draft, *, pictures: bool = True) -> str:
    program = draft.program
    phone = Phone(load_fonts(system=()), 1)
    views = views_of(program, program.languages, sample_of(program))
    drawn = [
        Drawn(view, phone.draw(view.text, OPEN_KEYS).png if pictures else None) for view in views
    ]
    graph = graph_of(draft.source, program, "en")
    findings = {"home": [program.name], "": [program.name]}
    return write_page(
        Page(
            name=program.name,
            languages=program.languages,
            graph=graph,
            drawn=drawn,
            findings=findings,
            undrawn=["<x>"],
        )
    )


class Seen(HTMLParser):
    """Every element with its attributes; none may be left open or closed twice."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("label", ["Office", *HOSTILE])
def test_the_page_is_whole_and_runs_nothing_of_a_menu(label: str) -> None:
    seen = Seen(page_of(draft_of(label)))
    assert len(seen.all("script")) == 1
    assert seen.all("title") == [{}]
    assert not any(name.startswith("on") for _, each in seen.elements for name in each)
    assert all((each["src"] or "").startswith("data:image/png;base64,") for each in seen.all("img"))
    assert [*seen.all("link"), *seen.all("iframe")] == []
    assert {each["id"] for each in seen.all("section")} == {"home", "end"}
    hrefs = {each["href"] for each in seen.all("a")}
    assert hrefs <= {"#home", "#end"}
    assert sum(label in words for words in seen.words) > 2
    (policy,) = (each for each in seen.all("meta") if "http-equiv" in each)
    assert (policy["content"] or "").startswith("default-src 'none'; img-src data:;")


def test_each_picture_is_a_png_with_its_text() -> None:
    images = Seen(page_of(draft_of("Office"))).all("img")
    assert len(images) == 4  # two screens in two languages
    for each in images:
        png = base64.b64decode((each["src"] or "").partition(",")[2], validate=True)
        assert png.startswith(b"\x89PNG")
    assert {(each["alt"] or "").split("\n")[0] for each in images} == {"Office", "दफ्तर", "अंत"}


def test_without_fonts_the_texts_are_there_all_the_same() -> None:
    seen = Seen(page_of(draft_of("Office"), pictures=False))
    assert seen.all("img") == []
    assert len(seen.all("figure")) == 4
    assert any("दफ्तर" in words for words in seen.words)


@pytest.mark.parametrize("traffic", [None, Traffic({("home", "end"): 70, ("", "home"): 100})])
@pytest.mark.parametrize("label", ["Office", *HOSTILE])
def test_the_map_is_xml_with_every_screen(label: str, traffic: Traffic | None) -> None:
    draft = draft_of(label)
    graph = graph_of(draft.source, draft.program, "en")
    root = ET.fromstring(write_svg(graph, draft.program.name, traffic))
    space = "{http://www.w3.org/2000/svg}"
    assert {each.tag.removeprefix(space) for each in root.iter()} <= {
        "svg", "g", "title", "style", "text", "rect", "path",
    }  # fmt: skip
    assert {each.get("id") for each in root.iter(f"{space}g")} >= {"screen-home", "screen-end"}
    tips = ["".join(each.itertext()) for each in root.iter(f"{space}title")]
    assert any(label in tip for tip in tips)
    assert any("home → end" in tip for tip in tips)
    assert any("70 times" in tip for tip in tips) == (traffic is not None)


@pytest.mark.parametrize("label", ["Office", *HOSTILE])
def test_mermaid_keeps_labels_in_their_quotes(label: str) -> None:
    draft = draft_of(label)
    text = write_mermaid(graph_of(draft.source, draft.program, "en"))
    for line in text.splitlines():
        assert line.count('"') in (0, 2)
        assert "`" not in line
        inside = line.split('"')[1] if '"' in line else ""
        assert "<" not in inside.replace("<br>", "")


NAMES: Final = st.integers(0, 12).map(str)


@given(
    st.lists(NAMES, unique=True),
    st.lists(st.tuples(NAMES, NAMES), max_size=40),
    st.lists(NAMES, max_size=3),
)
def test_every_box_has_one_place(
    nodes: list[str], edges: list[tuple[str, str]], starts: list[str]
) -> None:
    columns = columns_of(nodes, edges, starts)
    assert sorted(name for column in columns for name in column) == sorted(nodes)
    assert all(columns)
    at = {name: number for number, column in enumerate(columns) for name in column}
    assert all(at[name] == 0 for name in starts if name in at)


def test_a_box_stands_as_many_columns_away_as_it_takes_steps() -> None:
    edges = [("a", "b"), ("a", "c"), ("b", "d"), ("d", "a"), ("lost", "d")]
    columns = columns_of(["lost", "d", "c", "b", "a"], edges, ["a"])
    assert [sorted(column) for column in columns] == [["a"], ["b", "c"], ["d"], ["lost"]]
