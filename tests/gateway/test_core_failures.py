"""When the core is away, slow or broken the visitor hears it in time, and the same id completes the turn later."""

import sqlite3
import threading
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.gateway import inbox
from bot.gateway.app import create_app
from bot.replies.problems import LANGUAGES, problem_text
from bot.settings import Settings
from tests.waiting import free_port, until

from .conftest import Chat
from .fake_core import FakeCore, RunningServer

Serve = Callable[..., RunningServer]


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [(503, 503, "store_away"), (504, 504, "assistant_slow"), (500, 503, "assistant_away")],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failing_core_is_an_apology_in_the_visitors_language(
    open_chat: Callable[..., Chat], core: FakeCore, failure: int, status: int, code: str, language: str
) -> None:
    chat = open_chat(language=language)
    core.failures = [failure]
    message_id = str(uuid.uuid4())
    refused = chat.say("hello", message_id)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["detail"] == problem_text(code, language)
    assert int(refused.headers["retry-after"]) > 0
    assert chat.say("hello", message_id).json()["messages"][0]["text"] == "You said: hello"
    assert [turn["message_id"] for turn in core.asked] == [message_id, message_id]
    assert [m["author"] for m in chat.history()] == ["assistant", "visitor", "assistant"]


@pytest.mark.parametrize("reply", [{"messages": None}, {"messages": 5}])
def test_an_answer_outside_the_contract_is_an_apology(chat: Chat, core: FakeCore, reply: dict[str, Any]) -> None:
    core.next_reply = reply
    assert chat.say("hello").json()["code"] == "assistant_away"


def test_a_hanging_core_is_left_after_the_deadline(
    make_settings: Callable[..., Settings], serve: Serve, core: FakeCore
) -> None:
    app = create_app(make_settings(core_timeout_seconds=1.0))
    with httpx.Client(base_url=serve(app).url, timeout=60) as http:
        chat, message_id, gate = Chat(http), str(uuid.uuid4()), core.hold()
        assert chat.say("hello", message_id).json()["code"] == "assistant_slow"
        assert gate.reached.wait(60)  # and it still holds the turn
        gate.open()
        assert until(lambda: chat.say("hello", message_id).status_code == 200)


def test_a_core_that_is_away_is_told_soon_and_the_message_is_kept(
    make_settings: Callable[..., Settings], serve: Serve
) -> None:
    port, core = free_port(), FakeCore()
    with httpx.Client(base_url=serve(create_app(make_settings(core_port=port))).url, timeout=60) as http:
        chat = Chat(http, language="de")
        message_id = str(uuid.uuid4())
        refused = chat.say("hallo", message_id)
        assert (refused.status_code, refused.json()["code"]) == (503, "assistant_away")
        assert chat.history()[-1]["text"] == "hallo"
        serve(core.app(), port=port)
        assert chat.say("hallo", message_id).json()["messages"][0]["text"] == "You said: hallo"
        assert len(core.turns) == 1


def test_a_core_that_comes_back_in_time_is_waited_for(make_settings: Callable[..., Settings], serve: Serve) -> None:
    port, core = free_port(), FakeCore()
    app = create_app(make_settings(core_port=port, core_patience_seconds=60.0, core_timeout_seconds=60.0))
    with httpx.Client(base_url=serve(app).url, timeout=90) as http:
        chat = Chat(http)
        first = serve(core.app(), port=port)
        assert chat.say("before").status_code == 200
        first.stop()
        threading.Timer(1.0, serve, args=(core.app(),), kwargs={"port": port}).start()
        assert chat.say("after").json()["messages"][0]["text"] == "You said: after"


def test_a_crash_between_turn_and_answer_is_completed_by_the_same_id(
    chat: Chat, core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("the process was killed here: secret words")

    message_id = str(uuid.uuid4())
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "mark_answered", crash)
        broken = chat.say("hello", message_id)
        assert (broken.status_code, broken.json()["code"]) == (500, "internal_error")
        assert "secret" not in broken.text
    assert chat.say("hello", message_id).status_code == 200
    assert len(core.turns) == 1
    assert [m["author"] for m in chat.history()] == ["assistant", "visitor", "assistant"]


def test_a_gateway_that_restarts_asks_the_core_again_with_the_same_id(
    settings: Settings, serve: Serve, core: FakeCore
) -> None:
    message_id = str(uuid.uuid4())
    core.failures = [503]
    with httpx.Client(base_url=serve(create_app(settings)).url, timeout=60) as http:
        chat = Chat(http)
        assert chat.say("hello", message_id).status_code == 503
    with httpx.Client(base_url=serve(create_app(settings)).url, timeout=60) as http:
        chat.http = http
        assert chat.say("hello", message_id).status_code == 200
        assert len(chat.history()) == 3


def test_a_locked_database_is_an_apology_while_it_is_locked_and_nothing_is_lost(
    open_chat: Callable[..., Chat], settings: Settings, core: FakeCore
) -> None:
    chat = open_chat(language="de")
    blocker = sqlite3.connect(settings.database.removeprefix("sqlite:///"), isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    message_id = str(uuid.uuid4())
    refused = chat.say("hello", message_id)
    assert (refused.status_code, refused.json()["code"]) == (503, "store_away")
    assert refused.json()["detail"] == problem_text("store_away", "de")
    assert core.asked == []
    assert chat.http.get("/healthz").status_code == 200
    blocker.execute("ROLLBACK")
    assert chat.say("hello", message_id).status_code == 200
