"""The relay against a real SMTP server: refusals, silence, outages, and rows that can never be sent."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.handoff import outbox
from bot.handoff.mailers import FolderMailer
from bot.handoff.outbox import MOST_ATTEMPTS, RETRY_MINUTES
from tests.waiting import PATIENCE

from .mail_server import DROP, HANG, Desk, MailServer


def test_what_is_due_is_sent_once_and_marked(desk: Desk, server: MailServer) -> None:
    row_id = desk.enqueue()
    assert desk.attempt(server.mailer()) == 1
    assert desk.attempt(server.mailer()) == 0
    [received] = server.received
    row = desk.row(row_id)
    assert (row.state, row.attempts, row.last_error) == ("sent", 1, None) and row.sent_at == desk.clock()
    assert received.to == ["anna@example.org"]
    assert received.message_id == f"<{row.message_id}@example.org>"
    assert received.sender == f"bounce+{row.message_id}@example.org"


def test_a_mail_refused_for_now_is_sent_a_minute_later_with_the_same_message_id(desk: Desk, server: MailServer) -> None:
    server.handler.at_data = ["451 try again later"]
    row_id = desk.enqueue()
    desk.attempt(server.mailer())
    waiting = desk.row(row_id)
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("queued", 1, "send:SMTPDataError 451")
    assert waiting.next_at == desk.clock() + timedelta(minutes=1)
    desk.clock.forward(seconds=59)
    assert desk.attempt(server.mailer()) == 0
    desk.clock.forward(seconds=1)
    assert desk.attempt(server.mailer()) == 1
    assert desk.row(row_id).state == "sent" and desk.row(row_id).attempts == 2
    assert len({one.message_id for one in server.received}) == 1 and len(server.taken()) == 1


@pytest.mark.parametrize("plan", ["at_data", "at_recipient"])
def test_a_mail_refused_for_good_has_failed_at_once_and_the_operator_is_told(
    desk: Desk, server: MailServer, plan: str, caplog: pytest.LogCaptureFixture
) -> None:
    setattr(server.handler, plan, ["550 anna@example.org is unknown here"])
    row_id = desk.enqueue()
    with caplog.at_level(logging.INFO, "bot"):
        desk.attempt(server.mailer())
    row = desk.row(row_id)
    assert row.state == "failed" and row.last_error is not None and row.last_error.endswith(" 550")
    alerts = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(alerts) == 1 and f"row {row_id} (receipt) is failed" in alerts[0] and "550" in alerts[0]
    assert "anna" not in caplog.text
    desk.clock.forward(days=1)
    assert desk.attempt(server.mailer()) == 0


def test_attempts_follow_the_plan_and_then_the_row_is_dead_and_the_operator_is_told(
    desk: Desk, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.handler.at_data = ["451 no"] * 20
    row_id = desk.enqueue()
    for minutes in RETRY_MINUTES:
        desk.attempt(server.mailer())
        assert desk.row(row_id).next_at == desk.clock() + timedelta(minutes=minutes)
        desk.clock.forward(minutes=minutes)
    with caplog.at_level(logging.ERROR, "bot"):
        desk.attempt(server.mailer())
    assert desk.row(row_id).state == "dead" and len(server.received) == MOST_ATTEMPTS
    assert "is dead" in caplog.text
    desk.clock.forward(days=2)
    assert desk.attempt(server.mailer()) == 0


def test_a_row_that_was_given_up_can_be_tried_again_by_the_operator(desk: Desk, server: MailServer) -> None:
    server.handler.at_data = ["550 no"]
    row_id = desk.enqueue()
    desk.attempt(server.mailer())
    again = desk.store.write(lambda db: outbox.retry(db, row_id, desk.clock()))
    assert again is not None and again.attempts == 0
    desk.attempt(server.mailer())
    assert desk.row(row_id).state == "sent"
    assert desk.store.write(lambda db: outbox.retry(db, row_id, desk.clock())) is None


def test_a_server_that_is_silent_after_the_mail_is_left_in_time_and_asked_again(desk: Desk, server: MailServer) -> None:
    server.handler.at_data = [HANG]
    row_id = desk.enqueue()
    desk.attempt(server.mailer(seconds=PATIENCE))
    assert server.handler.at_data == []
    desk.clock.forward(hours=4)
    row = desk.row(row_id)
    assert row.state == "queued" and row.last_error is not None and row.last_error.startswith("send:")
    desk.attempt(server.mailer())
    assert desk.row(row_id).state == "sent"
    assert len(server.received) == 2 and len({one.message_id for one in server.received}) == 1


def test_a_connection_that_breaks_after_the_mail_leads_to_another_attempt(desk: Desk, server: MailServer) -> None:
    server.handler.at_data = [DROP]
    row_id = desk.enqueue()
    desk.attempt(server.mailer())
    assert desk.row(row_id).state == "queued"
    desk.clock.forward(minutes=1)
    desk.attempt(server.mailer())
    assert desk.row(row_id).state == "sent" and len({one.message_id for one in server.received}) == 1


def test_mails_wait_for_a_server_that_is_away_and_are_all_sent_when_it_is_back(desk: Desk, server: MailServer) -> None:
    server.stop()
    rows = [desk.enqueue(f"case:{n}:opened") for n in range(20)]
    for _ in range(10):  # half an hour
        desk.attempt(server.mailer())
        desk.keep_house(server.mailer())
        desk.clock.forward(minutes=3)
    assert all(desk.row(row_id).state == "queued" for row_id in rows)
    server.start()
    desk.keep_house(server.mailer())
    desk.attempt(server.mailer())
    assert all(desk.row(row_id).state == "sent" for row_id in rows)
    assert len({one.message_id for one in server.received}) == len(server.received) == 20


def test_mails_that_died_of_an_outage_live_again_within_a_day_but_refused_ones_do_not(
    desk: Desk, server: MailServer
) -> None:
    server.handler.at_data = ["451 no"] * MOST_ATTEMPTS
    refused = desk.enqueue("case:1:opened")
    for minutes in (*RETRY_MINUTES, 0):
        desk.attempt(server.mailer())
        desk.clock.forward(minutes=minutes)
    server.stop()
    unsent = desk.enqueue("case:2:opened")
    for minutes in (*RETRY_MINUTES, 0):
        desk.attempt(server.mailer())
        desk.clock.forward(minutes=minutes)
    assert desk.row(refused).state == desk.row(unsent).state == "dead"
    server.start()
    desk.keep_house(server.mailer())
    desk.attempt(server.mailer())
    assert (desk.row(refused).state, desk.row(unsent).state) == ("dead", "sent")


def test_mails_that_died_more_than_a_day_ago_stay_dead(desk: Desk, server: MailServer) -> None:
    server.stop()
    row_id = desk.enqueue()
    for minutes in (*RETRY_MINUTES, 0):
        desk.attempt(server.mailer())
        desk.clock.forward(minutes=minutes)
    server.start()
    desk.clock.forward(days=1)
    desk.keep_house(server.mailer())
    assert desk.row(row_id).state == "dead"


def test_one_failed_connection_speaks_for_the_mails_that_come_next(desk: Desk) -> None:
    rows = [desk.enqueue(f"case:{n}:opened") for n in range(5)]

    class Counting(FolderMailer):
        dialled = 0

        async def deliver(self, *args: Any, **values: Any) -> None:
            Counting.dialled += 1
            await super().deliver(*args, **values)

    desk.attempt(Counting(Path("/proc/nowhere")))
    assert Counting.dialled == 1
    assert {(desk.row(r).attempts, desk.row(r).last_error) for r in rows} == {(1, "connect:FileNotFoundError")}


def test_a_desk_is_written_to_at_its_configured_address_and_answers_go_there(desk: Desk, server: MailServer) -> None:
    addresses = {"city-twinning": "twinning@example.org"}
    params = {"number": "7K3M9QXA", "desk": "city-twinning"}
    desk.enqueue(to="desk:city-twinning", template="desk_notice", params=params)
    unreachable = desk.enqueue("case:2:opened", to="desk:elsewhere", template="desk_notice")
    desk.attempt(server.mailer(), desk_addresses=addresses, reply_to="team@example.org")
    [received] = server.received
    assert received.to == ["twinning@example.org"] and received.mail["Reply-To"] == "twinning@example.org"
    assert (desk.row(unreachable).state, desk.row(unreachable).last_error) == ("failed", "address:desk without e-mail")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"to": "anna@example.org\r\nBcc: all@example.org"}, "address:recipient"),
        ({"to": "anna@example.org, all@example.org"}, "address:recipient"),
        ({"to": "nobody"}, "address:recipient"),
        ({"template": "no_such_notice"}, "compose:UnknownNotice"),
        ({"params": {}}, "compose:UnknownNotice"),
    ],
)
def test_a_row_that_can_never_be_sent_fails_at_once_and_holds_up_nobody(
    desk: Desk, server: MailServer, changes: dict[str, Any], error: str
) -> None:
    broken = desk.enqueue("case:1:opened", **changes)
    whole = desk.enqueue("case:2:opened")
    desk.attempt(server.mailer())
    assert (desk.row(broken).state, desk.row(broken).last_error) == ("failed", error)
    assert desk.row(whole).state == "sent" and len(server.received) == 1


def test_what_is_settled_is_deleted_after_its_time_and_what_waits_is_not(desk: Desk, server: MailServer) -> None:
    server.handler.at_data = ["250 OK", "451 later"]
    desk.enqueue("case:1:opened")
    waiting = desk.enqueue("case:2:opened")
    desk.attempt(server.mailer())
    desk.keep_house(server.mailer())
    assert len(desk.all()) == 2
    desk.clock.forward(days=91)
    desk.keep_house(server.mailer())
    assert [row.id for row in desk.all()] == [waiting]


def test_in_file_mode_a_mail_is_one_file_that_only_we_can_read(desk: Desk, tmp_path: Path) -> None:
    row_id = desk.enqueue(language="zh")
    desk.attempt(FolderMailer(tmp_path / "mail"))
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == f"{desk.row(row_id).message_id}.eml" and file.stat().st_mode & 0o777 == 0o600
    assert b"\r\nTo: anna@example.org\r\n" in file.read_bytes()
    assert desk.row(row_id).state == "sent" and desk.row(row_id).created_at <= datetime.now(UTC)
