"""A gateway with a Bot API, a core and a database of each kind behind it, and visitors who write to the bot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr

from bot.channels.messengers import chats
from bot.channels.messengers.records import Chat
from bot.channels.telegram.client import Pace
from bot.channels.telegram.service import TelegramMessenger
from bot.gateway import history
from bot.settings import Settings
from bot.store import Store
from tests.gateway.conftest import CASE_KEY, build_settings, core, core_server  # noqa: F401 (fixtures)
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.gateway.live import Live
from tests.partners.conftest import BACKENDS
from tests.postgres import database_of

from .fake_bot_api import TOKEN, FakeBotApi
from .visitors import SECRET, Telegram, until


@dataclass(eq=False)
class Running:
    """One gateway with its bot."""

    settings: Settings
    api: FakeBotApi
    live: Live
    telegram: Telegram

    @property
    def messenger(self) -> TelegramMessenger:
        return cast(TelegramMessenger, self.live.server_app.state.messengers.get("telegram"))

    def chat(self, chat: str) -> Chat | None:
        return self.live.store.read(lambda db: chats.find(db, "telegram", chat))

    def said(self, conversation: str, author: str = "visitor") -> list[str]:
        found = self.live.store.read(lambda db: history.after(db, conversation, 0, 500))
        return [message.text for message in found if message.author == author]

    def quiet(self) -> None:
        """Wait until every update is carried out and every chat is served."""
        from bot.channels.messengers import updates

        def still() -> bool:
            def work(db: Any) -> bool:
                return not updates.count_open(db, "telegram") and not chats.figures(db, "telegram")["behind"]

            return self.live.store.read(work)

        until(lambda: still() or None)

    def stop(self) -> None:
        self.telegram.http.close()
        self.live.stop()


type Start = Callable[..., Running]


@pytest.fixture(scope="session")
def bot_api_server() -> Iterator[tuple[list[FakeBotApi], RunningServer]]:
    """The server stays, its state is a new one for each test."""
    states = [FakeBotApi()]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await states[-1].app()(scope, receive, send)

    server = RunningServer(app, lifespan="off")
    yield states, server
    server.stop()


@pytest.fixture
def api(bot_api_server: tuple[list[FakeBotApi], RunningServer]) -> FakeBotApi:
    bot_api_server[0].append(FakeBotApi())
    return bot_api_server[0][-1]


@pytest.fixture
def start(
    api: FakeBotApi,
    bot_api_server: tuple[list[FakeBotApi], RunningServer],
    core: FakeCore,  # noqa: F811
    core_server: tuple[FakeCore, RunningServer],  # noqa: F811
    tmp_path: Path,
) -> Iterator[Start]:
    """Starts a gateway; a second one on the same database is the same copy started again."""
    running: list[Running] = []

    def start_(**changes: Any) -> Running:
        values: dict[str, Any] = {
            "telegram_token": SecretStr(TOKEN), "telegram_secret": SecretStr(SECRET), "telegram_timeout_seconds": 5.0,
            "telegram_api_url": bot_api_server[1].url, "case_key": SecretStr(CASE_KEY),
            "public_url": "https://chat.example.org", "messages_per_10_seconds": 100_000, "messages_per_minute": 100_000,
        }  # fmt: skip
        settings = build_settings(tmp_path, core_server[1].port, **(values | changes))
        live = Live(settings)
        messenger: TelegramMessenger | None = live.server_app.state.messengers.get("telegram")
        if messenger:
            messenger._telegram.client.pace = Pace(0.0, 10_000)
        running.append(Running(settings, api, live, Telegram(api, live.server.url)))
        return running[-1]

    yield start_
    for one in running:
        one.stop()


@pytest.fixture(params=BACKENDS)
def bot(request: pytest.FixtureRequest, start: Start, open_store: Callable[[str], Store]) -> Running:
    """A running gateway on a database of each kind."""
    return start(database_url=database_of(request, open_store))
