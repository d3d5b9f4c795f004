"""What Linux says of processes that may end while one looks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_ENDED: Final = (FileNotFoundError, ProcessLookupError)
ZOMBIE: Final = "Z"  # it does not run: whether somebody collects it is the business of PID 1
STOPPED: Final = "T"


def state_of(pid: int) -> str:
    """The letter of proc_pid_stat(5), empty when there is no such process."""
    fields = _stat(pid)
    return fields[0] if fields else ""


def parent_of(pid: int) -> int:
    """0 when there is no such process."""
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def is_running(pid: int) -> bool:
    return state_of(pid) not in ("", ZOMBIE)


def words_of(pid: int) -> list[str]:
    """Its command line, empty for a process that ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    except _ENDED:
        return []


def children_of(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text(encoding="ascii").split()
        ]
    except _ENDED:
        return []


def descendants_of(pid: int) -> list[int]:
    children = children_of(pid)
    return children + [one for child in children for one in descendants_of(child)]


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except _ENDED:
        return []
