"""What is dialled: a service code, perhaps with keys behind it that answer ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from telecom.events import Cumulative, Said


class Dialled(NamedTuple):
    """A service code of the menu, and the keys that were dialled behind it.

    `ahead`: how many inputs of a growing text the code itself is made of; below 0, how many of the
    keys are no part of that text.
    """

    code: str
    keys: tuple[str, ...] = ()
    ahead: int = 0


def read_dialled(service_code: str, said: Said, codes: Iterable[str]) -> Dialled | None:
    """What the first turn of a session means; the longest code wins. None: nobody serves it.

    One vendor hands the keys in its growing text, another tells the whole string that was dialled
    as its service code or as the first text, one does both, and one strips them. Where several
    codes share what a vendor calls its code, their rest stands in the text.
    """
    known = list(codes)
    if isinstance(said, Cumulative):
        return _with_text(service_code, said.text, known)
    whole = said.text if said.text.startswith("*") else service_code
    split = split_dialled(whole, known) or split_dialled(service_code, known)
    return Dialled(*split) if split else None


def _with_text(service_code: str, text: str, known: list[str]) -> Dialled | None:
    typed = tuple(text.split("*")) if text else ()
    told = split_dialled(service_code, known)
    if told is not None and told[1]:
        code, keys = told
        is_twice = typed[: len(keys)] == keys
        return Dialled(code, typed) if is_twice else Dialled(code, keys + typed, -len(keys))
    whole = service_code.removesuffix("#") + "*" + text + "#" if typed else service_code
    split = split_dialled(whole, known)
    return Dialled(*split, len(typed) - len(split[1])) if split else None


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
