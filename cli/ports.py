"""What the commands need from the bridge. `wiring.Bridge` fulfils it, and a stand-in in tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from menu.diagnostics import Diagnostic
from menu.fit_report import Report
from menu.recorded import Dialogue
from metrics.meter import Meter
from models.link_funnel import Funnel
from models.menu_desk import MenuDesk
from models.menu_publication import Listed
from models.publishing import Published
from models.switchboard import Switchboard
from outbound.ledger import Ledger
from outbound.register import Register
from telecom.clock import Clock
from telecom.money import Money
from telecom.prices import PriceList


class ServeSettings(Protocol):
    """The part of the settings that shapes the process tree."""

    @property
    def dev(self) -> bool: ...
    @property
    def redis_url(self) -> str | None: ...
    @property
    def var(self) -> Path: ...
    @property
    def menus(self) -> Path: ...
    @property
    def gateways(self) -> Path: ...


class Bridge(Protocol):
    """Building one opens nothing: `check` and `migrate` work without Redis."""

    @property
    def settings(self) -> ServeSettings: ...

    @property
    def meter(self) -> Meter: ...

    def forget_counts(self) -> None:
        """What a former `flask serve` and its children have counted. Never raises."""
        ...

    def check(self) -> Sequence[str]:
        """What is wrong in gateways.yaml and menus.yaml, one finding a line; empty when nothing."""
        ...

    def check_menus(self) -> list[Diagnostic]: ...

    def tell_lacks(self) -> None:
        """To the log, what services of the live menus lack here."""
        ...

    def warm_senders(self) -> None:
        """Loads what the first SMS would wait for. Never raises."""
        ...

    def find_moved_keys(self) -> list[Diagnostic]:
        """Numbers that lead elsewhere than in the live menu; none where no menu is live."""
        ...

    def fit_menu(self) -> Report:
        """What the menu's screens take on the phones of every gateway. Raises BadMenu."""
        ...

    def segment_prices(self, country: str) -> Mapping[str, Money]:
        """What a segment to numbers of this country costs, by gateway."""
        ...

    def check_gateways(self) -> list[Diagnostic]: ...

    def menu_files(self) -> Mapping[str, bytes]:
        """The menu's files as they are on the disk, the root first. Raises BadMenu."""
        ...

    def sms_prices(self) -> Mapping[str, PriceList]:
        """What a segment costs, by gateway. Raises BadGateways."""
        ...

    def migrate(self) -> None:
        """Brings the database to the newest schema. Safe to repeat."""
        ...

    def check_key(self) -> None:
        """Whether the secret key is the one that this database belongs to.

        Raises models.key_mark.OtherKey, DatabaseDown.
        """
        ...

    def publish_menu(self) -> None:
        """Makes the checked menus.yaml live if its fingerprint was never published.

        Raises BadMenu, DatabaseDown.
        """
        ...

    def publish_menu_as(
        self, published_by: str, note: str, files: Mapping[str, bytes] | None = None
    ) -> Published:
        """Makes menus.yaml, or these files, live in any case. Raises BadMenu, DatabaseDown."""
        ...

    @property
    def menu_desk(self) -> MenuDesk:
        """Differences, previews, shares, plans, and the audit of all that."""
        ...

    def roll_back_menu(self, version: int | None, published_by: str, note: str) -> int:
        """Makes a version live again; None: the one before. Returns it.

        Raises NoSuchVersion, BadMenu, DatabaseDown.
        """
        ...

    def menu_history(self) -> list[Listed]:
        """Every publication, the live one first. Raises DatabaseDown."""
        ...

    def recorded(self, last: int) -> list[Dialogue]:
        """The dialogues that began last, at most so many. Raises DatabaseDown."""
        ...

    def how_to_reach(self) -> Sequence[str]:
        """Lines that tell what to dial, text or ring."""
        ...

    def run_worker(self, stop: threading.Event) -> None:
        """Sends until `stop` is set, then finishes the sends that it began. Raises OtherKey."""
        ...


class Spender(Protocol):
    """What `flask spending` needs. Asking raises DatabaseDown."""

    @property
    def spending(self) -> Ledger: ...


class Listener(Protocol):
    """What `flask consent` needs. Asking raises DatabaseDown."""

    @property
    def do_not_disturb(self) -> Register: ...


class Linker(Protocol):
    """What `flask links` needs. Counting raises DatabaseDown."""

    @property
    def clock(self) -> Clock: ...

    def links_since(self) -> datetime:
        """Links that were made before are not there any more."""
        ...

    def count_links(self, since: datetime, until: datetime) -> Funnel: ...


class Switcher(Protocol):
    """What `flask switches` needs."""

    @property
    def switchboard(self) -> Switchboard: ...


BridgeFactory = Callable[[], Bridge]  # raises cli.refusal.Refusal for bad settings
