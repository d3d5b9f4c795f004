"""What a caller is likely to ask next, as his menu declares it: asked while he reads. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from menu.arriving import told_of
from menu.closing import closed_by
from menu.known import Known
from menu.program import Program
from menu.services import Inquiry
from menu.session import Session


def asked_ahead(
    program: Program, session: Session, caller_key: str, now: float
) -> Iterator[Inquiry]:
    """The calls of the screens that this one names, told what is known here. What has a hole in it,
    and what is switched off, is not asked."""
    if session.ended or session.offers or session.offers_answer:
        return
    screen = program.screens.get(session.screen)
    if screen is None or not screen.prefetch:
        return
    known = Known(program, session.place, now)
    for name in screen.prefetch:
        call = program.screens[name].call
        there = known.at(replace(session.place, screen=name))
        declared = program.services.get(call.service) if call else None
        if call is None or declared is None or closed_by(there) is not None:
            continue
        told = told_of(known, call.told, {})
        if all(value for _, value in told):
            yield Inquiry(
                service=call.service, told=dict(told), declared=declared, caller_key=caller_key
            )
