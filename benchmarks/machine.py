"""Where and when it was measured: figures of two machines cannot be compared without it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

from state.embedded import find_binary

PACKAGES: Final = ("flask", "granian", "redis", "hiredis", "sqlalchemy", "msgspec", "pyyaml")


def describe(today: date) -> Mapping[str, str]:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return {
        "date": today.isoformat(),
        "processor": f"{os.cpu_count()} x {_processor()}",
        "memory": f"{_memory_bytes() / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "load before": f"{load:.1f}",
        "python": platform.python_version(),
        "redis": _redis(),
        **{package: version(package) for package in PACKAGES if package != "redis"},
        "redis-py": version("redis"),
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", file.read_text()) if file.exists() else None
    return found[1] if found else platform.machine()


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _redis() -> str:
    binary = find_binary()
    said = subprocess.run(  # noqa: S603
        [str(binary), "--version"], stdout=subprocess.PIPE, text=True, check=True
    )
    found = re.search(r"v=(\S+)", said.stdout)
    return f"{binary.name} {found[1] if found else ''}".strip()
