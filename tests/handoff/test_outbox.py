"""Rows of the outbox: in the caller's transaction, once per key, sealed where they are personal."""

import re
import threading
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.handoff import outbox
from bot.handoff.outbox_tables import OutboxRow
from bot.handoff.vault import CannotOpen, Vault

from .mail_server import Desk, MailServer

KEY = "a-key-for-tests-only-of-good-length"


def test_a_repeated_key_gives_the_same_row_and_changes_nothing_in_it(desk: Desk) -> None:
    first = desk.enqueue("case:1:opened", params={"number": "ONE"})
    again = desk.enqueue("case:1:opened", params={"number": "TWO"}, to="other@example.org", template="reminder")
    assert first == again and len(desk.all()) == 1
    row = desk.row(first)
    assert (row.to, row.template, row.params) == ("anna@example.org", "receipt", {"number": "ONE"})
    assert (row.state, row.attempts, row.channel) == ("queued", 0, "mail")


def test_a_row_is_there_when_its_transaction_is_and_gone_when_that_fails(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError), desk.store.session() as session:
        outbox.enqueue(session, idem_key="k", to="a@example.org", template="receipt", language="en", params={})
        raise ZeroDivisionError
    assert desk.all() == []


def test_a_doubled_key_gives_one_mail(desk: Desk, server: MailServer) -> None:
    rows = {desk.enqueue("case:1:opened") for _ in range(3)}
    desk.attempt(server.mailer())
    rows |= {desk.enqueue("case:1:opened")}
    desk.attempt(server.mailer())
    assert len(rows) == len(server.received) == 1


def test_many_threads_with_one_key_write_one_row(desk: Desk) -> None:
    gate, found, failed = threading.Barrier(8), [], []

    def write() -> None:
        gate.wait()
        try:
            found.append(desk.enqueue("case:1:opened"))
        except Exception as error:  # what is counted below
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and len(found) == 8 and len(set(found)) == 1 == len(desk.all())


def test_every_key_has_a_message_id_of_its_own_that_never_changes(desk: Desk) -> None:
    keys = [f"case:{n}:{event}" for n in range(50) for event in ("opened", "reminder:1", "answer:1")]
    ids = {desk.row(desk.enqueue(key)).message_id for key in keys}
    assert len(ids) == len(keys) and all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)
    before = desk.row(desk.enqueue(keys[0])).message_id
    desk.store.write(lambda db: outbox.erase(db, keys[0]))
    assert desk.row(desk.enqueue(keys[0])).message_id == before


def test_a_case_is_erased_from_the_outbox_and_its_neighbours_are_not(desk: Desk) -> None:
    desk.enqueue("case:7_:opened")
    other = desk.enqueue("case:7A:opened")
    assert [row.idem_key for row in desk.store.read(lambda db: outbox.by_key(db, "case:7_:"))] == ["case:7_:opened"]
    assert desk.store.write(lambda db: outbox.erase(db, "case:7_:")) == 1
    assert [row.id for row in desk.all()] == [other]


def test_what_needs_an_operator_is_listed_first(desk: Desk, server: MailServer) -> None:
    server.handler.at_data = ["550 no"]
    failed = desk.enqueue("case:1:opened")
    desk.attempt(server.mailer())
    later = [desk.enqueue(f"case:{n}:opened") for n in (2, 3)]
    assert [row.id for row in desk.all()] == [failed, *reversed(later)]
    assert desk.store.read(outbox.counts) == {"failed": 1, "queued": 2}
    queued = desk.store.read(lambda db: outbox.rows(db, states=("queued",), limit=1))
    assert [row.id for row in queued] == [later[-1]]


def sealed_row(desk: Desk, **changes: Any) -> int:
    params = {"number": "7K3M9QXA", "answer": "The answer for Anna"}
    return desk.enqueue(template="staff_answer", params=params, vault=Vault([KEY]), **changes)


def test_a_sealed_row_shows_neither_address_nor_words_and_is_sent_all_the_same(desk: Desk, server: MailServer) -> None:
    row_id = sealed_row(desk)
    stored = desk.store.read(lambda db: db.execute(text("SELECT * FROM outbox")).one())
    assert "anna" not in str(stored).casefold()
    [opened] = desk.store.read(lambda db: outbox.by_key(db, "case:1:", Vault([KEY])))
    assert opened.to == "anna@example.org" and opened.params["answer"] == "The answer for Anna"
    desk.attempt(server.mailer(), vault=Vault(["another-key", KEY]))
    assert desk.row(row_id).state == "sent"
    [received] = server.received
    assert received.to == ["anna@example.org"] and "for Anna" in received.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_row_sealed_without_a_key_is_readable_and_one_whose_key_is_lost_fails_until_it_is_back(
    desk: Desk, server: MailServer
) -> None:
    lost = sealed_row(desk)
    plain = desk.enqueue("case:2:opened", vault=Vault(()))
    desk.attempt(server.mailer())
    assert desk.row(plain).state == "sent"
    assert (desk.row(lost).state, desk.row(lost).last_error) == ("failed", "compose:CannotOpen")
    with pytest.raises(CannotOpen):
        desk.store.read(lambda db: outbox.by_key(db, "case:1:", Vault(())))
    desk.store.write(lambda db: outbox.retry(db, lost, desk.clock()))
    desk.attempt(server.mailer(), vault=Vault([KEY]))
    assert desk.row(lost).state == "sent"


def test_the_table_keeps_no_servers_words(desk: Desk, server: MailServer) -> None:
    server.handler.at_data = ["451 mailbox of anna@example.org at 10.1.2.3 is full"]
    desk.enqueue()
    desk.attempt(server.mailer())
    errors = desk.store.run(lambda session: session.scalars(select(OutboxRow.last_error)).all())
    assert errors == ["send:SMTPDataError 451"]
