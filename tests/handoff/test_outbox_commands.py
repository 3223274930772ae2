"""`python -m bot outbox` as a process: it sends, it lists, it is killed in the middle, and another takes over."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.store import Store, migrate
from tests.postgres import Cluster
from tests.waiting import until

from .mail_server import BACKENDS, HANG, Desk, MailServer

LEASE = 120
# What the command does, without what the other commands import.
ALONE = "import logging; logging.basicConfig(); from bot.commands.outbox import app; app()"


@pytest.fixture(params=BACKENDS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A database of each kind as a start makes it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/outbox.db"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    migrate(url)
    store = Store(url)
    yield Desk(store)
    store.close()


type Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(desk: Desk, server: MailServer, tmp_path: Path) -> Iterator[Start]:
    """Starts `bot outbox ...` on the desk's database and the server; nothing is left behind."""
    environment = {
        "PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var"), "MAIL_MODE": "smtp", "LOG_LEVEL": "INFO",
        "DATABASE_URL": desk.store.engine.url.render_as_string(hide_password=False), "MAIL_FROM": "assistant@example.org",
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_STARTTLS": "false", "OUTBOX_POLL_SECONDS": "0.1",
        "OUTBOX_LEASE_SECONDS": str(LEASE), "PUBLIC_URL": "https://chat.example.org",
    }  # fmt: skip
    started: list[subprocess.Popen[str]] = []

    def start_(*arguments: str, whole: bool = False, **changes: str) -> subprocess.Popen[str]:
        command = [sys.executable, *(["-m", "bot", "outbox"] if whole else ["-c", ALONE]), *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment | changes, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        started.append(process)
        return process

    yield start_
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    """All that a command printed; it must have ended well."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


def test_the_relay_sends_what_is_written_while_it_runs_and_ends_when_asked(
    desk: Desk, server: MailServer, start: Start
) -> None:
    process = start("run", whole=True)
    row_id = desk.enqueue()
    until(lambda: desk.row(row_id).state == "sent")
    process.send_signal(signal.SIGTERM)
    output = said(process)
    assert f"outbox row {row_id} (receipt) is sent" in output and "anna" not in output
    assert len(server.received) == 1


def test_a_relay_that_is_killed_before_the_answer_is_taken_over_when_its_lease_ends(
    desk: Desk, server: MailServer, start: Start
) -> None:
    server.handler.at_data = [HANG]
    row_id = desk.enqueue()
    process = start("run")
    assert server.handler.arrived.wait(120)
    process.kill()
    process.wait()
    assert desk.row(row_id).state == "sending"
    assert desk.attempt(server.mailer()) == 0
    desk.clock.forward(seconds=LEASE + 60)
    assert desk.attempt(server.mailer()) == 1
    assert desk.row(row_id).state == "sent" and desk.row(row_id).attempts == 2
    assert len(server.received) == 2 and len({one.message_id for one in server.received}) == 1


def test_relays_killed_again_and_again_lose_no_mail_and_double_at_most_those_under_way(
    desk: Desk, server: MailServer, start: Start
) -> None:
    workers, kills = 2, 4
    server.handler.seconds = 0.05
    rows = [desk.enqueue(f"case:{n}:opened") for n in range(60)]
    for kill in range(1, kills + 1):
        process = start("run", OUTBOX_WORKERS=str(workers))
        until(lambda: len(server.received) >= kill * 8)  # noqa: B023 - waited for within the turn
        process.kill()
        process.wait()
    desk.clock.forward(seconds=LEASE + 60)
    desk.attempt(server.mailer())
    assert all(desk.row(row_id).state == "sent" for row_id in rows)
    copies = Counter(one.message_id for one in server.received)
    assert len(copies) == len(rows)
    assert sum(copies.values()) - len(rows) <= kills * workers


def test_two_relays_send_each_mail_once(desk: Desk, server: MailServer, start: Start) -> None:
    rows = [desk.enqueue(f"case:{n}:opened") for n in range(40)]
    both = [start("run"), start("run")]
    until(lambda: len(server.received) >= len(rows))
    until(lambda: all(desk.row(row_id).state == "sent" for row_id in rows))
    for process in both:
        process.send_signal(signal.SIGTERM)
        said(process)
    assert len(server.received) == len({one.message_id for one in server.received}) == len(rows)


def test_what_was_refused_is_listed_and_sent_when_the_operator_says_so(
    desk: Desk, server: MailServer, start: Start
) -> None:
    server.handler.at_data = ["550 no such user anna@example.org"]
    row_id = desk.enqueue()
    assert "1 attempted." in said(start("run", "--once"))
    listed = said(start("list", "--state", "failed", COLUMNS="200"))
    assert "send:SMTPDataError 550" in listed and "case:1:opened" in listed and "1 failed" in listed
    assert "anna@" not in listed and "a…@example.org" in listed
    assert f"Row {row_id} waits" in said(start("retry", str(row_id)))
    said(start("run", "--once"))
    assert desk.row(row_id).state == "sent"
    for wrong, reason in ((str(row_id), "is sent"), ("999", "There is no row 999")):
        output, _ = (refused := start("retry", wrong)).communicate(timeout=120)
        assert refused.returncode == 1 and reason in output


def test_mail_that_is_off_is_said_and_an_empty_outbox_too(desk: Desk, start: Start) -> None:
    output, _ = (refused := start("run", MAIL_MODE="off")).communicate(timeout=120)
    assert refused.returncode == 1 and "MAIL_MODE is off" in output
    assert "The outbox is empty." in said(start("list"))
