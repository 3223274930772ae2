"""What becomes of cases with their chat: exported, erased or kept without a name, reminded of, deleted when old."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, select

from bot.gateway import personal_data
from bot.gateway.personal_data import Traces
from bot.handoff import outbox, ratings
from bot.handoff.reading import audit_of, find_case
from bot.handoff.tables import handoff_case, handoff_rating
from bot.insights import kept
from bot.insights.questions import Nearness, Unanswered, visitor_hash
from bot.insights.tables import UnansweredRow
from bot.settings import ROOT, Settings, process_environment

from .conftest import Chat
from .fake_core import FakeCore
from .live import Live, choice_of

ADDRESS = "canary-9c41@example.org"
TOKEN = b"a" * 40


def rated_case(live: Live, chat: Chat) -> str:
    case = live.with_person(chat, email=ADDRESS)
    live.call(live.staff.write(case.number, "anna", "canary answer", "m-1", name="Anna"))
    live.call(live.staff.close(case.number, "anna", "answered", name="Anna"))
    chat.press(choice_of(chat.history()[-1], "Good"))
    chat.say("canary comment")
    return case.number


def test_the_export_holds_cases_mails_and_the_rating_and_is_noted(live: Live) -> None:
    mine, other = live.chat(), live.chat()
    number = rated_case(live, mine)
    live.with_person(other, email="somebody-else@example.org")
    answer = mine.http.get("/api/export", headers=mine.headers)
    [case] = answer.json()["cases"]
    assert (case["number"], case["email"], case["state"]) == (number, ADDRESS, "closed")
    assert (case["rating"]["rating"], case["rating"]["comment"]) == (1, "canary comment")
    assert {mail["about"] for mail in case["mails"]} == {"receipt", "staff_answer"}
    assert "somebody-else" not in answer.text
    assert [m["name"] for m in answer.json()["messages"] if m["author"] == "staff"] == ["Anna"]
    trail = [(line.by, line.action) for line in live.store.read(lambda db: audit_of(db, number))]
    assert ("visitor", "exported") in trail


def test_erasing_takes_cases_mails_and_ratings_along_and_keeps_the_audit_trail(live: Live) -> None:
    chat = live.chat()
    number = rated_case(live, chat)
    assert chat.http.delete("/api/session", headers=chat.headers).status_code == 204
    assert live.store.read(lambda db: find_case(db, number)) is None
    assert live.store.read(lambda db: outbox.by_key(db, f"case:{number}:")) == []
    assert live.store.read(lambda db: db.execute(select(handoff_rating)).all()) == []
    trail = live.store.read(lambda db: audit_of(db, number))
    assert trail[-1].action == "erased" and "canary" not in str(trail)


def test_anonymised_cases_keep_what_figures_need_and_lead_to_nobody(live: Live) -> None:
    done, still_open = live.chat(), live.chat()
    numbers = [rated_case(live, done), live.with_person(still_open, email=ADDRESS).number]
    conversations = [live.conversation(chat) for chat in (done, still_open)]
    for conversation in conversations:
        live.store.write(lambda db, of=conversation: personal_data.erase(db, of, Traces("anonymise", TOKEN)))  # type: ignore[misc]
    rows = live.store.read(lambda db: db.execute(select(handoff_case).order_by(handoff_case.c.id)).all())
    assert [row.number for row in rows] == numbers
    assert {row.state for row in rows} == {"closed"}
    assert all(row.desk and row.opened_at and row.closed_at for row in rows)
    assert all(row.email is row.question is row.name is row.transcript_until is None for row in rows)
    everything = str(rows) + str(live.store.read(lambda db: outbox.rows(db)))
    assert not [conversation for conversation in conversations if conversation in everything]
    left = live.store.read(lambda db: ratings.rating_of(db, live.vault, numbers[0]))
    assert left and (left.rating, left.comment) == (1, None)


def test_erasing_forgets_the_unanswered_questions_of_this_chat_only(live: Live) -> None:
    mine, other = live.chat(), live.chat()

    def add(chat: Chat) -> None:
        question = Unanswered(
            conversation=live.conversation(chat), at=datetime.now(UTC), reason="unknown", language="en",
            channel="web", intent="ask_partner", text="?", kind="", facts=(),
        )  # fmt: skip
        near = Nearness(content="", named=(), concepts=(), facts=(), names=())
        visitor = visitor_hash(TOKEN, live.conversation(chat))
        live.store.run(lambda session: kept.add(session, question, "what is that", near, visitor))

    add(mine)
    add(other)
    mine.http.delete("/api/session", headers=mine.headers)
    left = live.store.read(lambda db: list(db.execute(select(UnansweredRow.visitor)).scalars()))
    assert left == [visitor_hash(TOKEN, live.conversation(other))]


def test_a_desk_is_reminded_once_by_the_gateways_clockwork(live: Live) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=4)
    number = live.open(live.chat(), at=long_ago).number
    for _ in range(2):
        live.call(live.gateway.caretaker.remind())
    found = live.store.read(lambda db: outbox.by_key(db, f"case:{number}:"))
    assert [one.template for one in found] in (["desk_notice", "reminder"], ["desk_notice", "escalation"])


def test_cases_closed_long_ago_are_deleted_and_others_stay(live: Live) -> None:
    old, recent = (live.with_person(live.chat()) for _ in range(2))
    for case in (old, recent):
        live.call(live.staff.close(case.number, "anna", "answered"))
    before = datetime.now(UTC) - timedelta(days=181)
    live.store.write(
        lambda db: db.execute(
            handoff_case.update().where(handoff_case.c.number == old.number).values(closed_at=before)
        )
    )  # fmt: skip
    live.call(live.gateway.caretaker.purge())
    assert live.store.read(lambda db: find_case(db, old.number)) is None
    assert live.store.read(lambda db: find_case(db, recent.number)) is not None


def test_an_ordinary_turn_costs_six_statements(live: Live, core: FakeCore) -> None:
    chat = live.chat()
    chat.say("settled")
    statements: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if "chat_" in statement or "inbox_entry" in statement:
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    chat.say("hello")
    event.remove(Engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in statements] == [
        "INSERT",
        "UPDATE",
        "INSERT",
        "UPDATE",
        "UPDATE",
        "INSERT",
    ]


@pytest.mark.parametrize("fault", ["missing", "routing"])
def test_hand_off_files_that_cannot_be_used_stop_the_start_with_a_clear_line(
    make_settings: Callable[..., Settings], tmp_path: Path, fault: str
) -> None:
    settings, folder = make_settings(), tmp_path / "handoff"
    if fault == "routing":
        folder.mkdir()
        for file in (ROOT / "data" / "handoff").glob("*.yml"):
            (folder / file.name).write_text(file.read_text().replace("default: centre-general", "default: nobody"))
    secrets = {
        name.upper(): getattr(settings, name).get_secret_value()
        for name in ("session_key", "core_secret", "actions_token")
    }
    environment = process_environment() | secrets | {"VAR_DIR": str(tmp_path), "HANDOFF_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "bot.gateway"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode != 0
    assert ("routing.yml: nobody" if fault == "routing" else "offices.yml: cannot be read") in done.stderr
    assert "Traceback" not in done.stderr
