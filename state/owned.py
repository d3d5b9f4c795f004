"""Children that cannot outlive their owner, even one that was killed with -9.

Nothing cleans up after a kill -9, so the kernel has to: on Linux a child may ask to be killed
when the thread that started it ends. Elsewhere the child must look after itself (`cli.lifeline`)
or is shut down by the next owner.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen
from typing import IO, Final

PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def spawn_owned(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | None = None,
    pass_fds: Sequence[int] = (),
) -> Popen[bytes]:
    """Starts a child in a session of its own. Call it from a thread that lives as long as you.

    Its own session keeps a signal to the owner's group, or a Ctrl-C, away from it: the owner
    alone decides in which order its children end. Raises OSError when it cannot be started.
    """
    die_with = _prepare(os.getpid())
    return Popen(  # noqa: S603 - every caller gives a list that we wrote
        argv,
        env=env,
        cwd=cwd,
        stdin=DEVNULL,
        stdout=output,
        stderr=STDOUT if output else None,
        start_new_session=True,
        pass_fds=pass_fds,
        preexec_fn=die_with,
    )


def die_with_parent(parent_pid: int) -> None:
    """From now on the kernel kills this process when its parent ends. Linux; else does nothing."""
    die_with = _prepare(parent_pid)
    if die_with is not None:
        die_with()


def _prepare(parent_pid: int) -> Callable[[], None] | None:
    """The library is loaded before the fork: after it, a child may do next to nothing."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def die_with() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        # A parent that ended before the line above is not noticed by the kernel any more.
        if os.getppid() != parent_pid:
            os._exit(1)

    return die_with
