"""The proof of Twilio's webhooks: X-Twilio-Signature, checked by the vendor's own code.

That code raises TypeError and more for what strangers may send, so nothing reaches it unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from pydantic import SecretStr
from twilio.request_validator import HMAC_SHA1, RequestValidator

from gateways.form import parse_pairs
from gateways.webhook import WebhookRequest
from telecom.errors import Forbidden, Malformed

HEADER: Final = "x-twilio-signature"
JSON_TYPE: Final = "application/json"
_SIGNATURE: Final = re.compile(r"[A-Za-z0-9+/]{27}=")  # base64 of a SHA-1
_BODY_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Proof:
    """`public_url` is what the vendor's dashboard has in front of our paths.

    The algorithm is always HMAC-SHA1 with the auth token: a header that names another one
    (X-Twilio-Webhooks-Signature-Settings) belongs to a key that nobody configured here.
    """

    def __init__(self, tokens: Iterable[SecretStr], public_url: str) -> None:
        self._validators = [RequestValidator(token.get_secret_value()) for token in tokens]
        self._public_url = public_url

    def check(self, request: WebhookRequest) -> None:
        """Raises Forbidden, and nothing else."""
        signature = request.headers.get(HEADER, "")
        if _SIGNATURE.fullmatch(signature) is None:
            raise Forbidden("no signature, or nothing like one")
        try:
            signed = _signed_part(request)
            url = self._url_of(request)
            found = [
                validator.validate(url, signed, signature, HMAC_SHA1)
                for validator in self._validators
            ]
        except Malformed as fault:
            raise Forbidden(f"nothing that could be signed: {fault}") from None
        except Exception as fault:  # the vendor's code: none of its faults may become a 500
            raise Forbidden(f"signature cannot be checked: {type(fault).__name__}") from None
        if not any(found):
            raise Forbidden("wrong signature")

    def _url_of(self, request: WebhookRequest) -> str:
        """Never from Host or X-Forwarded-*, which any client may set. No query, no `?`."""
        url = self._public_url + request.path
        return f"{url}?{request.query}" if request.query else url


class _Fields(dict[str, list[str]]):
    """All values of a form by name, as the vendor's code asks for them."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _signed_part(request: WebhookRequest) -> _Fields | str:
    """What is signed beside the URL: every field, read or not, blank or not; or a JSON text."""
    if request.method in {"GET", "HEAD"}:
        return _Fields()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON_TYPE:
        return _json_text(request)
    fields = _Fields()
    for name, value in parse_pairs(request):
        fields.setdefault(name, []).append(value)
    return fields


def _json_text(request: WebhookRequest) -> str:
    """The vendor's code lets a JSON text without a hash pass for one that is signed."""
    pairs = parse_qsl(request.query, keep_blank_values=True, max_num_fields=100)
    hashes = [value for name, value in pairs if name == "bodySHA256"]
    if len(hashes) != 1 or _BODY_HASH.fullmatch(hashes[0]) is None:
        raise Malformed("JSON without its hash")
    try:
        return request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("JSON: not UTF-8") from None
