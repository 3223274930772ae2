"""A real SMTP server in the test process that can be told to refuse, to hang and to go away; and a relay with a clock."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from bot.handoff import outbox
from bot.handoff.mail import Sender
from bot.handoff.mailers import Mailer, SmtpMailer
from bot.handoff.outbox import Delivery
from bot.handoff.relay import Relay, RelayOptions
from bot.handoff.vault import Vault
from bot.replies.notices import Notices
from bot.store import Store
from tests.postgres import Cluster
from tests.waiting import SECONDS, free_port

BACKENDS = ("sqlite", "postgresql")
HANG, DROP = "hang", "drop"
SENDER = Sender("China Competence Centre", "assistant@example.org")


@dataclass(frozen=True)
class Received:
    """One mail whose DATA came in whole, whether or not it was taken."""

    mail: EmailMessage
    sender: str
    to: list[str]
    taken: bool
    encrypted: bool

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])


@dataclass
class Handler:
    """Answers by a plan: the next word of a list, 250 when the list is empty."""

    at_data: list[str] = field(default_factory=list)
    at_recipient: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    seconds: float = 0.0
    arrived: threading.Event = field(default_factory=threading.Event)
    holds: threading.Event | None = None  # no answer before it is set

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        answer = self.at_recipient.pop(0) if self.at_recipient else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(to)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail: Any = BytesParser(policy=default).parsebytes(content)
        encrypted = session.ssl is not None
        sender, to = envelope.mail_from or "", [str(one) for one in envelope.rcpt_tos]
        self.received.append(Received(mail, sender, to, answer.startswith("2"), encrypted))
        self.arrived.set()
        await asyncio.sleep(3600 if answer == HANG else self.seconds)
        if self.holds:
            await asyncio.to_thread(self.holds.wait, SECONDS)
        if answer == DROP and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return answer


class MailServer:
    """Listens on one port of 127.0.0.1; `stop` and `start` let it go away and come back."""

    def __init__(self, **options: Any) -> None:
        self.port = free_port()
        self.handler = Handler()
        self._options = options
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(
            self.handler, hostname="127.0.0.1", port=self.port, ready_timeout=SECONDS, **self._options
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop(no_assert=True)
        self._controller = None

    @property
    def received(self) -> list[Received]:
        return self.handler.received

    def taken(self) -> list[Received]:
        return [one for one in self.received if one.taken]

    def mailer(self, **options: Any) -> SmtpMailer:
        return SmtpMailer("127.0.0.1", self.port, **{"starttls": False, "seconds": SECONDS, **options})


@contextmanager
def running_server(**options: Any) -> Iterator[MailServer]:
    server = MailServer(**options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def refuses_everyone(*_: object) -> AuthResult:
    return AuthResult(success=False, handled=False)


def server_tls(authority: Any, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def open_desk(request: pytest.FixtureRequest, open_store: Callable[[str], Store], folder: Path) -> "Desk":
    """An empty outbox in a database of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        return Desk(open_store(f"sqlite:///{folder}/outbox.db"))
    cluster: Cluster = request.getfixturevalue("postgres")
    return Desk(open_store(cluster.database()))


class Clock:
    """The time as a test wants it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(seconds=5)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class Desk:
    """A store with an outbox, in the words of a test."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()

    def enqueue(self, key: str = "case:1:opened", **changes: Any) -> int:
        row: dict[str, Any] = {
            "to": "anna@example.org", "template": "receipt", "language": "en", "params": {"number": "7K3M9QXA"},
        }  # fmt: skip
        return self.store.run(lambda session: outbox.enqueue(session, idem_key=key, **(row | changes)))

    def row(self, row_id: int) -> Delivery:
        found = self.store.read(lambda db: outbox.find(db, row_id))
        assert found is not None
        return found

    def all(self) -> list[Delivery]:
        return self.store.read(lambda db: outbox.rows(db, limit=1000))

    def relay(self, mailer: Mailer, vault: Vault | None = None, **options: Any) -> Relay:
        compose = Notices("https://chat.example.org").compose
        return Relay(self.store, mailer, compose, RelayOptions(**{"sender": SENDER, **options}), self.clock, vault)

    def attempt(self, mailer: Mailer, **options: Any) -> int:
        """All that is due is attempted once; how many that were."""
        count: int = self.with_relay(mailer, lambda relay: relay.drain(), **options)
        return count

    def keep_house(self, mailer: Mailer, **options: Any) -> None:
        self.with_relay(mailer, lambda relay: relay.keep_house(), **options)

    def with_relay(self, mailer: Mailer, work: Callable[[Relay], Any], **options: Any) -> Any:
        async def run() -> Any:
            relay = self.relay(mailer, **options)
            try:
                return await work(relay)
            finally:
                await relay.stop()

        return self.run(run)

    def run(self, work: Callable[[], Any]) -> Any:
        return asyncio.run(work())
