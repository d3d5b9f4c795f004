"""How a screen looks on a phone: its text, its numbered options, and the way out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from menu import schema
from menu.program import BACK_KEY, HOME_KEY, Language, Texts
from menu.texts import filled


@dataclass(frozen=True, slots=True)
class Shown:
    """One screen in every language, as it looks at the top of a dialogue and deeper inside."""

    at_top: Texts
    deeper: Texts


def compose(text: str, options: Iterable[tuple[str, str]] = (), footer: str = "") -> str:
    """One whole screen. `options` are (key, label); a screen without options has no footer."""
    lines = [f"{key} {label}" for key, label in options]
    return "\n".join([text, *lines, *([footer] if lines and footer else [])])


def after_wrong_choice(shown: str, phrases: Mapping[str, Texts], language: Language) -> str:
    """The same screen again for somebody who pressed what is not there."""
    return f"{phrases['wrong_choice'][language]}\n{shown}"


def footer_at_top(phrases: Mapping[str, Texts], language: Language) -> str:
    return f"{BACK_KEY} {phrases['exit'][language]}"


def footer_deeper(phrases: Mapping[str, Texts], language: Language) -> str:
    """One line for both keys: lines are what small screens have least of."""
    return f"{BACK_KEY} {phrases['back'][language]} {HOME_KEY} {phrases['home'][language]}"


def show(
    screen: schema.Screen, languages: Sequence[Language], phrases: Mapping[str, Texts]
) -> Shown:
    """Composes a screen for every language of the menu."""
    texts = filled(screen.text, languages)
    labels = [(key, filled(option.label, languages)) for key, option in screen.numbered_options()]
    at_top: dict[Language, str] = {}
    deeper: dict[Language, str] = {}
    for language in languages:
        options = [(key, label[language]) for key, label in labels]
        at_top[language] = compose(texts[language], options, footer_at_top(phrases, language))
        deeper[language] = compose(texts[language], options, footer_deeper(phrases, language))
    return Shown(at_top, deeper)
