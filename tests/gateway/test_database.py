"""Transactions of the gateway: when they reach the disk, who waits for whom, and what is given up in time."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.gateway import database
from bot.gateway.database import Database
from bot.gateway.problems import Problem
from bot.store import Store, StoreUnavailable

FULL, NORMAL = 2, 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/test.db")
    opened.write(lambda db: db.execute(text("CREATE TABLE word (word TEXT)")))
    yield opened
    opened.close()


def _synchronous(db: Connection) -> int:
    value: int = db.execute(text("PRAGMA synchronous")).scalar_one()
    return value


def _add(db: Connection, word: str) -> None:
    db.execute(text("INSERT INTO word VALUES (:word)"), {"word": word})


def _words(store: Store) -> list[str]:
    return list(store.read(lambda db: db.scalars(text("SELECT word FROM word")).all()))


def test_only_a_write_that_says_so_leaves_the_disk_for_later(store: Store) -> None:
    assert store.write(_synchronous, synced=False) == NORMAL
    assert store.write(_synchronous) == FULL
    store.write(_synchronous, synced=False)
    assert store.run(lambda session: _synchronous(session.connection())) == FULL


@pytest.mark.parametrize("sessions", [False, True])
def test_a_write_that_reads_first_is_not_overtaken_by_another(store: Store, sessions: bool) -> None:
    with sqlite3.connect(store.engine.url.database or "", timeout=0.1) as other:

        def read_then_write(db: Connection) -> None:
            db.execute(text("SELECT count(*) FROM word")).scalar_one()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("INSERT INTO word VALUES ('other')")
            _add(db, "ours")

        if sessions:
            store.run(lambda session: read_then_write(session.connection()))
        else:
            store.write(read_then_write)
    assert _words(store) == ["ours"]


def test_a_write_that_fails_leaves_nothing_and_a_lost_table_is_spoken_of_as_away(store: Store) -> None:
    def fail(db: Connection) -> None:
        _add(db, "half")
        raise KeyError

    with pytest.raises(KeyError):
        store.write(fail)
    assert _words(store) == []
    with pytest.raises(StoreUnavailable):
        store.write(lambda db: db.execute(text("INSERT INTO nothing VALUES (1)")))


def test_a_write_still_queued_at_its_deadline_is_never_made(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "DEADLINE_SECONDS", 0.3)
    db, released = Database(store), threading.Event()

    async def two_writes() -> None:
        slow = asyncio.create_task(db.write(lambda _: released.wait(60)))
        await asyncio.sleep(0)  # it is the first in the queue
        for task in (slow, asyncio.create_task(db.write(lambda connection: _add(connection, "queued")))):
            with pytest.raises(Problem, match="store_away"):
                await task
        monkeypatch.setattr(database, "DEADLINE_SECONDS", 60.0)
        released.set()
        await db.write(lambda connection: _add(connection, "later"))

    asyncio.run(two_writes())
    db.close()
    assert _words(store) == ["later"]


def test_reading_goes_on_while_a_write_takes_long(store: Store) -> None:
    db, begun, released = Database(store), threading.Event(), threading.Event()

    def write(_: Connection) -> bool:
        begun.set()
        return released.wait(60)

    async def read_during_write() -> bool:
        writing = asyncio.create_task(db.write(write))
        await asyncio.to_thread(begun.wait, 60)
        await db.read(lambda connection: connection.execute(text("SELECT 1")))
        released.set()
        return await writing

    assert asyncio.run(read_during_write())
    db.close()
