"""Lists and questions over a data set, as a caller walks through them."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menu.choices import lines_at
from menu.compiler import compile_menu
from menu.engine import enter, enter_asking, enter_prefilled, press
from menu.keywords import find_keyword
from menu.known import Known
from menu.place import Place
from menu.program import RESERVED_KEYS, EntryPoint, Program
from menu.screens import ANY_PHONE, Display
from telecom.encoding import Limit

MENU = """
version: 1
name: Help
languages: [en, hi, bn]
entry_points:
  ussd: { "*384*7#": home }
  sms:
    keywords: { HELPLINE: find, हेल्पलाइन: { go: find, language: hi }, 112: urgent, LIST: list }
    default: home
data:
  helplines:
    file: data/helplines.csv
    columns: { id: key, name: label, also: words, number: phone, kind: text }
screens:
  home:
    text: { en: Helplines, hi: हेल्पलाइन, bn: হেল্পলাইন }
    options:
      - { from: helplines, where: { kind: emergency }, save_as: helpline, go: shown }
      - { label: { en: Search, hi: खोजें, bn: খুঁজুন }, key: "2", go: find }
      - { label: { en: All, hi: सब, bn: সব }, key: "9", go: list }
      - { label: { en: हिन्दी, hi: हिन्दी, en-Latn: Hindi }, key: "8", language: hi, go: home }
  list:
    text: { en: All, hi: सब, bn: সব }
    options: [ { from: helplines, label: "{name} {number}", save_as: helpline, go: shown } ]
  find:
    text: { en: Which helpline? Write its name., hi: कौन सी हेल्पलाइन?, bn: কোন হেল্পলাইন? }
    ask: { find_in: helplines, save_as: helpline }
    go: shown
  shown:
    text: { en: "{helpline.name}: {helpline.number}", hi: "{helpline.name}: {helpline.number}" }
    options: [ { from: helplines, where: { kind: "{helpline.kind}" }, save_as: other, go: same } ]
  same: { text: "{helpline.name} and {other.name}", end: true }
  urgent: { text: { en: "Dial 112 now.", hi: "112 मिलाएं।", bn: "112 ডায়াল করুন।" }, end: true }
"""
TABLE = """id,name:en,name:hi,name:bn,name:hi-Latn,also,number,kind
police,Police,पुलिस,পুলিশ,Pulis,thana,112,emergency
fire,Fire,दमकल,দমকল,Damkal,aag;आग;আগুন,101,emergency
women,Women,महिला,মহিলা,Mahila,,181,help
child,Child,बच्चे,শিশু,Bachche,,1098,help
farmer,Farmers' call centre,किसान,কৃষক,Kisan,fire insurance,1800-180-1551,help
"""
FILES = {"menus.yaml": MENU, "data/helplines.csv": TABLE}
PROGRAM: Program = compile_menu(FILES)
HOME, FIND = EntryPoint(screen="home"), EntryPoint(screen="find")


class Walk(NamedTuple):
    """What is typed, one answer after the other; what is on the last screen, and what is not."""

    typed: list[str]
    sees: list[str]
    not_sees: str = "\0"
    language: str = "en"
    display: Display = ANY_PHONE


SMALL = Display(Limit(septets=50, ucs2=40))
LATIN = Display(is_latin=True)

WALKS = {
    "rows have the numbers that options leave": Walk(
        [], ["1 Police", "3 Fire", "2 Search", "9 All", "0 Exit"], "Women"
    ),
    "a row fills the next screen": Walk(["3"], ["Fire: 101", "1 Police", "2 Fire"], "Women"),
    "two rows fill one text": Walk(["3", "1"], ["Fire and Police"]),
    "labels speak the caller's language": Walk([], ["1 पुलिस", "3 दमकल"], language="hi"),
    "so do texts": Walk(["3"], ["दमकल: 101"], language="hi"),
    "what is missing is said in the first language": Walk(["1"], ["পুলিশ: 112"], language="bn"),
    "where no Hindi letter can be shown": Walk(
        ["9"], ["1 Pulis 112", "3 Mahila 181"], language="hi", display=LATIN
    ),
    "romanised labels": Walk([], ["1 Pulis", "3 Damkal", "0 Bahar"], language="hi", display=LATIN),
    "a number of a later page": Walk(["9", "5"], ["Farmers' call centre: 1800-180-1551"]),
    "a long list has pages": Walk(["9"], ["1 Police 112", "98 More"], "Child", display=SMALL),
    "and goes on": Walk(["9", "98"], ["98 More 0 Back"], "1 Police", display=SMALL),
    "to its end": Walk(["9", "98", "98"], ["0 Back"], "98", display=SMALL),
    "back a page": Walk(["9", "98", "0"], ["1 Police 112"], display=SMALL),
    "back from a row to its page": Walk(
        ["9", "98", "98", "5", "0"], ["5 Farmers"], "1 Police", display=SMALL
    ),
    "no more after the last page": Walk(["9", "98"], ["Wrong choice."]),
    "home from a page": Walk(["9", "98", "00"], ["1 Police", "Exit"], display=SMALL),
    "a name": Walk(["2", "women"], ["Women: 181"]),
    "a name in any language": Walk(["2", "মহিলা"], ["Women: 181"]),
    "another word": Walk(["2", "আগুন"], ["Fire: 101"]),
    "a number in Bengali digits": Walk(["2", "১০৯৮"], ["Child: 1098"]),
    "several are offered, the likeliest first": Walk(
        ["2", "fire"], ["Which one?", "1 Fire", "2 Farmers", "0 Back"]
    ),
    "one of them is chosen": Walk(["2", "fire", "2"], ["Farmers' call centre: 1800"]),
    "or something else is written": Walk(["2", "fire", "women"], ["Women: 181"]),
    "back to the question": Walk(["2", "fire", "0"], ["Write its name."], "Which one?"),
    "back to what was found": Walk(["2", "fire", "2", "0"], ["Which one?", "1 Fire"]),
    "nothing is called so": Walk(["2", "xyz"], ["Not found.", "Write its name."]),
    "nothing is written": Walk(["2", " "], ["Not found."]),
    "nothing found in Hindi": Walk(["2", "xyz"], ["नहीं मिला।"], language="hi"),
    "where there is no room for both, that nothing was found": Walk(
        ["2", "xyz"], ["Not found.", "0 Back"], "Write its name.", display=SMALL
    ),
    "nothing found after something": Walk(
        ["2", "fire", "xyz"], ["Not found.", "Write its name."], "Which one?"
    ),
}  # fmt: skip


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_a_walk(walk: Walk) -> None:
    step = enter(PROGRAM, HOME, walk.language, walk.display)
    for typed in walk.typed:
        assert not step.ends
        step = press(PROGRAM, step.place, typed, walk.display)
    for text in walk.sees:
        assert text in step.shown
    assert walk.not_sees not in step.shown
    assert walk.display.limit.fits(step.shown)


SHOPS = TABLE.splitlines(keepends=True)[0] + "".join(
    f"s{number},Shop {name},,,,stall,1800{number:02},help\n"
    for number, name in enumerate((a + b for a in "abcdefg" for b in "klmnopqr"), start=1)
)
LONG: Program = compile_menu(FILES | {"data/helplines.csv": SHOPS})
MANY = "Many fit. Write more letters."
PAGES = {
    "more than are offered": Walk(["shop"], ["Which one?", MANY, "1 Shop ak", "98 More"], "45 "),
    "a second page": Walk(["shop", "98"], ["11 Shop bm", "98 More 0 Back"], "1 Shop ak"),
    "keys of two digits": Walk(["shop", "10"], ["Shop bl: 180010"]),
    "of a page that nobody looked at": Walk(["shop", "45"], ["Shop fo: 180045"]),
    "the last that is offered": Walk(["shop", *["98"] * 3], ["45 Shop fo", "0 Back"], "98"),
    "no more": Walk(["shop", *["98"] * 4], ["Not found."]),
    "what is not offered": Walk(["shop", "46"], ["Which one?", "1 Shop gm"], "Shop fp"),
    "back a page": Walk(["shop", "98", "0"], ["1 Shop ak"]),
    "back to the question": Walk(["shop", "98", "0", "0"], ["Which helpline?"]),
    "after more letters": Walk(["shop", "shop b"], ["1 Shop bk", "8 Shop br"], MANY),
    "just as many as fit on one page": Walk(["b"], ["1 Shop bk", "8 Shop br"], MANY),
    "in Hindi": Walk(["shop"], ["कौन सा?", "बहुत मिले।", "1 Shop ak"], language="hi"),
    "in Latin letters": Walk(
        ["shop"], ["Bahut mile. Aur akshar"], language="hi", display=LATIN
    ),
    "by keys": Walk(["7467"], [MANY, "1 Shop ak"]),  # shop
    "by keys of a word": Walk(["746725"], ["1 Shop ak", "5 Shop ck"], MANY),
    "with a mistake": Walk(["shlp"], [MANY, "1 Shop ak"]),
    "a mistake in a short word": Walk(["Shop xk"], ["Not found."]),
    "on a small screen": Walk(["shop"], ["Which one?"], display=SMALL),
}  # fmt: skip


@pytest.mark.parametrize("walk", PAGES.values(), ids=PAGES)
def test_pages_of_what_was_found(walk: Walk) -> None:
    step = enter(LONG, FIND, walk.language, walk.display)
    for typed in walk.typed:
        step = press(LONG, step.place, typed, walk.display)
    for text in walk.sees:
        assert text in step.shown
    assert walk.not_sees not in step.shown
    assert walk.display.limit.fits(step.shown)


def test_every_row_that_is_offered_has_its_key_and_no_key_is_reserved() -> None:
    place = press(LONG, enter(LONG, FIND, "en", ANY_PHONE).place, "shop", ANY_PHONE).place
    keys = [key for key, _ in lines_at(Known(LONG, place, 0.0), "en") if key]
    assert keys == [str(number) for number in range(1, 46)]
    assert not RESERVED_KEYS & set(keys)
    for key in keys:
        assert press(LONG, place, key, ANY_PHONE).place.screen == "shown"


KEYWORDS = [
    # text, screen of the entry, the answer that it brings along
    ("112", "urgent", ""),
    ("१ १ २", None, None),
    ("१১2", "urgent", ""),
    ("HELPLINE fire", "find", "fire"),
    ("helpline:  Fire  brigade", "find", "Fire brigade"),
    ("helpline  Fire  brigade", "find", "Fire brigade"),
    ("हेल्पलाइन आग", "find", "आग"),
    ("HELPLINE", "find", ""),
    ("LIST fire", None, None),  # nothing is asked there, so this is an ordinary text
    ("my helpline", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("text", "screen", "answer"), KEYWORDS)
def test_a_keyword_may_bring_its_answer(text: str, screen: str | None, answer: str | None) -> None:
    found = find_keyword(PROGRAM, text)
    assert (found and found.entry.screen, found and found.answer) == (screen, answer)


ANSWERS = [("fire", "Which one?"), ("women", "Women: 181"), ("nobody", "Not found.")]


@pytest.mark.parametrize(("answer", "sees"), ANSWERS)
def test_an_answer_that_comes_with_its_keyword(answer: str, sees: str) -> None:
    step = enter_asking(PROGRAM, FIND, None, answer, ANY_PHONE)
    assert sees in step.shown


PREFILLED = [
    # keys behind the service code, what is shown
    (["3"], "Fire: 101"),
    (["9", "5"], "Farmers' call centre: 1800"),
    (["9", "98", "98", "5"], "Farmers' call centre: 1800"),  # a session that was lost
    (["2", "fire"], "Write its name."),  # nobody has seen the question
    (["3", "1"], "Fire and Police"),
]


@pytest.mark.parametrize(("keys", "sees"), PREFILLED)
def test_a_shortcut_walks_through_rows_and_stops_at_a_question(keys: list[str], sees: str) -> None:
    assert sees in enter_prefilled(PROGRAM, HOME, None, keys, ANY_PHONE).shown


def test_a_cell_with_braces_is_shown_as_it_is() -> None:
    files = FILES | {"data/helplines.csv": TABLE.replace(",Women,", ",{helpline.number},")}
    step = enter_asking(compile_menu(files), FIND, None, "181", ANY_PHONE)
    assert "{helpline.number}: 181" in step.shown


DISPLAYS = st.sampled_from([ANY_PHONE, SMALL, LATIN, Display(Limit(), is_latin=True)])
KEYS = ["0", "00", "98", "1", "2", "3", "9", "fire", "आग", "x"]
TYPED = st.sampled_from(KEYS) | st.text(max_size=9)


@given(st.lists(TYPED, max_size=40), st.sampled_from(["en", "hi", "bn"]), DISPLAYS)
def test_no_input_leads_outside(typed: list[str], language: str, display: Display) -> None:
    step = enter(PROGRAM, HOME, language, display)
    for text in typed:
        assert step.shown
        assert display.limit.fits(step.shown)
        assert "{" not in step.shown
        assert not display.is_latin or step.shown.isascii()
        if step.ends:
            break
        step = press(PROGRAM, step.place, text, display)
        assert isinstance(step.place, Place)
        assert step.place.screen in PROGRAM.screens
