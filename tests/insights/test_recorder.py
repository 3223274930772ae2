"""Keeping questions: redacted, without the conversation, at no cost to the turn, on both databases."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.insights import kept
from bot.insights import recorder as module
from bot.insights.questions import visitor_hash
from bot.insights.recorder import Recorder
from bot.insights.tables import UnansweredRow
from bot.partners.knowledge import Snapshot
from bot.store import Store, StoreUnavailable

from .conftest import DAYS, KEY, Ask, texts, unanswered

CONVERSATION = "web:secret-conversation-id"


def all_cells(store: Store) -> str:
    with store.session() as session:
        return repr(session.execute(text("SELECT * FROM unanswered")).all())


def test_a_question_is_kept_redacted_with_what_was_said_and_what_lies_near(store: Store, ask: Ask) -> None:
    ask(
        "Ich heiße Max Mustermann, wie hoch ist der Umsatz von Innobanx?", "de", CONVERSATION,
        reason="low", kind="facts", facts=("innobanx-seed-young-company",),
    )  # fmt: skip
    [question] = store.run(kept.questions)
    assert question.text == "Ich heiße [name], wie hoch ist der Umsatz von Innobanx?"
    assert (question.language, question.channel, question.intent, question.reason) == (
        "de",
        "web",
        "ask_partner",
        "low",
    )
    assert (question.said_kind, question.said_facts) == ("facts", ("innobanx-seed-young-company",))
    assert question.nearness.named == ("innobanx",)
    assert "innobanx-seed-young-company" in dict(question.nearness.facts)
    assert question.at.tzinfo is not None and question.state == "open"


def test_neither_the_conversation_nor_personal_data_can_be_read_in_the_database(store: Store, ask: Ask) -> None:
    ask("max@example.org 0234 000000: what is Innobanx's revenue?", "en", CONVERSATION)
    cells = all_cells(store)
    assert "Innobanx" in cells
    assert not [word for word in (CONVERSATION, "secret-conversation", "max@", "000000") if word in cells]
    assert visitor_hash(KEY, CONVERSATION) in cells
    assert visitor_hash(b"another key", CONVERSATION) not in cells


def test_a_visitors_repeat_is_counted_and_another_visitors_is_kept(store: Store, ask: Ask) -> None:
    for asked in (
        "What is the revenue of Innobanx?",
        "what is the revenue of innobanx",
        "What is the revenue of INNOBANX?",
    ):
        ask(asked, conversation="web:one")
    ask("What is the revenue of Innobanx?", conversation="web:two")
    assert [(q.times, q.visitor == visitor_hash(KEY, "web:one")) for q in store.run(kept.questions)] == [
        (3, True),
        (1, False),
    ]


def test_one_visitor_cannot_fill_the_list(store: Store, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_PER_VISITOR", 3)
    for number in range(5):
        ask(f"question number {number} about Konin")
    ask("a question about Konin", conversation="web:two")
    assert len(store.run(kept.questions)) == 4


def test_off_topic_is_kept_only_when_it_names_something_known(store: Store, ask: Ask) -> None:
    ask("What will the weather be like tomorrow?", reason="off_topic")
    ask("What is the annual revenue of Innobanx?", reason="off_topic")
    assert texts(store.run(kept.questions)) == ["What is the annual revenue of Innobanx?"]


def test_the_subject_of_the_conversation_counts_when_the_question_names_nothing(store: Store, ask: Ask) -> None:
    ask("and how much money do they make?", context=("innobanx", "gone-since"))
    assert store.run(kept.questions)[0].nearness.named == ("innobanx",)


def test_a_misspelt_name_is_shown_beside_the_question(store: Store, ask: Ask) -> None:
    ask("What does IKH Bohcum do with trainees?")
    near = store.run(kept.questions)[0].nearness
    assert "ihk-mittleres-ruhrgebiet" in (*near.named, *near.names)


def test_nothing_is_kept_when_it_is_switched_off(store: Store, snapshot: Snapshot) -> None:
    recorder = Recorder(store, lambda: snapshot, KEY, 0)
    recorder.record(unanswered("What is the revenue of Innobanx?"))
    recorder.flush()
    recorder.close()
    assert store.run(kept.questions) == ()


def test_a_turn_never_waits_and_a_full_queue_drops(
    store: Store, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "WAITING", 2)
    held = threading.Event()

    def knowledge() -> Snapshot:
        held.wait(30)
        return snapshot

    recorder = Recorder(store, knowledge, KEY, DAYS)
    with caplog.at_level(logging.WARNING):
        for number in range(10):
            recorder.record(unanswered(f"question {number} about Konin"))
    assert 7 <= recorder.dropped <= 8  # two wait; the thread may have taken one more
    assert "not kept" in caplog.text
    assert "Konin" not in caplog.text
    held.set()
    recorder.close(30)
    assert len(store.run(kept.questions)) == 10 - recorder.dropped


def test_what_waits_is_written_when_the_server_stops(store: Store, snapshot: Snapshot) -> None:
    recorder = Recorder(store, lambda: snapshot, KEY, DAYS)
    for number in range(5):
        recorder.record(unanswered(f"question {number} about Konin"))
    recorder.close(30)
    recorder.record(unanswered("too late, about Konin"))
    assert len(store.run(kept.questions)) == 5


def test_a_question_waits_for_a_database_that_is_away(
    store: Store, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    failures = iter([StoreUnavailable("away"), StoreUnavailable("away")])

    def knowledge() -> Snapshot:
        if failure := next(failures, None):
            raise failure
        return snapshot

    recorder = Recorder(store, knowledge, KEY, DAYS)
    recorder.record(unanswered("What is the revenue of Innobanx?"))
    recorder.flush()
    recorder.close()
    assert len(store.run(kept.questions)) == 1


def test_what_goes_wrong_is_logged_without_the_question_and_the_next_one_is_kept(
    store: Store, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    failures = iter([RuntimeError("Konin"), *[StoreUnavailable("Konin")] * module.ATTEMPTS])

    def knowledge() -> Snapshot:
        if failure := next(failures, None):
            raise failure
        return snapshot

    recorder = Recorder(store, knowledge, KEY, DAYS)
    for number in range(3):
        recorder.record(unanswered(f"question {number} about Konin"))
    recorder.flush()
    recorder.close()
    assert texts(store.run(kept.questions)) == ["question 2 about Konin"]
    assert "RuntimeError" in caplog.text and "Konin" not in caplog.text


def test_old_questions_are_deleted_at_the_start_and_by_command(store: Store, ask: Ask, snapshot: Snapshot) -> None:
    old = datetime.now(UTC) - timedelta(days=DAYS + 1)
    ask("What is the revenue of Innobanx?", at=old)
    ask("Who is the mayor of Konin?")
    assert store.run(lambda session: kept.purge(session, timedelta(days=DAYS), dry_run=True)) == 1
    recorder = Recorder(store, lambda: snapshot, KEY, DAYS)
    recorder.start()
    recorder.close()
    assert texts(store.run(kept.questions)) == ["Who is the mayor of Konin?"]
    assert store.run(lambda session: kept.purge(session, timedelta(days=DAYS))) == 0


def test_a_repeat_keeps_a_question_from_ageing(store: Store, ask: Ask) -> None:
    ask("Who is the mayor of Konin?", at=datetime.now(UTC) - timedelta(days=DAYS + 1))
    ask("Who is the mayor of Konin?")
    assert store.run(lambda session: kept.purge(session, timedelta(days=DAYS))) == 0


def test_erasing_a_conversation_takes_its_questions_along(store: Store, ask: Ask) -> None:
    ask("Who is the mayor of Konin?", conversation="web:one")
    ask("Who is the mayor of Konin?", conversation="web:two")
    assert store.run(lambda session: kept.forget(session, KEY, "web:one")) == 1
    with store.session() as session:
        assert session.scalars(select(UnansweredRow.visitor)).all() == [visitor_hash(KEY, "web:two")]
