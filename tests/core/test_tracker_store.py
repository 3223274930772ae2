"""Conversations in SQL."""
import asyncio
import sqlite3

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from bot.core.tracker_store import BoundedTrackerStore, StoreUnavailable

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [greet]
    slots:
      language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      subject: {type: list, influence_conversation: false, mappings: [{type: custom}]}
      stage: {type: categorical, values: [one, two], influence_conversation: true, mappings: [{type: custom}]}
    """
)


@pytest.fixture
def store(tmp_path):
    return new_store(tmp_path)


def new_store(folder):
    return BoundedTrackerStore(DOMAIN, url=f"sqlite:///{folder}/tracker.db")


def turn_events(number):
    return [
        UserUttered(f"text {number}", {"name": "greet", "confidence": 1.0}, message_id=f"m{number}"),
        ActionExecuted("utter_greet"),
        BotUttered(f"reply {number}", {"buttons": [{"title": "t", "payload": "p"}]}),
        ActionExecuted("action_listen"),
    ]


async def take_turns(store, count, first=1, sender="c"):
    for number in range(first, first + count):
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        if number == 1:
            tracker.update_with_events([ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")], DOMAIN)
        tracker.update_with_events(turn_events(number), DOMAIN)
        await store.save(tracker)
    return tracker


def test_a_conversation_goes_on_after_a_restart(tmp_path):
    async def scenario():
        first = new_store(tmp_path)
        tracker = await take_turns(first, 3)
        tracker.update_with_events([SlotSet("language", "de"), SlotSet("subject", ["luzhou"])], DOMAIN)
        await first.save(tracker)
        again = await new_store(tmp_path).retrieve("c")
        assert [event.text for event in again.events if isinstance(event, UserUttered)] == ["text 1", "text 2", "text 3"]
        assert again.slot("language") == "de" and again.slot("subject") == ["luzhou"]
        assert again.last_message_id() == "m3"
        assert [reply.text for reply in again.replies_to_last_message()] == ["reply 3"]
        assert again.latest_action_name == "action_listen"

    asyncio.run(scenario())


def test_memory_is_bounded_and_slots_and_loop_outlive_the_events_that_set_them(tmp_path):
    async def scenario():
        store = new_store(tmp_path)
        tracker = await take_turns(store, 1)
        tracker.update_with_events([SlotSet("language", "zh"), SlotSet("stage", "two"), ActiveLoop("a_form")], DOMAIN)
        await store.save(tracker)
        tracker = await take_turns(store, 200, first=2)
        assert len(tracker.events) <= 70
        for kept in (tracker, await new_store(tmp_path).retrieve("c")):
            assert len(kept.events) <= 70
            assert kept.slot("language") == "zh" and kept.slot("stage") == "two"
            assert kept.active_loop_name == "a_form"
            assert any(isinstance(event, ActiveLoop) for event in kept.events)
            assert [event.value for event in kept.events if isinstance(event, SlotSet)] == ["two"]
        full = await store.retrieve_full_tracker("c")
        assert sum(isinstance(event, UserUttered) for event in full.events) == 201

    asyncio.run(scenario())


def test_only_new_events_are_written(store):
    async def scenario():
        await take_turns(store, 30)
        with store.engine.connect() as connection:
            rows = connection.exec_driver_sql("select count(*) from events").scalar()
        assert rows == 3 + 30 * 4

    asyncio.run(scenario())


def test_what_another_process_wrote_is_seen_and_never_overwritten(tmp_path):
    async def scenario():
        one, other = new_store(tmp_path), new_store(tmp_path)
        await take_turns(one, 2)
        await take_turns(other, 1, first=3)
        seen = await one.retrieve("c")
        assert seen.last_message_id() == "m3"
        await take_turns(other, 1, first=4)
        seen.update_with_events(turn_events(99), DOMAIN)
        with pytest.raises(StoreUnavailable):
            await one.save(seen)
        assert (await one.retrieve("c")).last_message_id() == "m4"

    asyncio.run(scenario())


def test_a_turn_that_could_not_be_saved_leaves_no_trace(tmp_path):
    async def scenario():
        store = new_store(tmp_path)
        await take_turns(store, 2)
        tracker = await store.retrieve("c")
        tracker.update_with_events(turn_events(3), DOMAIN)
        working, store.engine = store.engine, new_store(tmp_path / "elsewhere").engine
        store.engine.dispose()
        (tmp_path / "elsewhere").rename(tmp_path / "gone")
        (tmp_path / "elsewhere").write_text("a file where a folder should be")
        with pytest.raises(StoreUnavailable):
            await store.save(tracker)
        with pytest.raises(StoreUnavailable):
            await store.retrieve("c")
        store.engine = working
        assert (await store.retrieve("c")).last_message_id() == "m2"

    asyncio.run(scenario())


def test_a_database_that_is_locked_is_an_error_and_not_a_memory_of_its_own(tmp_path, monkeypatch):
    async def scenario():
        store = new_store(tmp_path)
        await take_turns(store, 1)
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
            assert connection.exec_driver_sql("pragma secure_delete").scalar() == 1
            assert connection.exec_driver_sql("pragma busy_timeout").scalar() == 5000
        store._timeout = 0.2
        blocker = sqlite3.connect(tmp_path / "tracker.db", isolation_level=None)
        blocker.execute("begin exclusive")
        tracker = await store.retrieve("c")
        tracker.update_with_events(turn_events(2), DOMAIN)
        with pytest.raises(StoreUnavailable):
            await store.save(tracker)
        blocker.execute("rollback")

    asyncio.run(scenario())


def test_a_damaged_row_is_an_error_and_not_the_end_of_the_process(store):
    async def scenario():
        await take_turns(store, 1)
        store._live.clear()
        with store.engine.begin() as connection:
            connection.exec_driver_sql("update events set data = '{'")
        with pytest.raises(StoreUnavailable):
            await store.retrieve("c")

    asyncio.run(scenario())


def test_conversations_in_use_are_limited_and_the_oldest_is_read_again(store):
    async def scenario():
        store._capacity = 2
        for sender in ("a", "b", "c"):
            await take_turns(store, 1, sender=sender)
        assert list(store._live) == ["b", "c"]
        assert (await store.retrieve("a")).last_message_id() == "m1"
        assert sorted(await store.keys()) == ["a", "b", "c"]
        assert await store.exists("a") and not await store.exists("z")

    asyncio.run(scenario())


def test_an_error_names_no_statement_and_no_text_of_a_visitor(store, caplog):
    async def scenario():
        await take_turns(store, 1)
        store._live.clear()
        with store.engine.begin() as connection:
            connection.exec_driver_sql("drop table events")
        with pytest.raises(StoreUnavailable) as error:
            await store.retrieve("c")
        assert "select" not in str(error.value).lower()
        assert "text 1" not in caplog.text and "SELECT" not in caplog.text

    asyncio.run(scenario())
