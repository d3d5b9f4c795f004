"""Whether an operator's words fit the phones before anybody reads them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from menu.fit import Network
from menu.language import Language
from menu.program import EntryPoint, Program, Screen
from menu.switches import Told
from telecom.encoding import Encoding, encoding_of


@dataclass(frozen=True, slots=True)
class Misfit:
    """What is wrong with a text: on which network, in which language, and by how much."""

    network: str
    language: Language
    why: str

    def __str__(self) -> str:
        return f"{self.language}, {self.network or 'any phone'}: {self.why}"


def misfits_of_reason(program: Program, networks: Sequence[Network], told: Told) -> list[Misfit]:
    """A reason stands alone on its page, with the way back."""
    return [
        misfit
        for network, language in _readers(program, networks)
        for misfit in _check(
            network,
            language,
            told.in_language(language),
            program.ways_out[language].deeper.only,
        )
    ]


def misfits_of_notice(program: Program, networks: Sequence[Network], told: Told) -> list[Misfit]:
    """A notice stands above the text of every screen where a dialogue begins, and of what can be
    chosen there at least one line must find room beside both."""
    found: list[Misfit] = []
    for network, language in _readers(program, networks):
        for screen in _begun(program):
            first = screen.lines[language][:1] if screen.lines else ()
            ways = program.ways_out[language]
            footer = ways.at_top.first if screen.lines else ways.at_top.only
            below = "\n".join([*filter(None, [screen.text[language]]), *first, footer])
            misfits = list(_check(network, language, told.in_language(language), below))
            if misfits:
                found += misfits
                break
    return found


def _readers(program: Program, networks: Sequence[Network]) -> Iterator[tuple[Network, Language]]:
    for network in networks or [Network()]:
        for language in program.languages:
            yield network, program.shown_in(language, is_latin=network.is_latin)


def _check(network: Network, language: Language, text: str, below: str) -> Iterator[Misfit]:
    if network.is_latin and encoding_of(text) is not Encoding.GSM7:
        why = "this network carries Latin letters only. Add the text in them"
        yield Misfit(network.name, language, f"{why}: {language}=...")
        return
    page = f"{text}\n{below}" if below else text
    if overflow := network.limit.overflow(page):
        unit = "septets" if encoding_of(page) is Encoding.GSM7 else "UCS-2 units"
        why = f"{overflow} {unit} more than the {network.limit.room_for(page)} of a screen"
        yield Misfit(network.name, language, f"{why}. Shorten it.")


def _begun(program: Program) -> Iterable[Screen]:
    """Where somebody dials in, and is shown something."""
    entries: Iterable[EntryPoint] = program.ussd.values()
    names = dict.fromkeys(entry.screen for entry in entries)
    return [program.screens[name] for name in names if program.screens[name].onward is None]
