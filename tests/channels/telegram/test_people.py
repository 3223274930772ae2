"""People in the chat: the case, who answers, and how it was, all of it inside Telegram."""

import uuid

import pytest

from bot.handoff.opening import open_case
from bot.handoff.reading import get_case
from bot.handoff.records import Case, Contact, Request
from bot.handoff.routing import route
from bot.replies.messengers import LABELS, provider
from bot.replies.messengers import LINES as LINES_OF_MESSENGERS
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import BACK_TO_ASSISTANT, LINES, RATINGS
from tests.gateway.fake_core import FakeCore
from tests.gateway.live import DESKS

from .conftest import Running, Start
from .visitors import Visitor, until

TAGS = {"en": "en-GB", "de": "de", "zh": "zh-hans"}


def opened(bot: Running, visitor: Visitor, language: str = "en") -> Case:
    """A case, as the action server opens it."""
    live = bot.live
    wanted = Request(visitor.conversation, uuid.uuid4().hex, language, Contact("When?", None), reach="chat")
    way = route(live.data, DESKS, [], language)
    return live.store.run(lambda session: open_case(session, live.vault, wanted, way, DESKS).case)


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_are_read_as_people_and_asked_about_at_the_end(bot: Running, core: FakeCore, language: str) -> None:
    visitor = bot.telegram.visitor(TAGS[language])
    visitor.begin()
    case = opened(bot, visitor, language)
    visitor.say("are you there?")
    kept = visitor.reads(case.number)
    assert [button["text"] for button in kept.keyboard] == [BACK_TO_ASSISTANT[language]]
    staff, call = bot.live.staff, bot.live.call
    call(staff.claim(case.number, "anna", name="Anna"))
    visitor.reads(LINES["joined"][language].format(name="Anna"))
    call(staff.write(case.number, "anna", "10:00 <b> & 11:00", "m-1", name="Anna"))
    answer = visitor.reads("10:00 <b> & 11:00")
    assert answer.text.startswith(LABELS["staff"][language].format(name="Anna"))
    visitor.say("thank you")
    until(lambda: "thank you" in bot.said(visitor.conversation) or None)
    call(staff.close(case.number, "anna", "solved", name="Anna"))
    question = visitor.reads(LINES["how_was_it"][language])
    assert [button["text"] for button in question.keyboard] == [titles[language] for titles in RATINGS.values()]
    visitor.press(question, 0)
    visitor.reads(LINES["rated"][language].split(".")[0].split("。")[0])
    assert len(core.asked) == 1
    bot.quiet()
    assert len(visitor.texts()) == len(set(visitor.texts()))


def test_the_visitor_goes_back_to_the_assistant_by_the_button(bot: Running, core: FakeCore) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    case = opened(bot, visitor)
    visitor.say("are you there?")
    visitor.press(visitor.reads(case.number))
    visitor.reads("withdrawn")
    visitor.say("Where is Konin?")
    visitor.reads("You said: Where is Konin?")
    assert bot.live.store.read(lambda db: get_case(db, case.number)).state == "closed"


def test_where_case_details_may_not_be_pushed_only_a_link_is(start: Start, core: FakeCore) -> None:
    bot = start(messenger_case_details=False)
    visitor = bot.telegram.visitor("de")
    visitor.begin()
    case = opened(bot, visitor, "de")
    bot.live.call(bot.live.staff.claim(case.number, "anna", name="Anna"))
    bot.live.call(bot.live.staff.write(case.number, "anna", "Ihr Termin ist am Montag.", "m-1", name="Anna"))
    told = visitor.reads("Antwort unseres Teams")
    bot.quiet()
    assert not any("Montag" in text for text in visitor.texts())
    code = told.text.split("#resume=")[1].split()[0]
    messages = bot.live.http.post("/api/session", json={"resume": code}).json()["messages"]
    assert "Ihr Termin ist am Montag." in [message["text"] for message in messages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_read_that_the_visitor_has_blocked_the_bot_and_keep_the_case(bot: Running, language: str) -> None:
    visitor = bot.telegram.visitor(TAGS[language])
    visitor.begin()
    case = opened(bot, visitor, language)
    bot.live.call(bot.live.staff.claim(case.number, "anna", name="Anna"))
    visitor.reads("Anna")
    bot.quiet()
    bot.api.blocked.add(visitor.chat)
    bot.live.call(bot.live.staff.write(case.number, "anna", "10:00?", "m-1", name="Anna"))
    left = LINES_OF_MESSENGERS["left"][language].format(provider=provider("telegram", language))
    until(lambda: left in bot.said(visitor.conversation, "system") or None)
    bot.quiet()
    assert bot.said(visitor.conversation, "system").count(left) == 1
    assert bot.live.store.read(lambda db: get_case(db, case.number)).state == "human"
    bot.api.blocked.clear()
    visitor.say("back again")
    until(lambda: "back again" in bot.said(visitor.conversation) or None)
    bot.quiet()
    assert left not in visitor.texts()
    assert sum("10:00?" in text for text in visitor.texts()) == 1


def test_who_leaves_without_a_case_leaves_no_line(bot: Running) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    bot.api.blocked.add(visitor.chat)
    visitor.say("still there?")
    until(lambda: (chat := bot.chat(visitor.conversation)) and chat.blocked_at)
    assert not any("no longer delivers" in text for text in bot.said(visitor.conversation, "system"))


def test_a_file_sent_to_staff_is_said_not_to_reach_them(bot: Running) -> None:
    visitor = bot.telegram.visitor()
    visitor.begin()
    case = opened(bot, visitor)
    bot.live.call(bot.live.staff.claim(case.number, "anna", name="Anna"))
    visitor.bring(
        visitor.telegram.update(message=visitor.message(voice={"file_id": "a", "file_unique_id": "b", "duration": 3}))
    )
    visitor.reads("neither opened nor passed on")
