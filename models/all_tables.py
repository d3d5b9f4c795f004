"""Every table there is. A literal list: a migration compares the database with it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Table

from models.audit import audit
from models.consent import consent, consent_change
from models.delivery_report import delivery_report
from models.do_not_disturb import do_not_disturb
from models.inbound_event import inbound_event
from models.kept_record import kept_record
from models.key_mark import key_mark
from models.late_answer import late_answer
from models.link_click import link_click
from models.menu_plan import menu_plan
from models.menu_preview import menu_preview
from models.menu_publication import menu_publication
from models.menu_share import menu_share
from models.menu_version import menu_version
from models.mt_message import mt_message
from models.outbox_act import outbox_act
from models.outbox_pause import outbox_pause
from models.record_act import record_act
from models.send_attempt import send_attempt
from models.short_link import short_link
from models.spend import spend_counter, spend_trip
from models.subscriber import subscriber
from models.switch_act import switch_act
from models.turn import turn

TABLES: Final[tuple[Table, ...]] = (
    subscriber,
    inbound_event,
    mt_message,
    send_attempt,
    delivery_report,
    menu_version,
    menu_publication,
    short_link,
    consent,
    consent_change,
    do_not_disturb,
    spend_counter,
    spend_trip,
    outbox_pause,
    outbox_act,
    key_mark,
    turn,
    link_click,
    switch_act,
    audit,
    menu_share,
    menu_plan,
    menu_preview,
    late_answer,
    kept_record,
    record_act,
)
