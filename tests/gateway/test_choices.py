"""Buttons: opaque to the visitor, resolved here, worth nothing anywhere else."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.gateway.choices import Button, read_button
from bot.gateway.tables import offered_choice
from bot.settings import Settings
from bot.store import Store

from .conftest import Chat
from .fake_core import FakeCore


def _offer(chat: Chat, core: FakeCore, payload: str = '/ask_place{"place":"luzhou"}', title: str = "Luzhou") -> str:
    core.next_reply = {"messages": [{"text": "Which?", "buttons": [{"title": title, "payload": payload}]}]}
    choice: str = chat.say("where?").json()["messages"][0]["choices"][0]["choice"]
    return choice


def test_a_pressed_button_reaches_the_core_as_intent_and_entities(chat: Chat, core: FakeCore) -> None:
    answer = chat.press(_offer(chat, core))
    assert answer.status_code == 200
    assert core.turns[-1]["choice"] == {"intent": "ask_place", "entities": {"place": "luzhou"}}
    assert core.turns[-1]["text"] == "Luzhou"
    assert [m["text"] for m in chat.history()][-2:] == ["Luzhou", "You said: Luzhou"]


def test_a_button_without_an_intent_says_its_title(chat: Chat, core: FakeCore) -> None:
    chat.press(_offer(chat, core, payload="just words", title="Tell me more"))
    assert (core.turns[-1]["text"], core.turns[-1]["choice"]) == ("Tell me more", None)


def test_a_second_press_is_a_new_question_and_a_repeat_is_not(chat: Chat, core: FakeCore) -> None:
    choice, message_id = _offer(chat, core), str(uuid.uuid4())
    first = chat.press(choice, message_id)
    assert chat.press(choice, message_id).json() == first.json()
    assert len(core.turns) == 2
    assert chat.press(choice).status_code == 200
    assert len(core.turns) == 3


def _altered(choice: str) -> dict[str, str]:
    row_id, signature = choice.split(".")
    return {
        "other signature": f"{row_id}.{signature[::-1]}",
        "no signature": row_id,
        "other row": f"{row_id[::-1]}.{signature}",
        "longer": choice + "0",
        "upper case": f"{row_id}.{signature.upper()}x",
        "an intent": '/ask_place{"place":"luzhou"}',
        "empty": "",
        "dot": ".",
        "not ascii": f"{row_id}.ａ泸",
    }


@pytest.mark.parametrize("kind", _altered("a.b"))
def test_an_altered_choice_is_refused_politely(open_chat: Callable[..., Chat], core: FakeCore, kind: str) -> None:
    chat = open_chat(language="de")
    choice = _altered(_offer(chat, core))[kind]
    before = len(chat.history())
    answer = chat.press(choice)
    assert (answer.status_code, answer.json()["code"]) == (400, "choice_unavailable")
    assert answer.json()["detail"].startswith("Diese Schaltfläche")
    assert len(core.turns) == 1
    assert len(chat.history()) == before


def test_a_choice_of_another_chat_reads_like_one_that_never_was(open_chat: Callable[..., Chat], core: FakeCore) -> None:
    mine, other = open_chat(), open_chat()
    foreign, never = mine.press(_offer(other, core)), mine.press("x" * 22 + "." + "0" * 32)
    assert (foreign.status_code, foreign.content) == (never.status_code, never.content)
    assert len(core.turns) == 1


def test_an_expired_choice_is_refused(chat: Chat, core: FakeCore, settings: Settings) -> None:
    choice = _offer(chat, core)
    store = Store(settings.database)
    past = datetime.now(UTC) - timedelta(seconds=1)
    row = offered_choice.c.id == choice.split(".")[0]
    store.write(lambda db: db.execute(update(offered_choice).where(row).values(expires_at=past)))
    store.close()
    assert chat.press(choice).json()["code"] == "choice_unavailable"


@pytest.mark.parametrize(
    ("payload", "intent", "entities"),
    [
        ("/greet", "greet", {}),
        ('/ask_place{"place": "luzhou", "n": 2}', "ask_place", {"place": "luzhou", "n": 2}),
        ("/ask_place{broken}", "ask_place", {}),
        ("/ask_place[1]", None, {}),
        ("words", None, {}),
        ("", None, {}),
    ],
)
def test_payloads_are_read_or_taken_as_words(payload: str, intent: str | None, entities: dict[str, Any]) -> None:
    assert read_button("t", payload) == Button("t", intent, entities)
