"""What became of one screen between two menus, as its callers would notice it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from menu.moved_keys import same_in
from menu.program import Option, RowOptions, Screen
from menu.told_changes import Difference, changed_texts, quoted, way


def screen_differences(before: Screen, after: Screen) -> list[Difference]:
    """The screens have one name."""
    found = [*_said(before, after), *_options(before, after), *_lists(before, after)]
    found += [*_questions(before, after), *_deeds(before, after)]
    if not found and before.text.keys() == after.text.keys() and _bare(before) != _bare(after):
        found.append(Difference("screen", after.name, "it works otherwise than before"))
    return found


def _said(before: Screen, after: Screen) -> Iterator[Difference]:
    for says in changed_texts("the text", before.text, after.text):
        yield Difference("text", after.name, says)
    if before.text == after.text and before.plurals != after.plurals:
        yield Difference("text", after.name, "the text for one or for many changed")
    old, new = before.sends_sms, after.sends_sms
    if old and new:
        for says in changed_texts("its SMS", old.text, new.text):
            yield Difference("sms", after.name, says)
    elif old or new:
        yield Difference("sms", after.name, "it sends an SMS now" if new else "it sends no SMS now")


def _options(before: Screen, after: Screen) -> Iterator[Difference]:
    old, new = _options_of(before), _options_of(after)
    became: dict[str, Option] = {}
    for option in old:
        same = same_in(new, old, option)
        if same is not None and all(same is not taken for taken in became.values()):
            became[option.key] = same
    kept = [id(option) for option in became.values()]
    fresh = {option.key: option for option in new if id(option) not in kept}
    for option in old:
        if option.key in became:
            yield from _option(after.name, option, became[option.key])
        elif other := fresh.pop(option.key, None):
            label, was = _label(other), _label(option)
            says = f"number {option.key} leads to {label} instead of {was}"
            yield Difference("option", after.name, says)
        else:
            says = f"option {option.key} {_label(option)} is gone"
            yield Difference("option", after.name, says)
    for option in fresh.values():
        yield Difference("option", after.name, f"option {option.key} {_label(option)} is new")
    order = [became[option.key].key for option in old if option.key in became]
    moved = [option.key for option in new if id(option) in kept]
    if order != moved and {each.key for each in old} >= set(moved):
        yield Difference("option", after.name, f"its options stand as {', '.join(moved)} now")


def _option(where: str, old: Option, new: Option) -> Iterator[Difference]:
    label = _label(new)
    if old.key != new.key:
        yield Difference("option", where, f"{label} is number {new.key} instead of {old.key}")
    for says in changed_texts(f"the label of option {new.key}", old.label, new.label):
        yield Difference("option", where, says)
    if way(old.go) != way(new.go):
        says = f"number {new.key} {label} leads to {way(new.go)} instead of {way(old.go)}"
        yield Difference("option", where, says)
    if old.when != new.when:
        when = f"only if {new.when.text}" if new.when else "always"
        yield Difference("option", where, f"option {new.key} {label} is there {when}")
    rest = (old.sets_language, old.sets, old.is_final)
    if rest != (new.sets_language, new.sets, new.is_final):
        yield Difference("option", where, f"option {new.key} {label} does something else")


def _lists(before: Screen, after: Screen) -> Iterator[Difference]:
    old = [each for each in before.choices if isinstance(each, RowOptions)]
    new = [each for each in after.choices if isinstance(each, RowOptions)]
    if not old and not new:
        pass
    elif len(old) != len(new):
        says = "its list of rows is new" if len(new) > len(old) else "its list of rows is gone"
        yield Difference("list", after.name, says)
    else:
        for one, other in zip(old, new, strict=True):
            for says in changed_texts("the label of its rows", one.label, other.label):
                yield Difference("list", after.name, says)
            if way(one.go) != way(other.go):
                says = f"its rows lead to {way(other.go)} instead of {way(one.go)}"
                yield Difference("list", after.name, says)
            if _chosen_by(one) != _chosen_by(other):
                yield Difference("list", after.name, "it lists other rows")
    if before.speaks.keys() != after.speaks.keys():
        yield Difference("list", after.name, "its list of languages changed")


def _chosen_by(rows: RowOptions) -> tuple[object, ...]:
    return rows.data_set, rows.where, rows.when


def _questions(before: Screen, after: Screen) -> Iterator[Difference]:
    old, new = before.ask or before.question, after.ask or after.question
    if old is None or new is None:
        if old is not new:
            says = "it asks a question now" if new else "it asks nothing now"
            yield Difference("question", after.name, says)
        return
    if way(old.go) != way(new.go):
        says = f"the answer leads to {way(new.go)} instead of {way(old.go)}"
        yield Difference("question", after.name, says)
    if (old.tries, old.after_last_try) != (new.tries, new.after_last_try):
        yield Difference("question", after.name, "how often it may be tried changed")
    one, other = before.question, after.question
    if one is None or other is None:
        if before.ask != after.ask and way(old.go) == way(new.go):
            yield Difference("question", after.name, "it asks for something else")
        return
    if one.form != other.form or one.save_as != other.save_as:
        yield Difference("question", after.name, "it takes other answers")
    if one.is_sensitive != other.is_sensitive:
        secret = "is a secret now" if other.is_sensitive else "is no secret now"
        yield Difference("question", after.name, f"what is answered {secret}")
    for rule in other.errors:
        if rule in one.errors:
            name = f"what is said of a wrong answer ({rule})"
            for says in changed_texts(name, one.errors[rule], other.errors[rule]):
                yield Difference("question", after.name, says)


def _deeds(before: Screen, after: Screen) -> Iterator[Difference]:
    if way(before.onward) != way(after.onward):
        says = f"it goes on to {way(after.onward)} instead of {way(before.onward)}"
        yield Difference("way", after.name, says)
    if before.sends_link != after.sends_link:
        old, new = before.sends_link or "nothing", after.sends_link or "nothing"
        yield Difference("link", after.name, f"it sends {new} instead of {old}")
    if before.call != after.call:
        yield Difference("service", after.name, _calls(before, after))
    if before.sets != after.sets:
        yield Difference("screen", after.name, "it keeps other values")
    if before.hours != after.hours:
        yield Difference("screen", after.name, "its opening hours are others")
    if before.ends != after.ends:
        says = "the dialogue ends here now" if after.ends else "the dialogue goes on from here now"
        yield Difference("screen", after.name, says)


def _calls(before: Screen, after: Screen) -> str:
    old, new = before.call, after.call
    if new is None or old is None:
        return "it asks no service now" if new is None else f"it asks the service {new.service} now"
    if old.service != new.service:
        return f"it asks the service {new.service} instead of {old.service}"
    if old.on_error != new.on_error:
        return f"where {new.service} fails, it leads to {new.on_error} instead of {old.on_error}"
    return f"it asks the service {new.service} otherwise"


def _bare(screen: Screen) -> Screen:
    """Without what the compiler makes of the rest."""
    return replace(screen, lines=None, words={}, by_key={}, speaks={})


def _options_of(screen: Screen) -> list[Option]:
    return [each for each in screen.choices if isinstance(each, Option)]


def _label(option: Option) -> str:
    return quoted(next(iter(option.label.values())))
