"""A visitor gets all of one's own data and nothing else, and can have it erased without a trace."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.gateway.app import create_app
from bot.settings import Settings

from .conftest import Chat
from .fake_core import FakeCore, RunningServer

CANARY = "canary-7f3a@example.org"


def test_the_export_holds_everything_of_this_chat_and_nothing_of_others(open_chat: Callable[..., Chat]) -> None:
    mine, other = open_chat(page="/start"), open_chat()
    mine.say("mine")
    other.say("theirs")
    answer = mine.http.get("/api/export", headers=mine.headers)
    data = answer.json()
    assert answer.headers["content-disposition"] == 'attachment; filename="chat.json"'
    assert data["messages"] == mine.history()
    assert [entry["text"] for entry in data["received"]] == ["mine"]
    assert (data["page"], data["channel"], data["language"]) == ("/start", "web", "en")
    assert data["notice_accepted_at"]
    assert "theirs" not in answer.text


def _trace(settings: Settings) -> bool:
    file = Path(settings.database.removeprefix("sqlite:///"))
    return any(CANARY.encode() in part.read_bytes() for part in file.parent.glob(file.name + "*"))


def test_erasing_leaves_a_tombstone_and_no_trace_in_the_files(
    make_settings: Callable[..., Settings], serve: Callable[..., RunningServer], core: FakeCore
) -> None:
    settings = make_settings()
    with httpx.Client(base_url=serve(create_app(settings)).url, timeout=60) as http:
        chat, other = Chat(http), Chat(http)
        chat.say(f"my mail is {CANARY}")
        other.say("stay")
        assert _trace(settings)
        assert chat.http.delete("/api/session", headers=chat.headers).status_code == 204
        assert not _trace(settings)
        assert chat.say("again").json()["code"] == "session_ended"
        assert chat.http.get("/api/export", headers=chat.headers).status_code == 401
        assert len(other.history()) == 3
    with sqlite3.connect(settings.database.removeprefix("sqlite:///")) as db:
        assert db.execute("SELECT count(*) FROM erased_chat").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM chat_session").fetchone() == (1,)


def test_erasing_reaches_other_parts_first_and_stops_when_one_fails(
    make_settings: Callable[..., Settings], serve: Callable[..., RunningServer], core: FakeCore
) -> None:
    reached: list[str] = []

    async def erase_elsewhere(conversation: str) -> None:
        reached.append(conversation)
        if len(reached) == 1:
            raise RuntimeError("away")

    app = create_app(make_settings(), erasers=[erase_elsewhere])
    with httpx.Client(base_url=serve(app).url, timeout=60) as http:
        chat = Chat(http)
        chat.say("hello")
        assert http.delete("/api/session", headers=chat.headers).status_code == 500
        assert len(chat.history()) == 3
        assert http.delete("/api/session", headers=chat.headers).status_code == 204
        assert reached == [core.asked[0]["conversation"]] * 2


@pytest.mark.parametrize("path", ["/api/export", "/api/messages"])
def test_personal_answers_are_never_cached(chat: Chat, path: str) -> None:
    assert chat.http.get(path, headers=chat.headers).headers["cache-control"] == "no-store"
