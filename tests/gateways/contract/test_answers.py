"""Every gateway's answers: one valid body, whatever the text holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateways.base import Gateway, UssdDoor
from gateways.poster import Patience
from telecom.replies import UssdReply

if TYPE_CHECKING:
    from tests.gateways.contract.conftest import GatewayCase

ANY_TEXT = st.text(st.characters(), max_size=200)  # surrogates and control characters, too


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize(
    "text", ["Home\n1. Get the app", "उमंग सेवाएं", "CON again", "END again", "  led by blanks", ""]
)
def test_a_screen_reaches_the_phone_as_it_is(case: GatewayCase, text: str, ends: bool) -> None:
    if case.screen is None:
        assert _open(case).ussd is None
        return
    answer = _ussd(case).render(UssdReply(text, ends))
    assert (answer.status, answer.body) == (200, case.screen(text, ends))
    assert answer.content_type == "text/plain; charset=utf-8"


@settings(max_examples=150, deadline=None)
@example(text="\ufeffCON \r\n\x00", ends=True)
@example(text="\ud83d half", ends=False)
@given(text=ANY_TEXT, ends=st.booleans())
def test_any_text_makes_one_valid_body(case: GatewayCase, text: str, ends: bool) -> None:
    if case.screen is None:
        return
    body = _ussd(case).render(UssdReply(text, ends)).body
    head = case.screen("", ends)
    assert body.startswith(head)
    assert body.encode("utf-8").decode("utf-8") == body
    shown = body.removeprefix(head)
    assert not any(ord(char) < 32 and char != "\n" for char in shown)
    assert "\ufeff" not in shown
    assert _is_subsequence(shown, text)
    assert all(char in shown for char in text if char.isalnum())


def test_a_call_is_rejected_unanswered(case: GatewayCase) -> None:
    voice = _open(case).voice
    assert voice is not None
    answer = voice.reject()
    assert (answer.status, answer.body) == (200, case.reject)


def test_a_text_and_an_ended_session_are_taken_in_silence(case: GatewayCase) -> None:
    sms = _open(case).sms
    assert sms is not None
    assert (sms.render().status, sms.render().body) == (200, case.taken)
    if case.screen is not None:
        assert _ussd(case).render_end().status == 200


def _open(case: GatewayCase) -> Gateway:
    return case.open("http://127.0.0.1:9", Patience())


def _ussd(case: GatewayCase) -> UssdDoor:
    door = _open(case).ussd
    assert door is not None
    return door


def _is_subsequence(part: str, whole: str) -> bool:
    left = iter(whole)
    return all(char in left for char in part)
