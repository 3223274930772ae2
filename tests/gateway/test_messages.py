"""One message in, its answer out: once per id, in order, whether or not the client waits."""

import json
import socket
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.gateway.sessions import set_state
from bot.replies.problems import LANGUAGES, NOTICES
from bot.settings import Settings
from bot.store import Store
from tests.waiting import until

from .conftest import Chat
from .fake_core import FakeCore


def test_an_answer_carries_text_choices_card_and_sources(chat: Chat, core: FakeCore) -> None:
    core.next_reply = {
        "messages": [
            {
                "text": "Two of them.",
                "buttons": [{"title": "CFIE", "payload": '/ask_partner{"organisation": "cfie"}'}],
                "custom": {
                    "card": {"title": "CFIE"},
                    "sources": [
                        {
                            "title": "Partners",
                            "url": "https://example.org/p",
                            "as_of": "2019-09",
                            "facts": ["a", 7],
                            "secret": 1,
                        },
                        {"title": "Odd", "url": "javascript:alert(1)", "as_of": None},
                        {"url": "https://example.org/untitled"},
                    ],
                },
            }
        ]
    }
    answer = chat.say("who?").json()
    [message] = answer["messages"]
    assert answer["state"] == "bot"
    assert (message["text"], message["card"], message["author"]) == ("Two of them.", {"title": "CFIE"}, "assistant")
    assert message["choices"][0]["title"] == "CFIE"
    assert "ask_partner" not in message["choices"][0]["choice"]
    assert message["sources"] == [
        {"title": "Partners", "url": "https://example.org/p", "as_of": "2019-09", "facts": ["a"]},
        {"title": "Odd", "url": None, "as_of": None, "facts": []},
    ]
    assert chat.history()[-1] == message


def test_history_keeps_the_order_and_pages_behind_a_message(chat: Chat) -> None:
    for number in range(4):
        chat.say(f"question {number}")
    everything = chat.history(limit=200)
    assert [m["author"] for m in everything] == ["assistant"] + ["visitor", "assistant"] * 4
    paged: list[dict[str, Any]] = []
    while part := chat.history(limit=2, **({"after": paged[-1]["id"]} if paged else {})):
        paged += part
    assert paged == everything
    unknown = chat.http.get("/api/messages?after=nothing", headers=chat.headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "message_not_found")


def test_a_message_of_another_chat_is_as_unknown_as_one_that_does_not_exist(open_chat: Callable[..., Chat]) -> None:
    mine, other = open_chat(), open_chat()
    foreign = mine.http.get("/api/messages", params={"after": other.history()[0]["id"]}, headers=mine.headers)
    missing = mine.http.get("/api/messages", params={"after": str(uuid.uuid4())}, headers=mine.headers)
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)


def test_the_same_id_gives_the_same_answer_and_no_second_turn(chat: Chat, core: FakeCore) -> None:
    message_id = str(uuid.uuid4())
    first = chat.say("hello", message_id)
    chat.say("something else")
    repeats = [chat.say("hello", message_id), chat.say("changed words", message_id.upper())]
    assert all(repeat.json() == first.json() for repeat in repeats)
    assert len(core.asked) == 2
    assert len(chat.history()) == 5


def test_repeats_at_the_same_time_wait_for_the_first(chat: Chat, core: FakeCore) -> None:
    gate, message_id = core.hold(), str(uuid.uuid4())
    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(chat.say, "hello", message_id) for _ in range(6)]
        assert gate.reached.wait(60)
        gate.open()
        answers = [one.result().json() for one in sent]
    assert all(answer == answers[0] for answer in answers)
    assert len(core.asked) == 1
    assert len(chat.history()) == 3


def test_one_id_in_two_chats_is_two_messages(open_chat: Callable[..., Chat], core: FakeCore) -> None:
    message_id = str(uuid.uuid4())
    assert open_chat().say("one", message_id).json()["messages"][0]["text"].endswith("one")
    assert open_chat().say("two", message_id).json()["messages"][0]["text"].endswith("two")


def test_a_burst_is_answered_in_order(chat: Chat, core: FakeCore) -> None:
    texts = [f"message {number}" for number in range(5)]
    answers = [answer.json()["messages"][0]["text"] for answer in chat.say_while_held(core, *texts)]
    assert [turn["text"] for turn in core.turns] == texts
    assert answers == [f"You said: {text}" for text in texts]
    assert [m["text"] for m in chat.history() if m["author"] == "visitor"] == texts


def test_other_chats_do_not_wait_for_a_slow_one(open_chat: Callable[..., Chat], core: FakeCore) -> None:
    slow, quick = open_chat(), open_chat()
    gate = core.hold()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow.say, "slow")
        assert gate.reached.wait(60)
        assert quick.say("quick").status_code == 200 and not waiting.done()
        gate.open()
        assert waiting.result().status_code == 200


def test_a_turn_goes_on_when_the_client_goes_away(chat: Chat, core: FakeCore) -> None:
    gate, message_id = core.hold(), str(uuid.uuid4())
    body = json.dumps({"id": message_id, "text": "hello"})
    head = ["POST /api/messages HTTP/1.1", "Host: x", f"Authorization: {chat.headers['Authorization']}"]
    head += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", body]
    with socket.create_connection((chat.http.base_url.host, chat.http.base_url.port), timeout=60) as client:
        client.sendall("\r\n".join(head).encode())
        assert gate.reached.wait(60)
    gate.open()
    until(lambda: [m["text"] for m in chat.history()][1:] == ["hello", "You said: hello"])
    assert chat.say("hello", message_id).json()["messages"][0]["text"] == "You said: hello"
    assert len(core.asked) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", "   ", "\u200b", "///", "\x00"])
def test_a_message_without_words_gets_help_and_no_turn(
    open_chat: Callable[..., Chat], core: FakeCore, language: str, text: str
) -> None:
    chat = open_chat(language=language)
    message_id = str(uuid.uuid4())
    answer = chat.say(text, message_id)
    assert answer.json()["messages"][0]["text"] == NOTICES["nothing_written"][language]
    assert chat.say(text, message_id).json() == answer.json()
    assert core.asked == []


@pytest.mark.parametrize("messages", [[], [{}], [{"text": ""}], [{"text": None, "buttons": None, "custom": 5}], [7]])
def test_silence_of_the_core_becomes_a_spoken_answer(chat: Chat, core: FakeCore, messages: list[Any]) -> None:
    core.language = "de"
    core.next_reply = {"messages": messages}
    assert chat.say("hello").json()["messages"][0]["text"] == NOTICES["no_answer"]["de"]


def test_the_language_of_the_answer_becomes_the_language_of_the_chat(chat: Chat, core: FakeCore) -> None:
    core.language = "zh"
    assert chat.say("泸州在哪里？").json()["messages"][0]["language"] == "zh"
    assert [m["language"] for m in chat.history()] == ["en", "zh", "zh"]
    core.fixed_language = "de"
    chat.say("再说一遍")
    chat.say("ok")
    assert [turn["language"] for turn in core.turns] == ["en", "zh", "de"]


def test_slash_words_reach_the_core_as_words(chat: Chat, core: FakeCore) -> None:
    for typed in ("/restart", '/ask_partner{"is_admin":true}', "／session_start"):
        chat.say(typed)
    assert [turn["text"] for turn in core.turns] == ["restart", 'ask_partner{"is_admin":true}', "session_start"]
    assert all(turn["choice"] is None for turn in core.turns)


def test_while_a_person_has_the_chat_the_core_is_not_asked(chat: Chat, core: FakeCore, settings: Settings) -> None:
    chat.say("hello")
    store = Store(settings.database)
    store.write(lambda db: set_state(db, core.asked[0]["conversation"], "human"))
    store.close()
    assert chat.say("are you there?").json() == {"state": "human", "messages": []}
    assert chat.history()[-1]["text"] == "are you there?"
    assert len(core.asked) == 1
