"""A screen as its author wrote it becomes a `program.Screen`: languages filled, choices written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from menu import schema
from menu.acting import acts_behind
from menu.data_schema import Kind
from menu.inputs import fold
from menu.language import Texts
from menu.language_names import own_name
from menu.program import (
    RESERVED_KEYS,
    Ask,
    Message,
    Option,
    Question,
    RowOptions,
    Screen,
    ServiceCall,
)
from menu.question_compiler import compile_question
from menu.screens import lines_of
from menu.source import Source
from menu.templates import has_blanks
from menu.text_schema import AnyTexts
from menu.texts import filled, plurals
from menu.way_compiler import compile_condition, compile_go, compile_sets

NOTHING = ""


def compile_screen(source: Source, name: str, screen: schema.Screen) -> Screen:
    text = _message(source, screen.text if screen.text is not None else NOTHING)
    if screen.helpline is not None:
        text = with_helpline(source, screen.helpline.name, text)
    listed = {at: _languages(source, screen, each) for at, each in screen.language_options()}
    choices = (*_choices(source, screen, listed), *_confirm(source, screen))
    options = [choice for choice in choices if isinstance(choice, Option)]
    is_written = len(options) == len(choices) and not any(each.when for each in options)
    return Screen(
        name=name,
        text=text.text,
        plurals=text.plurals,
        has_blanks=text.has_blanks,
        choices=choices,
        lines={
            language: lines_of((option.key, option.label[language]) for option in options)
            for language in source.displayed
        }
        if is_written and screen.find is None and not listed
        else None,
        words=_words(options),
        by_key={option.key: option for option in reversed(options)},
        speaks={each.key: each.sets_language or "" for some in listed.values() for each in some},
        ask=_ask(source, screen),
        question=_question(source, screen),
        onward=compile_go(source, screen.go) if screen.leads_on and screen.go else None,
        sets=compile_sets(source, screen.set_),
        sends_link=screen.send_link,
        sends_sms=_sms(source, screen),
        hours=_hours(source, screen),
        call=_call(screen),
        prefetch=tuple(name for name in screen.prefetch if name in source.flat),
    )


def _message(source: Source, texts: AnyTexts) -> Message:
    text, forms = filled(texts, source.displayed), plurals(texts, source.displayed)
    written = [
        *text.values(),
        *(each for plural in forms.values() for each in plural.forms.values()),
    ]
    return Message(text=text, plurals=forms, has_blanks=any(map(has_blanks, written)))


def with_helpline(source: Source, name: str, message: Message) -> Message:
    """Who can be called, below the screen's own text: "Police: 112"."""
    helpline = source.menu.helplines.get(name)
    if helpline is None:
        return message
    labels = filled(helpline.label, source.displayed)
    text = {
        language: "\n".join(filter(None, (own, f"{labels[language]}: {helpline.number}")))
        for language, own in message.text.items()
    }
    return Message(text=text, has_blanks=message.has_blanks)


def _sms(source: Source, screen: schema.Screen) -> Message | None:
    if screen.send_sms is not None:
        return _message(source, screen.send_sms)
    if screen.helpline is not None and screen.helpline.sms:
        return with_helpline(source, screen.helpline.name, _message(source, NOTHING))
    return None


def _hours(source: Source, screen: schema.Screen) -> str:
    helpline = source.menu.helplines.get(screen.helpline.name) if screen.helpline else None
    return helpline.hours or NOTHING if helpline else NOTHING


def _call(screen: schema.Screen) -> ServiceCall | None:
    if screen.call is None:
        return None
    return ServiceCall(
        service=screen.call.service,
        told=tuple(screen.call.with_.items()),
        save_as=screen.call.save_as or "",
        by_sms_when_slow=screen.call.when_slow is not None,
        on_error=screen.call.on_error,
        outcomes=dict(screen.call.outcomes),
    )


def _words(options: list[Option]) -> dict[str, str]:
    """What two options are called by leads to neither."""
    words: dict[str, str] = {}
    for option in options:
        for word in {fold(label) for label in option.label.values()}:
            words[word] = NOTHING if word in words else option.key
    return {word: key for word, key in words.items() if word and key}


def _languages(
    source: Source, screen: schema.Screen, listed: schema.LanguageOptions
) -> list[Option]:
    """An option for each language. The keys of other options are taken."""
    taken = {key for _, key, _ in screen.numbered_options()} | RESERVED_KEYS
    free = (str(number) for number in count(1) if str(number) not in taken)
    return [
        Option(
            key=next(free),
            label={each: own_name(language, each) for each in source.displayed},
            go=compile_go(source, listed.go),
            sets_language=language,
        )
        for language in source.languages
    ]


def _choices(
    source: Source, screen: schema.Screen, listed: Mapping[int, Sequence[Option]]
) -> list[Option | RowOptions]:
    options: dict[int, Option | RowOptions] = {
        position: Option(
            key=key,
            label=filled(option.label, source.displayed),
            go=compile_go(source, option.go),
            sets_language=option.language,
            when=compile_condition(source, option.when) if option.when else None,
            sets=compile_sets(source, option.set_),
        )
        for position, key, option in screen.numbered_options()
    }
    for position, rows in screen.row_options():
        options[position] = RowOptions(
            data_set=rows.from_,
            where=tuple(rows.where.items()),
            label=row_label(source, rows.from_, rows.label),
            save_as=rows.save_as,
            go=compile_go(source, rows.go),
            when=compile_condition(source, rows.when) if rows.when else None,
        )
    both: list[Option | RowOptions] = []
    for position in range(len(screen.options)):
        both += listed.get(position) or [options[position]]
    return both


def _confirm(source: Source, screen: schema.Screen) -> list[Option]:
    if screen.confirm is None:
        return []
    yes, no = compile_go(source, screen.confirm.yes), compile_go(source, screen.confirm.no)
    return [
        Option(key="1", label=source.phrases["yes"], go=yes, is_final=True),
        Option(key="2", label=source.phrases["no"], go=no),
    ]


def _ask(source: Source, screen: schema.Screen) -> Ask | None:
    ask = screen.find
    if ask is None or screen.go is None:
        return None
    return Ask(
        data_set=ask.find_in,
        label=row_label(source, ask.find_in, ask.label),
        save_as=ask.save_as,
        go=compile_go(source, screen.go),
        tries=ask.tries,
        after_last_try=ask.after_last_try,
        offers_guess=acts_behind(source, screen.go),
    )


def _question(source: Source, screen: schema.Screen) -> Question | None:
    if screen.ask is None or isinstance(screen.ask, schema.Ask) or screen.go is None:
        return None
    return compile_question(source, screen.ask, compile_go(source, screen.go))


def row_label(source: Source, data_set: str, own: schema.Texts | None) -> Texts:
    """What is shown of each row: as the author says, else its first label, else its key."""
    if own is not None:
        return filled(own, source.displayed)
    columns = source.menu.data[data_set].columns if data_set in source.menu.data else {}
    labels = [name for name, column in columns.items() if column.type is Kind.LABEL]
    keys = [name for name, column in columns.items() if column.type is Kind.KEY]
    return filled("".join(f"{{{name}}}" for name in [*labels, *keys][:1]), source.displayed)
