"""How a whole menu fits: what every screen takes on every gateway's phones, what every SMS is
billed as, and what must be changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from menu.diagnostics import BadMenu, Diagnostic, Place, in_file_order
from menu.files import Files
from menu.fit import ANY_NETWORK, Network, Shown, shown_on
from menu.linter import examine
from menu.rules.screen_too_long import misfits
from menu.services import NO_SERVICES, Services
from menu.sms_texts import SmsText, texts_sent
from menu.source import Source
from menu.widths import Widths


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`country` is that of most callers. `findings` are those of M206, in file order."""

    country: str
    shown: Sequence[tuple[Place, Shown]]
    sent: Sequence[tuple[Place, SmsText]]
    findings: Sequence[Diagnostic]


def report(files: Files, networks: Iterable[Network], services: Services = NO_SERVICES) -> Report:
    """Of a menu without errors, what does not fit aside. Raises BadMenu."""
    source = examine(files, (), services=services).source
    if source is None:
        raise BadMenu(examine(files, services=services).diagnostics)
    every = distinct(networks)
    widths = Widths(source)
    shown = [each for network in every for each in shown_on(source, network, widths)]
    return Report(
        country=source.menu.country,
        shown=[(source.value_place(*each.path, "text", each.language), each) for each in shown],
        sent=[(source.value_place(*each.path), each) for each in texts_sent(source)],
        findings=in_file_order([*misfits(source, ANY_NETWORK), *_on_networks(source, every)]),
    )


def find_misfits(
    files: Files, networks: Iterable[Network], services: Services = NO_SERVICES
) -> list[Diagnostic]:
    """What fits most phones and not those of these networks; nothing of a menu that cannot be read,
    nor of networks that carry as much as any."""
    every = [each for each in distinct(networks) if not _is_usual(each)]
    source = examine(files, (), services=services).source if every else None
    return in_file_order(_on_networks(source, every)) if source else []


def distinct(networks: Iterable[Network]) -> list[Network]:
    """That of any phone, and one for each kind of phone that differs from it: the first by name."""
    kinds = {(ANY_NETWORK.limit, False): ANY_NETWORK}
    for network in networks:
        kinds.setdefault((network.limit, network.is_latin), network)
    return list(kinds.values())


def _on_networks(source: Source, networks: Iterable[Network]) -> list[Diagnostic]:
    """Without what M206 says of every phone."""
    told = {each.place for each in misfits(source, ANY_NETWORK)}
    found: list[Diagnostic] = []
    for network in networks:
        if _is_usual(network):
            continue
        new = [each for each in misfits(source, network) if each.place not in told]
        told |= {each.place for each in new}
        found += new
    return found


def _is_usual(network: Network) -> bool:
    """It has at least the room that the rule counts with, for the same texts."""
    usual = ANY_NETWORK.limit
    has_room = network.limit.septets >= usual.septets and network.limit.ucs2 >= usual.ucs2
    return has_room and not network.is_latin
