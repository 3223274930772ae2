"""Telegram, the core or the database away: nobody else notices, and what was to be said is said later, in order, once."""

import sqlite3
import uuid
from typing import Any

import pytest

from bot.channels.messengers.talk import Talk
from bot.gateway import history
from bot.gateway.history import Draft
from bot.replies.messengers import LINES
from tests.gateway.conftest import Chat
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.waiting import free_port

from .conftest import Running, Start
from .fake_bot_api import Failure, FakeBotApi, Refusal, flood
from .visitors import Visitor, until

PAGE = (502, "<html><body>502 Bad Gateway</body></html>")


def say(bot: Running, visitor: Visitor, *texts: str) -> None:
    """Lines that something else wrote into the conversation."""
    drafts = [Draft("system", "en", text) for text in texts]
    bot.live.store.write(lambda db: history.append(db, visitor.conversation, drafts))
    bot.live.call(_ring(bot, visitor.conversation))


async def _ring(bot: Running, conversation: str) -> None:
    bot.live.gateway.streams.ring(conversation)


@pytest.fixture
def running(start: Start) -> Running:
    return start()


@pytest.mark.parametrize("url", ["http://bot-api.invalid", "nobody"], ids=["no such name", "nobody listens"])
def test_an_unreachable_telegram_neither_delays_nor_fails_anything_else(start: Start, core: FakeCore, url: str) -> None:
    bot = start(telegram_api_url=f"http://127.0.0.1:{free_port()}" if url == "nobody" else url)
    visitor = bot.telegram.visitor()
    assert Chat(bot.live.http).say("on the website").json()["messages"][0]["text"] == "You said: on the website"
    visitor.say("in Telegram")
    until(lambda: [turn for turn in core.turns if turn["text"] == "in Telegram"])
    until(lambda: bot.live.http.get("/readyz").json()["channels"]["telegram"] == "away" or None)
    assert bot.live.http.get("/readyz").status_code == 200
    assert visitor.texts() == []


def test_what_could_not_be_delivered_comes_in_order_and_once_when_telegram_is_back(
    start: Start, api: FakeBotApi, core: FakeCore
) -> None:
    port = free_port()
    bot = start(telegram_api_url=f"http://127.0.0.1:{port}")
    visitors = [bot.telegram.visitor() for _ in range(3)]
    for visitor in visitors:
        for number in range(4):
            visitor.say(f"message {number}")
    until(lambda: len(core.turns) == 12 or None)
    server = RunningServer(api.app(), port=port)
    for visitor in visitors:
        visitor.reads("You said: message 3")
        bot.quiet()
        assert visitor.texts()[1:] == [f"You said: message {number}" for number in range(4)]
    until(lambda: bot.live.http.get("/readyz").json()["channels"]["telegram"] == "ok" or None)
    server.stop()


@pytest.mark.parametrize(
    "failure",
    [
        Failure(page=PAGE, times=2), Failure(hang=2.5, page=PAGE), Failure(refusal=Refusal(500, "Internal Server Error")),
Failure(page=(200, "no JSON at all")),
    ],
    ids=["bad gateway", "hangs", "internal error", "no JSON"],
)  # fmt: skip
def test_a_failing_call_is_made_again(start: Start, failure: Failure) -> None:
    bot = start(telegram_timeout_seconds=1.0)
    visitor = bot.telegram.visitor()
    visitor.begin()
    bot.api.failures = [Failure(**vars(failure))]
    say(bot, visitor, "one", "two")
    visitor.reads("two")
    assert visitor.texts()[2:] == ["one", "two"]


def test_flood_control_is_obeyed_and_concerns_that_chat_only(running: Running) -> None:
    visitor, other = running.telegram.visitor(), running.telegram.visitor()
    for one in (visitor, other):
        one.begin()
    running.api.failures = [Failure(refusal=flood(3), chat=visitor.chat)]
    before = running.api.count("sendMessage")
    say(running, visitor, "one", "two")
    until(lambda: (chat := running.chat(visitor.conversation)) and chat.wait_until)
    say(running, other, "for the other")
    other.reads("for the other")
    visitor.reads("two")
    assert visitor.texts()[2:] == ["one", "two"]
    assert running.api.count("sendMessage") == before + 3  # nobody asked again while it was to wait


def test_who_blocked_the_bot_is_dropped_and_nobody_else(running: Running) -> None:
    visitor, other = running.telegram.visitor(), running.telegram.visitor()
    for one in (visitor, other):
        one.begin()
    running.api.blocked.add(visitor.chat)
    say(running, visitor, "one", "two")
    until(lambda: (chat := running.chat(visitor.conversation)) and chat.blocked_at)
    say(running, other, "for the other")
    other.reads("for the other")
    running.api.blocked.clear()
    visitor.say("I am back")
    visitor.reads("You said: I am back")
    assert visitor.texts()[2:] == ["You said: I am back"]


def test_a_chat_that_is_gone_is_dropped(running: Running) -> None:
    visitor = running.telegram.visitor()
    visitor.begin()
    running.api.chats.discard(visitor.chat)
    say(running, visitor, "one")
    until(lambda: (chat := running.chat(visitor.conversation)) and chat.blocked_at)


def test_markup_that_telegram_cannot_parse_is_sent_as_plain_text(running: Running) -> None:
    visitor = running.telegram.visitor()
    visitor.begin()
    refusal = Refusal(400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0')
    running.api.failures = [Failure(refusal=refusal)]
    say(running, visitor, "1 < 2 & 3")
    assert not visitor.reads("1 < 2 & 3").html


def test_a_keyboard_that_telegram_refuses_is_left_away(running: Running, core: FakeCore) -> None:
    visitor = running.telegram.visitor()
    visitor.begin()
    running.api.failures = [Failure(refusal=Refusal(400, "Bad Request: BUTTON_DATA_INVALID"))]
    buttons = [{"title": "More", "payload": "/ask_more"}]
    core.next_reply = {"messages": [{"text": "Here.", "buttons": buttons, "custom": None}]}
    visitor.say("and?")
    assert visitor.reads("Here.").keyboard == []


@pytest.mark.parametrize("why", ["message is too long", "message text is empty"])
def test_a_message_that_can_never_arrive_does_not_hold_up_the_next(running: Running, why: str) -> None:
    visitor = running.telegram.visitor()
    visitor.begin()
    running.api.failures = [Failure(refusal=Refusal(400, f"Bad Request: {why}"))]
    say(running, visitor, "one", "two")
    visitor.reads("two")
    assert visitor.texts()[2:] == ["two"]


def test_a_core_that_is_away_is_apologised_for_once_and_the_message_is_answered_later(
    running: Running, core: FakeCore
) -> None:
    visitor = running.telegram.visitor("de")
    visitor.begin()
    core.failures = [500, 500, 503]
    visitor.say("Wo liegt Konin?")
    visitor.say("Und Luzhou?")
    visitor.reads("You said: Und Luzhou?")
    running.quiet()
    assert visitor.texts()[2:] == [
        LINES["delayed"]["de"], "You said: Wo liegt Konin?", "You said: Und Luzhou?"
    ]  # fmt: skip


def test_an_event_that_cannot_be_carried_out_is_given_up_and_the_next_is_not(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = running.telegram.visitor()
    visitor.begin()
    carry_out = Talk.carry_out

    async def stumbling(self: Talk, received: Any, *, again: bool) -> None:
        if received.event.text == "stumble":
            raise RuntimeError
        await carry_out(self, received, again=again)

    monkeypatch.setattr(Talk, "carry_out", stumbling)
    visitor.say("stumble")
    visitor.say("go on")
    visitor.reads("You said: go on")
    assert LINES["given_up"]["en"] in visitor.texts()


def test_while_the_database_is_away_updates_are_refused_with_an_apology_and_taken_when_they_come_again(
    running: Running, core: FakeCore
) -> None:
    visitor = running.telegram.visitor("zh")
    visitor.begin()
    update = visitor.says("科宁在哪里？")
    lock = sqlite3.connect(running.settings.database.removeprefix("sqlite:///"), isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    assert visitor.telegram.bring(update) == 503
    visitor.reads(LINES["delayed"]["zh"])
    lock.execute("ROLLBACK")
    lock.close()
    visitor.bring(update)
    visitor.reads("You said: 科宁在哪里？")
    assert len(core.turns) == 2


def test_an_answer_is_not_doubled_when_the_database_fails_right_after_it_arrived(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.channels.messengers import chats
    from bot.store import StoreUnavailable

    visitor = running.telegram.visitor()
    visitor.begin()
    failures, advance = [1, 1], chats.advance

    def failing(*arguments: Any, **named: Any) -> bool:
        if failures:
            failures.pop()
            raise StoreUnavailable("test")
        return advance(*arguments, **named)

    monkeypatch.setattr(chats, "advance", failing)
    say(running, visitor, f"once {uuid.uuid4()}", "the end")
    visitor.reads("the end")
    running.quiet()
    assert len(visitor.texts()) == 4 and failures == []
