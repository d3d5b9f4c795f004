"""M503: the caller of a test is no number that could receive an SMS, or is not written in
international form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from menu.diagnostics import Diagnostic, error
from menu.source import Source
from telecom.errors import Malformed
from telecom.msisdn import Msisdn

RULE: Final = "M503"


def check(source: Source) -> Iterator[Diagnostic]:
    for position, case in enumerate(source.menu.tests):
        if case.caller is not None and not _takes_sms(case.caller):
            place = source.value_place("tests", position, "caller")
            hint = 'Write + and the country code, without spaces: "+12025550123".'
            yield error(place, RULE, "This is not a mobile number in international form.", hint)


def _takes_sms(caller: str) -> bool:
    try:
        msisdn = Msisdn.parse(caller, "IN")
    except Malformed:
        return False
    return msisdn.e164 == caller and msisdn.takes_sms
