"""A turn's services: each is asked, and the step goes on with what it says."""

from __future__ import annotations

from dataclasses import replace

from menu import engine
from menu.engine import Step
from menu.ports import ServicePort
from menu.program import Program
from menu.service_parts import FAULTS, SLOW
from menu.services import MOST_CALLS, Inquiry
from menu.turns import Visit


def served(
    services: ServicePort,
    program: Program,
    visit: Visit,
    step: Step,
    key: str,
    *,
    may_wait: bool = True,
) -> Step:
    """The step after what it needs of services. A call that fails leads where the menu says.

    `key` names the turn: what a service does in it happens once, however often it comes.
    """
    has_failed, has_answered = step.has_failed, step.has_answered
    for count in range(MOST_CALLS):
        if step.needs is None:
            break
        needs = step.needs
        service = needs.call.service
        inquiry = Inquiry(
            service=service,
            told=dict(needs.told),
            answer_by=visit.answer_by,
            declared=program.services.get(service),
            key=f"{key}:{step.place.screen}:{count}",
            caller_key=visit.caller_key,
            number=visit.number,
            may_wait=may_wait and _may_wait(program, step),
        )
        reply = services.ask(inquiry)
        if reply.outcome == SLOW and inquiry.may_wait:
            step = engine.put_off(program, step, inquiry.key, visit.display, visit.now)
            break
        has_failed = has_failed or reply.outcome in FAULTS
        has_answered = has_answered or reply.outcome not in FAULTS
        step = engine.resume(program, step, reply, visit.display, visit.now)
    if step.needs is not None:
        step, has_failed = engine.give_up(program, step, visit.display, visit.now), True
    if not (has_failed or has_answered):
        return step
    return replace(step, has_failed=has_failed, has_answered=has_answered)


def _may_wait(program: Program, step: Step) -> bool:
    """Whether its service may be asked later. A PIN is kept by nobody, so nobody could tell it."""
    if step.needs is None or not step.needs.call.by_sms_when_slow or step.is_secret:
        return False
    declared = program.services.get(step.needs.call.service)
    return declared is None or not declared.has_secrets
