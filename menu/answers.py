"""What a turn by SMS is answered with. Pure."""

from __future__ import annotations

from menu.effects import SendLink, SendSms
from menu.turns import Thought


def sms_answer(thought: Thought) -> str | None:
    """An SMS of the menu says all there is to say; a last screen beside it would be a second, paid
    one."""
    sends = any(isinstance(effect, SendLink | SendSms) for effect in thought.effects)
    return None if sends and thought.session.ended else thought.session.shown
