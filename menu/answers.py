"""What a turn by SMS is answered with. Pure."""

from __future__ import annotations

from menu.effects import SendLink
from menu.runner import Thought


def sms_answer(thought: Thought) -> str | None:
    """A link SMS says all there is to say; a last screen beside it would be a second, paid one."""
    sends_link = any(isinstance(effect, SendLink) for effect in thought.effects)
    return None if sends_link and thought.session.ended else thought.session.shown
