"""A gateway with WeChat in the words of a test: the fake platform on one side, the fake core on the other."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.messengers import chats
from bot.channels.messengers.records import Chat
from bot.gateway import history
from bot.gateway.history import Message
from bot.handoff.records import Case, Contact, Request
from bot.store import Store
from tests.e2e.copies import until
from tests.gateway.conftest import CASE_KEY, build_settings, core, core_server  # noqa: F401 (fixtures)
from tests.gateway.fake_core import FakeCore, RunningServer
from tests.gateway.live import Live
from tests.partners.conftest import BACKENDS
from tests.postgres import database_of

from .fake_platform import APP_ID, SECRET, TOKEN, FakePlatform
from .fake_pushes import Pushes

WHO = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
OTHER = "o6_bmjasdasdsad6_2sgVt7hMZOP"
KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
PATIENCE = 60.0


class Address:
    """Where a platform is called: the server stays, who answers there is another one for each account."""

    def __init__(self) -> None:
        self.app: Any = None

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            await self.app(scope, receive, send)

        self.server = RunningServer(answer, lifespan="off")


class Account:
    """One Official Account and everything around it."""

    def __init__(
        self,
        folder: Path,
        core: FakeCore,  # noqa: F811
        core_port: int,
        address: Address,
        **settings: Any,
    ) -> None:
        self.core = core
        self.platform = FakePlatform()
        address.app = self.platform.app()
        given = {
            "wechat_app_id": APP_ID,
            "wechat_app_secret": SecretStr(SECRET),
            "wechat_token": SecretStr(TOKEN),
            "wechat_api_url": address.server.url,
            "wechat_timeout_seconds": 5.0,
            "case_key": SecretStr(CASE_KEY),
            "core_timeout_seconds": 60.0,
            "public_url": "https://chat.example.org",
            **dict.fromkeys(("messages_per_10_seconds", "messages_per_minute"), 1_000_000),
        }
        self.settings = build_settings(folder, core_port, **(given | settings))
        self.start()

    def start(self) -> None:
        """The gateway, at first or again."""
        self.live = Live(self.settings)
        key = self.settings.wechat_aes_key.get_secret_value()
        self.pushes = Pushes(self.platform, self.live.server.url, key=key, wait=30.0)
        self.say, self.event = self.pushes.say, self.pushes.event
        messenger = self.live.server_app.state.messengers.get("wechat")
        if messenger:
            until(lambda: messenger.serves, PATIENCE)

    def stop(self) -> None:
        self.platform.released.set()
        self.live.stop()
        self.pushes.http.close()

    def waits(self, seconds: float) -> None:
        """How long a response waits for its turn."""
        self.live.server_app.state.messengers.get("wechat").platform.reply_seconds = seconds

    def shown(self, open_id: str = WHO) -> list[str]:
        """Everything the user has seen."""
        return self.platform.follower(open_id).shown

    def chat(self, open_id: str = WHO) -> Chat | None:
        return self.live.store.read(lambda db: chats.find(db, "wechat", f"wx:{open_id}"))

    def history(self, open_id: str = WHO) -> list[Message]:
        known = self.chat(open_id)
        if known is None or known.conversation is None:
            return []
        conversation = known.conversation
        return self.live.store.read(lambda db: history.after(db, conversation, 0, 500))

    def authors(self, open_id: str = WHO) -> list[str]:
        return [message.author for message in self.history(open_id)]

    def case(self, open_id: str = WHO) -> Case:
        """A case of this visitor, opened as the action server does it."""
        from bot.handoff.opening import open_case
        from bot.handoff.routing import route
        from tests.gateway.live import DESKS

        known = self.chat(open_id)
        assert known and known.conversation
        wanted = Request(
            known.conversation, f"case-{len(self.history(open_id))}", "zh", Contact("?", None), reach="chat"
        )
        way = route(self.live.data, DESKS, [], "zh")
        case: Case = self.live.store.run(lambda db: open_case(db, self.live.vault, wanted, way, DESKS).case)
        return case

    def staff_says(self, case: Case, text: str, message_id: str) -> None:
        self.live.call(self.live.staff.write(case.number, "anna", text, message_id, name="Anna"))


@pytest.fixture(scope="session")
def addresses() -> Iterator[list[Address]]:
    """As many as a test has ever needed at once."""
    found: list[Address] = []
    yield found
    for address in found:
        address.server.stop()


@pytest.fixture
def make(
    core: FakeCore,  # noqa: F811
    core_server: tuple[FakeCore, RunningServer],  # noqa: F811
    tmp_path: Path,
    addresses: list[Address],
) -> Iterator[Callable[..., Account]]:
    """Makes accounts with settings of their own."""
    made: list[Account] = []

    def one(**settings: Any) -> Account:
        number = len(made)
        if number == len(addresses):
            addresses.append(Address())
        made.append(Account(tmp_path / str(number), core, core_server[1].port, addresses[number], **settings))
        return made[-1]

    yield one
    for account in made:
        account.stop()


@pytest.fixture(params=["plain", "safe"])
def account(request: pytest.FixtureRequest, make: Callable[..., Account]) -> Account:
    """A verified account, in each of the two modes."""
    return make(wechat_aes_key=SecretStr(KEY if request.param == "safe" else ""))


@pytest.fixture
def verified(make: Callable[..., Account]) -> Account:
    """A verified account in safe mode."""
    return make(wechat_aes_key=SecretStr(KEY))


@pytest.fixture(params=BACKENDS)
def anywhere(
    request: pytest.FixtureRequest, make: Callable[..., Account], open_store: Callable[[str], Store]
) -> Account:
    """A verified account in safe mode, on a database of each kind."""
    return make(wechat_aes_key=SecretStr(KEY), database_url=database_of(request, open_store))


@pytest.fixture
def unverified(make: Callable[..., Account]) -> Account:
    """An account that may only answer."""
    one = make(wechat_verified=False)
    one.platform.verified = False
    return one
