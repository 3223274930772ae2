"""Our side and a help desk in one test: the database, the sender of the outbox, the webhook, and the gateway's staff."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from bot.channels.helpdesk import routes
from bot.channels.helpdesk.service import Helpdesk
from bot.gateway import history
from bot.gateway.choices import Choices
from bot.gateway.database import Database
from bot.gateway.desk_bell import DeskBell
from bot.gateway.sessions import Signer
from bot.gateway.staff import AnswerMails, Staff
from bot.gateway.stream import Streams
from bot.handoff import cases, outbox
from bot.handoff.adapters.answers import Answers
from bot.handoff.adapters.chatwoot import Chatwoot
from bot.handoff.adapters.desk import HandoffDesk
from bot.handoff.adapters.sender import RETRY_MINUTES, HelpdeskSender
from bot.handoff.adapters.zammad import Zammad
from bot.handoff.opening import open_case
from bot.handoff.outbox import Delivery
from bot.handoff.reading import get_case
from bot.handoff.records import Case
from bot.handoff.routing import HandoffData, route
from bot.handoff.vault import Vault
from bot.handoff.worker import Pace
from bot.replies.helpdesk import HelpdeskTexts
from bot.store import Store
from tests.waiting import SECONDS

from . import fake_chatwoot, fake_zammad
from .conftest import CONVERSATION, DESKS, KEY, MONDAY, a_request
from .fake_chatwoot import FakeChatwoot
from .fake_zammad import FakeZammad
from .mail_server import Clock

type Fake = FakeChatwoot | FakeZammad
type Call = tuple[Mapping[str, str], bytes]


class Bench:
    """Everything a test says and asks; each step runs to its end."""

    def __init__(self, store: Store, vault: Vault, data: HandoffData, fake: Fake) -> None:
        self.store, self.vault, self.data, self.fake = store, vault, data, fake
        self.name = "chatwoot" if isinstance(fake, FakeChatwoot) else "zammad"
        self.clock = Clock()
        self.number = ""

    def desk(self, seconds: float = SECONDS) -> HandoffDesk:
        if isinstance(self.fake, FakeChatwoot):
            url, known = self.fake.url, fake_chatwoot
            return Chatwoot(url, known.TOKEN, known.ACCOUNT, known.INBOX, known.SECRET, seconds)
        other = fake_zammad
        return Zammad(self.fake.url, other.TOKEN, other.GROUP, other.CUSTOMER, other.SECRET, seconds)

    def run[T](self, work: Callable[[Helpdesk], Any], seconds: float = SECONDS) -> Any:
        """`work` with a help desk that is set up for it alone, as after a restart."""

        async def go() -> Any:
            desk, database = self.desk(seconds), Database(self.store)
            sender = self.sender(desk)
            staff = Staff(
                database,
                Streams(database, 4),
                Choices(KEY, timedelta(hours=1)),
                self.data,
                AnswerMails(self.vault, Signer(KEY, timedelta(hours=1)), timedelta(minutes=3), timedelta(days=1)),
                DeskBell(database),
                lambda _, login: login,
            )
            helpdesk = Helpdesk(desk, Answers(self.store, desk, staff, HelpdeskTexts().someone), sender, 60.0)
            try:
                return await work(helpdesk)
            finally:
                await helpdesk.stop()
                database.close()

        return asyncio.run(go())

    def sender(self, desk: HandoffDesk) -> HelpdeskSender:
        pace = Pace(poll_seconds=0.05, retry_minutes=RETRY_MINUTES)
        return HelpdeskSender(self.store, desk, HelpdeskTexts(), self.vault, pace, self.clock)

    # --- from here to there ---

    def opens(self, key: str = "m-1", **others: Any) -> str:
        """A case is opened by the visitor; its number."""
        wanted = a_request(key, **others)
        way = route(self.data, DESKS, [wanted.topic] if wanted.topic else [], wanted.language)
        opened = self.store.run(
            lambda session: open_case(session, self.vault, wanted, way, DESKS, helpdesk=self.name, at=MONDAY)
        )
        self.number = opened.case.number
        return self.number

    def opened(self, **others: Any) -> str:
        """A case that has arrived there."""
        number = self.opens(**others)
        self.send()
        return number

    def send(self, seconds: float = SECONDS) -> int:
        """All that is due is attempted; how many rows that were."""
        count: int = self.run(lambda helpdesk: helpdesk.sender.drain(), seconds)
        return count

    def visitor_says(self, text: str, message_id: str) -> None:
        """As the gateway does it: message and outbox in one transaction."""

        def work(db: Any) -> None:
            history.append(db, CONVERSATION, [history.Draft("visitor", "de", text, id=message_id)])
            cases.visitor_wrote(db, CONVERSATION, message_id)

        self.store.write(work)

    def rows(self) -> list[Delivery]:
        """The rows for the help desk, the oldest first."""
        found = self.store.read(lambda db: outbox.rows(db, limit=1000))
        return sorted((row for row in found if row.channel == self.name), key=lambda row: row.id)

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]

    # --- from there to here ---

    def called(self, *calls: Call) -> list[int]:
        """The status that each call of the webhook is answered with, one after the other."""

        async def work(helpdesk: Helpdesk) -> list[int]:
            app = FastAPI()
            app.state.helpdesk = helpdesk
            app.include_router(routes.router)
            async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
                return [
                    (await client.post(f"/hooks/{self.name}", content=body, headers=dict(headers))).status_code
                    for headers, body in calls
                ]

        statuses: list[int] = self.run(work)
        return statuses

    def look(self) -> None:
        """The poll."""
        self.run(lambda helpdesk: helpdesk.answers.look_at_all())

    def case(self) -> Case:
        return self.store.read(lambda db: get_case(db, self.number))

    def answers(self) -> list[tuple[str | None, str]]:
        """What the visitor reads of staff: name and text, in order."""
        said = self.store.read(lambda db: history.after(db, CONVERSATION, 0, 1000))
        return [(message.name, message.text) for message in said if message.author == "staff"]


def kind_on(store: Store) -> str:
    """Each kind of help desk with one kind of database: neither knows of the other, so not all pairs are tried."""
    return "chatwoot" if store.engine.dialect.name == "sqlite" else "zammad"


@contextmanager
def running(store: Store, vault: Vault, data: HandoffData, kind: str) -> Iterator[Bench]:
    """A bench with a help desk of this kind that answers."""
    fake = FakeChatwoot() if kind == "chatwoot" else FakeZammad()
    fake.start()
    try:
        yield Bench(store, vault, data, fake)
    finally:
        fake.stop()
