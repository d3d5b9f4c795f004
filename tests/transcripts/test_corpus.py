"""Every dialogue of this folder, on every line that it can be held over. README.md tells more."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import regex as re
import structlog

from tests.transcripts.corpus import CALL, SMS, USSD, Dialogue, File, Turn, files
from tests.transcripts.lines import AfricasTalking, LastInput, Line, Twilio

FILES: Final = files()
ON_SQLITE: Final = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


def runs_on(line: str, dialogue: Dialogue) -> bool:
    match line:
        case "africastalking":
            return True
        case "twilio":
            return USSD not in dialogue.channels and "late" not in dialogue.verbs
        case _:
            is_shortcut = any((turn.dial or "").count("*") > 2 for turn in dialogue.turns())
            needs_more = dialogue.verbs & {"drop", "late", "menu"}
            return dialogue.channels == {USSD} and not is_shortcut and not needs_more


def cases(*lines: str) -> list[Any]:
    return [
        pytest.param(line, file, id=f"{file.name}-{line}")
        for file in FILES
        for line in lines
        if any(runs_on(line, dialogue) for dialogue in file.transcript.dialogues)
    ]


@ON_SQLITE
@pytest.mark.parametrize(("name", "file"), cases("africastalking", "twilio"))
def test_over_a_bridge(
    house: Any, twilio: Any, redis: Any, tmp_path: Path, name: str, file: File
) -> None:
    line: AfricasTalking | Twilio
    if name == "twilio":
        line = Twilio(house, twilio, redis, tmp_path)
    else:
        line = AfricasTalking(house, house.vendor, redis, tmp_path)
    hold(line, name, file)
    assert line.fake.complaints == []


@pytest.mark.parametrize(("name", "file"), cases("last input"))
def test_over_a_gateway_that_tells_the_last_input(name: str, file: File) -> None:
    hold(LastInput(), name, file)


def hold(line: Line, name: str, file: File) -> None:
    """All dialogues of a file, each with a caller of its own; what was wrong, all at once."""
    wrong = []
    for dialogue in file.transcript.dialogues:
        if not runs_on(name, dialogue):
            continue
        line.publish(file.transcript.menu)
        with structlog.testing.capture_logs() as logs:
            line.begin(dialogue.caller, dialogue.language, dialogue.at)
            for number, turn in enumerate(dialogue.turns()):
                try:
                    take(line, turn)
                    assert has_whole_letters(line.screen)
                except AssertionError as why:
                    wrong.append(told(dialogue, number, turn, why, line))
                    break
        if dialogue.secret:
            assert dialogue.secret not in repr(logs)
            assert dialogue.secret.encode() not in line.everything()
    assert not wrong, "\n".join(wrong)


def has_whole_letters(screen: str) -> bool:
    """No line begins with a mark, or ends between the halves of a conjunct of two scripts."""
    return not re.search(r"(?m)^\p{M}|^\u200d|[\u094d\u09cd\u200d]$", screen)


def take(line: Line, turn: Turn) -> None:
    value = getattr(turn, turn.verb)
    match turn.verb:
        case "dial" | "text" | "ring":
            getattr(line, turn.verb)(value)
        case "press" | "type":
            line.press(value)
        case "repeat" | "late" | "drop":
            getattr(line, turn.verb)()
        case "wait":
            line.wait(value)
        case "menu":
            line.publish(value)
        case "shows":
            assert line.screen == value
        case "sees":
            assert value in line.screen
        case "sees_not":
            assert value not in line.screen
        case "ends":
            assert line.ended == value
        case "sms":
            found = next((text for text in line.unread if value in text), None)
            assert found, "no such SMS came"
            line.unread.remove(found)
        case "no_sms":
            assert not line.unread
        case "language":
            assert line.language == value
        case _:
            raise LookupError(turn.verb)


def told(dialogue: Dialogue, number: int, turn: Turn, why: object, line: Line) -> str:
    step = f"{turn.verb}: {getattr(turn, turn.verb)!r}"
    reason = str(why).partition("\n")[0]
    seen = f"screen ({'over' if line.ended else 'on'}):\n{line.screen}\nSMS: {list(line.unread)}"
    return f"\n--- {dialogue.name}, step {number}, {step}: {reason}\n{seen}"


def test_the_corpus_is_large_and_is_held_over_every_channel_and_vendor() -> None:
    dialogues = [dialogue for file in FILES for dialogue in file.transcript.dialogues]
    assert len(dialogues) >= 80
    assert len({(file.name, d.name) for file in FILES for d in file.transcript.dialogues}) == len(
        dialogues
    )
    for channel, least in ((USSD, 40), (SMS, 25), (CALL, 8)):
        assert sum(channel in dialogue.channels for dialogue in dialogues) >= least
    for line, least in (("africastalking", 80), ("twilio", 25), ("last input", 30)):
        assert sum(runs_on(line, dialogue) for dialogue in dialogues) >= least
