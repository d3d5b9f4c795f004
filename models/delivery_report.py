"""Delivery reports as they came, each once. One may arrive before its send has ended."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from models.metadata import GATEWAY, ID, WORD, UtcDateTime, metadata, words
from models.mt_message import mt_message
from telecom.statuses import DlrStatus

delivery_report: Final = Table(
    "delivery_report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("gateway", GATEWAY, nullable=False),
    Column("gateway_message_id", Text, nullable=False),
    Column("vendor_status", WORD, nullable=False),
    Column("part", Integer, nullable=False),  # 0 where the vendor reports the whole SMS
    Column("dlr_status", words(DlrStatus), nullable=False),
    Column("reason", WORD),
    Column("mt_id", ID, ForeignKey(mt_message.c.id, ondelete="CASCADE"), index=True),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint(
        "gateway", "gateway_message_id", "vendor_status", "part", name="uq_delivery_report_once"
    ),
)
