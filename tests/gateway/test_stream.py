"""The event stream: everything in order, nothing lost over a reconnect, the session checked again and again."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import jwt
import pytest

from bot.gateway.history import Draft, append
from bot.gateway.sessions import set_state
from bot.settings import Settings
from bot.store import Store
from tests.waiting import until

from .conftest import KEY, Chat
from .fake_core import FakeCore

Event = tuple[str, str | None, Any]


@contextmanager
def listening(chat: Chat, last_id: str | None = None) -> Iterator[Iterator[Event]]:
    headers = chat.headers | ({"Last-Event-ID": last_id} if last_id else {})
    with chat.http.stream("GET", "/api/stream", headers=headers, timeout=60) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response)


def _events(response: httpx.Response) -> Iterator[Event]:
    name, event_id, data = "message", None, ""
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "id":
            event_id = value
        elif field == "data":
            data += value
        elif not line and data:
            yield name, event_id, json.loads(data)
            name, event_id, data = "message", None, ""


def _messages(events: Iterator[Event], count: int) -> list[dict[str, Any]]:
    found = []
    for name, event_id, data in events:
        if name == "message":
            assert event_id == data["id"]
            found.append(data)
            if len(found) == count:
                break
    return found


def test_a_new_stream_tells_the_whole_conversation_and_then_what_comes(chat: Chat) -> None:
    chat.say("one")
    with listening(chat) as events:
        assert _messages(events, 3) == chat.history()
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(chat.say, "two")
            assert [m["text"] for m in _messages(events, 2)] == ["two", "You said: two"]
            assert said.result().status_code == 200


def test_a_reconnect_goes_on_behind_the_last_event_without_loss(chat: Chat) -> None:
    chat.say("one")
    with listening(chat) as events:
        last = _messages(events, 2)[-1]["id"]
    chat.say("two")
    chat.say("three")
    with listening(chat, last) as events:
        resumed = _messages(events, 5)
    assert resumed == chat.history()[2:]


@pytest.mark.parametrize("last_id", ["unknown", "x" * 100])
def test_an_unknown_last_event_tells_everything_again(chat: Chat, last_id: str) -> None:
    with listening(chat, last_id) as events:
        assert _messages(events, 1) == chat.history()


def test_a_last_event_of_another_chat_shows_nothing_of_it(open_chat: Callable[..., Chat]) -> None:
    mine, other = open_chat(), open_chat()
    other.say("private")
    with listening(mine, other.history()[-1]["id"]) as events:
        assert _messages(events, 1) == mine.history()


def test_typing_is_told_while_the_assistant_works(chat: Chat, core: FakeCore) -> None:
    gate = core.hold()
    with listening(chat) as events, ThreadPoolExecutor(1) as pool:
        pool.submit(chat.say, "hello")
        typing = []
        for name, event_id, data in events:
            if name == "typing":
                assert event_id is None
                typing.append(data["typing"])
                gate.open()
            if len(typing) == 2:
                break
    assert typing == [True, False]


def test_what_another_process_writes_arrives_too(chat: Chat, core: FakeCore, settings: Settings) -> None:
    chat.say("hello")
    conversation = core.asked[0]["conversation"]
    store = Store(settings.database)
    with listening(chat, chat.history()[-1]["id"]) as events:
        assert next(events) == ("state", None, {"state": "bot"})
        store.write(lambda db: set_state(db, conversation, "human"))
        store.write(lambda db: append(db, conversation, [Draft("staff", "en", "Hello from the desk.")]))
        arrived = [next(events), next(events)]
    store.close()
    assert {name for name, _, _ in arrived} == {"message", "state"}
    assert ("staff", "Hello from the desk.") in [(d.get("author"), d.get("text")) for _, _, d in arrived]


def test_the_stream_ends_when_the_token_does(chat: Chat, client: httpx.Client) -> None:
    claims = jwt.decode(chat.opened["token"], KEY, algorithms=["HS256"])
    soon = claims | {"exp": int(time.time()) + 6}
    chat.headers = {"Authorization": f"Bearer {jwt.encode(soon, KEY, 'HS256')}"}
    with listening(chat) as events:
        assert list(events)[-1] == ("state", None, {"state": "ended"})
    assert time.time() >= soon["exp"]


def test_the_stream_ends_when_the_chat_is_erased(chat: Chat) -> None:
    with listening(chat) as events:
        _messages(events, 1)
        threading.Timer(0.2, lambda: chat.http.delete("/api/session", headers=chat.headers)).start()
        assert list(events)[-1] == ("state", None, {"state": "ended"})


def test_one_chat_may_be_open_in_a_few_windows_only(chat: Chat, settings: Settings) -> None:
    with ExitStack() as windows:
        kept = [windows.enter_context(listening(chat)) for _ in range(settings.streams_per_session)]
        assert all(next(events)[0] == "message" for events in kept)
        assert _stream_status(chat) == 429
    until(lambda: _stream_status(chat) == 200)


def _stream_status(chat: Chat) -> int:
    with chat.http.stream("GET", "/api/stream", headers=chat.headers, timeout=60) as response:
        return response.status_code
