"""The line between a child and its parent: when the parent is gone, the child ends too.

Who starts a child writes its own pid into SANKET_PARENT of the child's environment. The name has
no BRIDGE_ prefix because it is no setting: no operator ever writes it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from typing import Final

from state.owned import die_with_parent

PARENT: Final = "SANKET_PARENT"
GLANCE_SECONDS: Final = 0.5


def end_with_parent(parent_pid: int) -> None:
    """From now on this process ends within a second of its parent, at once on Linux.

    There is no clean end: what a kill -9 interrupts is healed by the next start, and a child that
    lingers would hold the port against it. The thread is for systems without the kernel's help.
    """
    die_with_parent(parent_pid)
    threading.Thread(target=_watch, args=(parent_pid,), name="lifeline", daemon=True).start()


def end_with_named_parent(environ: Mapping[str, str]) -> None:
    """The same with the parent that SANKET_PARENT names; without one, nothing."""
    if parent := environ.get(PARENT):
        end_with_parent(int(parent))


def _watch(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(GLANCE_SECONDS)
    os._exit(1)
