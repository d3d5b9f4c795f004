"""STOP, START, HELP and LANG as a gateway and a subscriber see them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from menu.ports import SessionsDown
from models import consent
from models.consent import ConsentState, consent_change
from models.mt_message import mt_message
from telecom.statuses import MessageClass, MtStatus

STOPPED = "UMANG on any phone: you will get no more SMS. To get them again, SMS START."
STARTED = "UMANG on any phone: you will get SMS again. To end them, SMS STOP."
HELP = "UMANG on any phone. To end SMS, send STOP. Other languages: LANG. Emergency: 112"
OTHER = "+919812345679"


def rows(house: Any) -> list[tuple[MessageClass, MtStatus]]:
    with house.bridge.database.read() as conn:
        query = select(mt_message.c.message_class, mt_message.c.status).order_by(mt_message.c.id)
        return [(row.message_class, row.status) for row in conn.execute(query)]


def changes(house: Any) -> list[tuple[ConsentState, str, str]]:
    with house.bridge.database.read() as conn:
        query = select(consent_change).order_by(consent_change.c.id)
        return [(row.state, row.cause, row.gateway) for row in conn.execute(query)]


def say(house: Any, *texts: str) -> list[str]:
    """Each text a second after the one before; what was sent meanwhile."""
    heard = []
    for text in texts:
        house.clock.pass_seconds(1)
        assert house.text(text).status_code == 200
        heard += house.send()
    return heard


def test_a_life_of_consent(house: Any) -> None:
    assert say(house, "Stop.") == [STOPPED]
    assert say(house, "STOP", "বন্ধ") == []
    assert say(house, "UMANG", "MENU", "1", "hello", "please do not stop") == []
    assert say(house, "help", "LANG") == [
        HELP, "To choose a language, SMS LANG and one of these: ENG, HIN, BEN",
    ]  # fmt: skip
    assert say(house, "START") == [STARTED]
    (link,) = say(house, "UMANG")
    assert link.startswith("UMANG app: ")
    assert house.decisions() == [
        "stopped", "stopped", "stopped", *["opted_out"] * 5, "helped", "languages_told", "started",
        "answered",
    ]  # fmt: skip
    assert changes(house) == [
        (ConsentState.OPTED_OUT, "sms", "india"),
        (ConsentState.OPTED_IN, "sms", "india"),
    ]


def test_what_waits_is_taken_back_with_stop(house: Any) -> None:
    arrivals = [
        house.ring,
        lambda: house.text("MENU"),
        lambda: house.ring(caller=OTHER),
        lambda: house.text("STOP"),
    ]
    for arrive in arrivals:
        arrive()
        house.answer_calls()
        house.clock.pass_seconds(1)
    assert [status for _, status in rows(house)] == [
        MtStatus.SUPPRESSED, MtStatus.SUPPRESSED, MtStatus.QUEUED, MtStatus.QUEUED,
    ]  # fmt: skip
    confirmation, link = house.send()  # who texts is answered before who rang
    assert (link[:10], confirmation) == ("UMANG app:", STOPPED)


def test_a_confirmation_that_waits_survives_the_second_stop_but_not_a_change(house: Any) -> None:
    house.text("STOP")
    house.text("STOP")
    assert house.send() == [STOPPED]
    house.text("START")
    house.text("STOP")
    assert house.send() == [STOPPED]  # "you will get SMS again" would be a lie by now


@pytest.mark.parametrize("copies", [2, 8])
def test_a_repeated_stop_is_one(house: Any, copies: int) -> None:
    with ThreadPoolExecutor(copies) as pool:
        answers = list(pool.map(lambda _: house.text("STOP", event="m1"), range(copies)))
    assert {answer.status_code for answer in answers} == {200}
    assert house.send() == [STOPPED]
    assert len(changes(house)) == 1


def test_eight_stops_at_once_are_confirmed_once(house: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: house.text("STOP"), range(8)))
    assert house.send() == [STOPPED]
    assert len(changes(house)) == 1


def test_a_missed_call_after_stop_brings_nothing(house: Any) -> None:
    say(house, "STOP")
    house.clock.pass_seconds(1)
    assert "<Reject/>" in house.ring().text
    assert house.send() == []
    assert house.decisions()[-1] == "opted_out"
    house.ring(caller=OTHER)
    assert len(house.send()) == 1


def test_a_dial_after_stop_shows_the_menus_and_promises_no_sms(house: Any) -> None:
    say(house, "STOP")
    assert house.dial().startswith("CON UMANG services")
    ends = house.dial("1")
    assert ends == "END You ended our SMS. To get them again, SMS START."
    assert house.dial("1") == ends
    assert house.send() == []
    house.dial(session="ATUid_2")
    house.dial("3", session="ATUid_2")
    assert "उमंग" in house.dial("3*2", session="ATUid_2")
    assert house.dial("3*2*1", session="ATUid_2").startswith("END आपने SMS बंद")
    say(house, "START")
    house.dial(session="ATUid_3")
    assert "लिंक" in house.dial("1", session="ATUid_3")
    assert len(house.send()) == 1


def test_a_language_is_chosen_remembered_and_spoken_at_once(house: Any) -> None:
    assert say(house, "MENU")[0].startswith("UMANG services")
    assert say(house, "LANG HIN") == ["भाषा: हिन्दी।"]
    assert say(house, "1")[0].startswith("उमंग ऐप: ")
    assert house.dial().startswith("CON उमंग")
    assert say(house, "STOP", "ভাষা বাংলা", "HELP") == [
        "अब SMS नहीं आएंगे। फिर पाने के लिए START भेजें।",
        "ভাষা: বাংলা।",
        "UMANG on any phone. SMS বন্ধ: STOP. ভাষা: LANG. জরুরি: 112",
    ]
    assert house.dial(session="ATUid_2").startswith("CON উমঙ্গ")


def test_after_start_no_screen_is_answered_that_was_never_sent(house: Any) -> None:
    say(house, "STOP", "MENU", "START")
    assert say(house, "3")[0].startswith("UMANG services")


def test_without_redis_all_of_them_work(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object, **__: object) -> None:
        raise SessionsDown("gone")

    monkeypatch.setattr(house.bridge.sessions, "load", down)
    monkeypatch.setattr(house.bridge.sessions, "save", down)
    assert say(house, "STOP", "UMANG", "LANG BEN") == [STOPPED, "ভাষা: বাংলা।"]
    assert len(say(house, "START", "HELP", "UMANG")) == 3


@pytest.mark.parametrize(("sender", "obeyed"), [("+911122901406", 1), ("MTN", 0), ("56161", 0)])
def test_who_cannot_be_answered_may_still_say_stop(house: Any, sender: str, obeyed: int) -> None:
    for text in ("STOP", "HELP", "LANG HIN"):
        assert house.text(text, msisdn=sender).status_code == 200
    assert house.send() == []
    assert len(changes(house)) == obeyed


def test_the_proof_names_the_event_and_nobody(house: Any) -> None:
    say(house, "STOP", "START")
    (whose,) = _hashes(house)
    with house.bridge.database.read() as conn:
        told = consent.history(conn, whose)
    assert [change.state for change in told] == [ConsentState.OPTED_OUT, ConsentState.OPTED_IN]
    assert len({change.inbound_event_id for change in told} - {None}) == 2
    kept = house.at_rest()
    assert whose.encode() in kept
    assert b"9812345678" not in kept
    assert STOPPED.encode() not in kept


def _hashes(house: Any) -> list[str]:
    with house.bridge.database.read() as conn:
        return [str(one) for one in conn.execute(select(consent.consent.c.msisdn_hash)).scalars()]
