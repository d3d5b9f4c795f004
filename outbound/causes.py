"""An event and what follows from it, thought out and sealed: values that wait to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec import field

from models.consent import ConsentState
from models.inbound_event import NewEvent
from outbound.limits import Withheld
from outbound.outbox import SealedMt
from outbound.wishes import Wish
from services.app_links import LinkSms
from telecom.msisdn import Msisdn, Party
from telecom.values import Value


class Cause(Value, frozen=True, kw_only=True):
    """What came in. `event_id` is the gateway's own id of it, or one that we made of the turn.

    `same_as`: other ids that the same event may have been kept under (telecom.nameless).
    `content` is what must be kept of it and may be personal: it is sealed.
    `done_by`: the USSD turn, by its gateway and its id, that may have done what this event does:
    its caller was dropped then, and goes on with this.
    """

    HIDDEN: ClassVar = frozenset({"content"})

    gateway: str
    kind: str
    event_id: str
    party: Party
    decision: str
    menu_version: int | None = None
    content: Mapping[str, str] = field(default_factory=dict)
    link_id: str | None = None
    same_as: Sequence[str] = ()
    service: str = ""  # the screen that it leads to, or the command that it is
    done_by: tuple[str, str] | None = None


class Kept(Value, frozen=True, kw_only=True):
    """What became of an event. True when it was new.

    `withheld`: why what it would have sent was not promised. Of a repeat it is what was decided.
    `is_news`: a change of consent that changed something.
    """

    is_new: bool
    withheld: Withheld | None = None
    is_news: bool = False

    def __bool__(self) -> bool:
        return self.is_new


class Promise(Value, frozen=True, kw_only=True):
    """An SMS that follows from an event. Its dedupe key is a purpose until the event has an id."""

    mt: SealedMt
    link: LinkSms | None = None


class Asked(Value, frozen=True, kw_only=True):
    """A service that is asked for this event later (models.late_answer)."""

    HIDDEN: ClassVar = frozenset({"question_sealed"})

    menu_version: int
    question_sealed: bytes


class Proposal(Value, frozen=True, kw_only=True):
    """An event and what follows from it, thought out and sealed before the transaction.

    `whose`: keyed hash of the subscriber; `said_hash`: of his text. `wish`: what the guard is asked
    about the promises; without it, there are none. `asked` is promised an answer: the guard is
    asked, too, whether there may be one, and is asked again when its text is known.
    """

    HIDDEN: ClassVar = frozenset({"content_sealed"})

    cause: Cause
    whose: str | None
    content_sealed: bytes
    said_hash: str | None = None
    promises: Sequence[Promise] = ()
    asked: Asked | None = None
    wish: Wish | None = None
    remembers: Sequence[str] = ()
    consent: ConsentState | None = None
    if_done: Proposal | None = None  # in its place, where `cause.done_by` has done it


class Draft(Value, frozen=True, kw_only=True):
    """A proposal as it stands in the event table, unless it is a repeat."""

    proposal: Proposal
    event: NewEvent


def subscriber_of(cause: Cause) -> Msisdn:
    if not isinstance(cause.party, Msisdn):
        raise TypeError("nothing can follow from an event without a subscriber")
    return cause.party
