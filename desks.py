"""What the commands and the menu's followers work with. Building opens nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Final

import structlog

from gateways import loader as gateways_loader
from gateways.findings import BadGateways
from menu import linter
from menu.diagnostics import BadMenu, Diagnostic, Place, error, in_file_order
from menu.fit import Network
from menu.fit_report import Report, find_misfits, report
from menu.recorded import Dialogue, dialogues_of, opened
from menu.service_parts import Service
from menu.shares import Limits as ShareLimits
from models import link_funnel, migrate, publishing, turn
from models.database import DatabaseDown
from models.fitting_files import FittingFiles
from models.key_mark import KeyMark
from models.library import NothingPublished
from models.link_funnel import Funnel
from models.menu_desk import MenuDesk
from models.menu_files import MenuFiles
from models.menu_publication import Listed
from models.menu_rounds import MenuRounds
from models.menu_watcher import MenuReview, MenuWatcher
from models.publishing import Published
from models.switchboard import Switchboard
from outbound.desk import Desk
from sending import Sending
from services.record_desk import RecordDesk
from services.surroundings import Lack
from telecom.keyed_hash import KeyedHash
from telecom.money import Money
from telecom.prices import PriceList

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

PUBLISHER: Final = "start"  # who published a menu that the start of the bridge published


class Desks(Sending):
    """Each part made when it is first asked for. What is broken in files is told as findings."""

    @cached_property
    def _menu_files(self) -> MenuFiles:
        return MenuFiles(self.settings.menus, self.clock, self.menu_services)

    @cached_property
    def _fitting(self) -> FittingFiles:
        return FittingFiles(self.menu_files, self._networks, self.menu_services)

    @cached_property
    def _review(self) -> MenuReview:
        return MenuReview(self._fitting, self.database, self.menu_services)

    def check(self) -> Sequence[str]:
        """Every error of gateways.yaml and menus.yaml, one a line."""
        found = [*self.check_gateways(), *self.check_menus()]
        return [str(finding) for finding in found if finding.is_error]

    def check_menus(self) -> list[Diagnostic]:
        try:
            files, services = self.menu_files(), self.menu_services
            examined = linter.examine(files, services=services)
            lacks = self.surroundings.check(examined.source) if examined.source else ()
            misfits = find_misfits(files, self._networks(), services)
            return in_file_order([*examined.diagnostics, *misfits, *lacks])
        except BadMenu as fault:
            return list(fault.diagnostics)

    def fit_menu(self) -> Report:
        """Raises BadMenu."""
        return report(self.menu_files(), self._networks(), self.menu_services)

    def segment_prices(self, country: str) -> Mapping[str, Money]:
        """What a segment to this country costs, by gateway; {} where gateways.yaml is broken."""
        with suppress(BadGateways, OSError, UnicodeDecodeError):
            return {name: its.in_country(country) for name, its in self.sms_prices().items()}
        return {}

    def _networks(self) -> list[Network]:
        """What the phones of every enabled gateway show; none where gateways.yaml is broken."""
        with suppress(BadGateways, OSError, UnicodeDecodeError):
            each = [gateway.settings for gateway in self.gateways.values()]
            return [
                Network(one.name, one.ussd_limit, is_latin=one.ussd_script == "latin")
                for one in each
            ]
        return []

    def find_moved_keys(self) -> list[Diagnostic]:
        """What the menu file changes of what people know; nothing while that cannot be told."""
        if not self.database.may_be_there:
            return []
        try:
            return publishing.find_moved_keys(self.database, self.menu_files(), self.menu_services)
        except (BadMenu, DatabaseDown):
            return []

    def _live_services(self) -> Collection[Service]:
        try:
            served = self.library.served()
            return {
                each.fingerprint: each for one in served for each in one.services.values()
            }.values()
        except (BadMenu, DatabaseDown, NothingPublished):  # told by whoever follows the menus
            return ()

    def find_lacks(self) -> list[Lack]:
        """Why services of the live menus cannot be asked from here."""
        live = self._live_services()
        return [lack for each in live for lack in self.surroundings.lacks_of(each)]

    def tell_lacks(self) -> None:
        """To the log: menus and environment may be edited by different people."""
        for lack in self.find_lacks():
            why = f"{lack.reason} {lack.hint}"
            log.warning("service not set up", service=lack.service, why=why)

    def check_gateways(self) -> list[Diagnostic]:
        path = self.settings.gateways
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            return [_unreadable(path.name, "G001", fault)]
        return gateways_loader.check(
            text,
            path.name,
            self._environ,
            development=self.settings.dev,
            public_url=self.settings.public_url,
        )

    def forget_counts(self) -> None:
        """Never raises: counting keeps nobody from work."""
        with suppress(OSError):
            self.counts.forget()

    def migrate(self) -> None:
        migrate.upgrade(self.settings.database_url)

    def check_key(self) -> None:
        """Raises OtherKey, DatabaseDown."""
        self.key_mark.check()

    @cached_property
    def key_mark(self) -> KeyMark:
        secret = self.settings.secret_key.get_secret_value().encode()
        proof = KeyedHash(secret, "key mark").of("sanket")
        return KeyMark(self.database, proof, self.outbox.recipient, self.clock.now)

    def publish_menu(self) -> None:
        """The menu file becomes live unless this very file was published before.

        Without BRIDGE_MENUS_WATCH only the first one ever does. Raises BadMenu, DatabaseDown.
        """
        if self.settings.menus_watch or not publishing.is_anything_live(self.database):
            publishing.publish_if_new(
                self.database,
                self._fitting(),
                PUBLISHER,
                self.clock.now(),
                self.menu_services,
            )

    def publish_menu_as(
        self, published_by: str, note: str, files: Mapping[str, bytes] | None = None
    ) -> Published:
        """The menu file, or these files, become live in any case. Raises BadMenu, DatabaseDown."""
        return publishing.publish(
            self.database,
            self._fitting() if files is None else files,
            published_by=published_by,
            note=note,
            now=self.clock.now(),
            services=self.menu_services,
        )

    def roll_back_menu(self, version: int | None, published_by: str, note: str) -> int:
        """Raises NoSuchVersion, BadMenu, DatabaseDown."""
        return publishing.roll_back(
            self.database,
            version,
            published_by=published_by,
            note=note,
            now=self.clock.now(),
            services=self.menu_services,
        )

    def menu_history(self) -> list[Listed]:
        """Raises DatabaseDown."""
        return publishing.history(self.database)

    @cached_property
    def menu_desk(self) -> MenuDesk:
        return MenuDesk(
            self.database,
            self.menu_services,
            self.clock,
            lambda number: self._keys.caller(number.e164),
            self.share_counts.find,
        )

    def menu_rounds(self) -> MenuRounds:
        return MenuRounds(
            self.database,
            self._shared_clock,
            ShareLimits(
                least_dialogues=self.settings.share_least_dialogues,
                completion_drop=self.settings.share_completion_drop,
                error_rise=self.settings.share_error_rise,
            ),
            self.share_counts.find,
            self.menu_services,
            self.meter,
        )

    def menu_watcher(self) -> MenuWatcher:
        return MenuWatcher(self._fitting, self.database, self.clock, self.menu_services)

    def menu_warnings(self) -> Sequence[str]:
        """What keeps the menu file from being live, while the last good menu serves."""
        return self._review.warnings() if self.settings.menus_watch else ()

    def menu_files(self) -> Mapping[str, bytes]:
        """The menu's files as they lie on the disk, the root first. Raises BadMenu."""
        return self._menu_files.read()

    def how_to_reach(self) -> Sequence[str]:
        _, program = self.library.live()
        return [
            *(f"dial  {code}" for code in program.ussd),
            *(f"text  {word.upper()}" for word in list(program.sms_keywords)[:1]),
            *(f"ring  {called}" for called in program.missed_call),
        ]

    def recorded(self, last: int) -> list[Dialogue]:
        """The dialogues that began last, at most so many, the oldest first. Raises DatabaseDown."""
        with self.database.read() as conn:
            turns = turn.last_dialogues(conn, last)
        return dialogues_of(opened(each, self.turn_sealer.find_open) for each in turns)

    @cached_property
    def desk(self) -> Desk:
        return Desk(
            self.database,
            self.outbox,
            self._hasher,
            self._shared_clock,
            settle_seconds=self.settings.settle_seconds,
            gateways=self._find_sending,
            dlt=self._dlt_book,
        )

    def _find_sending(self) -> Collection[str] | None:
        """The gateways that send; None where gateways.yaml is broken."""
        try:
            return [name for name, gateway in self.gateways.items() if gateway.sender]
        except (BadGateways, OSError, UnicodeDecodeError):
            return None

    def links_since(self) -> datetime:
        """Links that were made before are swept out, and count no more."""
        return self.clock.now() - self._links_kept

    def count_links(self, since: datetime, until: datetime) -> Funnel:
        """Of the links that were made in that time. Raises DatabaseDown."""
        with self.database.read() as conn:
            return link_funnel.count(conn, since, until)

    @cached_property
    def record_desk(self) -> RecordDesk:
        return RecordDesk(self.database, self._sealer, self._shared_clock)

    @cached_property
    def switchboard(self) -> Switchboard:
        return Switchboard(self.database, self.library, self.clock, self._networks)

    def sms_prices(self) -> Mapping[str, PriceList]:
        """What a segment costs, by gateway. Raises BadGateways."""
        return {name: tariff.prices for name, tariff in self.spend_world.tariffs.items()}


def _unreadable(file: str, rule: str, fault: Exception) -> Diagnostic:
    why = fault.strerror if isinstance(fault, OSError) else "is not UTF-8"
    return error(Place(file, 1, 1), rule, f"The file cannot be read: {why}.")
