"""A child ends with its parent even where the kernel does not help."""

from __future__ import annotations

import os
import subprocess
import sys

from cli.lifeline import PARENT, end_with_named_parent

CHILD = """
import os, threading
from cli import lifeline
lifeline.die_with_parent = lambda parent_pid: None
lifeline.end_with_parent(os.getppid())
print("up", flush=True)
threading.Event().wait()
"""
PARENT_OF_IT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1]]).wait()
"""


def test_a_child_notices_that_its_parent_was_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT_OF_IT, CHILD], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        parent.kill()
        parent.wait()
        # The child holds the other end of this pipe: the end of the stream is its end.
        rest, _ = parent.communicate(timeout=3)
        assert rest == b""


def test_a_parent_that_is_gone_already_ends_the_child_at_once() -> None:
    script = "import os, cli.lifeline as l; l.end_with_parent(os.getpid()); os.read(0, 1)"
    ended = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, timeout=5, check=False
    )
    assert ended.returncode == 1


def test_without_a_named_parent_nothing_happens() -> None:
    assert PARENT not in os.environ
    end_with_named_parent({})
