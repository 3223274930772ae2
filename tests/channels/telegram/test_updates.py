"""Every kind of update: words, pictures, edits, groups, comings and goings, and what nobody has heard of."""

import json
import time
from typing import Any

import pytest

from bot.replies.messengers import LINES
from bot.replies.problems import LANGUAGES
from tests.gateway.fake_core import FakeCore

from .conftest import Running, Start
from .visitors import Visitor

TAGS = {"en": "en-GB", "de": "de", "zh": "zh-hans"}
FILE = {"file_id": "a", "file_unique_id": "b"}
MEDIA: dict[str, Any] = {
    "photo": [FILE | {"width": 1, "height": 1}],
    "sticker": FILE | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
    "voice": FILE | {"duration": 3},
    "video": FILE | {"width": 1, "height": 1, "duration": 3},
    "video_note": FILE | {"length": 1, "duration": 3},
    "audio": FILE | {"duration": 3},
    "document": FILE,
    "location": {"latitude": 51.5, "longitude": 7.2},
    "contact": {"phone_number": "+49 000", "first_name": "V"},
    "poll": {
        "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
        "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
    },
    "dice": {"emoji": "🎲", "value": 3},
}  # fmt: skip
SILENT: dict[str, Any] = {
    "channel_post": {"message_id": 5, "date": 1, "chat": {"id": -100, "type": "channel", "title": "C"}, "text": "hi"},
    "inline_query": {"id": "1", "from": {"id": 7, "is_bot": False, "first_name": "V"}, "query": "q", "offset": ""},
    "poll_answer": {"poll_id": "1", "option_ids": [], "user": {"id": 7, "is_bot": False, "first_name": "V"}},
    "something_new": {"from": "the future"},
    "message": {"no": "such message"},
    "callback_query": {"id": "1", "from": {"id": 7, "is_bot": False, "first_name": "V"}, "chat_instance": "1", "inline_message_id": "i"},
}  # fmt: skip


@pytest.fixture
def sqlite_bot(start: Start) -> Running:
    return start()


@pytest.mark.parametrize("kind", MEDIA)
def test_whatever_is_no_text_is_told_to_be_unreadable_and_never_met_with_silence(
    sqlite_bot: Running, core: FakeCore, kind: str
) -> None:
    language = LANGUAGES[len(kind) % 3]
    visitor = sqlite_bot.telegram.visitor(TAGS[language])
    visitor.bring(visitor.telegram.update(message=visitor.message(**{kind: MEDIA[kind]})))
    visitor.reads(LINES["text_only"][language])
    assert core.asked == []


def test_the_words_below_a_picture_are_answered_and_an_album_is_one(sqlite_bot: Running, core: FakeCore) -> None:
    visitor = sqlite_bot.telegram.visitor()
    picture = {"photo": MEDIA["photo"], "media_group_id": "77"}
    for caption in ({"caption": "What is this?"}, {}, {}):
        visitor.bring(visitor.telegram.update(message=visitor.message(**picture, **caption)))
    visitor.reads("You said: What is this?")
    sqlite_bot.quiet()
    assert visitor.texts().count(LINES["text_only"]["en"]) == 1 and len(core.asked) == 1


@pytest.mark.parametrize("kind", SILENT)
def test_what_concerns_nobody_is_taken_and_dropped(sqlite_bot: Running, core: FakeCore, kind: str) -> None:
    assert sqlite_bot.telegram.bring(sqlite_bot.telegram.update(**{kind: SILENT[kind]})) == 200
    assert sqlite_bot.telegram.bring({}) == 200
    assert sqlite_bot.telegram.bring({"update_id": 5}) == 200
    sqlite_bot.quiet()
    assert sqlite_bot.api.sent == [] and core.asked == []


def test_a_press_whose_message_is_gone_is_answered(sqlite_bot: Running, core: FakeCore) -> None:
    visitor = sqlite_bot.telegram.visitor()
    visitor.say("/start")
    update = visitor.presses(visitor.reads("Herne’s twin cities"), 1)
    where = {"id": visitor.chat, "type": "private"}
    update["callback_query"]["message"] = {"chat": where, "message_id": 999_999, "date": 0}
    visitor.bring(update)
    visitor.reads("You said: Who are the partners?")
    assert sqlite_bot.api.answered == [update["callback_query"]["id"]]


def edited(visitor: Visitor, original: dict[str, Any], text: str, seconds: int) -> None:
    message = original["message"] | {"text": text, "edit_date": original["message"]["date"] + seconds}
    visitor.bring(visitor.telegram.update(edited_message=message))


def test_an_edited_message_counts_while_it_is_the_last_and_fresh(sqlite_bot: Running, core: FakeCore) -> None:
    visitor = sqlite_bot.telegram.visitor()
    first = visitor.say("Where is Konim?")
    visitor.reads("You said: Where is Konim?")
    edited(visitor, first, "Where is Konin?", 20)
    visitor.reads("You said: Where is Konin?")
    edited(visitor, first, "too late", 60)
    second = visitor.say("And Luzhou?")
    visitor.reads("You said: And Luzhou?")
    edited(visitor, first, "not the last", 30)
    edited(visitor, second | {"message": second["message"] | {"message_id": 424242}}, "of an unknown one", 5)
    sqlite_bot.quiet()
    assert [asked["text"] for asked in core.asked] == ["Where is Konim?", "Where is Konin?", "And Luzhou?"]


def test_an_edit_of_someone_who_never_wrote_begins_nothing(sqlite_bot: Running) -> None:
    visitor = sqlite_bot.telegram.visitor()
    edited(visitor, {"message": visitor.message(text="x")}, "y", 5)
    visitor.bring(
        visitor.telegram.update(
            edited_message=visitor.message(caption="z", photo=MEDIA["photo"], edit_date=int(time.time()))
        )
    )
    sqlite_bot.quiet()
    assert visitor.texts() == [] and sqlite_bot.chat(visitor.conversation) is None


def test_in_a_group_only_a_mention_gets_one_polite_line(sqlite_bot: Running, core: FakeCore) -> None:
    group = sqlite_bot.telegram.visitor("de", kind="supergroup")
    group.say("hello everybody")
    group.say("/start")
    group.say("@SomebodyElse look")
    sqlite_bot.quiet()
    assert group.texts() == []
    group.say("@centretestbot what is Konin?")
    told = group.reads("https://t.me/CentreTestBot")
    assert told.text == LINES["private_only"]["de"].format(url="https://t.me/CentreTestBot")
    group.say("/help@CentreTestBot")
    answer = group.message(
        text="and you?",
        reply_to_message=group.message(text="x", **{"from": {"id": 4242, "is_bot": True, "first_name": "C"}}),
    )
    group.bring(group.telegram.update(message=answer))
    sqlite_bot.quiet()
    assert len(group.texts()) == 1
    assert core.asked == [] and sqlite_bot.chat(group.conversation) is None


def test_bots_and_channels_that_write_are_not_answered(sqlite_bot: Running) -> None:
    visitor = sqlite_bot.telegram.visitor()
    visitor.bring(
        visitor.telegram.update(
            message=visitor.message(text="hi", **{"from": {"id": 1, "is_bot": True, "first_name": "B"}})
        )
    )
    message = visitor.message(text="hi")
    del message["from"]
    visitor.bring(visitor.telegram.update(message=message))
    sqlite_bot.quiet()
    assert visitor.texts() == []


def membership(visitor: Visitor, status: str) -> None:
    who = {"id": 4242, "is_bot": True, "first_name": "C"}
    new = {"status": status, "user": who} | ({"until_date": 0} if status == "kicked" else {})
    change = visitor.message(old_chat_member={"status": "member", "user": who}, new_chat_member=new)
    visitor.bring(visitor.telegram.update(my_chat_member=change))


def test_who_blocks_the_bot_is_left_alone_until_they_come_back(sqlite_bot: Running) -> None:
    visitor = sqlite_bot.telegram.visitor()
    visitor.begin()
    membership(visitor, "kicked")
    sqlite_bot.quiet()
    chat = sqlite_bot.chat(visitor.conversation)
    assert chat and chat.blocked_at
    calls = sqlite_bot.api.count("sendMessage")
    membership(visitor, "member")
    visitor.say("back again")
    visitor.reads("You said: back again")
    chat = sqlite_bot.chat(visitor.conversation)
    assert chat and chat.blocked_at is None and sqlite_bot.api.count("sendMessage") == calls + 1


def test_a_membership_without_any_conversation_changes_nothing(sqlite_bot: Running) -> None:
    visitor = sqlite_bot.telegram.visitor()
    membership(visitor, "kicked")
    membership(visitor, "member")
    sqlite_bot.quiet()
    assert sqlite_bot.chat(visitor.conversation) is None


@pytest.mark.parametrize("body", ["[]", "5", "null", '"x"', "", "{", "\xff", "[" * 30_000 + "]" * 30_000], ids=range(8))
def test_what_is_no_update_at_all_is_refused(sqlite_bot: Running, body: str) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": sqlite_bot.settings.telegram_secret.get_secret_value()}
    answer = sqlite_bot.telegram.http.post("/hooks/telegram", content=body.encode("latin-1"), headers=headers)
    assert answer.status_code == 400 and json.loads(answer.text)["code"]


def test_an_update_of_any_size_is_taken_so_that_it_does_not_come_again_and_is_counted(
    sqlite_bot: Running, core: FakeCore
) -> None:
    visitor = sqlite_bot.telegram.visitor()
    visitor.begin()
    asked = len(core.asked)
    large = visitor.says("x" * 200_000)
    assert visitor.telegram.bring(large, secret="guessed") == 401
    assert [visitor.telegram.bring(large) for _ in range(3)] == [200] * 3
    registry = sqlite_bot.live.gateway.turns.metrics.registry
    labels = {"language": "none", "channel": "telegram", "outcome": "too_large"}
    assert registry.get_sample_value("assistant_turns_total", labels) == 3
    visitor.say("and on")
    visitor.reads("You said: and on")
    assert len(core.asked) == asked + 1


def test_any_text_is_taken_whatever_it_is_made_of(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    for text in ("a\x00b", "\ud800 lone", "=1+1", "{{x}} ${y}", "🏳️‍🌈" * 50, "<b>", "&lt;", "\n\n\n\n"):
        assert visitor.telegram.bring(visitor.says(text)) == 200
    visitor.say("the end")
    visitor.reads("You said: the end")
    bot.quiet()
    assert "You said: <b>" in visitor.texts() and "You said: &lt;" in visitor.texts()
    assert "You said: =1+1" in visitor.texts() and "You said: {{x}} ${y}" in visitor.texts()
