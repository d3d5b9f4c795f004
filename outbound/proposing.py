"""What an event brings, thought out and sealed: pure values, before any transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from menu import late
from menu.answers import sms_text
from menu.effects import AnswerLater, Effect, RememberLanguage, SendLink, SendSms
from menu.inputs import is_choice
from menu.program import Program
from models.consent import ConsentState
from models.inbound_event import NewEvent
from models.sealing import Sealer
from outbound.causes import Asked, Cause, Promise, Proposal, subscriber_of
from outbound.guard import SERVICE_LENGTH, Wish
from outbound.outbox import NewMt, Outbox, SealedMt
from outbound.words import hash_of_words
from services.app_links import AppLinks
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.statuses import MessageClass

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(dict[str, str]).decode
_ONE_SMS: Final = "."  # of an answer that nobody knows yet, the least


class Proposer:
    def __init__(
        self,
        outbox: Outbox,
        app_links: AppLinks,
        sealer: Sealer,
        hasher: KeyedHash,
        sender_id_of: Callable[[str], str | None],
    ) -> None:
        """`sender_id_of` tells what a gateway's MT messages show as their sender."""
        self._outbox = outbox
        self._app_links = app_links
        self._event_sealer = sealer.bound_to("inbound_event.content")
        self._question_sealer = sealer.bound_to("late_answer.question")
        self._hasher = hasher
        self._sender_id_of = sender_id_of

    def nothing(self, cause: Cause) -> Proposal:
        """The event alone."""
        return self._propose(cause)

    def effects(
        self,
        cause: Cause,
        program: Program,
        effects: Sequence[Effect],
        answer: str | None = None,
        *,
        ahead: str = "",
    ) -> Proposal:
        """The event, its effects and the text that answers it. `ahead` tells what comes of an event
        later from what came of it at once.
        """
        promises, remembers = [], []
        asked: Asked | None = None
        for place, effect in enumerate(effects):
            match effect:
                case RememberLanguage(language):
                    remembers.append(language)
                case SendLink():
                    promises.append(self._link(cause, program, effect, f"{ahead}link{place}"))
                case SendSms(text):
                    promises.append(self._result(cause, program, text, f"{ahead}sms{place}"))
                case AnswerLater():
                    asked = self._asked(cause, effect)
        if answer:
            promises.append(self._result(cause, program, answer, f"{ahead}answer"))
        wish = None
        if promises or asked:
            wish = replace(_wish(cause, promises), own=program.missed_call.keys())
        if wish and not promises:
            wish = replace(wish, texts=(_ONE_SMS,))
        return self._propose(cause, promises, wish, remembers=remembers, asked=asked)

    def obedience(
        self,
        cause: Cause,
        confirmation: str | None,
        *,
        consent: ConsentState | None = None,
        remembers: Sequence[str] = (),
    ) -> Proposal:
        """A command, what it changes and the text that confirms it.

        `confirmation` None: the subscriber cannot take an SMS.
        """
        promises = []
        if confirmation is not None:
            mt = self._seal(cause, "answer", confirmation, MessageClass.CONFIRMATION)
            promises.append(Promise(mt=mt))
        is_stop = consent is ConsentState.OPTED_OUT
        wish = replace(_wish(cause, promises), is_answer_to_command=True, is_stop=is_stop)
        return self._propose(cause, promises, wish, consent=consent, remembers=remembers)

    def content_of(self, event: NewEvent) -> Mapping[str, str]:
        """What was kept of it: the cause's content, and the `msisdn`. Raises Unsealable."""
        return _decode(self._event_sealer.open(event.content_sealed))

    def question_of(self, sealed: bytes) -> late.Question | None:
        """What was asked; None where nobody can read it any more."""
        text = self._question_sealer.find_open(sealed)
        return late.read(text) if text is not None else None

    def _link(self, cause: Cause, program: Program, effect: SendLink, purpose: str) -> Promise:
        link = self._app_links.write(program, effect, subscriber_of(cause))
        link = replace(link, text=sms_text(program, link.text))
        brings = f"{link.link}:{effect.language or ''}"[:SERVICE_LENGTH]
        mt = self._seal(cause, purpose, link.text, MessageClass.LINK, brings)
        return Promise(mt=mt, link=link)

    def _result(self, cause: Cause, program: Program, text: str, purpose: str) -> Promise:
        written = sms_text(program, text)
        return Promise(mt=self._seal(cause, purpose, written, MessageClass.RESULT))

    def _propose(
        self,
        cause: Cause,
        promises: Sequence[Promise] = (),
        wish: Wish | None = None,
        *,
        remembers: Sequence[str] = (),
        consent: ConsentState | None = None,
        asked: Asked | None = None,
    ) -> Proposal:
        content, whose = dict(cause.content), None
        if isinstance(cause.party, Msisdn):
            whose = self._hasher.of(cause.party.e164)
            content["msisdn"] = cause.party.e164
        return Proposal(
            cause=cause,
            whose=whose,
            content_sealed=self._event_sealer.seal(_encode(content).decode()),
            said_hash=self._said_hash(cause),
            promises=promises,
            wish=wish,
            remembers=remembers,
            consent=consent,
            asked=asked,
        )

    def _asked(self, cause: Cause, effect: AnswerLater) -> Asked:
        if cause.menu_version is None:
            raise TypeError("who asks a service stands in a menu")
        question = late.written(effect, link_id=cause.link_id)
        return Asked(
            menu_version=cause.menu_version, question_sealed=self._question_sealer.seal(question)
        )

    def _said_hash(self, cause: Cause) -> str | None:
        text = _said(cause)
        if text is None or is_choice(text) or not isinstance(cause.party, Msisdn):
            return None
        return hash_of_words(self._hasher, cause.party, text)

    def _seal(
        self,
        cause: Cause,
        purpose: str,
        text: str,
        message_class: MessageClass,
        brings: str | None = None,
    ) -> SealedMt:
        """`brings`: the link in its language, else the screen: what is not sent twice a minute."""
        return self._outbox.seal(
            NewMt(
                gateway=cause.gateway,
                to=subscriber_of(cause),
                text=text,
                message_class=message_class,
                dedupe_key=purpose,
                channel=cause.kind,
                sender_id=self._sender_id_of(cause.gateway),
                link_id=cause.link_id,
                service=brings or cause.service[:SERVICE_LENGTH],
            )
        )


def _wish(cause: Cause, promises: Sequence[Promise]) -> Wish:
    found = [(one.mt.new.service or "", one.link.link) for one in promises if one.link]
    brings, service = found[0] if found else ("", cause.service)
    return Wish(
        gateway=cause.gateway,
        channel=cause.kind,
        to=subscriber_of(cause),
        texts=tuple(one.mt.new.text for one in promises),
        service=service,
        link=brings,
        said=_said(cause),
    )


def _said(cause: Cause) -> str | None:
    return cause.content.get("text")
