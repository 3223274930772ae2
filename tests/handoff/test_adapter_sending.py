"""What goes to a help desk: once and in order, whatever the help desk and the relay go through."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot.handoff import cases, outbox
from bot.handoff.adapters import links
from bot.handoff.outbox_tables import outbox as outbox_rows
from bot.handoff.personal_data import anonymise_cases, erase_cases
from bot.handoff.reading import audit_of
from bot.handoff.routing import HandoffData
from bot.handoff.vault import Vault
from bot.store import Store
from tests.waiting import PATIENCE, SECONDS, until

from .adapter_bench import Bench, kind_on, running
from .conftest import CONVERSATION, start_conversation
from .fake_server import HANG, LOST, Refuse

QUESTION = "Wann fährt die Delegation?"


@pytest.fixture
def bench(store: Store, vault: Vault, data: HandoffData) -> Iterator[Bench]:
    with running(store, vault, data, kind_on(store)) as bench:
        yield bench


def test_a_case_arrives_with_its_question_and_a_note_for_staff(bench: Bench) -> None:
    number = bench.opened()
    [note] = bench.fake.notes()
    assert bench.fake.incoming() == [QUESTION]
    for told in (number, "Anna Beispiel", "anna@example.org", "Pumpen", "luzhou", "Wo ist Luzhou?", "In Sichuan."):
        assert told in note
    assert bench.states() == ["sent"]
    assert ("read", bench.name) in [(e.action, e.by) for e in bench.store.read(lambda db: audit_of(db, number))]


def test_nothing_personal_stands_in_the_rows_of_the_outbox(bench: Bench) -> None:
    bench.opens()
    bench.visitor_says("Meine Nummer ist geheim", "v-1")
    rows = [str(row) for row in bench.rows()]
    assert len(rows) == 2
    assert not [row for row in rows for told in ("anna", "Pumpen", "Delegation", "geheim") if told in row]


def test_messages_arrive_in_their_order_also_those_from_before_it_was_opened_there(bench: Bench) -> None:
    bench.opens()
    texts = [f"Nachricht {n}" for n in range(6)]
    for n, text in enumerate(texts):
        bench.visitor_says(text, f"v-{n}")
    bench.send()
    assert bench.fake.incoming() == [QUESTION, *texts] and set(bench.states()) == {"sent"}


def test_a_message_that_fails_keeps_the_later_ones_of_its_case_back(bench: Bench) -> None:
    bench.opened()
    bench.fake.plan = [Refuse(500)]
    for n in range(3):
        bench.visitor_says(f"Nachricht {n}", f"v-{n}")
    assert bench.send() == 1
    assert bench.fake.incoming() == [QUESTION] and bench.states() == ["sent", "queued", "queued", "queued"]
    bench.clock.forward(seconds=15)
    bench.send()
    assert bench.fake.incoming() == [QUESTION, "Nachricht 0", "Nachricht 1", "Nachricht 2"]


def test_two_relays_at_once_keep_the_order_too(bench: Bench) -> None:
    bench.opens()
    for n in range(5):
        bench.visitor_says(f"Nachricht {n}", f"v-{n}")

    async def both(helpdesk: Any) -> None:
        other = bench.sender(helpdesk.desk)
        helpdesk.sender.start()
        other.start()
        await asyncio.to_thread(until, lambda: set(bench.states()) == {"sent"})
        await other.stop()

    bench.run(both)
    assert bench.fake.incoming() == [QUESTION, *(f"Nachricht {n}" for n in range(5))]


@pytest.mark.parametrize("fault", [HANG, Refuse(500), Refuse(401)])
@pytest.mark.parametrize("at", range(3))
def test_a_case_that_does_not_go_through_at_once_arrives_once_later(bench: Bench, fault: Any, at: int) -> None:
    bench.opens()
    bench.fake.plan = [*[None] * at, fault]
    bench.send(PATIENCE if fault == HANG else SECONDS)
    bench.clock.forward(hours=1)
    bench.fake.released.set()
    bench.send()
    assert set(bench.states()) == {"sent"}
    assert bench.fake.incoming() == [QUESTION] and len(bench.fake.notes()) == 1


@pytest.mark.parametrize("at", range(4))
def test_a_step_whose_answer_is_lost_is_not_taken_twice(bench: Bench, at: int) -> None:
    bench.opens()
    bench.fake.plan = [*[None] * at, LOST]
    bench.send()
    bench.clock.forward(seconds=15)
    bench.send()
    assert set(bench.states()) == {"sent"}
    assert bench.fake.incoming() == [QUESTION] and len(bench.fake.notes()) == 1


def test_a_relay_that_dies_between_sending_and_commit_doubles_nothing(bench: Bench) -> None:
    bench.opens()
    bench.visitor_says("Hallo?", "v-1")
    bench.visitor_says("Hallo?", "v-2")

    async def die(helpdesk: Any) -> None:
        async def dead(_: object) -> None:
            raise MemoryError

        helpdesk.sender._persistently = dead
        with pytest.raises(MemoryError):
            await helpdesk.sender.drain()

    for place in range(3):
        bench.run(die)
        assert bench.states()[place] == "sending" and bench.send() == 0
        bench.clock.forward(minutes=3)
        assert bench.run(lambda helpdesk: helpdesk.sender._attempt_one())
    assert bench.states() == ["sent"] * 3
    assert bench.fake.incoming() == [QUESTION, "Hallo?", "Hallo?"] and len(bench.fake.notes()) == 1


def test_a_help_desk_that_wants_to_be_left_alone_is(bench: Bench) -> None:
    bench.opened()
    bench.fake.plan = [Refuse(429, {"Retry-After": "40"})]
    bench.visitor_says("Hallo?", "v-1")
    start_conversation(bench.store, "web:two")
    bench.opens(conversation="web:two")  # of another case, and waits all the same
    before = len(bench.fake.calls)

    async def over_time(helpdesk: Any) -> list[int]:
        counts = []
        for seconds in (0, 20, 19):
            bench.clock.forward(seconds=seconds)
            await helpdesk.sender.drain()
            counts.append(len(bench.fake.calls) - before)
        return counts

    assert bench.run(over_time) == [1, 1, 1]
    row = bench.rows()[1]
    assert (row.state, row.attempts, row.last_error) == ("queued", 0, "send:HTTP 429")
    bench.clock.forward(seconds=2)
    bench.send()
    assert bench.states() == ["sent"] * 3


def test_a_help_desk_that_was_away_gets_everything_when_it_is_back(bench: Bench) -> None:
    bench.fake.stop()
    bench.opens()
    bench.visitor_says("Hallo?", "v-1")
    bench.send()
    assert bench.rows()[0].last_error == "connect:ConnectError"
    bench.run(lambda helpdesk: helpdesk.sender.keep_house())
    assert "sent" not in bench.states()
    bench.fake.start()

    async def back(helpdesk: Any) -> None:
        await helpdesk.sender.keep_house()
        await helpdesk.sender.drain()

    bench.run(back)
    assert bench.states() == ["sent", "sent"] and bench.fake.incoming() == [QUESTION, "Hallo?"]


def test_what_is_refused_for_good_is_told_to_the_operator_and_stops_nothing_else(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.opened()
    bench.fake.plan = [Refuse(422)]
    bench.visitor_says("unmöglich", "v-1")
    bench.visitor_says("möglich", "v-2")
    with caplog.at_level(logging.INFO, "bot"):
        bench.send()
    assert bench.states() == ["sent", "failed", "sent"] and bench.fake.incoming() == [QUESTION, "möglich"]
    [alert] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "(said) is failed" in alert and "unmöglich" not in caplog.text


def test_a_day_of_failures_is_tried_through_before_a_row_is_dead(bench: Bench) -> None:
    bench.opens()
    bench.fake.plan = [Refuse(500)] * 1000
    minutes = 0
    while bench.states() == ["queued"]:
        bench.send()
        bench.clock.forward(minutes=5)
        minutes += 5
        if minutes == 60:
            # The rest of the day is like this hour.
            bench.store.write(lambda db: db.execute(outbox_rows.update().values(attempts=290)))
    assert bench.states() == ["dead"] and minutes >= 60
    bench.fake.plan = []
    bench.store.write(lambda db: outbox.retry(db, bench.rows()[0].id, bench.clock()))
    bench.send()
    assert bench.states() == ["sent"] and bench.fake.incoming() == [QUESTION]


def test_what_is_closed_here_is_closed_there(bench: Bench) -> None:
    number = bench.opened()
    bench.store.run(lambda session: cases.close(session, number, "anna", "answered"))
    assert bench.fake.status() == "open"
    bench.send()
    assert bench.fake.status() == "resolved"


def test_a_case_that_a_visitor_takes_back_is_closed_there(bench: Bench) -> None:
    bench.opens(reach="chat")
    bench.store.run(lambda session: cases.resume_assistant(session, CONVERSATION))
    bench.visitor_says("Wo liegt Konin?", "v-1")
    bench.send()
    assert bench.fake.status() == "resolved" and bench.fake.incoming() == [QUESTION]


@pytest.mark.parametrize("forget", [erase_cases, anonymise_cases])
def test_what_is_erased_here_is_erased_there(bench: Bench, forget: Any) -> None:
    number = bench.opened()
    bench.visitor_says("Hallo?", "v-1")
    bench.store.run(lambda session: forget(session, CONVERSATION))
    bench.send()
    assert bench.states() == ["sent"]
    fake: Any = bench.fake
    assert not (fake.contacts or fake.conversations if bench.name == "chatwoot" else fake.tickets)
    assert bench.store.read(lambda db: links.find(db, number)) is None


def test_what_is_erased_before_it_was_opened_there_is_never_opened(bench: Bench) -> None:
    bench.opens()
    bench.store.run(lambda session: erase_cases(session, CONVERSATION))
    bench.send()
    assert bench.fake.written() == [] and bench.states() == ["sent"]


def test_what_is_erased_while_it_is_being_opened_there_is_erased_there_too(bench: Bench) -> None:
    bench.opens()
    handle = bench.fake.handle

    def erased_meanwhile(call: Any) -> Any:
        bench.fake.handle = handle  # type: ignore[method-assign]
        bench.store.run(lambda session: erase_cases(session, CONVERSATION))
        return handle(call)

    bench.fake.handle = erased_meanwhile  # type: ignore[method-assign]
    bench.send()
    fake: Any = bench.fake
    assert not (fake.contacts or fake.conversations if bench.name == "chatwoot" else fake.tickets)
    assert {row.template for row in bench.rows()} == {"erased"}
    assert any(row.idem_key.endswith(":late") for row in bench.rows())  # should the first have been too early


def test_erasing_what_is_gone_there_already_is_done(bench: Bench) -> None:
    bench.opened()
    fake: Any = bench.fake
    for kept in (fake.contacts, fake.conversations) if bench.name == "chatwoot" else (fake.tickets,):
        kept.clear()
    bench.store.run(lambda session: erase_cases(session, CONVERSATION))
    bench.send()
    assert bench.states() == ["sent"]


def test_open_cases_from_before_there_was_a_help_desk_are_taken_there(bench: Bench, open_: Any) -> None:
    bench.number = open_().case.number
    bench.look()
    bench.look()
    bench.send()
    assert bench.states() == ["sent"] and bench.fake.incoming() == [QUESTION]


def test_without_a_help_desk_nothing_is_put_into_the_outbox_for_one(bench: Bench, open_: Any) -> None:
    number = open_().case.number
    bench.visitor_says("Hallo?", "v-1")
    bench.store.run(lambda session: cases.close(session, number, "anna", "answered"))
    assert {row.channel for row in bench.store.read(outbox.rows)} == {"mail"}
