"""The gateway with a real SQLite file and a core that can be told to fail."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

import bot.gateway.tables  # noqa: F401  (fills the metadata)
from bot.gateway.app import create_app
from bot.gateway.server import server_options
from bot.settings import Settings
from bot.store import Base, Store
from tests.browsers import chromium
from tests.partners.conftest import BACKENDS
from tests.postgres import database_of
from tests.waiting import until

from .fake_core import SECRET, FakeCore, RunningServer

__all__ = ["chromium"]
CASE_KEY = "case-key-case-key-case-key-case-key-1234"
KEY = "session-key-session-key-session-key-1234"
if TYPE_CHECKING:
    from .live import Live

MakeClient = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def core_server() -> Iterator[tuple[FakeCore, RunningServer]]:
    core = FakeCore()
    server = RunningServer(core.app())
    yield core, server
    server.stop()


@pytest.fixture
def core(core_server: tuple[FakeCore, RunningServer]) -> FakeCore:
    core_server[0].__init__()  # type: ignore[misc]
    return core_server[0]


def build_settings(var_dir: Path, core_port: int, **changes: Any) -> Settings:
    """Settings with a short patience, and the tables of the gateway in a file of their own."""
    values: dict[str, Any] = {
        "var_dir": var_dir,
        "core_port": core_port,
        "actions_port": core_port,
        "session_key": SecretStr(KEY),
        "core_secret": SecretStr(SECRET),
        "actions_token": SecretStr("a" * 40),
        "core_patience_seconds": 0.5,
        "core_timeout_seconds": 30.0,
        "database_url": "",
        "redis_url": None,
        "answer_mail_wait_seconds": 0,
    }
    settings = Settings(_env_file=None, **(values | changes))  # type: ignore[call-arg]
    store = Store(settings.database)
    Base.metadata.create_all(store.engine)
    store.close()
    return settings


@pytest.fixture
def make_settings(core_server: tuple[FakeCore, RunningServer], tmp_path: Path) -> Callable[..., Settings]:
    return lambda **changes: build_settings(tmp_path, **({"core_port": core_server[1].port} | changes))


@pytest.fixture(scope="session")
def settings(core_server: tuple[FakeCore, RunningServer], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """What the shared gateway runs with: no limit gets in the way."""
    no_limits = dict.fromkeys(
        ("messages_per_10_seconds", "messages_per_minute", "sessions_per_minute", "reads_per_minute"), 1_000_000
    )
    return build_settings(tmp_path_factory.mktemp("gateway"), core_server[1].port, **no_limits)


@pytest.fixture(scope="session")
def gateway_url(settings: Settings) -> Iterator[str]:
    """One gateway for all tests that need no settings of their own."""
    server = RunningServer(create_app(settings), **server_options(settings))
    yield server.url
    server.stop()


@pytest.fixture(params=BACKENDS)
def live(
    request: pytest.FixtureRequest,
    core: FakeCore,
    core_server: tuple[FakeCore, RunningServer],
    tmp_path: Path,
    open_store: Callable[[str], Store],
) -> Iterator["Live"]:
    """A gateway on a database of each kind whose staff can be called."""
    from .live import Live

    url = database_of(request, open_store)
    running = Live(build_settings(tmp_path, core_server[1].port, database_url=url, case_key=SecretStr(CASE_KEY)))
    yield running
    running.stop()


@pytest.fixture
def serve() -> Iterator[Callable[..., RunningServer]]:
    servers: list[RunningServer] = []

    def start(app: Any, **options: Any) -> RunningServer:
        servers.append(RunningServer(app, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def client(core: FakeCore, gateway_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway_url, timeout=60, trust_env=False) as http:
        yield http


class Chat:
    """One visitor's conversation, in the words of a test."""

    def __init__(self, http: httpx.Client, **body: Any) -> None:
        self.http = http
        opened = http.post("/api/session", json={"notice_accepted": True, **body})
        assert opened.status_code == 201, opened.text
        self.opened = opened.json()
        self.headers = {"Authorization": f"Bearer {self.opened['token']}"}

    def say(self, text: str, message_id: str | None = None) -> httpx.Response:
        return self.post({"id": message_id or str(uuid.uuid4()), "text": text})

    def say_while_held(self, core: FakeCore, *texts: str) -> list[httpx.Response]:
        """Say one after the other while the core holds the first; what each is answered, in order."""
        gate, stored = core.hold(), self._said()
        with ThreadPoolExecutor(len(texts)) as pool:
            sent = []
            for number, text in enumerate(texts, stored + 1):
                sent.append(pool.submit(self.say, text))
                until(lambda number=number: self._said() == number)  # type: ignore[misc]
            assert gate.reached.wait(60)
            gate.open()
            return [one.result() for one in sent]

    def _said(self) -> int:
        return sum(message["author"] == "visitor" for message in self.history(limit=200))

    def press(self, choice: str, message_id: str | None = None) -> httpx.Response:
        return self.post({"id": message_id or str(uuid.uuid4()), "choice": choice})

    def post(self, body: Any) -> httpx.Response:
        return self.http.post("/api/messages", json=body, headers=self.headers)

    def history(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.http.get("/api/messages", params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


@pytest.fixture
def open_chat(client: httpx.Client) -> Callable[..., Chat]:
    return lambda **body: Chat(client, **body)


@pytest.fixture
def chat(open_chat: Callable[..., Chat]) -> Chat:
    return open_chat(language="en")
