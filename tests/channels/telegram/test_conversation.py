"""A visitor and the bot: notice, answers, buttons, commands, everything once and in order."""

import pytest

from bot.replies.greeting import GREETING, chat_notice
from bot.replies.messengers import LINES
from bot.replies.problems import LANGUAGES, problem_text
from tests.gateway.fake_core import FakeCore

from .conftest import Running

TAGS = {"en": "en-GB", "de": "de", "zh": "zh-hans"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_of_all_a_visitor_reads_the_notice_in_the_own_language(
    bot: Running, core: FakeCore, language: str
) -> None:
    visitor = bot.telegram.visitor(TAGS[language])
    visitor.say("/start")
    notice, greeting = visitor.reads(chat_notice(language, 30)), visitor.reads(GREETING[language])
    assert visitor.api.of(visitor.chat) == [notice, greeting]
    assert "https://chat.example.org" in notice.text and "Telegram" in notice.text
    assert len(greeting.keyboard) == 3
    assert core.asked == []


def test_a_first_question_is_answered_behind_the_notice(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor("de")
    visitor.say("Wo liegt <Konin> & Herne?")
    answer = visitor.reads("You said: Wo liegt <Konin> & Herne?")
    assert [one.message_id for one in bot.api.of(visitor.chat)][1:] == [answer.message_id]
    assert core.asked[0]["channel"] == "telegram" and core.asked[0]["conversation"] == visitor.conversation
    assert core.asked[0]["language"] == "de"
    assert bot.api.count("sendChatAction") >= 1


def test_messages_are_answered_in_the_order_they_were_written(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    core.delays = [0.5]
    for number in range(5):
        visitor.say(f"message {number}")
    visitor.reads("You said: message 4")
    assert visitor.texts()[2:] == [f"You said: message {number}" for number in range(5)]
    assert [turn["text"] for turn in core.turns][1:] == [f"message {number}" for number in range(5)]


def test_a_button_is_pressed_answered_and_taken_away(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.say("/start")
    greeting = visitor.reads(GREETING["en"])
    pressed = visitor.press(greeting, 1)
    visitor.reads("You said:")
    assert core.asked[-1]["choice"]["intent"] == "list_partners"
    bot.quiet()
    assert bot.api.answered == [pressed["callback_query"]["id"]]
    assert greeting.keyboard == []
    visitor.bring(pressed)
    bot.quiet()
    assert len(core.asked) == 1 and len(bot.api.answered) == 1


def test_what_a_button_carries_is_opaque_and_short(bot: Running) -> None:
    visitor = bot.telegram.visitor("zh")
    visitor.say("/start")
    for button in visitor.reads(GREETING["zh"]).keyboard:
        assert len(button["callback_data"].encode()) <= 64
        assert "ask_centre" not in button["callback_data"] and "{" not in button["callback_data"]


@pytest.mark.parametrize("forged", ["altered", "of another", "made up", "an intent"])
def test_a_forged_button_is_refused_politely_and_does_nothing(bot: Running, core: FakeCore, forged: str) -> None:
    visitor, other = bot.telegram.visitor(), bot.telegram.visitor()
    for one in (visitor, other):
        one.say("/start")
    greeting, theirs = visitor.reads(GREETING["en"]), other.reads(GREETING["en"])
    update = visitor.presses(greeting)
    data = update["callback_query"]["data"]
    update["callback_query"]["data"] = {
        "altered": data[:-1] + ("0" if data[-1] != "0" else "1"), "of another": theirs.keyboard[0]["callback_data"],
        "made up": "cb:0000000000000000", "an intent": '/talk_to_human{"slot": 1}',
    }[forged]  # fmt: skip
    visitor.bring(update)
    visitor.reads(problem_text("choice_unavailable", "en"))
    assert core.asked == []


def test_a_slash_in_front_of_words_is_no_command_of_the_core(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    for text in ("/restart", "/session_start", '/talk_to_human{"a": "b"}', "／restart"):
        visitor.say(text)
    visitor.reads('You said: talk_to_human{"a": "b"}')
    bot.quiet()
    assert [asked["text"] for asked in core.asked][1:] == [
        "restart", "session_start", 'talk_to_human{"a": "b"}', "restart"
    ]  # fmt: skip
    assert all(asked["choice"] is None for asked in core.asked)


def test_human_and_language_are_choices_as_the_buttons_are(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    visitor.say("/human")
    visitor.say("/language@CentreTestBot")
    visitor.reads("You said: Choose a language")
    assert [asked["choice"]["intent"] for asked in core.asked[1:]] == ["talk_to_human", "ask_languages"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_and_privacy_name_the_commands(bot: Running, language: str) -> None:
    visitor = bot.telegram.visitor(TAGS[language])
    visitor.say("/help")
    assert all(f"/{name}" in visitor.reads("/human").text for name in ("language", "privacy", "web", "delete"))
    visitor.say("/privacy")
    rights = visitor.reads(LINES["privacy_rights"][language])
    assert "/delete" in rights.text and "Telegram" in rights.text


def test_a_message_of_4096_characters_is_told_to_be_too_long(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.say("x" * 4096)
    visitor.reads(problem_text("message_too_long", "en"))
    assert core.asked == []


def test_words_that_hold_nothing_readable_are_answered_all_the_same(bot: Running) -> None:
    visitor = bot.telegram.visitor("de")
    visitor.say("\u200b\u202e\x07")
    visitor.reads("keine Wörter erkennen")


def test_a_long_answer_arrives_whole_in_several_messages_with_its_buttons_last(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    text = "The Centre & <its> partners. " * 400
    core.next_reply = {
        "messages": [{"text": text, "buttons": [{"title": "More", "payload": "/ask_more"}], "custom": None}]
    }
    visitor.say("everything, please")
    bot.quiet()
    parts = bot.api.of(visitor.chat)[2:]
    assert len(parts) > 2 and [bool(part.keyboard) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert " ".join(" ".join(part.text for part in parts).split()) == text.strip()


def test_one_who_writes_too_much_is_told_so_once_and_others_are_not_concerned(start: object, core: FakeCore) -> None:
    bot: Running = start(messages_per_10_seconds=3, messages_per_minute=3)  # type: ignore[operator]
    visitor, other = bot.telegram.visitor(), bot.telegram.visitor()
    for number in range(12):
        visitor.say(f"message {number}")
    other.say("and I?")
    other.reads("You said: and I?")
    visitor.reads(problem_text("too_many_messages", "en"))
    bot.quiet()
    assert len(core.asked) == 4
    assert 1 <= visitor.texts().count(problem_text("too_many_messages", "en")) <= 2  # a new minute may begin
