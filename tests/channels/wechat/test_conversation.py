"""A WeChat user's conversation: the answer within five seconds, the one that comes later, choices, commands, coming and going."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.handoff.reading import get_case
from bot.replies.greeting import GREETING, NOTICE
from bot.replies.messengers import LINES
from bot.replies.problems import LANGUAGES
from bot.replies.wechat import COMMAND_WORDS, LANGUAGE_MENU, STILL_WORKING, THERE_IS_MORE
from tests.e2e.copies import until

from .conftest import OTHER, PATIENCE, WHO, Account
from .fake_pushes import message


def reply(*messages: dict[str, Any], **others: Any) -> dict[str, Any]:
    """What the core says next."""
    return {"messages": [{"text": "", "buttons": [], "custom": None} | one for one in messages], **others}


def test_the_url_check_is_answered_in_plain_text_and_only_when_signed(account: Account) -> None:
    good = account.pushes.check()
    assert (good.status_code, good.text) == (200, "4375120948345356249")
    assert good.headers["content-type"].startswith("text/plain")
    assert account.pushes.check(signature="0" * 40).status_code == 403
    assert account.pushes.check(timestamp="1411443780").status_code == 403
    assert account.pushes.check(echostr="<b>").status_code == 200
    assert account.pushes.check(echostr="x" * 400).status_code == 403


def test_an_answer_that_is_ready_is_the_reply_and_costs_nothing(account: Account) -> None:
    answered = account.say(WHO, "你好")
    assert answered.statuses == [200] and answered.shown
    assert "You said: 你好" in answered.shown
    assert account.platform.follower(WHO).pushed == 0
    assert account.authors() == ["system", "visitor", "assistant"]


@pytest.mark.parametrize(
    ("text", "language"), [("你好，请问", "zh"), ("What is the Centre?", "en"), ("Was ist das Zentrum?", "de")]
)
def test_the_first_contact_brings_the_notices_in_the_visitors_language(
    verified: Account, text: str, language: str
) -> None:
    shown = verified.say(WHO, text).shown or ""
    assert NOTICE[language].format(days=30) in shown
    assert "chat.example.org" in shown
    again = verified.say(WHO, text).shown or ""
    assert NOTICE[language].format(days=30) not in again


def test_several_messages_are_one_reply_with_numbered_options_and_a_bare_number_picks_one(anywhere: Account) -> None:
    button = {"title": "合作伙伴", "payload": '/list_partners{"kind": "firm"}'}
    anywhere.say(WHO, "你好")
    anywhere.core.next_reply = reply(
        {"text": "一"}, {"text": "二", "buttons": [{"title": "中心", "payload": "/ask_centre"}, button]}
    )
    shown = anywhere.say(WHO, "有什么？").shown or ""
    assert "一\n\n二" in shown and "1. 中心\n2. 合作伙伴" in shown
    anywhere.say(WHO, "２")
    assert anywhere.core.turns[-1]["choice"] == {"intent": "list_partners", "entities": {"kind": "firm"}}
    assert anywhere.core.turns[-1]["text"] == "合作伙伴"


def test_what_takes_longer_is_pushed_joined_and_counted(anywhere: Account) -> None:
    anywhere.say(WHO, "你好")
    anywhere.waits(0.2)
    turn = anywhere.core.hold()
    anywhere.core.next_reply = reply({"text": "一"}, {"text": "二"})
    answered = anywhere.say(WHO, "慢慢来")
    assert answered.shown is None and answered.statuses == [200]
    turn.open()
    until(lambda: anywhere.shown()[-1] == "一\n\n二", PATIENCE)
    assert anywhere.platform.follower(WHO).pushed == 1
    until(lambda: (chat := anywhere.chat()) and chat.quota_left == 4, PATIENCE)


def test_a_repeat_gets_the_same_reply_and_is_no_second_turn(account: Account) -> None:
    fields = message(WHO, "你好")
    account.platform.wrote(WHO)
    first = account.pushes.push(fields)
    assert [account.pushes.push(fields).shown for _ in range(3)] == [first.shown] * 3
    assert len(account.core.turns) == 1 and account.platform.follower(WHO).pushed == 0


def test_repeats_at_the_same_time_are_one_turn(anywhere: Account) -> None:
    fields = message(WHO, "你好")
    anywhere.platform.wrote(WHO)
    assert anywhere.pushes.at_once([fields] * 10) == [200] * 10
    assert len(anywhere.core.turns) == 1
    assert anywhere.authors() == ["system", "visitor", "assistant"]


def test_a_repeat_while_the_turn_still_runs_waits_for_the_same_turn(verified: Account) -> None:
    verified.waits(0.2)
    turn = verified.core.hold()
    fields = message(WHO, "慢")
    verified.platform.wrote(WHO)
    verified.pushes.push(fields)
    verified.pushes.push(fields)
    turn.open()
    until(lambda: verified.shown() and "You said: 慢" in verified.shown()[-1], PATIENCE)
    assert len(verified.core.turns) == 1
    assert sum("You said" in text for text in verified.shown()) == 1


def test_an_account_that_is_not_verified_gives_the_answer_with_the_next_message(unverified: Account) -> None:
    unverified.say(WHO, "你好")
    unverified.waits(0.2)
    turn = unverified.core.hold()
    assert unverified.say(WHO, "慢慢来").shown == STILL_WORKING["zh"]
    unverified.waits(30.0)
    threading.Timer(0.3, turn.open).start()
    assert unverified.say(WHO, "继续").shown == "You said: 慢慢来"
    assert [turn["text"] for turn in unverified.core.turns] == ["你好", "慢慢来"]
    unverified.waits(0.2)
    turn = unverified.core.hold()
    unverified.say(WHO, "再来")
    turn.open()
    until(lambda: len(unverified.history()) == 7 or None, PATIENCE)
    unverified.waits(30.0)
    shown = unverified.say(WHO, "还有呢？").shown or ""
    assert shown == "You said: 再来\n\nYou said: 还有呢？"
    assert unverified.platform.raw_sends == []


def test_what_is_longer_than_one_text_goes_on_with_the_next_message(unverified: Account) -> None:
    unverified.say(WHO, "你好")
    long = "".join(f"第{number}句很长，说的是同样的话。" for number in range(150))
    unverified.core.next_reply = reply({"text": long})
    parts = [unverified.say(WHO, "长").shown or ""]
    while parts[-1].endswith(THERE_IS_MORE["zh"]):
        parts.append(unverified.say(WHO, "继续").shown or "")
        assert len(parts) < 10
    assert all(len(part.encode()) <= 2048 for part in parts) and len(parts) > 2
    assert "".join(part.removesuffix(THERE_IS_MORE["zh"]).strip() for part in parts) == long
    assert unverified.say(WHO, "继续").shown == "You said: 继续", "nothing is left, so the word is a message"


def test_what_is_longer_than_one_text_is_pushed_behind_the_reply_in_order(verified: Account) -> None:
    verified.say(WHO, "你好")
    before = len(verified.shown())
    long = "".join(f"第{number}句很长，说的是同样的话。" for number in range(110))
    verified.core.next_reply = reply({"text": long})
    verified.say(WHO, "长")
    until(lambda: "".join(verified.shown()[before:]) == long, PATIENCE)
    assert verified.platform.follower(WHO).pushed == len(verified.shown()) - before - 1


SUBSCRIBED = [("subscribe", ""), ("subscribe", "qrscene_fair"), ("SCAN", "fair")]


@pytest.mark.parametrize(("name", "key"), SUBSCRIBED)
def test_who_follows_or_scans_is_welcomed_with_all_notices_and_the_choice_of_language(
    account: Account, name: str, key: str
) -> None:
    shown = account.event(WHO, name, key).shown or ""
    third_country = LINES["third_country"]["zh"].split("{", 1)[0]
    for part in (NOTICE["zh"].format(days=30), third_country, GREETING["zh"].split("\n")[0], LANGUAGE_MENU, "1. "):
        assert part in shown
    assert account.core.turns == []


def test_nothing_is_pushed_to_who_has_left_and_following_again_begins_anew(anywhere: Account) -> None:
    anywhere.say(WHO, "你好")
    case = anywhere.case()
    anywhere.live.call(anywhere.live.staff.claim(case.number, "anna", name="Anna"))
    until(lambda: any("Anna" in text for text in anywhere.shown()), PATIENCE)
    before = len(anywhere.shown())
    assert anywhere.event(WHO, "unsubscribe").shown is None
    anywhere.staff_says(case, "您还在吗？", "m-1")
    anywhere.say(OTHER, "你好")
    assert len(anywhere.shown()) == before and anywhere.platform.refused_sends == []
    chat = anywhere.chat()
    assert chat and chat.blocked_at
    told = [message.text for message in anywhere.live.call(anywhere.live.staff.transcript(case.number))]
    assert told.count(LINES["left"]["zh"].format(provider="微信")) == 1, "people read that nothing arrives any more"
    assert anywhere.live.store.read(lambda db: get_case(db, case.number)).state == "human", "the case stays theirs"
    assert anywhere.event(WHO, "subscribe").shown
    chat = anywhere.chat()
    assert chat and chat.blocked_at is None
    until(lambda: any("您还在吗？" in text for text in anywhere.shown()), PATIENCE)


def test_events_that_nobody_waits_for_are_taken_and_left(verified: Account) -> None:
    for name in ("VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH", "unheard_of"):
        answered = verified.event(WHO, name, "https://example.org/")
        assert (answered.statuses, answered.shown) == ([200], None), name
    assert verified.history() == [] and verified.core.turns == []


KEYS = [
    ("do:help:zh", None), ("do:privacy:en", None), ("do:delete:zh", None), ("do:language:zh", "ask_languages"),
    ("do:human:zh", "talk_to_human"), ("of an older menu", None), ("do:erase:zh", None), ("", None),
]  # fmt: skip


def test_a_press_in_the_menu_is_a_command(verified: Account) -> None:
    for key, intent in KEYS:
        verified.core.turns.clear()
        assert verified.event(WHO, "CLICK", key).shown, key
        assert [turn["choice"]["intent"] for turn in verified.core.turns] == ([intent] if intent else []), key


def test_a_question_in_the_menu_is_asked_in_its_language(verified: Account) -> None:
    verified.event(WHO, "CLICK", "ask:ask_centre:de")
    assert verified.core.turns[-1]["text"] == "Was ist das Zentrum?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_alone_is_a_command_in_every_language(verified: Account, language: str) -> None:
    intents = {"human": ["talk_to_human"], "language": ["ask_languages"]}
    for name, words in COMMAND_WORDS.items():
        verified.core.turns.clear()
        verified.say(WHO, f"  {words[language][0].upper()}！")
        assert [turn["choice"]["intent"] for turn in verified.core.turns] == intents.get(name, []), name


def test_a_word_within_a_sentence_is_none(verified: Account) -> None:
    verified.say(WHO, "请问人工智能是什么？")
    assert verified.core.turns[-1]["choice"] is None


def test_a_chat_is_deleted_when_that_is_confirmed(anywhere: Account) -> None:
    anywhere.say(WHO, "你好")
    assert "1. " in (anywhere.say(WHO, "删除").shown or "")
    assert anywhere.say(WHO, "1").shown == LINES["deleted"]["zh"]
    assert anywhere.chat() is None and anywhere.history() == []
    assert NOTICE["zh"].format(days=30) in (anywhere.say(WHO, "你好").shown or "")


UNREADABLE = [
    {"MsgType": "image", "PicUrl": "https://example.org/1.jpg", "MediaId": "m"}, {"MsgType": "voice", "MediaId": "m", "Format": "amr"},
    {"MsgType": "voice", "MediaId": "m", "Recognition": " "}, {"MsgType": "video", "MediaId": "m"},
    {"MsgType": "shortvideo", "MediaId": "m"}, {"MsgType": "location", "Location_X": "51.5", "Location_Y": "7.2", "Label": "Herne"},
    {"MsgType": "link", "Title": "t", "Description": "d", "Url": "https://example.org/"},
    {"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"},
]  # fmt: skip


def test_what_is_no_text_is_answered_that_only_text_is_read(verified: Account) -> None:
    for fields in UNREADABLE:
        assert LINES["text_only"]["zh"] in (verified.say(WHO, "", **fields).shown or ""), fields
    assert verified.core.turns == []


def test_spoken_words_that_the_platform_has_understood_are_words(verified: Account) -> None:
    verified.say(WHO, "", MsgType="voice", MediaId="m", Format="amr", Recognition="黑尔讷有哪些友好城市？")
    assert verified.core.turns[-1]["text"] == "黑尔讷有哪些友好城市？"


def test_markup_in_what_is_said_is_shown_and_not_followed(verified: Account) -> None:
    verified.say(WHO, "你好")
    verified.core.next_reply = reply({"text": 'x <b> 1<2 <a href="https://example.org/">y</a> < A HREF=z>'})
    assert verified.say(WHO, "看").shown == 'x <b> 1<2 (a href="https://example.org/">y(/a> ( A HREF=z>'


def test_two_visitors_do_not_hear_of_each_other(anywhere: Account) -> None:
    anywhere.say(WHO, "我是甲")
    anywhere.say(OTHER, "我是乙")
    assert "我是乙" not in "".join(anywhere.shown()) and "我是甲" not in "".join(anywhere.shown(OTHER))
    assert {turn["conversation"] for turn in anywhere.core.turns} == {f"wx:{WHO}", f"wx:{OTHER}"}


def test_a_core_that_is_away_is_told_and_the_message_answered_later(anywhere: Account) -> None:
    anywhere.say(WHO, "你好")
    anywhere.waits(0.5)
    anywhere.core.failures = [503] * 2
    anywhere.say(WHO, "什么时候？")
    until(lambda: LINES["delayed"]["zh"] in anywhere.shown(), PATIENCE)
    until(lambda: any("You said: 什么时候？" in text for text in anywhere.shown()), PATIENCE)
    assert [turn["text"] for turn in anywhere.core.turns] == ["你好", "什么时候？"]


def test_without_credentials_the_channel_is_not_there_and_says_so(make: Callable[..., Account]) -> None:
    from pydantic import SecretStr

    none = make(wechat_app_id="", wechat_token=SecretStr(""))
    assert none.pushes.check().status_code == 404
    assert none.pushes.post(message(WHO, "你好")).status_code == 404
    assert none.live.http.get("/readyz").json()["channels"]["wechat"] == "not configured"


def test_a_second_message_while_the_first_is_slow_is_answered_after_it_and_both_once(anywhere: Account) -> None:
    anywhere.say(WHO, "你好")
    anywhere.waits(0.5)
    turn = anywhere.core.hold()
    for text in ("第一", "第二"):
        anywhere.say(WHO, text)
    turn.open()
    until(lambda: "You said: 第二" in "".join(anywhere.shown()), PATIENCE)
    told = "\n".join(anywhere.shown())
    assert told.count("You said: 第一") == told.count("You said: 第二") == 1
    assert told.index("You said: 第一") < told.index("You said: 第二")
