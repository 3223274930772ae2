"""What is old goes from every place it is kept in, what is young or belongs to a case stays, and a dry run only counts."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.desk.talks import Talks, talks_since
from bot.gateway import history, personal_data, retention, tombstones
from bot.gateway.retention import Periods, Retention
from bot.gateway.tables import chat_message, chat_session, erased_chat, inbox_entry, offered_choice
from bot.gateway.transcripts import Transcripts
from bot.handoff import outbox
from bot.handoff.hours import HOME
from bot.handoff.outbox_tables import outbox as outbox_table
from bot.handoff.reading import audit_of, find_case, write_audit
from bot.insights import kept
from bot.insights.questions import Nearness, Unanswered
from bot.insights.tables import UnansweredRow

from .conftest import NOW, Bench


def keeper(bench: Bench) -> Retention:
    return Retention(Periods.of(bench.settings), Transcripts(bench.settings.tracker), bench.settings.var_dir)


def run(bench: Bench) -> dict[str, int]:
    done = retention.run(keeper(bench), bench.store.read, bench.store.write, NOW)
    bench.store.empty_log()
    return done


def test_an_old_chat_goes_with_everything_and_a_young_one_stays(bench: Bench) -> None:
    bench.chat("web:old", 31, "Canary-Alt")
    bench.chat("web:young", 29, "Canary-Neu")
    for name in ("web:old", "web:young"):
        at = {"received_at": NOW, "conversation": name, "message_id": "m", "text": "Canary-Inbox"}
        bench.store.write(lambda db, at=at: db.execute(inbox_entry.insert().values(**at)))  # type: ignore[misc]
        button: dict[str, object] = {
            "id": name,
            "conversation": name,
            "title": "x",
            "entities": {},
            "expires_at": NOW + timedelta(days=1),
        }
        bench.store.write(lambda db, b=button: db.execute(offered_choice.insert().values(**b)))  # type: ignore[misc]
    assert run(bench)["chats"] == 1
    assert bench.chats() == bench.remembered() == {"web:young"}
    for table in (chat_message, inbox_entry, offered_choice):
        left = bench.store.read(lambda db, t=table: db.scalars(select(t.c.conversation)).all())  # type: ignore[misc]
        assert set(left) == {"web:young"}
    if bench.store.engine.dialect.name == "sqlite":
        assert b"Canary-Alt" not in bench.files() and b"Canary-Neu" in bench.files()
    assert run(bench)["chats"] == 0


def test_what_counts_is_the_last_message_and_that_nobody_may_write_any_more(bench: Bench) -> None:
    bench.chat("web:long", 40)
    bench.chat("web:open", 40)
    last = update(chat_message).where(chat_message.c.conversation == "web:long").values(at=NOW - timedelta(days=3))
    bench.store.write(lambda db: db.execute(last))
    token = update(chat_session).where(chat_session.c.conversation == "web:open")
    bench.store.write(lambda db: db.execute(token.values(expires_at=NOW + timedelta(hours=1))))
    assert run(bench)["chats"] == 0 and bench.chats() == {"web:long", "web:open"}


def test_a_chat_stays_as_long_as_its_case_and_an_open_case_for_ever(bench: Bench) -> None:
    for name in ("web:waiting", "web:closed", "web:done"):
        bench.chat(name, 400)
    waiting, closed, done = (
        bench.case("web:waiting", 400), bench.case("web:closed", 400, 170), bench.case("web:done", 400, 181),
    )  # fmt: skip
    counted = run(bench)
    assert (counted["cases"], counted["chats"]) == (1, 1)
    assert bench.chats() == bench.remembered() == {"web:waiting", "web:closed"}
    left = [bench.store.read(lambda db, n=number: find_case(db, n)) for number in (waiting, closed, done)]  # type: ignore[misc]
    assert [one is not None for one in left] == [True, True, False]
    assert bench.store.read(lambda db: outbox.by_key(db, f"case:{done}:")) == []


def test_mails_questions_audit_logins_and_tombstones_go_in_their_time(bench: Bench) -> None:
    bench.chat("web:one", 1)
    number = bench.case("web:one", 1)
    old = NOW - timedelta(days=91)
    bench.store.write(lambda db: db.execute(update(outbox_table).values(created_at=old)))
    unsent = bench.store.read(lambda db: db.scalar(select(func.count()).select_from(outbox_table)))
    for days in (91, 89):
        asked = Unanswered("Frage", "de", "web", "web:one", "unknown", at=NOW - timedelta(days=days))
        visitor = f"visitor-{days}"
        bench.store.run(lambda s, a=asked, v=visitor: kept.add(s, a, "Frage", Nearness("frage"), v))  # type: ignore[misc]
    for days in (366, 364):
        bench.store.run(lambda s, d=days: write_audit(s, "ABCD1234", "anna", "read", at=NOW - timedelta(days=d)))  # type: ignore[misc]
    for name, days in (("a" * 64, 61), ("b" * 64, 59)):
        at = NOW - timedelta(days=days)
        bench.store.write(lambda db, n=name, a=at: db.execute(erased_chat.insert().values(conversation_hash=n, at=a)))  # type: ignore[misc]
    done = run(bench)
    assert (done["deliveries"], done["questions"], done["audit"], done["tombstones"]) == (0, 1, 1, 1)
    assert unsent == bench.store.read(lambda db: db.scalar(select(func.count()).select_from(outbox_table)))
    bench.store.write(lambda db: db.execute(update(outbox_table).values(state="sent")))
    assert run(bench)["deliveries"] == unsent
    assert bench.store.read(lambda db: db.scalar(select(func.count()).select_from(UnansweredRow))) == 1
    assert (
        bench.store.read(lambda db: len(audit_of(db, "ABCD1234")))
        == 1
        <= bench.store.read(lambda db: len(audit_of(db, number)))
    )


def test_transcripts_of_the_core_without_a_chat_go_and_those_of_a_running_turn_stay(bench: Bench) -> None:
    bench.chat("web:known", 5)
    bench.remember("web:gone", 1)
    bench.remember("web:first-turn", 0)
    bench.remember("0123abcd-shell", 31)
    bench.remember("4567abcd-shell", 29)
    assert run(bench)["transcripts"] == 2
    assert bench.remembered() == {"web:known", "web:first-turn", "4567abcd-shell"}


def test_a_dry_run_counts_the_same_and_deletes_nothing(bench: Bench) -> None:
    bench.chat("web:old", 31)
    bench.chat("web:case", 400)
    bench.case("web:case", 400, 181)
    before = (bench.chats(), bench.remembered())
    counted = bench.store.read(lambda db: keeper(bench).count(db, NOW))
    assert (counted["chats"], counted["cases"]) == (1, 1)
    assert (bench.chats(), bench.remembered()) == before
    done = run(bench)
    assert (done["chats"], done["cases"]) == (2, 1)  # the chat of a deleted case follows at once


def test_files_of_mails_go_and_tombstones_in_the_file_that_no_backup_needs(bench: Bench) -> None:
    folder = bench.settings.var_dir / "mail"
    folder.mkdir(parents=True)
    for name, days in (("old", 91), ("young", 89)):
        (folder / f"{name}.eml").write_text("x")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(folder / f"{name}.eml", (at, at))
    file = bench.settings.var_dir / tombstones.FILE
    file.write_text(f"{'a' * 64} 2020-01-01T00:00:00Z\n{'b' * 64} {NOW:%Y-%m-%dT%H:%M:%SZ}\n{'c' * 64} 202")
    assert run(bench)["mails"] == 1
    assert [path.name for path in folder.iterdir()] == ["young.eml"]
    assert set(tombstones.read(file)) == {"b" * 64}


def test_more_than_one_transaction_can_delete_goes_in_several(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 3)
    rows = [
        {"id": str(n), "conversation": "x", "title": "x", "entities": {}, "expires_at": NOW - timedelta(days=1)}
        for n in range(10)
    ]
    bench.store.write(lambda db: db.execute(offered_choice.insert(), rows))
    assert run(bench)["choices"] == 10


def test_a_core_that_never_ran_has_nothing_to_delete(bench: Bench) -> None:
    nothing = Transcripts(f"sqlite:///{bench.settings.var_dir}/none.db")
    assert nothing.forget(["web:one"]) == 0 and nothing.events("web:one") == []
    assert list(nothing.untouched(NOW)) == []
    assert not (bench.settings.var_dir / "none.db").exists()


def test_conversations_that_are_gone_still_count_as_what_they_were(bench: Bench) -> None:
    bench.chat("web:alone", 40)
    bench.chat("web:case", 400)
    bench.case("web:case", 400, 181)
    staff = history.Draft("staff", "de", "Gern.", name="Meyer")
    bench.store.write(lambda db: history.append(db, "web:case", [staff]))
    bench.store.write(lambda db: db.execute(update(chat_message).values(at=NOW - timedelta(days=40))))
    bench.chat("web:erased", 1)

    def counted() -> list[Talks]:
        found = bench.store.read(lambda db: talks_since(db, NOW - timedelta(days=500), HOME))
        return sorted(found, key=lambda one: one.day)

    before = counted()
    assert [(one.count, one.alone) for one in before] == [(1, 0), (1, 1), (1, 1)]
    traces = personal_data.Traces("erase", b"key")
    for _ in range(2):
        bench.store.write(lambda db: personal_data.erase(db, "web:erased", traces))
    assert run(bench)["chats"] == 2 and bench.chats() == set()
    assert counted() == before
    bench.chat("web:later", 40)
    assert [(one.count, one.alone) for one in counted()] == [(1, 0), (1, 1), (1, 1), (1, 1)]
    assert run(bench)["chats"] == 1
    assert [(one.count, one.alone) for one in counted()] == [(1, 0), (2, 2), (1, 1)]
