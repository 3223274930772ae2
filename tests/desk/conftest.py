"""The whole gateway over databases of both kinds, with accounts, and people who work with the desk's pages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import update

from bot.desk import accounts
from bot.desk.tables import staff_account
from bot.gateway.app import create_app
from bot.gateway.server import server_options
from bot.handoff.opening import open_case
from bot.handoff.records import Case
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.partners.loader import load
from bot.partners.queries import desks as read_desks
from bot.settings import ROOT, Settings
from bot.store import Store
from tests.browsers import chromium
from tests.gateway.fake_core import RunningServer
from tests.handoff.conftest import KEY, a_request, start_conversation
from tests.partners.conftest import BACKENDS
from tests.postgres import Cluster

__all__ = ["chromium"]
PASSWORD = "correct horse battery"
PEOPLE = {
    "wei": ("Wei Muster", "staff", ("city-twinning",)),
    "ada": ("Ada Muster", "staff", ("city-twinning", "centre-general")),
    "tom": ("Tom Muster", "staff", ("ihk-international",)),
    "lea": ("Lea Muster", "lead", ()),
}
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')


@dataclass(frozen=True)
class Desk:
    """A running gateway and its database."""

    url: str
    store: Store
    settings: Settings

    def open_case(
        self, key: str = "m-1", conversation: str = "web:one", topic: str | None = "luzhou", **others: Any
    ) -> Case:
        """A case from a conversation of two messages, which is begun if need be."""
        if not self.store.read(
            lambda db: db.exec_driver_sql(f"SELECT 1 FROM chat_session WHERE conversation = '{conversation}'").first()
        ):
            start_conversation(self.store, conversation)
        wanted = a_request(key, conversation, topic=topic, **others)
        data, vault = read_handoff(ROOT / "data" / "handoff"), Vault([KEY])

        def work(session: Any) -> Case:
            known = read_desks(session)
            way = route(data, known, [topic] if topic else [], wanted.language)
            return open_case(session, vault, wanted, way, known).case

        return self.store.run(work)


class Person:
    """Somebody at the desk: a browser without scripts."""

    def __init__(self, desk: Desk, login: str, password: str = PASSWORD) -> None:
        self.http = httpx.Client(base_url=desk.url, timeout=60, trust_env=False, follow_redirects=True)
        self.entered = self.log_in(login, password)

    def log_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        token = TOKEN.search(self.http.get("/desk/login?lang=de").text)
        fields = {"csrf": token.group(1) if token else "", "login": login, "password": password}
        return self.http.post("/desk/login?lang=de", data=fields)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(f"/desk{path}", params=query or None)

    def page(self, path: str, **query: Any) -> str:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def csrf(self) -> str:
        token = TOKEN.search(self.page("/cases"))
        assert token
        return token.group(1)

    def version(self, number: str) -> str:
        found = VERSION.search(self.page(f"/cases/{number}"))
        return found.group(1) if found else "0"

    def post(self, path: str, **fields: str) -> httpx.Response:
        """A form of ours, with its token unless another is given."""
        return self.http.post(f"/desk{path}", data={"csrf": self.csrf()} | fields)

    def do(self, number: str, what: str, **fields: str) -> httpx.Response:
        """Something with a case, from its page as it is now."""
        return self.post(f"/cases/{number}/{what}", **({"version": self.version(number)} | fields))


@pytest.fixture(scope="session", params=BACKENDS)
def desk(
    request: pytest.FixtureRequest, open_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """One gateway for each kind of database, with the real desks and four accounts."""
    folder: Path = tmp_path_factory.mktemp("desk")
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/assistant.db"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    store = open_store(url)
    load(store, ROOT / "data" / "knowledge")
    for login, (name, role, desks) in PEOPLE.items():
        add_person(store, login, name, role, desks)
    settings = Settings(
        _env_file=None, var_dir=folder, database_url=url, session_key=SecretStr("s" * 40), core_secret=SecretStr("c" * 40),
        actions_token=SecretStr("a" * 40), case_key=SecretStr(KEY), mail_mode="off", redis_url=None, public_url="",
        logins_per_minute=1_000_000,
    )  # type: ignore[call-arg]  # fmt: skip
    server = RunningServer(create_app(settings), **server_options(settings))
    yield Desk(server.url, store, settings)
    server.stop()


@pytest.fixture
def come(desk: Desk) -> Iterator[Callable[[str], Person]]:
    """People who log in."""
    present: list[Person] = []

    def enter(login: str) -> Person:
        german = update(staff_account).where(staff_account.c.login == login).values(language="de")
        desk.store.write(lambda db: db.execute(german))
        present.append(Person(desk, login))
        assert present[-1].entered.url.path == "/desk/cases", present[-1].entered.text
        return present[-1]

    yield enter
    for one in present:
        one.http.close()


def add_person(store: Store, login: str, name: str, role: Any, desks: tuple[str, ...]) -> None:
    store.run(lambda db: accounts.add_account(db, login, name, PASSWORD, role=role, desks=desks))
