"""Opening a case: all of it or nothing, once whatever happens, and what is written where."""

import signal
import subprocess
import sys
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.gateway import history
from bot.handoff import conversations, outbox
from bot.handoff.cases import close
from bot.handoff.opening import open_case
from bot.handoff.reading import audit_of, cases_of, find_case
from bot.handoff.records import Case, Contact, TooManyCases, UnknownConversation
from bot.handoff.routing import HandoffData, route
from bot.handoff.tables import handoff_case
from bot.handoff.vault import Vault
from bot.settings import ROOT, process_environment
from bot.store import Store

from .conftest import CONVERSATION, DESKS, KEY, MONDAY, Open, a_request, at_once, start_conversation, state_of


def cases(store: Store, conversation: str = CONVERSATION) -> list[Case]:
    return store.run(lambda session: cases_of(session, conversation))


def mails(store: Store) -> list[outbox.Delivery]:
    return store.run(lambda session: outbox.by_key(session, "case:"))


def test_a_case_has_its_desk_its_deputy_and_where_its_transcript_ends(store: Store, open_: Open) -> None:
    opened = open_(shown=("luzhou", "city-of-herne"), trigger="feedback", consent_text="2026-11")
    case = opened.case
    assert opened.new and case.state == "waiting" and case.version == 1 and case.channel == "web"
    assert (case.desk, case.deputy, case.topic, case.language) == ("city-twinning", "centre-general", "luzhou", "de")
    assert (case.shown, case.trigger, case.consent_text) == (("luzhou", "city-of-herne"), "feedback", "2026-11")
    assert case.opened_at == case.unanswered_since == case.consent_at == MONDAY and case.claimed_by is None
    last = store.read(lambda db: history.after(db, CONVERSATION, 0, 10))[-1]
    assert case.transcript_until == last.id and last.author == "assistant"


def test_the_gateway_sees_the_conversation_wait(store: Store, open_: Open) -> None:
    assert state_of(store) == "bot"
    open_()
    assert state_of(store) == "waiting"


def test_the_desk_gets_a_mail_that_holds_nothing_of_the_visitor(store: Store, open_: Open) -> None:
    number = open_().case.number
    [mail] = mails(store)
    assert (mail.to, mail.template, mail.language) == ("twinning@example.org", "desk_notice", "de")
    assert mail.idem_key == f"case:{number}:opened:desk"
    assert mail.params == {"number": number, "visitor_language": "de"}


def test_who_wants_an_answer_by_mail_gets_a_receipt_in_their_language(
    store: Store, vault: Vault, data: HandoffData
) -> None:
    wanted = a_request(reach="email", language="zh", contact=Contact("问题", "li@example.org"))
    way = route(data, DESKS, ["luzhou"], "zh")
    back = {"zh": "周一 16:00", "de": "Montag 9:00"}
    store.run(lambda s: open_case(s, vault, wanted, way, DESKS, topic_names={"zh": "泸州"}, back=back, at=MONDAY))
    _, sealed = mails(store)
    assert "li@example.org" not in sealed.to
    mail = outbox.opened(sealed, vault)
    assert (mail.to, mail.template, mail.language) == ("li@example.org", "receipt", "zh")
    assert mail.params["back"] == back and mail.params["topic"] == {"zh": "泸州"}


def test_a_desk_without_an_address_is_stood_in_for(store: Store, open_: Open) -> None:
    case = open_(topic="swust").case
    assert case.desk == "university-china"
    assert [mail.to for mail in mails(store)] == ["general@example.org"]


def test_where_nobody_has_an_address_the_mail_waits_for_the_desk(store: Store, vault: Vault, data: HandoffData) -> None:
    bare = [d for d in DESKS if d.id == "university-china"]
    way = route(data, bare, ["swust"], "de")
    store.run(lambda session: open_case(session, vault, a_request(topic="swust"), way, bare))
    assert [mail.to for mail in mails(store)] == ["desk:university-china"]


def test_the_same_key_gives_the_same_case_and_writes_nothing(store: Store, open_: Open) -> None:
    first = open_("m-1")
    again = open_("m-1", contact=Contact("another question"))
    assert again.case == first.case and not again.new
    assert len(cases(store)) == len(mails(store)) == 1
    assert [entry.action for entry in store.run(lambda s: audit_of(s, first.case.number))] == ["opened"]


def test_the_same_key_gives_the_same_case_when_it_is_closed(store: Store, open_: Open) -> None:
    number = open_("m-1").case.number
    store.run(lambda session: close(session, number, "anna", "answered"))
    again = open_("m-1")
    assert again.case.number == number and again.case.state == "closed" and state_of(store) == "closed"


def test_another_key_gives_the_case_that_is_open(store: Store, open_: Open) -> None:
    assert open_("m-2").case.number == open_("m-1").case.number
    assert len(cases(store)) == 1


def test_one_key_in_two_conversations_is_two_cases(store: Store, open_: Open) -> None:
    start_conversation(store, "web:two")
    assert open_("m-1").case.number != open_("m-1", "web:two").case.number


def test_after_closing_another_case_can_be_opened(store: Store, open_: Open) -> None:
    first = open_("m-1").case.number
    store.run(lambda session: close(session, first, "anna", "answered"))
    second = open_("m-2")
    assert second.new and second.case.number != first and state_of(store) == "waiting"


def test_a_conversation_opens_no_more_than_three_cases_an_hour(store: Store, open_: Open) -> None:
    for key in ("m-1", "m-2", "m-3"):
        number = open_(key).case.number
        store.run(lambda session, n=number: close(session, n, "anna", "answered"))  # type: ignore[misc]
    with pytest.raises(TooManyCases):
        open_("m-4", at=MONDAY + timedelta(minutes=59))
    assert open_("m-4", at=MONDAY + timedelta(minutes=61)).new


def test_an_erased_conversation_cannot_open_one(store: Store, open_: Open) -> None:
    with pytest.raises(UnknownConversation):
        open_("m-1", "web:gone")
    assert mails(store) == []


def test_the_database_itself_refuses_a_second_open_case(store: Store, open_: Open) -> None:
    open_()
    row = store.read(lambda db: db.execute(select(handoff_case)).one())._asdict()
    row |= {"id": None, "number": "00000000", "idem_key": "else"}
    with pytest.raises(IntegrityError):
        store.write(lambda db: db.execute(handoff_case.insert().values({k: v for k, v in row.items() if k != "id"})))


def test_what_breaks_before_the_commit_leaves_nothing(store: Store, vault: Vault, data: HandoffData) -> None:
    way = route(data, DESKS, [], "de")

    def work(session: Any) -> None:
        open_case(session, vault, a_request(), way, DESKS)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.run(work)
    assert cases(store) == [] and mails(store) == [] and state_of(store) == "bot"


@pytest.mark.parametrize("keys", [("m-1", "m-1"), ("m-1", "m-2")])
def test_two_that_open_at_once_get_one_case(store: Store, open_: Open, keys: tuple[str, str]) -> None:
    for turn in range(8):
        conversation = f"web:race-{turn}"
        start_conversation(store, conversation)
        opened = at_once(*(partial(open_, key, conversation) for key in keys))
        assert len({one.case.number for one in opened}) == 1
        assert sorted(one.new for one in opened) == [False, True]
        assert len(cases(store, conversation)) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from bot.handoff.opening import open_case
from bot.handoff.records import Contact, Request
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.settings import ROOT
from bot.store import Store
from bot.store.metadata import import_tables

import_tables()
url, when, key = sys.argv[1:]
data = read_handoff(ROOT / "data" / "handoff")
store = Store(url)
with store.session() as session:
    open_case(session, Vault([key]), Request("web:one", "m-1", "de", Contact("?")), route(data, [], [], "de"), [])
    session.flush()
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_killed_around_the_commit_leaves_all_or_nothing_and_a_repeat_mends_it(
    store: Store, open_: Open, when: str
) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url, when, KEY], cwd=ROOT, env=process_environment(), timeout=180, check=False
    )
    assert done.returncode == -signal.SIGKILL
    there = 1 if when == "after" else 0
    assert len(cases(store)) == len(mails(store)) == there
    assert state_of(store) == ("waiting" if there else "bot")
    again = open_("m-1")
    assert again.new is not bool(there)
    assert len(cases(store)) == len(mails(store)) == 1


def test_the_number_is_found_however_it_is_typed(store: Store, open_: Open) -> None:
    case = open_().case
    typed = f" {case.number[:4].lower()}-{case.number[4:].lower()} "
    assert store.run(lambda session: find_case(session, typed)) == case
    assert store.run(lambda session: find_case(session, "not one")) is None


def test_the_columns_named_here_are_those_of_the_gateway(store: Store) -> None:
    from bot.gateway import tables

    for ours, theirs in (
        (conversations.chat_session, tables.chat_session),
        (conversations.chat_message, tables.chat_message),
    ):
        assert ours.name == theirs.name and {c.name for c in ours.columns} <= {c.name for c in theirs.columns}
