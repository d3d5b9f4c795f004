"""What the codes mean with which India's DLT platforms refuse an SMS, and what to do. Pure data.

They are the same at all operators (600 to 699) and reach us in delivery reports, as a number or as
the word for it, with whatever else the vendor writes around them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Advice:
    """`of_template`: what is wrong stands in the template, or in what the menu says of it."""

    word: str
    means: str
    cure: str
    of_template: bool = False


_ENTITY: Final = "Compare dlt.entity_id of gateways.yaml and menus.yaml with the DLT portal."
_CHAIN: Final = "Bind the gateway's telemarketer to the entity on the DLT portal; ask the gateway."
_HEADER: Final = "Compare the header of the template with the DLT portal, capitals too."
_TEMPLATE: Final = "Compare the template in menus.yaml with the DLT portal, character by character."

CODES: Final[Mapping[int, Advice]] = MappingProxyType(
    {
        600: Advice("ENTITY_NOT_FOUND", "nobody knows the entity", _ENTITY),
        601: Advice("ENTITY_NOT_REGISTERED", "the entity is not registered there", _ENTITY),
        602: Advice("ENTITY_INACTIVE", "the entity is inactive", _ENTITY),
        603: Advice("ENTITY_BLACKLISTED", "the entity is blacklisted", "Ask the operator why."),
        604: Advice("INVALID_ENTITY_ID", "the entity id is missing or malformed", _ENTITY),
        605: Advice("ENTITY_ID_NOT_ALLOWED_FOR_TM", "the chain lacks the entity", _CHAIN),
        610: Advice("TELEMARKETER_NOT_REGISTERED", "nobody knows the telemarketer", _CHAIN),
        611: Advice("TELEMARKETER_INACTIVE", "the telemarketer is inactive", _CHAIN),
        612: Advice("TELEMARKETER_BLACKLISTED", "the telemarketer is blacklisted", _CHAIN),
        613: Advice("TELEMARKETER_NOT_ALLOWED_FOR_ENTITY", "the chain is not registered", _CHAIN),
        614: Advice("PE_TM_HASH_NOT_RECEIVED", "the chain did not come with the SMS", _CHAIN),
        615: Advice("PE_TM_HASH_NOT_REGISTERED", "the chain is not registered", _CHAIN),
        616: Advice("PE_TM_HASH_INACTIVE", "the chain is inactive", _CHAIN),
        617: Advice("PE_TM_HASH_BLACKLISTED", "the chain is blacklisted", _CHAIN),
        618: Advice("PE_TM_HASH_SUSPENDED", "the chain is suspended", _CHAIN),
        620: Advice("HEADER_NOT_FOUND", "nobody knows the header", _HEADER, of_template=True),
        621: Advice("HEADER_INACTIVE", "the header is inactive", _HEADER, of_template=True),
        622: Advice("HEADER_BLACKLISTED", "the header is blacklisted", "Ask the operator why."),
        623: Advice(
            "PEID_NOT_MATCHED_WITH_HEADER",
            "the header belongs to another entity",
            _HEADER,
            of_template=True,
        ),
        624: Advice(
            "HEADER_SUSPENDED_DUE_TO_VALIDITY",
            "the header has run out",
            "Renew the header on the DLT portal.",
        ),
        625: Advice(
            "HEADER_SUSPENDED_DUE_TO_USAGE",
            "nobody used the header for 30 days",
            "Activate the header again on the DLT portal.",
        ),
        630: Advice(
            "TEMPLATE_NOT_FOUND", "nobody knows the template id", _TEMPLATE, of_template=True
        ),
        631: Advice("TEMPLATE_INACTIVE", "the template is inactive", _TEMPLATE, of_template=True),
        632: Advice(
            "TEMPLATE_BLACKLISTED",
            "the template is blacklisted",
            "Register another one, and ask the operator why.",
            of_template=True,
        ),
        633: Advice(
            "TEMPLATE_NOT_MATCHED",
            "the text is not what is registered under its template id",
            _TEMPLATE,
            of_template=True,
        ),
        634: Advice(
            "HEADER_NOT_REGISTERED_FOR_TEMPLATE",
            "the template was registered with another header",
            _HEADER,
            of_template=True,
        ),
        635: Advice(
            "TEMPLATE_VARIABLE_EXCEEDED_MAX_LENGTH",
            "a value is longer than its variable may be at this operator",
            "Write the operator's length under dlt.lengths: the check then finds such texts.",
            of_template=True,
        ),
        636: Advice(
            "ERROR_IDENTIFYING_TEMPLATE",
            "several templates fit, or none",
            _TEMPLATE,
            of_template=True,
        ),
        637: Advice(
            "INVALID_TEMPLATE_ID",
            "the template id is missing or malformed",
            _TEMPLATE,
            of_template=True,
        ),
        650: Advice(
            "PREFERENCE_NOT_MATCHED",
            "the subscriber does not want promotion of this kind, or not at this hour",
            "Who asked for the SMS gets it under a template of category service-implicit.",
            of_template=True,
        ),
        660: Advice(
            "CONSENT_FAILED",
            "the subscriber did not consent",
            "Who asked for the SMS gets it under a template of category service-implicit.",
            of_template=True,
        ),
        670: Advice("SCRUBBING_FAILED", "the DLT platform itself failed", "Send it once more."),
    }
)  # fmt: skip
_BY_WORD: Final[Mapping[str, int]] = MappingProxyType(
    {advice.word: code for code, advice in CODES.items()}
)
_CODE: Final = re.compile(r"(?<![0-9.])6[0-9]{2}(?![0-9])")
_WORD: Final = re.compile(r"[A-Z]+(?:_[A-Z]+)+")


def advice_for(told: str) -> tuple[int, Advice] | None:
    """What a vendor's words mean, when they hold a code of DLT or its word."""
    for word in _WORD.findall(told.upper().replace(" ", "_").replace("-", "_")):
        if word in _BY_WORD:
            return _BY_WORD[word], CODES[_BY_WORD[word]]
    for code in map(int, _CODE.findall(told)):
        if code in CODES:
            return code, CODES[code]
    return None
