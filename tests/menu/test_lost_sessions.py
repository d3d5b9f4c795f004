"""A session that was lost begins anew, and nothing happens that nobody has seen."""

from __future__ import annotations

import pytest

from menu.compiler import compile_menu
from menu.rehearsal import Rehearsal
from menu.services import ServiceSpec
from telecom.msisdn import Msisdn

MENU = """
version: 1
name: Weather
languages: [en]
entry_points: { ussd: { "*384*7#": weather, "*384*8#": sent } }
screens:
  weather:
    call: { service: weather, on_error: sent }
    text: Sunny.
    end: true
  sent: { send_sms: Call 1551., text: An SMS comes., options: [ { label: Again, go: weather } ] }
"""
PROGRAM = compile_menu({"menus.yaml": MENU}, {"weather": ServiceSpec()})


@pytest.mark.parametrize("code", ["*384*7#", "*384*8#"])
def test_a_lost_session_sends_nothing_again(code: str) -> None:
    played = Rehearsal(PROGRAM, Msisdn.parse("+919812345678", "IN"), None)  # no service answers
    played.dial(code)
    assert list(played.unread) == ["Call 1551."]
    played.drop()
    played.press("7")
    assert played.reply
    assert played.reply.text.startswith("An SMS comes.")
    assert list(played.unread) == ["Call 1551."]
    played.press("1")
    assert list(played.unread) == ["Call 1551."] * 2


@pytest.mark.parametrize("dialled", ["*384*7*7#", "*384*8*1#"])
def test_a_shortcut_sends_nothing(dialled: str) -> None:
    played = Rehearsal(PROGRAM, Msisdn.parse("+919812345678", "IN"), None)
    played.dial(dialled)
    assert played.reply
    assert not played.unread
