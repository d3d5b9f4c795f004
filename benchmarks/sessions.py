"""The fullest session that there can be, written and read as between two turns. It has 4 KB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import msgspec

from benchmarks.measuring import Round, Sample, Scale, timed
from menu import walking
from menu.engine import MAX_QUERY
from menu.hearing import kept
from menu.place import Crumb, Place
from menu.session import Session
from state.sessions import MAX_SESSION_BYTES
from telecom.events import Cumulative


@contextmanager
def rounds(scale: Scale) -> Iterator[Mapping[str, Round]]:
    yield {"session-fullest": partial(_session, scale)}


def fullest() -> Session:
    """Of everything as much as is kept, in letters of three octets and names of 40."""
    name, query = "s" * 40, "\u0915" * MAX_QUERY
    place = Place(
        screen=name,
        language="hi-Latn",
        path=(Crumb(name, 3, query, walking.MAX_INSIDE),) * walking.MAX_PATH,
        query=query,
        rows={"r" * 39 + str(number): "k" * 40 for number in range(3)},
        returns=(name,) * walking.MAX_INSIDE,
    )
    place = walking.with_values(place, {f"value{at}": "\u0915" * 60 for at in range(50)})
    heard, hidden = kept(None, Cumulative("\u0915" * 2000), is_secret=False)
    return Session(
        menu_version=1, turn=9, screen=name, language=place.language, path=place.path, query=query,
        rows=dict(place.rows), values=dict(place.values), returns=place.returns, heard=heard,
        hidden=hidden, shown="\u0915" * 80,
    )  # fmt: skip


def _session(scale: Scale) -> Sample:
    session, encoder = fullest(), msgspec.msgpack.Encoder()
    decoder = msgspec.msgpack.Decoder(Session)
    if len(encoder.encode(session)) > MAX_SESSION_BYTES:
        raise ValueError("a session has more than 4 KB")

    def turns() -> None:
        for _ in range(scale.steps):
            decoder.decode(encoder.encode(session))

    return timed(scale.steps, turns)
