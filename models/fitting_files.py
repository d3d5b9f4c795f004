"""The menu's files, if they fit the phones of every gateway; else refused as a mistake is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from menu.diagnostics import BadMenu
from menu.files import Files
from menu.fit import Network
from menu.fit_report import find_misfits
from menu.services import Services


class FittingFiles:
    """`read` is called as often as somebody asks; the same object is judged once. Any thread."""

    def __init__(
        self,
        read: Callable[[], Files],
        networks: Callable[[], Sequence[Network]],
        services: Services,
    ) -> None:
        self._read, self._networks, self._services = read, networks, services
        self._judged: tuple[Files, BadMenu | None] | None = None

    def __call__(self) -> Files:
        """Raises BadMenu."""
        files = self._read()
        judged = self._judged
        if judged is None or judged[0] is not files:
            found = find_misfits(files, self._networks(), self._services)
            is_bad = any(each.is_error for each in found)
            self._judged = judged = (files, BadMenu(found) if is_bad else None)
        if judged[1] is not None:
            raise BadMenu(judged[1].diagnostics)
        return files
