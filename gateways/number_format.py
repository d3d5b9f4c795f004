"""How vendors want a subscriber's number written."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import phonenumbers

from telecom.msisdn import Msisdn

_NO_REGION: Final = "ZZ"


class NumberFormat(StrEnum):
    E164 = "e164"  # +919876543210
    WITHOUT_PLUS = "without_plus"  # 919876543210
    NATIONAL = "national"  # 09876543210, as people of the country dial it


def render_number(msisdn: Msisdn, number_format: NumberFormat) -> str:
    match number_format:
        case NumberFormat.E164:
            return msisdn.e164
        case NumberFormat.WITHOUT_PLUS:
            return msisdn.e164.removeprefix("+")
        case NumberFormat.NATIONAL:
            number = phonenumbers.parse(msisdn.e164, _NO_REGION)
            written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
            return "".join(sign for sign in written if sign.isdecimal())
