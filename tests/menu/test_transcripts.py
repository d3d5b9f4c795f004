"""The tests in menu files: what passes, what fails, and how a failure is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from menu.diagnostics import BadMenu
from menu.transcripts import Outcome, Transcripts, read
from models.menu_files import MenuFiles
from telecom.clock import SystemClock

SHIPPED = MenuFiles(Path(__file__).parents[2] / "menus.yaml", SystemClock()).read()
DEFAULT = SHIPPED["menus.yaml"].decode()
MENU = """version: 1
name: Example
languages: [en, hi]
entry_points:
  ussd: { "*384*7#": home }
  sms: { keywords: { APP: app, MENU: home } }
  missed_call: { "+911123456789": app }
links:
  app:
    web: https://app.example/
    elsewhere: { abroad: [US] }
    sms: { en: "App: {link}", hi: "ऐप: {link}" }
    sms_unknown_language: "App: {link} HIN"
  abroad: { web: https://abroad.example/, sms: "Abroad: {link}" }
screens:
  home:
    text: Hello
    options:
      - { label: App, go: app }
      - { label: Hindi, language: hi, go: home }
      - { label: More, go: more }
  more: { text: More, options: [ { label: App, go: app } ] }
  app: { text: An SMS comes., send_link: app, end: true }
tests:
  - name: the case
    CASE
"""


def rehearse(case: str) -> Outcome:
    (outcome,) = read({"menus.yaml": MENU.replace("CASE", case)}).run()
    return outcome


DIAL = 'dial: "*384*7#"\n    steps: '
PASSES = [
    '[ { sees: "Hello\\n1 App" }, { sees_not: Back }, { ends: false }, { no_sms: true } ]',
    '[ { press: "3" }, { sees: 0 Back 00 Home }, { press: "0" }, { sees: 0 Exit } ]',
    '[ { type: " 1. " }, { ends: true }, { sms: "App:" }, { no_sms: true } ]',
    '[ { press: "2" }, { language: hi }, { press: "1" }, { sms: "ऐप: https://" } ]',
    '[ { press: "1" }, { repeat: true }, { repeat: true }, { sms: App }, { no_sms: true } ]',
    '[ { press: "9" }, { sees: Wrong choice. }, { repeat: true } ]',
    '[ { press: "3" }, { drop: true }, { press: "1" }, { sees: More }, { no_sms: true } ]',
    '[ { press: "3" }, { drop: true }, { repeat: true }, { sees: More } ]',
    # what was sent before the session was lost hinders nothing that is asked for after it
    '[ { press: "2" }, { press: "3" }, { press: "0" }, { drop: true }, { press: "9" }, '
    '{ press: "1" }, { sms: "ऐप: " }, { no_sms: true } ]',
    '[ { press: "1" }, { dial: "*384*7#" }, { ends: false }, { sms: App } ]',
    '[ { dial: "*384*7*3#" }, { sees: More }, { press: "1" }, { sms: App } ]',
    '[ { dial: "*384*7*3*1#" }, { sees: More }, { no_sms: true } ]',
    '[ { text: menu }, { sms: Hello }, { drop: true }, { text: "1" }, { no_sms: true } ]',
    "[ { text: nothing known }, { no_sms: true }, { repeat: true }, { ends: false } ]",
    '[ { text: App }, { repeat: true }, { sms: "App:" }, { no_sms: true } ]',
    '[ { text: menu }, { text: "3" }, { sms: Hello }, { sms: More }, { no_sms: true } ]',
    '[ { ring: "+911123456789" }, { repeat: true }, { sms: HIN }, { no_sms: true } ]',
]


@pytest.mark.parametrize("steps", PASSES)
def test_what_holds_passes(steps: str) -> None:
    assert str(rehearse(DIAL + steps).failure) == "None"


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        ("text: APP", "App: https://bridge.example/l/Ab3dE6gH9jK HIN"),
        ("language: hi\n    text: APP", "ऐप: https://bridge.example/l/"),
        ('language: hi\n    ring: "+911123456789"', "ऐप: https://bridge.example/l/"),
        ('caller: "+12025550123"\n    ring: "+911123456789"', "Abroad: https://"),
    ],
)
def test_who_calls_and_what_is_known_of_him(opening: str, said: str) -> None:
    assert rehearse(f'{opening}\n    steps: [ {{ sms: "{said}" }} ]').has_passed


CLOCK = MENU.replace(
    "text: Hello\n", "text: Hello\n    set: { hour: now.hour, day: now.weekday, on: today }\n"
).replace("text: More,", 'text: "{day} {hour} {on:date}",')


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ('at: "2026-11-23 10:00"', "mon 10 23 Nov 2026"),
        ('at: "2026-11-22 00:30"', "sun 0 22 Nov 2026"),
        ("language: en", "thu 5 1 Jan 1970"),
    ],
)
def test_a_test_has_its_own_clock(at: str, shown: str) -> None:
    case = f'{at}\n    dial: "*384*7*3#"\n    steps: [ {{ sees: "{shown}" }} ]'
    (outcome,) = read({"menus.yaml": CLOCK.replace("CASE", case)}).run()
    assert str(outcome.failure) == "None"


LISTED = MENU.replace("{ label: Hindi, language: hi, go: home }", "{ languages: all, go: home }")
LISTED = LISTED.replace("label: More", 'label: More, key: "9"')


@pytest.mark.parametrize(
    ("case", "caller"),
    [
        ('[ { press: "3" } ]', "+919812345678"),
        ('[ { sees: "2 English\\n3 हिन्दी" } ]', "+12025550123"),
    ],
)
def test_a_list_of_languages_is_covered_by_one_of_them(case: str, caller: str) -> None:
    steps = f'dial: "*384*7#"\n    caller: "{caller}"\n    steps: {case}'
    transcripts = read({"menus.yaml": LISTED.replace("CASE", steps)})
    outcomes = list(transcripts.run())
    assert str(outcomes[0].failure) == "None"
    told = [str(each) for each in transcripts.not_walked(outcomes)]
    missed = any('No test chooses a language on the screen "home".' in line for line in told)
    assert missed == ("press" not in case)


SCREEN = "The screen says, and an answer is awaited:\n    Hello\n    1 App\n    2 Hindi\n    3 More"
OVER = "The screen says, and the dialogue is over:\n    An SMS comes.\n"
SMS = "This SMS came:\n    App: https://bridge.example/l/Ab3dE6gH9jK"
FAILS = [
    # the last step fails; why; what is shown with it
    ("[ { sees: Bye } ]", 'The screen should say "Bye".', SCREEN),
    ("[ { sees_not: Hello } ]", 'The screen should not say "Hello".', SCREEN),
    ("[ { ends: true } ]", "The dialogue should be over here.", SCREEN),
    ('[ { press: "1" }, { ends: false } ]', "The dialogue should go on here.", OVER),
    ('[ { press: "1" }, { press: "1" } ]', "The dialogue was over already.", OVER),
    ("[ { sms: App } ]", 'An SMS should say "App", and none came.', SCREEN),
    ('[ { press: "1" }, { sms: ऐप } ]', 'The next SMS should say "ऐप".', SMS),
    ('[ { press: "1" }, { no_sms: true } ]', "No SMS should have come.", SMS),
    ("[ { language: hi } ]", 'The remembered language should be "hi"; it is none.', SCREEN),
    (
        '[ { press: "3" }, { press: "1" }, { drop: true }, { repeat: true } ]',
        "The repeat was not answered as the first time.",
        "awaited:\n    More\n",
    ),
]


@pytest.mark.parametrize(("steps", "why", "shown"), FAILS)
def test_what_does_not_hold_is_told_with_all_that_was_there(
    steps: str, why: str, shown: str
) -> None:
    failure = rehearse(DIAL + steps).failure
    assert failure is not None
    line = MENU.split("CASE")[0].count("\n") + 2
    column = len("    steps: ") + steps.rindex("{") + 1
    assert str(failure).startswith(f'menus.yaml:{line}:{column} T001 error "the case": {why}')
    assert shown in failure.hint


LEADS_ON = """version: 1
name: Example
languages: [en]
entry_points: { ussd: { "*384*7#": home } }
screens:
  home: { text: Office, options: [ { label: Hours, go: by_day } ] }
  by_day: { set: { asked: asked + 1 }, go: hours }
  hours: { text: Open 9 to 5., end: true }
tests:
  - { name: the hours, dial: "*384*7#", steps: [ { press: "1" }, { sees: Open 9 to 5. } ] }
"""


def test_no_case_is_wanted_for_a_screen_that_only_leads_on() -> None:
    transcripts = read({"menus.yaml": LEADS_ON})
    outcomes = list(transcripts.run())
    assert [outcome.failure for outcome in outcomes] == [None]
    assert transcripts.not_walked(outcomes) == []
    assert len(transcripts.not_walked([])) == 2 + 1


WAYS = """version: 1
name: Example
languages: [en]
entry_points: { ussd: { "*384*7#": home, "*384*8#": by_day }, sms: { keywords: { NAME: who } } }
screens:
  home:
    text: Office
    options:
      - { label: Age, go: age }
      - { label: Hours, set: { asked: asked + 1 }, go: [ { when: asked > 1, go: bye }, home ] }
      - { languages: all, go: [ { when: asked > 1, go: bye }, home ] }
  by_day: { go: [ { when: now.weekday == "sun", go: bye }, { when: asked > 3, go: bye }, home ] }
  age:
    form:
      - { text: Name?, ask: { kind: text, min_length: 2, save_as: name, tries: 2 } }
      - { text: Age?, ask: { kind: number, save_as: years, tries: 2, after_last_try: bye } }
    go: [ { when: years >= 18, go: sure }, bye ]
  sure: { text: Sure?, confirm: { yes: [ { when: years > 60, go: bye }, home ], no: home } }
  who: { text: Name?, ask: { kind: text, save_as: name }, go: [ { when: name == "Asha", go: bye }, home ] }
  bye: { text: Bye., end: true }
tests:
  - { name: the case, CASE }
"""  # noqa: E501
AGE = 'dial: "*384*7*1#", steps: [ { type: Asha }, '
SURE = AGE + "{ type: "
NOT_TAKEN = {
    "home 2": (10, ['"home" where this holds: asked > 1', '"home" where none']),
    "home *": (11, ['"home" where this holds: asked > 1', '"home" where none']),
    "by_day": (12, ['now.weekday == "sun"', "asked > 3", '"by_day" where none']),
    "age go": (17, ['"age.2" where this holds: years >= 18', '"age.2" where none']),
    "sure": (18, ["years > 60", '"sure" where none']),
    "who": (19, ['name == "Asha"', '"who" where none']),
    "age 1": (15, ['tries of the question of the screen "age".']),
    "age 2": (16, ['tries of the question of the screen "age.2".']),
}
TAKES = [
    # the case, and what is not told any more
    ('dial: "*384*7#", steps: [ { press: "2" } ]', [("home 2", 1)]),
    ('dial: "*384*7#", steps: [ { press: "2" }, { press: "2" } ]', [("home 2", 0), ("home 2", 1)]),
    ('dial: "*384*7#", steps: [ { press: "3" } ]', [("home *", 1)]),
    ('dial: "*384*7*2*2#", steps: [ { ends: true } ]', []),  # a shortcut is no test of its ways
    ('dial: "*384*8#", steps: [ { sees: Office } ]', [("by_day", 2)]),
    ('at: "2026-11-22 10:00", dial: "*384*8#", steps: [ { sees: Bye. } ]', [("by_day", 0)]),
    (SURE + '"17" } ]', [("age go", 1)]),
    (SURE + '"17" }, { repeat: true } ]', [("age go", 1)]),
    (SURE + '"18" } ]', [("age go", 0)]),
    (SURE + '"60" }, { press: "1" } ]', [("age go", 0), ("sure", 1)]),
    (SURE + '"61" }, { press: "1" } ]', [("age go", 0), ("sure", 0)]),
    (SURE + '"61" }, { press: "2" } ]', [("age go", 0)]),
    (SURE + "x }, { type: x }, { ends: true } ]", [("age 2", 0)]),
    (SURE + 'x }, { press: "0" } ]', []),
    (SURE + 'x }, { press: "00" } ]', []),
    (SURE + 'x }, { type: "17" }, { ends: true } ]', [("age go", 1)]),  # right at the last try
    ('dial: "*384*7*1#", steps: [ { type: x } ]', []),
    ('dial: "*384*7*1#", steps: [ { type: x }, { type: y }, { ends: true } ]', [("age 1", 0)]),
    ("text: NAME Asha, steps: [ { sms: Bye. } ]", [("who", 0)]),
    ("text: NAME, steps: [ { text: Asha }, { repeat: true }, { text: hello } ]", [("who", 0)]),
]


@pytest.mark.parametrize(("case", "taken"), TAKES)
def test_ways_that_no_case_takes_are_told(case: str, taken: list[tuple[str, int]]) -> None:
    transcripts = read({"menus.yaml": WAYS.replace("CASE", case)})
    outcomes = list(transcripts.run())
    assert [str(outcome.failure) for outcome in outcomes] == ["None"]
    told = [each for each in transcripts.not_walked(outcomes) if each.rule == "T004"]
    left = {
        (name, at)
        for name, (line, reasons) in NOT_TAKEN.items()
        for at, reason in enumerate(reasons)
        if any(each.place.line == line and reason in each.reason for each in told)
    }
    everything = {(name, at) for name, (_, all_) in NOT_TAKEN.items() for at in range(len(all_))}
    assert everything - left == set(taken)
    assert len(told) == len(everything) - len(taken)


def test_a_menu_with_an_error_is_not_tried() -> None:
    with pytest.raises(BadMenu, match="M107"):
        read(
            {
                "menus.yaml": MENU.replace("go: more", "go: mor").replace(
                    "CASE", DIAL + "[ { ends: true } ]"
                )
            }
        )


@pytest.mark.parametrize(
    ("words", "count"), [("", 102), ("first missed", 1), ("SMS Hindi", 1), ("quite other", 0)]
)
def test_cases_are_chosen_by_words_of_their_names(words: str, count: int) -> None:
    assert len(list(default().run(words))) == count


def test_what_no_case_came_by_is_listed() -> None:
    transcripts = read({"menus.yaml": MENU.replace("CASE", DIAL + '[ { press: "3" } ]')})
    found = [f"{each.rule} {each.reason}" for each in transcripts.not_walked(transcripts.run())]
    assert found == [
        'T002 No test shows the screen "home" in hi.',
        'T002 No test shows the screen "more" in hi.',
        'T002 No test shows the screen "app".',
        'T003 No test chooses 1 on the screen "home".',
        'T003 No test chooses 2 on the screen "home".',
        'T003 No test chooses 1 on the screen "more".',
    ]
    assert len(transcripts.not_walked([])) == 3 + 4


# The menus that the bridge ships with


def default(before: str = "", after: str = "") -> Transcripts:
    return read({**SHIPPED, "menus.yaml": DEFAULT.replace(before, after, 1) if before else DEFAULT})


def test_the_tests_of_the_default_menus_pass_and_come_by_everything() -> None:
    transcripts = default()
    outcomes = list(transcripts.run())
    assert [outcome.failure for outcome in outcomes] == [None] * 102
    assert transcripts.not_walked(outcomes) == []


MUTATIONS = [
    ("en: UMANG services,", "en: Services,"),
    ("You will get an SMS with", "You get an SMS with"),
    ("आपको उमंग ऐप के", "उमंग ऐप के"),
    ("bn: অ্যাপ নিন, hi-Latn", "bn: অ্যাপ, hi-Latn"),
    ("bn-Latn: App nin }, go: get_app", "bn-Latn: App nin }, go: about"),
    ("go: about }", "go: get_app }"),
    ("go: language }", "go: about }"),
    ("en-Latn: Bangla }, language: bn", "en-Latn: Bangla }, language: hi"),
    ("label: English, language: en", "label: English, language: hi"),
    ("    send_link: umang ", "    # "),
    ('hi: "उमंग ऐप: {link}"', 'hi: "ऐप: {link}"'),
    ("SMS HIN, for Bangla", "SMS HINDI, for Bangla"),
    ("umang_international: [US, GB", "umang_international: [GB"),
    ('"+919718397183": get_app', '"+919718397183": about'),
    ("MENU: home", "MENU: about"),
    ("HIN: { go: get_app, language: hi }", "HIN: { go: get_app, language: bn }"),
    ("मेनू: { go: home, language: hi }", "मेनू: { go: home }"),
    ("default: home ", "default: about "),
    ("Emergency: 112", "Emergency: 100"),
    ("आपातकाल: 112", "आपातकाल: 100"),
    ("জরুরি: 112", "জরুরি: 100"),
    ("112: emergency", "113: emergency"),
    ("HELPLINE: find_helpline", "HELPLINE: helplines"),
    ("where: { kind: emergency }", "where: { kind: help }"),
    ("where: { kind: help }", "where: { kind: emergency }"),
    ('label: "{name} {number}"', 'label: "{name}"'),
    ("{helpline.name}: {helpline.number}", "{helpline.name}"),
    ("{service.name}: {service.how}", "{service.name}"),
    ('where: { department: "{department.id}" }', "where: { department: indane }"),
    ("go: find_department }", "go: find_service }"),
]


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ("a number that nobody checked is told as such", []),  # other languages go there, too
        ("gas", ['gas.verified == "yes"', "none of its conditions holds"]),
        ("mandi", ['"find_crop"', '"find_market"', "market.priced > 0", "none of its"]),
        ("pf", ['"pf"', '"english"', '"hindi"', '"bangla"', "none of its conditions"]),
    ],
)
def test_each_way_of_the_default_menus_has_its_case(without: str, told: list[str]) -> None:
    files = dict(SHIPPED)
    if (name := f"menus/{without}.yaml") in files:
        files[name] = files[name].decode().split("\ntests:")[0].encode()
    transcripts = read(files)
    outcomes = [each for each in transcripts.run() if each.name != without]
    ways = [each.reason for each in transcripts.not_walked(outcomes) if each.rule == "T004"]
    assert len(ways) == len(told)
    for reason in told:
        assert any(reason in each for each in ways), ways


@pytest.mark.parametrize(("before", "after"), MUTATIONS)
def test_a_broken_menu_makes_a_test_fail(before: str, after: str) -> None:
    assert before in DEFAULT.split("\ntests:")[0]
    assert not all(outcome.has_passed for outcome in default(before, after).run())
