"""Twilio's own contract (OpenAPI) between our sender and the stand-in, and it checks both.

Stoplight Prism is a server in the middle: what the contract forbids is answered 422, and an answer
that it does not know becomes a 500.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from gateways.poster import Patience
from gateways.twilio.gateway import Twilio
from gateways.twilio.settings import TwilioSettings
from telecom.clock import SystemClock
from telecom.errors import Reason, SendError, Verdict
from telecom.msisdn import Msisdn
from telecom.replies import MtSms
from telecom.statuses import MessageClass
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from tests.fakes.twilio import FakeTwilio

CONTRACTS = Path(__file__).parents[2] / "contracts"
PRISM = CONTRACTS / "node_modules" / ".bin" / "prism"
ACCOUNT = "AC00000000000000000000000000000001"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
AUTH = (ACCOUNT, "the-token")
SERVICE = "MG00000000000000000000000000000001"

# The folder itself is looked for where the fixture is: a mark knows programs only.
pytestmark = pytest.mark.debian("node")


@pytest.fixture(scope="module")
def twilio(fake_twilios: type[FakeTwilio]) -> Iterator[FakeTwilio]:
    with fake_twilios() as running:
        yield running


@pytest.fixture(scope="module")
def prism(
    twilio: FakeTwilio, tmp_path_factory: pytest.TempPathFactory, eventually: Any
) -> Iterator[str]:
    """Its address. What it has to say is in its log, which a failing test shows."""
    if not PRISM.exists():
        pytest.skip("needs Prism (make test-all installs it)")
    node = shutil.which("node")
    assert node is not None
    port = free_port()
    log = tmp_path_factory.mktemp("prism") / "log"
    with log.open("wb") as file:
        running = subprocess.Popen(
            [node, str(PRISM), "proxy", "--host", "127.0.0.1", "--port", str(port), "--errors",
             str(CONTRACTS / "twilio-messages.json"), twilio.base_url],
            stdout=file, stderr=file,
        )  # fmt: skip
    try:
        eventually(lambda: b"is listening" in log.read_bytes() or running.poll() is not None, 60)
        assert running.poll() is None, log.read_text(encoding="utf-8")
        yield f"http://127.0.0.1:{port}"
        print(log.read_text(encoding="utf-8"))
    finally:
        running.terminate()
        running.wait(10)


@pytest.fixture
def send(prism: str) -> Callable[..., str | None]:
    """Sends one SMS by the real SDK, through Prism: the id that came back."""

    def do(
        text: str = "UMANG app: https://sanket.example.in/l/Ab3xY7",
        to: str = "+919812345678",
        sender_id: str = "+12028831111",
        life_seconds: int = 1800,
    ) -> str | None:
        settings = TwilioSettings.model_validate(
            {
                "name": "us",
                "account_sid": ACCOUNT,
                "auth_token": ["the-token"],
                "sender_id": sender_id,
                "base_url": prism,
            }
        )
        patience = Patience(connect_seconds=5, read_seconds=20)
        gateway = Twilio(settings, SystemClock(), "https://sanket.example.in", patience)
        mt = MtSms(
            ref="0123456789abcdef0123456789abcdef",
            to=Msisdn.parse(to, "IN"),
            text=text,
            sender_id=None,
            message_class=MessageClass.LINK,
            expires_at=SystemClock().now() + timedelta(seconds=life_seconds),
        )
        return gateway.sender.send(mt).gateway_message_id

    return do


SENT: list[dict[str, Any]] = [
    {},
    {"text": "उमंग ऐप: https://sanket.example.in/l/Ab3xY7"},
    {"text": "a+b&c=d%20\n☺" * 20},
    {"text": "x" * 1600},
    {"to": "+254711000111"},
    {"sender_id": "22384"},
    {"sender_id": "UMANG"},
    {"sender_id": SERVICE},
    {"life_seconds": 0},
    {"life_seconds": 30 * 24 * 3600},
]


@pytest.mark.parametrize("sms", SENT, ids=[",".join(sms) or "plain" for sms in SENT])
def test_what_we_send_is_what_the_contract_says(
    twilio: FakeTwilio, send: Callable[..., str | None], sms: dict[str, Any]
) -> None:
    before = len(twilio.ledger)
    sid = send(**sms)
    (taken,) = twilio.ledger[before:]
    assert (taken.id, taken.to) == (sid, sms.get("to", "+919812345678"))
    assert taken.text == sms.get("text", taken.text)
    assert taken.callback is not None
    assert taken.callback.startswith("https://sanket.example.in/sms/us/dlr?ref=")
    assert taken.validity_seconds is not None
    assert 1 <= taken.validity_seconds <= 36_000
    assert twilio.complaints == []


ANSWERS = [
    # what the vendor answers, and what becomes of the SMS
    ({"code": 400, "error": 21610}, Reason.OPTED_OUT, Verdict.GIVE_UP),
    ({"code": 429, "error": 20429}, Reason.THROTTLED, Verdict.RETRY),
    ({"message_status": "a-word-of-no-contract", "takes": True}, None, Verdict.AMBIGUOUS),
]


@pytest.mark.parametrize(("script", "reason", "verdict"), ANSWERS)
def test_what_it_answers_is_understood(
    twilio: FakeTwilio,
    send: Callable[..., str | None],
    script: dict[str, Any],
    reason: Reason | None,
    verdict: Verdict,
) -> None:
    twilio.script(**script)
    with pytest.raises(SendError) as refused:
        send()
    assert refused.value.verdict is verdict
    assert reason is None or refused.value.reason is reason


FORBIDDEN = [
    ({"Body": "no To", "From": "+12028831111"}, AUTH, PATH),
    ({"To": "+919812345678", "Body": "x", "From": "+12028831111", "ValidityPeriod": "soon"}, AUTH,
     PATH),
    ({"To": "+919812345678", "Body": "x", "From": "+12028831111"}, None, PATH),
    ({"To": "+919812345678", "Body": "x", "From": "+12028831111"}, AUTH,
     PATH.replace(ACCOUNT, "AC1")),
]  # fmt: skip


@pytest.mark.parametrize(("form", "auth", "path"), FORBIDDEN)
def test_the_contract_does_forbid(
    twilio: FakeTwilio, prism: str, form: dict[str, str], auth: Any, path: str
) -> None:
    """Else all of the above would prove nothing."""
    before = len(twilio.heard)
    answer = requests.post(prism + path, data=form, auth=auth, timeout=20)
    assert answer.status_code in {401, 422}
    assert len(twilio.heard) == before
