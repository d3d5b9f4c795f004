"""The inbox of a gateway whose MT messages never leave: the simulated handset reads it."""

from __future__ import annotations

import json
from typing import Final

from gateways.base import Gateway
from gateways.form import parse_form
from gateways.webhook import WebhookRequest, WebhookResponse
from models.database import Database
from outbound.outbox import Outbox
from telecom.msisdn import Msisdn
from web.edge import NotThisChannel

FIELDS: Final = frozenset({"msisdn", "after"})


class Inbox:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    def read(self, gateway: Gateway, request: WebhookRequest) -> WebhookResponse:
        """`?msisdn=&after=`: the messages since `after`, oldest first, and the next `after`."""
        if not gateway.keeps_inbox:
            raise NotThisChannel
        asked = parse_form(request, FIELDS)
        msisdn = Msisdn.parse(asked.get("msisdn", ""), gateway.settings.country)
        after = asked.get("after") or None
        with self._database.read() as conn:
            found = self._outbox.inbox(conn, gateway.settings.name, msisdn, after)
        messages = [
            {"id": mt.id, "at": mt.at.isoformat(), "from": mt.sender_id, "text": mt.text}
            for mt in found
        ]
        body = {"messages": messages, "after": messages[-1]["id"] if messages else after}
        return WebhookResponse(200, json.dumps(body, ensure_ascii=False), "application/json")
