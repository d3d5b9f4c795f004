"""Every noun of `flask`, each with its own commands: the literal shelf."""

from __future__ import annotations

from typing import Final

from cli import (
    backup,
    consent,
    data,
    db,
    feedback,
    gateways,
    links,
    menus,
    outbox,
    serve,
    spending,
    switches,
    worker,
)

NOUNS: Final = (
    backup.backup,
    backup.restore,
    consent.commands,
    data.commands,
    db.commands,
    feedback.commands,
    gateways.commands,
    links.commands,
    menus.commands,
    outbox.commands,
    serve.commands,
    spending.commands,
    switches.commands,
    worker.commands,
)
