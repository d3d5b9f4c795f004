"""A signature of Twilio covers the names and values of a form, but not where each of them ends.

`Body=hi&From=%2B1` and `BodyhiFrom=%2B1` are signed alike. Whoever saw one signed form could cut
its text anew, so a form is refused whose text can be read in more than one way.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from telecom.errors import Malformed

ANY: Final = re.compile(r".*", re.DOTALL)
SID: Final = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
DIGITS: Final = re.compile(r"[0-9.-]*")
WORD: Final = re.compile(r"[a-z_-]*")
NO_SMALL_LETTER: Final = re.compile(r"[^a-z]*")
PARTY: Final = re.compile(r"[+ ]?[0-9]{1,20}|.{0,11}|(?:sips?|client):.*", re.DOTALL)
_END: Final = "\U0010ffff"  # sorts behind every name
_MIN_TELLING: Final = 6  # letters: "To" and "From" also stand in cities and names


@dataclass(frozen=True, slots=True)
class Form:
    """The fields that a kind of webhook is known to have, each with the values it may have.

    Others are welcome: the vendor adds fields without notice.
    """

    known: Mapping[str, re.Pattern[str]]
    needed: frozenset[str]

    def check(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Raises Malformed unless the signed text of the form can be read in this way only."""
        fields: dict[str, set[str]] = defaultdict(set)
        for name, value in pairs:
            if not name:
                raise Malformed("form: a field has no name")  # it leaves no trace in the signature
            fields[name].add(value)
        before = run = ""  # the last known field, and all text since its name
        for name in sorted(fields):
            text = "".join(sorted(fields[name]))
            if name in self.known:
                self._check_run(before, run, name)
                before, run = name, text
                continue
            run += name + text
            if before and self.known[before].fullmatch(run):
                raise Malformed(f"{before}: a field that nobody knows may be a part of it")
        self._check_run(before, run, _END)

    def _check_run(self, before: str, run: str, after: str) -> None:
        """Nothing between two known fields may hold a third one."""
        hidden = {name for name in self.known if before < name < after}
        if before != "Body":  # people may write what they like
            hidden |= {name for name in self.needed if len(name) >= _MIN_TELLING}
        if any(name in run for name in hidden):
            raise Malformed(f"{before or 'form'}: holds another field")


def _places(*owners: str) -> dict[str, re.Pattern[str]]:
    parts = ("City", "Country", "State", "Zip")
    return {owner + part: NO_SMALL_LETTER for owner in owners for part in parts}


_OF_ALL: Final = {
    "AccountSid": SID,
    "ApiVersion": DIGITS,
    "ErrorCode": DIGITS,
    "From": PARTY,
    "To": PARTY,
    **_places("From", "To"),
}
_OF_MESSAGES: Final = {
    **_OF_ALL,
    "MessageSid": SID,
    "MessagingServiceSid": SID,
    "NumMedia": DIGITS,
    "NumSegments": DIGITS,
    "SmsMessageSid": SID,
    "SmsSid": SID,
    "SmsStatus": WORD,
}

SMS: Final = Form(
    {**_OF_MESSAGES, "Body": ANY}, frozenset({"AccountSid", "MessageSid", "From", "To"})
)
REPORT: Final = Form(
    {**_OF_MESSAGES, "MessageStatus": WORD, "RawDlrDoneDate": DIGITS},
    frozenset({"AccountSid", "MessageSid", "MessageStatus"}),
)
CALL: Final = Form(
    {
        **_OF_ALL,
        "CallDuration": DIGITS,
        "CallSid": SID,
        "CallStatus": WORD,
        "CallToken": ANY,
        "CallbackSource": WORD,
        "Called": PARTY,
        "Caller": PARTY,
        "CallerName": ANY,
        **_places("Called", "Caller"),
        "Direction": WORD,
        "Duration": DIGITS,
        "ErrorUrl": ANY,
        "ForwardedFrom": PARTY,
        "ParentCallSid": SID,
        "SequenceNumber": DIGITS,
        "SipResponseCode": DIGITS,
        "StirVerstat": NO_SMALL_LETTER,
        "Timestamp": ANY,
    },
    frozenset({"AccountSid", "CallSid", "Direction", "From", "To"}),
)
