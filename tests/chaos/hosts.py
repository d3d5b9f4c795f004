"""A field on several hosts: each with a network, a name and a var/ folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.chaos.field import HURRY, Field, Wishes

KEY: Final = "the one secret key of all hosts, long enough"


class Hosts(Field):
    """The first web server and the first dispatcher are on the first host, and so on."""

    def __init__(
        self, folder: Path, kit: Any, nursery: Any, places: tuple[str, str], wishes: Wishes,
        network: Any,
    ) -> None:  # fmt: skip
        self.home = network.home
        self.network = network
        wishes.settings = {"BRIDGE_SECRET_KEY": KEY, **wishes.settings}
        super().__init__(folder, kit, nursery, places, wishes)

    def spool_of(self, host: int) -> Path:
        return self.folder / f"var-{host}" / "spool"

    def spooled(self) -> int:
        return len([*self.folder.glob("var-*/spool/*.event")])

    def lose(self, host: int) -> None:
        """All of its processes die, and nobody starts them again."""
        for member in (self.webs.pop(host), self.dispatchers.pop(host)):
            member.kill()

    def _dispatcher(self, kit: Any, number: int) -> Any:
        return self._move(super()._dispatcher(kit, number), number)

    def _web(self, kit: Any, number: int) -> Any:
        web = self._move(super()._web(kit, number), number)
        web.host = web.argv[web.argv.index("127.0.0.1")] = self.network.address(number)
        return web

    def _move(self, member: Any, host: int) -> Any:
        member.environ = {
            "BRIDGE_VAR": str(self.folder / f"var-{host}"),
            "SANKET_AFTER_FORK": self.network.enter(host) + HURRY + self.wishes.after_fork,
        }
        return member
