"""What is dialled: a service code, perhaps with keys behind it that answer ahead."""

from __future__ import annotations

from collections.abc import Iterable


def split_dialled(dialled: str, codes: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """The service code that a network would know, and the keys behind it; the longest code wins."""
    known = list(codes)
    if dialled in known:
        return dialled, ()
    for code in sorted(known, key=len, reverse=True):
        stem = code.removesuffix("#") + "*"
        if dialled.startswith(stem) and dialled.endswith("#"):
            return code, tuple(dialled.removeprefix(stem).removesuffix("#").split("*"))
    return None
