"""The values that a menu keeps, and what each of them is: from its questions, its `set:` lines and
its services. Whatever is wrong with them is left out here, and told by the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from menu import question_schema as asked
from menu.condition_reader import KIND_OF, BadExpression, Is, Scope, read_expression
from menu.document import KeyPath
from menu.language import Language, Texts
from menu.screen_schema import Screen
from menu.services import Services, ServiceSpec
from menu.texts import filled
from menu.value_types import NUMBER, ValueKind, ValueType

ROUNDS = 6  # a value that is made of others needs one more than they
_WIDEST_SET = 60


def set_lines(screens: Mapping[str, Screen]) -> Iterator[tuple[KeyPath, str, str]]:
    """Every line under `set`: (path, name, expression)."""
    for name, screen in screens.items():
        for value, text in screen.set_.items():
            yield ("screens", name, "set", value), value, text
        for position, _, option in screen.numbered_options():
            for value, text in option.set_.items():
                yield ("screens", name, "options", position, "set", value), value, text


def asked_types(
    asks: Iterable[tuple[KeyPath, asked.AnyAsk]],
    languages: tuple[Language, ...],
    phrases: Mapping[str, Texts],
    currency: str,
) -> Iterator[tuple[KeyPath, str, ValueType]]:
    """What every question with a kind keeps."""
    for path, ask in asks:
        if not isinstance(ask, asked.Ask):
            yield path, ask.save_as, _type_of(ask, languages, phrases, currency)


def given_types(screens: Mapping[str, Screen], services: Services) -> dict[str, ValueType]:
    """What the answers of services are, by "name.part"."""
    return {
        f"{screen.call.save_as}.{part}": _given_type(services[screen.call.service], part, kind)
        for screen in screens.values()
        if screen.call and screen.call.save_as and screen.call.service in services
        for part, kind in services[screen.call.service].gives.items()
    }


def _given_type(spec: ServiceSpec, part: str, kind: ValueKind) -> ValueType:
    return ValueType(
        kind=kind,
        currency=spec.currencies.get(part, ""),
        widest=spec.widest.get(part, _WIDEST_SET),
    )


def with_set_types(
    known: Mapping[str, ValueType], lines: Iterable[tuple[KeyPath, str, str]], scope: Scope
) -> dict[str, ValueType]:
    """A value may be made of others, and of itself: `count + 1`."""
    types, left = dict(known), [(name, text) for _, name, text in lines if name not in known]
    for _ in range(ROUNDS):
        unknown = frozenset(name for name, _ in left if name not in types)
        if not unknown:
            break
        for name, text in left:
            if name in types:
                continue
            here = Scope(
                values=types,
                unknown=unknown,
                columns=scope.columns,
                openings=scope.openings,
                languages=scope.languages,
            )
            try:
                _, comes_to = read_expression(text, here)
            except BadExpression:
                continue
            if comes_to is not Is.UNKNOWN:
                types[name] = _set_type(comes_to)
    return types


def _set_type(comes_to: Is) -> ValueType:
    kind = KIND_OF[comes_to]
    return NUMBER if comes_to is Is.NUMBER else ValueType(kind=kind, widest=_WIDEST_SET)


def _type_of(
    ask: asked.TypedAsk,
    languages: tuple[Language, ...],
    phrases: Mapping[str, Texts],
    currency: str,
) -> ValueType:
    hidden = ask.sensitive
    match ask:
        case asked.AskText() | asked.AskPattern():
            return ValueType(kind=ValueKind.TEXT, widest=ask.max_length, is_sensitive=hidden)
        case asked.AskNumber():
            return ValueType(kind=ValueKind.NUMBER, is_sensitive=hidden)
        case asked.AskMoney():
            own = ask.currency or currency
            return ValueType(kind=ValueKind.MONEY, currency=own, widest=20, is_sensitive=hidden)
        case asked.AskDate():
            return ValueType(kind=ValueKind.DATE, widest=10, is_sensitive=hidden)
        case asked.AskPhone() | asked.AskPinCode():
            return ValueType(kind=ValueKind.TEXT, widest=16, is_sensitive=hidden)
        case asked.AskYesNo():
            labels = {"yes": phrases["yes"], "no": phrases["no"]}
            return _labelled(ValueKind.YES_NO, labels, hidden=hidden)
        case asked.AskChoice():
            labels = {item.value: filled(item.label, languages) for item in ask.choices}
            return _labelled(ValueKind.CHOICE, labels, hidden=hidden)


def _labelled(kind: ValueKind, labels: Mapping[str, Texts], *, hidden: bool) -> ValueType:
    widest = max(len(text) for texts in labels.values() for text in texts.values())
    return ValueType(kind=kind, labels=labels, widest=widest, is_sensitive=hidden)
