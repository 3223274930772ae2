"""A gateway whose staff are called from a test, with cases opened as the action server does it."""

import asyncio
import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.gateway.app import Gateway, create_app
from bot.gateway.server import server_options
from bot.handoff.opening import open_case
from bot.handoff.outbox_tables import outbox
from bot.handoff.records import Case, Contact, Request
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.partners.records import Desk
from bot.settings import Settings
from bot.store import Store

from .conftest import Chat
from .fake_core import RunningServer

DESKS = (
    Desk(
        "centre-general", {"en": "Front office"}, ("de", "en", "zh"), None, (), "general@example.org", None, None, None
    ),
)


class Live:
    """One gateway in this process; its staff and clockwork run on its own event loop."""

    def __init__(self, settings: Settings) -> None:
        app = create_app(settings)
        self.server_app = app
        self.gateway: Gateway = app.state.gateway
        self.staff = self.gateway.staff
        self.store = Store(settings.database)
        self.data = read_handoff(settings.handoff_dir)
        self.vault = Vault.of(settings)
        loops: list[asyncio.AbstractEventLoop] = []

        async def remembering(scope: Any, receive: Any, send: Any) -> None:
            loops.append(asyncio.get_running_loop())
            await app(scope, receive, send)

        self.server = RunningServer(remembering, **server_options(settings))
        self._loop = loops[0]
        self.http = httpx.Client(base_url=self.server.url, timeout=60, trust_env=False)

    def call[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def chat(self, language: str = "en") -> Chat:
        return Chat(self.http, language=language)

    def conversation(self, chat: Chat) -> str:
        return self.gateway.signer.read(chat.opened["token"]).conversation

    def open(self, chat: Chat, key: str | None = None, *, email: str | None = None, at: datetime | None = None) -> Case:
        conversation = self.conversation(chat)
        contact = Contact("When does the delegation leave?", email)
        reach = "email" if email else "chat"
        wanted = Request(conversation, key or uuid.uuid4().hex, "en", contact, reach=reach)  # type: ignore[arg-type]
        way = route(self.data, DESKS, [], "en")
        opened = self.store.run(
            lambda session: open_case(session, self.vault, wanted, way, DESKS, at=at or datetime.now(UTC))
        )
        case: Case = opened.case
        return case

    def with_person(self, chat: Chat, **others: Any) -> Case:
        case: Case = self.call(self.staff.claim(self.open(chat, **others).number, "anna", name="Anna"))
        return case

    def answers_by_mail(self) -> list[Any]:
        query = outbox.select().where(outbox.c.template == "staff_answer").order_by(outbox.c.id)
        return list(self.store.read(lambda db: db.execute(query).all()))

    def stop(self) -> None:
        self.http.close()
        self.server.stop()
        self.store.close()


def said(chat: Chat, author: str) -> list[str]:
    return [message["text"] for message in chat.history() if message["author"] == author]


def choice_of(message: dict[str, Any], title: str) -> str:
    return str(next(offered["choice"] for offered in message["choices"] if offered["title"] == title))
