"""After a case and around it: how it was, handing over, who is writing, what the desk hears."""

import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot.gateway import limits
from bot.handoff.ratings import rate, rating_of
from bot.replies.staff_lines import LINES

from .fake_core import FakeCore
from .live import Live, choice_of, said
from .test_stream import listening


def test_after_closing_the_visitor_is_asked_once_and_the_rating_and_the_comment_are_kept(
    live: Live, core: FakeCore
) -> None:
    chat = live.chat()
    case = live.with_person(chat)
    live.call(live.staff.close(case.number, "anna", "answered", name="Anna"))
    closed, question = chat.history()[-2:]
    assert case.number in closed["text"] and [c["title"] for c in question["choices"]] == [
        "Good",
        "All right",
        "Not good",
    ]
    thanked = chat.press(choice_of(question, "Not good")).json()
    assert (thanked["state"], thanked["messages"][0]["text"]) == ("closed", LINES["rated"]["en"])
    message_id = str(uuid.uuid4())
    commented = chat.say("Too slow, my canary", message_id).json()
    assert (commented["state"], commented["messages"][0]["text"]) == ("bot", LINES["commented"]["en"])
    assert chat.say("Too slow, my canary", message_id).json() == commented
    assert core.asked == []
    kept = live.store.read(lambda db: rating_of(db, live.vault, case.number))
    assert kept and (kept.rating, kept.comment) == (3, "Too slow, my canary")
    chat.press(choice_of(question, "Good"))
    again = live.store.read(lambda db: rating_of(db, live.vault, case.number))
    assert again and (again.rating, again.comment) == (1, "Too slow, my canary")
    assert chat.say("Where is Konin?").json()["state"] == "bot"
    assert [turn["text"] for turn in core.turns] == ["Where is Konin?"]


def test_a_question_after_the_rating_is_no_comment(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    case = live.with_person(chat)
    live.call(live.staff.close(case.number, "anna", "answered"))
    chat.press(choice_of(chat.history()[-1], "Good"))
    assert chat.say("Where is Konin?").json()["messages"][0]["text"] == "You said: Where is Konin?"


def test_closed_without_a_rating_the_next_message_goes_to_the_assistant(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    case = live.with_person(chat)
    live.call(live.staff.close(case.number, "anna", "answered"))
    answer = chat.say("thank you, bye").json()
    assert (answer["state"], answer["messages"][0]["text"]) == ("bot", "You said: thank you, bye")


def test_a_rating_of_somebody_elses_case_is_not_kept(live: Live) -> None:
    mine, other = live.chat(), live.chat()
    case = live.with_person(other)
    live.call(live.staff.close(case.number, "anna", "answered"))
    assert not live.store.write(lambda db: rate(db, live.conversation(mine), case.number, 1))
    assert live.store.read(lambda db: rating_of(db, live.vault, case.number)) is None
    assert mine.press(choice_of(other.history()[-1], "Good")).json()["code"] == "choice_unavailable"


def test_handing_over_tells_the_visitor_and_waiting_again_says_anew_that_messages_are_kept(live: Live) -> None:
    chat = live.chat()
    number = live.open(chat).number
    assert len(chat.say("one").json()["messages"]) == 1
    live.call(live.staff.claim(number, "anna", name="Anna"))
    live.call(live.staff.hand_to_colleague(number, "anna", "bao", name="Bao"))
    assert said(chat, "system")[-1].startswith("Bao now takes care")
    live.call(live.staff.hand_to_desk(number, "bao", "centre-general"))
    assert "centre-general" in said(chat, "system")[-1]
    again = chat.say("two").json()
    assert again["state"] == "waiting" and len(again["messages"]) == 1


def test_staff_read_the_end_of_the_chat_in_order(live: Live) -> None:
    chat = live.chat()
    chat.say("one")
    number = live.open(chat).number
    chat.say("two")
    assert [m.text for m in live.call(live.staff.transcript(number, 2))] == [m["text"] for m in chat.history()[-2:]]


def test_the_visitors_window_hears_of_staff_at_once(live: Live) -> None:
    chat = live.chat()
    case = live.with_person(chat)
    with listening(chat, chat.history()[-1]["id"]) as events:
        assert next(events) == ("state", None, {"state": "human"})
        live.call(live.staff.typing(case.number, "bao", name="Bao"))
        live.call(live.staff.typing(case.number, "anna", name="Anna"))
        assert next(events) == ("typing", None, {"author": "staff", "name": "Anna", "typing": True})
        live.call(live.staff.write(case.number, "anna", "Hello.", "m-1", name="Anna"))
        rest = [next(events), next(events)]
    told = {name: data for name, _, data in rest}
    assert told["typing"] == {"author": "staff", "typing": False}
    assert (told["message"]["text"], told["message"]["name"]) == ("Hello.", "Anna")


@pytest.mark.parametrize("step", ["close", "colleague", "desk"])
def test_whoever_leaves_is_shown_to_be_writing_no_more(live: Live, step: str) -> None:
    chat = live.chat()
    case = live.with_person(chat)
    live.call(live.staff.typing(case.number, "anna", name="Anna"))
    assert live.gateway.streams.staff_typing.name(live.conversation(chat)) == "Anna"
    steps: dict[str, Callable[[], Any]] = {
        "close": lambda: live.staff.close(case.number, "anna", "answered", name="Anna"),
        "colleague": lambda: live.staff.hand_to_colleague(case.number, "anna", "bao", name="Bao"),
        "desk": lambda: live.staff.hand_to_desk(case.number, "anna", "centre-general"),
    }
    live.call(steps[step]())
    assert live.gateway.streams.staff_typing.name(live.conversation(chat)) is None


def test_the_desk_hears_of_every_change_and_of_the_visitor_writing(live: Live) -> None:
    chat = live.chat()
    watching = live.staff.watch()

    def heard() -> int:
        return live.call(_next(watching))

    seen = heard()
    case = live.open(chat)
    live.gateway.turns.people_concerned()
    steps: list[Callable[[], Any]] = [
        lambda: live.call(live.staff.claim(case.number, "anna")),
        lambda: chat.say("hello"),
        lambda: chat.http.post("/api/typing", headers=chat.headers),
    ]
    for step in steps:
        step()
        seen, earlier = heard(), seen
        assert seen > earlier
    assert live.call(live.staff.visitor_is_typing(case.number))
    chat.say("that was it")
    assert not live.call(live.staff.visitor_is_typing(case.number))
    live.call(watching.aclose())


async def _next(watching: Any) -> int:
    return int(await anext(watching))


def test_what_another_process_does_to_a_case_reaches_the_desk_too(live: Live) -> None:
    chat = live.chat()
    watching = live.staff.watch()
    live.call(_next(watching))
    live.open(chat)
    assert live.call(_next(watching)) > 0
    live.call(watching.aclose())


def test_a_visitor_who_writes_to_the_assistant_shows_no_typing_to_anybody(live: Live) -> None:
    chat = live.chat()
    assert chat.http.post("/api/typing", headers=chat.headers).status_code == 204
    assert live.staff.visitor_typing.name(live.conversation(chat)) is None
    assert chat.http.post("/api/typing").status_code == 401


def test_signs_of_typing_are_limited(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    chat = live.chat()
    codes = [chat.http.post("/api/typing", headers=chat.headers).status_code for _ in range(45)]
    assert codes[0] == 204 and codes[-1] == 429
