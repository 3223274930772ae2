"""What a visitor can do about the own data: delete it, take it along to the website; and what is kept at all."""

import json

import pytest

from bot.channels.messengers.tables import messenger_chat, messenger_code, messenger_update
from bot.gateway.tables import chat_session, erased_chat
from bot.replies.messengers import CHOICES, LINES
from bot.replies.problems import LANGUAGES
from tests.gateway.fake_core import FakeCore

from .conftest import Running

TAGS = {"en": "en-GB", "de": "de", "zh": "zh-hans"}


def code_in(text: str) -> str:
    return text.split("#resume=")[1].split()[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chat_is_deleted_after_a_question_and_leaves_no_trace(bot: Running, language: str) -> None:
    visitor = bot.telegram.visitor(TAGS[language])
    visitor.say("my number is 0176-canary")
    visitor.reads("canary")
    visitor.say("/delete")
    question = visitor.reads(LINES["delete_question"][language])
    assert [button["text"] for button in question.keyboard] == [CHOICES["delete"][language], CHOICES["keep"][language]]
    visitor.press(question, 0)
    visitor.reads(LINES["deleted"][language])
    bot.quiet()
    read = bot.live.store.read
    for table in (messenger_chat, messenger_code, chat_session):
        assert read(lambda db, table=table: db.execute(table.select()).all()) == []  # type: ignore[misc]
    kept = read(lambda db: db.execute(messenger_update.select()).all())
    assert all(row.done_at and not row.chat and row.body is None for row in kept)
    assert str(visitor.id) not in json.dumps([row.update_id for row in kept])
    assert len(read(lambda db: db.execute(erased_chat.select()).all())) == 1


def test_after_the_deletion_a_new_conversation_begins_with_the_notice_and_another_id(
    bot: Running, core: FakeCore
) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    visitor.say("/delete")
    pressed = visitor.press(visitor.reads(LINES["delete_question"]["en"]), 0)
    visitor.reads(LINES["deleted"]["en"])
    visitor.say("it is me again")
    visitor.reads("You said: it is me again")
    fresh = core.asked[-1]["conversation"]
    assert fresh != visitor.conversation and fresh.startswith(f"{visitor.conversation}:")
    visitor.bring(pressed)
    bot.quiet()
    assert bot.said(fresh) == ["it is me again"]


def test_who_does_not_confirm_keeps_the_chat(bot: Running) -> None:
    visitor = bot.telegram.visitor("de")
    visitor.begin()
    visitor.say("/delete")
    visitor.press(visitor.reads(LINES["delete_question"]["de"]), 1)
    visitor.reads(LINES["kept"]["de"])
    assert "hello there" in bot.said(visitor.conversation)


def test_the_conversation_is_carried_over_to_the_website_once(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    visitor.say("/web")
    link = visitor.reads("#resume=").text
    assert "https://chat.example.org/#resume=" in link
    http = bot.live.http
    opened = http.post("/api/session", json={"resume": code_in(link)})
    assert opened.status_code == 201
    assert "You said: hello there" in [message["text"] for message in opened.json()["messages"]]
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    body = {"id": "0b5f3c1e-6a0e-4b8e-9d3c-2f1f6f0f7c11", "text": "and on the website"}
    assert http.post("/api/messages", json=body, headers=headers).json()["messages"][0]["text"].startswith("You said")
    assert core.asked[-1]["conversation"] == visitor.conversation
    assert http.post("/api/session", json={"resume": code_in(link)}).json()["code"] == "link_ended"
    visitor.say("here again")
    visitor.reads("You said: here again")
    assert core.asked[-1]["conversation"] != visitor.conversation
    bot.quiet()
    assert not any("and on the website" in text for text in visitor.texts())
    export = http.get("/api/export", headers=headers).json()
    assert "here again" not in json.dumps(export)


@pytest.mark.parametrize("code", ["once.", "once.made-up", "once." + "x" * 900])
def test_a_made_up_code_opens_nothing(bot: Running, code: str) -> None:
    assert bot.live.http.post("/api/session", json={"resume": code}).json()["code"] == "link_ended"


def test_what_is_done_is_not_kept(bot: Running) -> None:
    visitor = bot.telegram.visitor()
    visitor.say("my name is canary")
    visitor.reads("canary")
    bot.quiet()
    rows = bot.live.store.read(lambda db: db.execute(messenger_update.select()).all())
    assert rows and all(row.body is None for row in rows)
