"""SMS to India are held to the registered texts before the call, and explained after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from metrics.folder import Folder
from metrics.page import write_page
from models.database import DatabaseDown
from models.mt_message import mt_message
from models.mt_story import Report
from models.shared_clock import OneClock
from outbound.desk import Desk
from outbound.dispatcher import Dispatcher
from outbound.dlt_gate import DltGate
from telecom.dlt import DltIds
from telecom.dlt_book import DltBook
from telecom.dlt_template import Category, DltTemplate, parts_of
from telecom.dlt_values import LENGTHS, Allowed, Operator
from telecom.keyed_hash import KeyedHash
from telecom.msisdn import Msisdn
from telecom.statuses import MtStatus

World = Any
ROOT = Path(__file__).parents[2]
ACCOUNT = DltIds(entity_id="1" * 19, header="ACCOUN", template_id="of the class")
ASHA = Msisdn.parse("+919812345678", "IN")


def template(
    text: str,
    name: str = "price",
    category: Category = Category.SERVICE_IMPLICIT,
    header: str | None = "UMANGX",
) -> DltTemplate:
    words, variables = parts_of(text, LENGTHS[Operator.STRICTEST])
    return DltTemplate(
        name=name,
        template_id="110700000000000001",
        header=header,
        category=category,
        language="en",
        text=text,
        words=words,
        variables=variables,
        at="menus.yaml:12:5",
    )


PRICE = template("UMANG: Rs {#numeric#} a quintal.")
OFFER = template("UMANG: only today. STOP", "offer", Category.PROMOTIONAL, header=None)
BOOK = DltBook(
    templates=(PRICE, OFFER), allowed=Allowed(links=("umang.gov.in",)), entity_id="2" * 19
)


def through(
    world: World, book: Callable[[], DltBook | None], account: DltIds | None = ACCOUNT
) -> Dispatcher:
    """A dispatcher of a gateway that is registered, and whose menu is."""
    world.msisdn = ASHA
    gate = DltGate(book, world.clock)
    return Dispatcher(
        world.database,
        world.outbox,
        {"at-ke": world.gateway},
        clock=OneClock(world.clock),
        host_clock=world.clock,
        monotonic=world.clock.monotonic,
        owner="w1",
        jitter=lambda: 0.5,
        dlt_of=lambda _gateway, mt: gate.look(account, mt),
    )


def explained(world: World, mt_id: str, *reports: str, book: DltBook | None = BOOK) -> str:
    desk = Desk(
        world.database,
        world.outbox,
        KeyedHash(b"a test secret of enough bytes"),
        OneClock(world.clock),
        settle_seconds=60,
        gateways=lambda: ["at-ke"],
        dlt=lambda: book,
    )
    told = [
        Report(received_at=world.clock.now(), dlr_status="failed", vendor_status=one, reason=None)
        for one in reports
    ]
    story = replace(desk.find(mt_id), reports=told)
    said = desk.tell(story)
    return " ".join([*(fact.words for fact in said.facts), *said.stands])


@pytest.mark.parametrize(
    ("text", "why", "told"),
    [
        (
            "UMANG: Rs 2300 a  quintal.",
            "dlt_words",
            'The nearest is the DLT template "price" (menus.yaml:12:5, id 110700000000000001):'
            ' the text differs at its character 18, where the template has "q".',
        ),
        (
            "UMANG: Rs 4711,5 a quintal.",
            "dlt_value",
            "Variable 1, {#numeric#}: not only digits stand there.",
        ),
        (
            f"UMANG: Rs {'4711' * 4} a quintal.",
            "dlt_value",
            "Variable 1, {#numeric#}: 16 characters stand there, 15 are the most.",
        ),
    ],
)
def test_a_text_that_would_be_refused_is_not_sent_and_says_why(
    world: World, text: str, why: str, told: str
) -> None:
    world.enqueue(text=text, key="abroad")
    world.msisdn = ASHA
    mt_id = world.enqueue(text=text)
    dispatcher = through(world, lambda: BOOK)
    world.send_due(dispatcher)
    # The first one goes to Kenya, where nobody asks for templates.
    assert [mt.to.region for mt in world.gateway.seen] == ["KE"]
    assert (world.status(mt_id), world.row(mt_id).last_outcome) == (MtStatus.FAILED, why)
    assert world.attempts(mt_id) == [("give_up", False)]
    said = explained(world, mt_id)
    assert told in said
    assert "Attempt 1 called nobody: " in said
    assert "It was not sent: " in said
    assert "4711" not in said
    assert "2300" not in said


def test_what_fits_goes_out_with_the_ids_of_its_template(world: World) -> None:
    dispatcher = through(world, lambda: BOOK)
    mt_id = world.enqueue(text="UMANG: Rs 2300 a quintal.")
    world.send_due(dispatcher)
    assert world.status(mt_id) is MtStatus.SENT
    wanted = DltIds(entity_id="1" * 19, header="UMANGX", template_id="110700000000000001")
    assert world.gateway.seen[0].dlt == wanted
    assert "DLT" not in explained(world, mt_id)


@pytest.mark.parametrize(
    ("book", "account", "ids"),
    [
        (None, ACCOUNT, ACCOUNT),  # nothing registered: as ever
        (None, None, None),
        (
            BOOK,
            None,
            DltIds(entity_id="2" * 19, header="UMANGX", template_id="110700000000000001"),
        ),
        (DltBook(templates=(PRICE,)), None, None),  # nobody knows the entity
        (
            DltBook(templates=(replace(PRICE, header=None),)),
            ACCOUNT,
            replace(ACCOUNT, template_id="110700000000000001"),
        ),
    ],
)
def test_the_ids_come_from_the_menu_and_from_the_gateway(
    world: World, book: DltBook | None, account: DltIds | None, ids: DltIds | None
) -> None:
    dispatcher = through(world, lambda: book, account)
    world.enqueue(text="UMANG: Rs 2300 a quintal.")
    world.send_due(dispatcher)
    assert [mt.dlt for mt in world.gateway.seen] == [ids]


def test_without_templates_any_text_goes(world: World) -> None:
    dispatcher = through(world, lambda: None)
    mt_id = world.enqueue(text="Whatever.")
    world.send_due(dispatcher)
    assert world.status(mt_id) is MtStatus.SENT


def test_promotion_waits_for_its_hours(world: World) -> None:
    dispatcher = through(world, lambda: BOOK)
    world.clock._now = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # 21:00 IST
    mt_id = world.enqueue(text="UMANG: only today. STOP")
    world.send_due(dispatcher)
    row = world.row(mt_id)
    assert (row.status, row.last_outcome) == (MtStatus.QUEUED, "dlt_hours")
    assert row.not_before == world.clock.now() + timedelta(hours=13)
    assert world.gateway.seen == []
    assert "goes out from 10 to 21 h IST" in explained(world, mt_id)


def test_while_nobody_can_tell_what_is_registered_it_waits(world: World) -> None:
    books: list[DltBook | None] = [None, BOOK]

    def book() -> DltBook | None:
        if (found := books.pop(0)) is None:
            raise DatabaseDown
        return found

    dispatcher = through(world, book)
    mt_id = world.enqueue(text="UMANG: Rs 2300 a quintal.")
    world.send_due(dispatcher)
    assert (world.status(mt_id), world.row(mt_id).last_outcome) == (MtStatus.QUEUED, "dlt_unknown")
    assert world.gateway.seen == []
    world.clock.pass_seconds(60)
    world.send_due(dispatcher)
    assert world.status(mt_id) is MtStatus.SENT


@pytest.mark.parametrize(
    ("reports", "said", "not_said"),
    [
        (
            ["Rejected 633"],
            ["DLT refused it with 633, TEMPLATE_NOT_MATCHED:", '"price" (menus.yaml:12:5, id 1107'],
            [],
        ),
        (["HEADER_SUSPENDED_DUE_TO_USAGE"], ["Activate the header again"], ["menus.yaml"]),
        (["Rejected"], [], ["DLT"]),
    ],
)
def test_the_codes_of_operators_come_back_as_advice(
    world: World, reports: list[str], said: list[str], not_said: list[str]
) -> None:
    dispatcher = through(world, lambda: BOOK)
    mt_id = world.enqueue(text="UMANG: Rs 2300 a quintal.")
    world.send_due(dispatcher)
    text = explained(world, mt_id, *reports)
    assert [words for words in said if words not in text] == []
    assert [words for words in not_said if words in text] == []
    assert "2300" not in text


def test_codes_that_look_alike_mean_nothing_elsewhere(world: World) -> None:
    mt_id = world.enqueue(text="UMANG: Rs 2300 a quintal.")
    world.send_due()
    assert "DLT" not in explained(world, mt_id, "633")


def test_a_text_that_is_gone_is_still_explained(world: World) -> None:
    dispatcher = through(world, lambda: BOOK)
    mt_id = world.enqueue(text="UMANG")
    world.send_due(dispatcher)
    assert "It was not sent: its text is none" in explained(world, mt_id, book=None)
    by_now = DltBook(templates=(template("UMANG"),))
    assert "By now it fits" in explained(world, mt_id, book=by_now)


def test_a_whole_bridge_sends_what_is_registered_and_nothing_else(house: Any) -> None:
    """The example of docs/dlt.md, live; then with a full stop that the operator does not know."""
    bridge = house.bridge
    menu = (ROOT / "docs" / "examples" / "dlt.yaml").read_text(encoding="utf-8")
    menu = menu.replace("https://s.umang.gov.in/l/", "https://sanket.example.in/l/")
    bridge.settings.menus.write_text(menu, encoding="utf-8")
    bridge.publish_menu_as("asha", "")
    bridge.library.refresh()
    house.text("MANDI")
    assert house.send() == ["UMANG: how many quintals?\n0 Exit"]
    house.text("2")
    assert house.send() == ["UMANG: wheat is Rs 4600 a quintal, for 2 quintals."]
    house.text("HELP")
    assert house.send() == ["UMANG Mandi: STOP ends SMS. Emergency: 112"]
    house.dial(code="*384*7#")
    house.dial("2", code="*384*7#")
    (app,) = house.send()
    assert app.startswith("UMANG app: https://sanket.example.in/l/")
    # An older menu may have said so; the check would not let it be published.
    other = replace(bridge.library.live()[1].dlt, templates=(PRICE,))
    live, program = bridge.library.live()
    served = bridge.library._served
    bridge.library._served = replace(served, live=(live, replace(program, dlt=other)))
    house.text("HELP")
    assert house.send() == []
    with bridge.database.read() as conn:
        (row,) = conn.execute(select(mt_message).where(mt_message.c.status == "failed")).all()
    assert row.last_outcome == "dlt_words"
    told = bridge.desk.tell(bridge.desk.find(row.id))
    assert 'The nearest is the DLT template "price"' in " ".join(told.stands)
    page = write_page(Folder(bridge.settings.var / "metrics"), lambda: ())
    labels = 'gateway="india",outcome="give_up",reason="dlt_words"'
    assert f"sanket_sends_total{{{labels}}} 1.0" in page
