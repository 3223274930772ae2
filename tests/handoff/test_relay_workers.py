"""Relays at work: several on one outbox, leases, a database that is away, stopping, and the event loop."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.handoff import outbox
from bot.handoff.outbox import RETRY_MINUTES
from bot.store import StoreUnavailable
from tests.waiting import SECONDS, until

from .mail_server import Desk, MailServer


def test_two_relays_share_an_outbox_and_no_mail_is_sent_twice(desk: Desk, server: MailServer) -> None:
    rows = [desk.enqueue(f"case:{n}:opened") for n in range(60)]
    server.handler.seconds = 0.01

    async def both() -> None:
        relays = [desk.relay(server.mailer(), workers=3, poll_seconds=0.05) for _ in range(2)]
        for relay in relays:
            relay.start()
        await asyncio.to_thread(until, lambda: all(desk.row(row_id).state == "sent" for row_id in rows))
        for relay in relays:
            await relay.stop()

    asyncio.run(both())
    assert all(desk.row(row_id).state == "sent" for row_id in rows)
    assert Counter(one.message_id for one in server.received).most_common(1)[0][1] == 1


def test_a_row_that_another_relay_holds_is_left_alone_until_its_lease_ends(desk: Desk, server: MailServer) -> None:
    row_id = desk.enqueue()
    lease = timedelta(minutes=2)
    held = desk.store.write(lambda db: outbox.claim(db, channel="mail", owner="other", now=desk.clock(), lease=lease))
    assert held is not None
    desk.clock.forward(seconds=119)
    assert desk.attempt(server.mailer()) == 0
    desk.clock.forward(seconds=1)
    assert desk.attempt(server.mailer()) == 1
    assert desk.row(row_id).state == "sent" and desk.row(row_id).attempts == 2


def test_a_late_failure_of_the_former_holder_does_not_touch_the_row(desk: Desk) -> None:
    row_id = desk.enqueue()
    lease = timedelta(minutes=2)

    def take(owner: str) -> Any:
        return desk.store.write(lambda db: outbox.claim(db, channel="mail", owner=owner, now=desk.clock(), lease=lease))

    first = take("first")
    desk.clock.forward(minutes=2)
    take("second")
    changed = desk.store.write(
        lambda db: outbox.mark_not_sent(db, first, owner="first", error="x", permanent=True, now=desk.clock())
    )
    assert changed is None and desk.row(row_id).state == "sending"
    desk.store.write(lambda db: outbox.mark_sent(db, first, desk.clock()))
    assert desk.row(row_id).state == "sent"


def test_a_row_whose_relay_dies_at_every_attempt_is_dead_in_the_end(desk: Desk, server: MailServer) -> None:
    row_id = desk.enqueue()

    def taken() -> bool:
        lease = timedelta(minutes=2)
        return bool(
            desk.store.write(lambda db: outbox.claim(db, channel="mail", owner="x", now=desk.clock(), lease=lease))
        )

    for pause in outbox.pauses_after_deaths(RETRY_MINUTES):
        assert taken()
        desk.clock.forward(minutes=2 + max(pause - 0.1, 0))
        assert not (pause and taken())
        desk.clock.forward(minutes=0.1)
    assert taken()
    desk.clock.forward(minutes=2)
    desk.attempt(server.mailer())
    assert desk.row(row_id).state == "dead" and server.received == []


def test_a_row_whose_relay_died_often_is_sent_by_one_that_lives(desk: Desk, server: MailServer) -> None:
    row_id = desk.enqueue()
    for pause in outbox.pauses_after_deaths(RETRY_MINUTES):
        desk.store.write(
            lambda db: outbox.claim(db, channel="mail", owner="x", now=desk.clock(), lease=timedelta(minutes=2))
        )
        desk.clock.forward(minutes=2 + pause)
    desk.attempt(server.mailer())
    assert desk.row(row_id).state == "sent" and len(server.received) == 1


def test_a_database_that_is_away_when_a_mail_is_sent_hears_of_it_later(desk: Desk, server: MailServer) -> None:
    row_id = desk.enqueue()
    write = desk.store.write
    failures: list[int] = []

    def failing[T](work: Callable[[Connection], T], *, synced: bool = True) -> T:
        if server.received and len(failures) < 2:
            failures.append(1)
            raise StoreUnavailable("away")
        return write(work, synced=synced)

    desk.store.write = failing  # type: ignore[method-assign]
    desk.attempt(server.mailer())
    assert len(failures) == 2 and desk.row(row_id).state == "sent" and len(server.received) == 1


def test_an_unreadable_database_ends_no_worker(
    desk: Desk, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    row_id = desk.enqueue()
    write, failures = desk.store.write, iter(range(5))

    def failing[T](work: Callable[[Connection], T], *, synced: bool = True) -> T:
        if next(failures, None) is not None:
            raise StoreUnavailable("away")
        return write(work, synced=synced)

    desk.store.write = failing  # type: ignore[method-assign]

    async def run() -> None:
        relay = desk.relay(server.mailer(), poll_seconds=0.05)
        relay.start()
        await asyncio.to_thread(until, lambda: server.received)
        await relay.stop()

    asyncio.run(run())
    assert desk.row(row_id).state == "sent"
    assert "cannot be read: StoreUnavailable" in caplog.text


def test_whoever_commits_a_row_can_have_it_sent_at_once(desk: Desk, server: MailServer) -> None:
    write, looked = desk.store.write, threading.Event()

    def noticed[T](work: Callable[[Connection], T], *, synced: bool = True) -> T:
        found = write(work, synced=synced)
        looked.set()
        return found

    desk.store.write = noticed  # type: ignore[method-assign]

    async def run() -> int:
        relay = desk.relay(server.mailer(), poll_seconds=3600.0)
        relay.start()
        await asyncio.to_thread(looked.wait, SECONDS)
        row_id = await asyncio.to_thread(desk.enqueue)
        relay.wake()
        await asyncio.to_thread(until, lambda: server.received)
        await relay.stop()
        return row_id

    assert desk.row(asyncio.run(run())).state == "sent"


def test_stopping_finishes_the_mail_that_is_under_way(desk: Desk, server: MailServer) -> None:
    held = server.handler.holds = threading.Event()
    row_id = desk.enqueue()

    async def run() -> None:
        relay = desk.relay(server.mailer(), poll_seconds=0.05)
        relay.start()
        await asyncio.to_thread(server.handler.arrived.wait, SECONDS)
        stopping = asyncio.create_task(relay.stop())
        await asyncio.sleep(0)  # it is asked to stop first, and the mail is taken then
        held.set()
        await stopping

    asyncio.run(run())
    assert desk.row(row_id).state == "sent"


def test_the_event_loop_goes_on_while_the_database_is_slow(desk: Desk, server: MailServer) -> None:
    desk.enqueue()
    write, begun, released = desk.store.write, threading.Event(), threading.Event()

    def slow[T](work: Callable[[Connection], T], *, synced: bool = True) -> T:
        begun.set()
        assert released.wait(SECONDS), "the event loop waited for the database"
        return write(work, synced=synced)

    desk.store.write = slow  # type: ignore[method-assign]

    async def run() -> None:
        relay = desk.relay(server.mailer())
        sending = asyncio.create_task(relay.drain())
        while not begun.is_set():
            await asyncio.sleep(0.01)
        released.set()  # only a loop that goes on comes here
        await sending
        await relay.stop()

    asyncio.run(run())
    assert len(server.taken()) == 1
