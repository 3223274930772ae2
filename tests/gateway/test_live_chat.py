"""People in the chat: the assistant is silent while they are responsible, and nothing that is written is lost."""

import uuid

import pytest

from bot.gateway import inbox
from bot.gateway.inbox import Incoming
from bot.gateway.tables import chat_session
from bot.handoff.reading import get_case, open_case_of
from bot.handoff.records import Changed, HandoffRefused, Taken
from bot.replies.staff_lines import BACK_TO_ASSISTANT, LINES
from tests.handoff.conftest import at_once

from .fake_core import FakeCore
from .live import Live, choice_of, said

SILENT = LINES["kept"]["en"].split("{")[0]


def test_while_a_case_waits_the_core_is_not_asked_and_one_line_says_so(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    case = live.open(chat)
    first, second = chat.say("are you there?").json(), chat.say("hello?").json()
    assert core.asked == []
    assert first["state"] == second["state"] == "waiting"
    assert [message["author"] for message in first["messages"]] == ["system"]
    assert first["messages"][0]["text"].startswith(SILENT)
    assert case.number in first["messages"][0]["text"]
    assert second["messages"] == []
    assert said(chat, "visitor") == ["are you there?", "hello?"]
    assert live.store.read(lambda db: get_case(db, case.number)).unanswered_since == case.unanswered_since


def test_with_a_person_the_visitor_reads_who_and_nothing_is_answered_by_the_assistant(
    live: Live, core: FakeCore
) -> None:
    chat = live.chat("de")
    case = live.with_person(chat)
    message_id = str(uuid.uuid4())
    live.call(live.staff.write(case.number, "anna", "Guten Tag,\nam Montag.", message_id, name="Anna"))
    answer = chat.say("Danke!").json()
    assert answer == {"state": "human", "messages": []}
    assert core.asked == []
    joined, staff, visitor = chat.history()[1:]
    assert joined["author"] == "system" and joined["text"].startswith("Anna ist jetzt im Chat")
    assert staff["id"] == message_id
    assert (staff["author"], staff["name"], staff["text"]) == ("staff", "Anna", "Guten Tag,\nam Montag.")
    assert visitor["text"] == "Danke!"
    assert live.store.read(lambda db: get_case(db, case.number)).unanswered_since is not None


def test_a_repeated_staff_message_is_said_once_and_a_visitors_id_cannot_be_taken(live: Live) -> None:
    chat = live.chat()
    case = live.with_person(chat)
    once, again = (live.call(live.staff.write(case.number, "anna", "Yes.", "m-1", name="Anna")) for _ in range(2))
    assert once.id == again.id and said(chat, "staff") == ["Yes."]
    mine = str(uuid.uuid4())
    chat.say("thanks", mine)
    with pytest.raises(Changed):
        live.call(live.staff.write(case.number, "anna", "No.", mine, name="Anna"))


@pytest.mark.parametrize("text", ["", " \n\x07", "x" * 4001])
def test_staff_say_something_and_not_too_much(live: Live, text: str) -> None:
    case = live.with_person(live.chat())
    with pytest.raises(ValueError, match="4000"):
        live.call(live.staff.write(case.number, "anna", text, "m-1"))


def test_of_two_who_claim_at_once_one_holds_the_case_and_one_line_says_so(live: Live) -> None:
    chat = live.chat()
    number = live.open(chat).number
    outcomes = at_once(*(lambda who=who: live.call(live.staff.claim(number, who, name=who)) for who in ("anna", "bao")))
    refused = [one for one in outcomes if isinstance(one, HandoffRefused)]
    assert len(refused) == 1 and isinstance(refused[0], Taken | Changed)
    assert len(said(chat, "system")) == 1
    held = live.store.read(lambda db: get_case(db, number))
    live.call(live.staff.claim(number, held.claimed_by or ""))
    assert len(said(chat, "system")) == 1


def test_a_case_opened_in_the_middle_of_a_turn_is_told_by_its_answer(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    core.after_turn = [lambda: live.open(chat, "form-1")]
    message_id = str(uuid.uuid4())
    opening = chat.say("a person, please", message_id).json()
    assert (opening["state"], opening["messages"][0]["text"]) == ("waiting", "You said: a person, please")
    assert chat.say("a person, please", message_id).json() == opening
    assert chat.say("hello?").json()["messages"][0]["author"] == "system"
    assert len(core.asked) == 1


def test_what_is_written_while_the_case_is_being_opened_goes_to_people(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    core.after_turn = [lambda: live.open(chat, "form-1")]
    answers = chat.say_while_held(core, "a person, please", "it is urgent")
    assert [answer.json()["state"] for answer in answers] == ["waiting", "waiting"]
    assert len(core.asked) == 1
    assert said(chat, "visitor") == ["a person, please", "it is urgent"]


def test_the_message_that_opened_a_case_gets_its_answer_though_the_core_died_meanwhile(
    live: Live, core: FakeCore
) -> None:
    chat = live.chat()
    core.after_turn = [lambda: live.open(chat, "form-1")]
    core.failures_after_turn = [504]
    message_id = str(uuid.uuid4())
    assert chat.say("a person, please", message_id).status_code == 504
    kept = chat.say("hello?").json()
    assert kept["state"] == "waiting" and kept["messages"][0]["text"].startswith(SILENT)
    again = chat.say("a person, please", message_id).json()
    assert (again["state"], again["messages"][0]["text"]) == ("waiting", "You said: a person, please")
    assert len(core.turns) == 1


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_whose_request_was_taken_though_the_action_broke_off_is_told_the_number_and_not_that_nothing_was_passed_on(
    live: Live, core: FakeCore, language: str
) -> None:
    chat = live.chat(language)
    core.after_turn = [lambda: live.open(chat, "form-1")]
    core.next_reply = {"messages": [{"text": "Nothing was passed on."}], "failed": True}
    told = chat.say("yes, send it").json()
    case = live.store.read(lambda db: open_case_of(db, live.conversation(chat)))
    assert case is not None and told["state"] == "waiting"
    (message,) = told["messages"]
    assert message["text"] == LINES["passed_on_anyway"][language].format(number=case.number)
    assert [choice["title"] for choice in message["choices"]] == [BACK_TO_ASSISTANT[language]]


def test_an_apology_without_a_case_stays_what_it_is(live: Live, core: FakeCore) -> None:
    core.next_reply = {"messages": [{"text": "Nothing was passed on."}], "failed": True}
    told = live.chat().say("yes, send it").json()
    assert (told["state"], told["messages"][0]["text"]) == ("bot", "Nothing was passed on.")


def test_its_repeat_right_after_the_failure_is_answered_by_the_core(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    core.after_turn = [lambda: live.open(chat, "form-1")]
    core.failures_after_turn = [504]
    message_id = str(uuid.uuid4())
    assert chat.say("a person, please", message_id).status_code == 504
    again = chat.say("a person, please", message_id).json()
    assert (again["state"], again["messages"][0]["text"]) == ("waiting", "You said: a person, please")
    assert len(core.turns) == 1


def test_a_message_behind_one_whose_turn_opened_a_case_unseen_goes_to_people(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    core.after_turn = [lambda: live.open(chat, "form-1")]
    core.failures_after_turn = [504]
    first, second = chat.say_while_held(core, "a person, please", "it is urgent")
    assert (first.status_code, second.status_code) == (504, 200)
    answered = second.json()
    assert answered["state"] == "waiting" and answered["messages"][0]["author"] == "system"
    assert len(core.turns) == 1


def test_the_visitor_goes_back_to_the_assistant_by_the_button(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    case = live.open(chat)
    line = chat.say("hello?").json()["messages"][0]
    press = choice_of(line, BACK_TO_ASSISTANT["en"])
    message_id = str(uuid.uuid4())
    back = chat.press(press, message_id).json()
    assert back["state"] == "bot" and case.number in back["messages"][0]["text"]
    assert chat.press(press, message_id).json() == back
    assert core.asked == []
    assert chat.say("Where is Konin?").json()["messages"][0]["text"] == "You said: Where is Konin?"
    closed = live.store.read(lambda db: get_case(db, case.number))
    assert (closed.state, closed.close_reason) == ("closed", "withdrawn")


def test_a_case_with_an_address_stays_open_behind_the_assistant_and_staff_can_come_back(
    live: Live, core: FakeCore
) -> None:
    chat = live.chat()
    case = live.with_person(chat, email="visitor@example.org")
    joined = chat.history()[-1]
    assert chat.press(choice_of(joined, BACK_TO_ASSISTANT["en"])).json()["state"] == "bot"
    chat.say("Where is Konin?")
    assert len(core.asked) == 1
    live.call(live.staff.write(case.number, "anna", "Here is your answer.", "m-1", name="Anna"))
    assert chat.say("thank you").json() == {"state": "human", "messages": []}
    assert len(core.asked) == 1


def test_a_message_behind_the_way_back_goes_to_the_assistant(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    live.open(chat)
    press = choice_of(chat.say("hello?").json()["messages"][0], BACK_TO_ASSISTANT["en"])
    chat.press(press)
    answers = chat.say_while_held(core, "one", "two")
    assert [answer.json()["state"] for answer in answers] == ["bot", "bot"]
    assert [turn["text"] for turn in core.turns] == ["one", "two"]


def test_what_was_written_to_people_is_never_answered_by_the_assistant_even_after_a_crash(
    live: Live, core: FakeCore
) -> None:
    chat = live.chat()
    live.open(chat)
    back = choice_of(chat.say("hello?").json()["messages"][0], BACK_TO_ASSISTANT["en"])
    message_id = str(uuid.uuid4())
    unanswered = Incoming(live.conversation(chat), message_id, "for people only")
    live.store.write(lambda db: inbox.receive(db, live.gateway.choices, unanswered))  # and here the process dies
    assert chat.press(back).json()["state"] == "bot"
    assert chat.say("Where is Konin?").json()["messages"][0]["text"] == "You said: Where is Konin?"
    assert chat.say("for people only", message_id).json() == {"state": "bot", "messages": []}
    assert [turn["text"] for turn in core.turns] == ["Where is Konin?"]
    assert said(chat, "visitor").count("for people only") == 1


def test_an_erased_chat_takes_its_open_case_along_and_staff_are_told_so(live: Live) -> None:
    chat = live.chat()
    case = live.with_person(chat)
    conversation = live.conversation(chat)
    assert chat.http.delete("/api/session", headers=chat.headers).status_code == 204
    assert live.store.read(lambda db: open_case_of(db, conversation)) is None
    with pytest.raises(HandoffRefused):
        live.call(live.staff.write(case.number, "anna", "Hello?", "m-1"))
    assert live.store.read(lambda db: db.execute(chat_session.select()).all()) == []
