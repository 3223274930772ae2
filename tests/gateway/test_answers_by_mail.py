"""Whoever has left gets the answer by mail, with a link that reopens this one conversation and nothing else."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.gateway.caretaker import SURELY_SEEN
from bot.gateway.sessions import InvalidToken
from bot.gateway.tables import chat_session
from bot.handoff.outbox import opened, rows
from bot.handoff.outbox_tables import outbox
from bot.handoff.records import Case
from tests.waiting import until

from .conftest import Chat
from .live import Live
from .test_stream import listening

ADDRESS = "visitor@example.org"


def write(live: Live, case: Case, text: str = "On Monday.", message_id: str = "m-1") -> None:
    live.call(live.staff.write(case.number, "anna", text, message_id, name="Anna"))


def answers(live: Live) -> list[Any]:
    found = live.store.read(lambda db: rows(db))
    return [opened(one, live.vault) for one in found if one.template == "staff_answer"]


def seen(live: Live, chat: Chat, ago: timedelta) -> None:
    mine = chat_session.c.conversation == live.conversation(chat)
    live.store.write(lambda db: db.execute(update(chat_session).where(mine).values(seen_at=datetime.now(UTC) - ago)))


def link_of(answer: Any) -> str:
    return str(answer.params["path"]).removeprefix("/#resume=")


def test_who_is_long_gone_gets_the_answer_by_mail_at_once_and_sealed(live: Live, tmp_path: Path) -> None:
    chat = live.chat("de")
    case = live.with_person(chat, email=ADDRESS)
    write(live, case, "Am Montag um zehn.")
    [answer] = answers(live)
    assert (answer.to, answer.language, answer.params["answer"]) == (ADDRESS, "de", "Am Montag um zehn.")
    [stored] = live.answers_by_mail()
    assert ADDRESS not in stored.to and "Montag" not in str(stored.params)
    files = until(lambda: [f for f in (tmp_path / "mail").rglob("*.eml") if b"Antwort auf" in f.read_bytes()])
    mail = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert mail["To"] == ADDRESS and "Am Montag um zehn." in text
    address = re.search(r"http\S+", text)
    assert address and address.group().endswith(f"/#resume={link_of(answer)}")


def test_who_left_a_moment_ago_gets_it_when_three_minutes_are_over(live: Live) -> None:
    chat = live.chat()
    case = live.with_person(chat, email=ADDRESS)
    seen(live, chat, timedelta(seconds=60))
    before = datetime.now(UTC)
    write(live, case)
    [answer] = answers(live)
    assert timedelta(seconds=110) < answer.next_at - before < timedelta(seconds=130)


def test_who_is_there_and_stays_gets_no_mail(live: Live) -> None:
    chat = live.chat()
    case = live.with_person(chat, email=ADDRESS)
    with listening(chat) as events:
        next(events)
        write(live, case)
        [answer] = answers(live)
        assert answer.next_at > datetime.now(UTC) + timedelta(seconds=150)
        live.call(live.gateway.caretaker.note_presence())
        assert len(answers(live)) == 1  # the window may be gone without our knowing it yet
        earlier = datetime.now(UTC) - SURELY_SEEN - timedelta(seconds=5)
        live.store.write(lambda db: db.execute(update(outbox).values(created_at=earlier)))
        live.call(live.gateway.caretaker.note_presence())
    assert answers(live) == []


def test_what_was_not_yet_sent_is_kept_for_those_who_are_not_there(live: Live) -> None:
    gone, there = live.chat(), live.chat()
    case = live.with_person(gone, email=ADDRESS)
    seen(live, gone, timedelta(seconds=10))
    write(live, case)
    live.with_person(there, email="other@example.org")
    earlier = datetime.now(UTC) - SURELY_SEEN - timedelta(seconds=5)
    live.store.write(lambda db: db.execute(update(outbox).values(created_at=earlier)))
    with listening(there) as events:
        next(events)
        live.call(live.gateway.caretaker.note_presence())
    assert [answer.to for answer in answers(live)] == [ADDRESS]


def patient(live: Live) -> None:
    live.staff.mails = replace(live.staff.mails, wait=timedelta(minutes=5))


def test_what_staff_write_one_after_the_other_goes_into_one_mail(live: Live) -> None:
    patient(live)
    chat, before = live.chat("de"), datetime.now(UTC)
    case = live.with_person(chat, email=ADDRESS)
    write(live, case, "Am Montag.", "m-1")
    write(live, case, "Um neun.\nAm Bahnhof.", "m-2")
    write(live, case, "Um neun.\nAm Bahnhof.", "m-2")
    write(live, case, "Bis dann!", "m-3")
    [answer] = answers(live)
    assert answer.params["answer"] == "Am Montag.\n\nUm neun.\nAm Bahnhof.\n\nBis dann!"
    assert timedelta(seconds=290) < answer.next_at - before and answer.to == ADDRESS
    [stored] = live.answers_by_mail()
    assert "Montag" not in str(stored.params)
    reopened = live.http.post("/api/session", json={"resume": link_of(answer)})
    assert [m["text"] for m in reopened.json()["messages"] if m["author"] == "staff"][-1] == "Bis dann!"


@pytest.mark.parametrize("state", ["sending", "sent", "queued"])
def test_a_mail_that_was_taken_already_keeps_its_words_and_the_next_answer_goes_into_another(
    live: Live, state: str
) -> None:
    patient(live)
    case = live.with_person(live.chat(), email=ADDRESS)
    write(live, case, "On Monday.", "m-1")
    taken = update(outbox).values(state=state, attempts=1)  # queued again: whether it arrived is not known
    live.store.write(lambda db: db.execute(taken))
    write(live, case, "At nine.", "m-2")
    write(live, case, "Platform two.", "m-3")
    assert sorted(answer.params["answer"] for answer in answers(live)) == ["At nine.\n\nPlatform two.", "On Monday."]


def test_answers_of_two_cases_are_two_mails(live: Live) -> None:
    patient(live)
    for n in range(2):
        write(live, live.with_person(live.chat(), email=ADDRESS), f"Answer {n}", f"m-{n}")
    assert sorted(answer.params["answer"] for answer in answers(live)) == ["Answer 0", "Answer 1"]


def test_who_comes_back_before_the_mail_leaves_gets_no_mail_about_what_is_in_the_chat(live: Live) -> None:
    patient(live)
    chat = live.chat()
    case = live.with_person(chat, email=ADDRESS)
    write(live, case, "On Monday.", "m-1")
    earlier = datetime.now(UTC) - SURELY_SEEN - timedelta(seconds=5)
    live.store.write(lambda db: db.execute(update(outbox).values(created_at=earlier)))
    with listening(chat) as events:
        next(events)
        write(live, case, "At nine.", "m-2")
        live.call(live.gateway.caretaker.note_presence())
        # What was added just now may not have been seen: the window may be gone without our knowing it yet.
        assert [answer.params["answer"] for answer in answers(live)] == ["On Monday.\n\nAt nine."]
        live.store.write(lambda db: db.execute(update(outbox).values(created_at=earlier)))
        live.call(live.gateway.caretaker.note_presence())
    assert answers(live) == []
    assert [m["text"] for m in chat.history() if m["author"] == "staff"] == ["On Monday.", "At nine."]


def test_without_an_address_there_is_no_mail_and_a_repeat_makes_no_second(live: Live) -> None:
    silent = live.with_person(live.chat())
    write(live, silent)
    assert answers(live) == []
    case = live.with_person(live.chat(), email=ADDRESS)
    write(live, case, message_id="m-2")
    write(live, case, message_id="m-2")
    assert len(answers(live)) == 1


def test_the_link_reopens_the_conversation_in_a_new_window(live: Live) -> None:
    chat = live.chat("zh")
    case = live.with_person(chat, email=ADDRESS)
    write(live, case)
    link = link_of(answers(live)[0])
    reopened = live.http.post("/api/session", json={"resume": link})
    assert reopened.status_code == 201
    body = reopened.json()
    assert (body["language"], body["messages"]) == ("zh", chat.history())
    mine = {"Authorization": f"Bearer {body['token']}"}
    assert live.http.get("/api/messages", headers=mine).json()["messages"] == chat.history()
    as_session = live.http.get("/api/messages", headers={"Authorization": f"Bearer {link}"})
    assert as_session.json()["code"] == "unauthorized"


@pytest.mark.parametrize("broken", ["", "x", "cut", "expired", "session"])
def test_a_link_that_is_not_ours_or_too_old_opens_nothing(live: Live, broken: str) -> None:
    chat = live.chat()
    conversation = live.conversation(chat)
    signer = live.gateway.signer
    link = {
        "cut": signer.issue_link(conversation, timedelta(days=1))[:-4],
        "expired": signer.issue_link(conversation, timedelta(seconds=-1)),
        "session": chat.opened["token"],
    }.get(broken, broken)
    refused = live.http.post("/api/session", json={"resume": link, "language": "de"})
    assert (refused.status_code, refused.json()["code"]) == (401, "link_ended")
    assert refused.headers["content-language"] == "de"
    with pytest.raises(InvalidToken):
        signer.read_link(link)


def test_an_erased_conversation_is_not_reopened_and_its_mails_are_gone(live: Live) -> None:
    chat = live.chat()
    case = live.with_person(chat, email=ADDRESS)
    seen(live, chat, timedelta())
    write(live, case)
    link = link_of(answers(live)[0])
    chat.http.delete("/api/session", headers=chat.headers)
    assert answers(live) == []
    assert live.http.post("/api/session", json={"resume": link}).json()["code"] == "link_ended"
