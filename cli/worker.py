"""`flask worker`: the dispatcher, which sends what waits in the outbox. Any number may run."""

from __future__ import annotations

import os
from typing import Final

import click

from cli import heap
from cli.lifeline import PARENT, end_with_named_parent
from cli.ports import BridgeFactory
from cli.refusal import OTHER_KEY, Refusal
from cli.stop_signals import stop_on_signals
from models.key_mark import OtherKey

EXAMPLES: Final = """\b
Examples:
  flask worker                          beside a `flask serve` of the same settings
  BRIDGE_WORKER_THREADS=16 flask worker
"""


def commands(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("worker", epilog=EXAMPLES)
    def worker() -> None:
        """Send the SMS that wait, until SIGTERM or Ctrl-C; then finish the sends that began.

        `flask serve` runs one of these itself. More of them, on any host, share the work through
        the database.
        """
        stop = stop_on_signals()
        end_with_named_parent(os.environ)
        bridge = bridge_factory()
        if PARENT not in os.environ:
            bridge.tell_lacks()  # flask serve told its own
        bridge.warm_senders()
        heap.settle()
        try:
            bridge.run_worker(stop)
        except OtherKey:
            raise Refusal(OTHER_KEY) from None

    return worker
