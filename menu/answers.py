"""What a turn is answered with by SMS. Pure."""

from __future__ import annotations

from menu.effects import AnswerLater, SendLink, SendSms
from menu.program import Program
from menu.turns import Thought
from telecom.encoding import Encoding, encoding_of, segments_of
from telecom.text import plain_text


def sms_answer(thought: Thought) -> str | None:
    """An SMS of the menu says all there is to say; a last screen beside it would be a second, paid
    one."""
    sends = any(isinstance(effect, SendLink | SendSms | AnswerLater) for effect in thought.effects)
    return None if sends and thought.session.ended else thought.session.shown


def call_answer(thought: Thought) -> str | None:
    """A missed call is answered by what the menu sends; one for "my usual" also by what it says."""
    return sms_answer(thought) if thought.is_told else None


def sms_text(program: Program, text: str) -> str:
    """The text as it is sent: without typographic characters, if the author asks for that and every
    phone can show it then, or it takes fewer segments."""
    if not program.has_plain_letters:
        return text
    plain = plain_text(text)
    is_better = encoding_of(plain) is Encoding.GSM7 or segments_of(plain) < segments_of(text)
    return plain if is_better else text
