"""Databases of both kinds with a conversation to hand over, the delivered routing, and a vault."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from bot.gateway import history
from bot.gateway.sessions import open_session
from bot.gateway.tables import chat_session
from bot.handoff.opening import open_case
from bot.handoff.records import Contact, Opened, Request
from bot.handoff.routing import HandoffData, read_handoff, route
from bot.handoff.vault import Vault
from bot.partners import records
from bot.settings import ROOT
from bot.store import Store
from tests.partners.conftest import BACKENDS
from tests.postgres import Cluster

from .mail_server import Desk, MailServer, open_desk, running_server

CONVERSATION = "web:one"
KEY = "a-key-for-tests-only-of-enough-characters"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Herne
Open = Callable[..., Opened]


def a_desk(id_: str, *languages: str, email: str | None = None, answers_for: tuple[str, ...] = ()) -> records.Desk:
    return records.Desk(id_, {"en": id_}, languages, None, answers_for, email, None, None, None)


DESKS = (
    a_desk("centre-general", "de", "en", "zh", email="general@example.org"),
    a_desk("ihk-international", "de", "en", email="ihk@example.org", answers_for=("trade",)),
    a_desk("city-twinning", "de", "en", email="twinning@example.org", answers_for=("luzhou", "herne")),
    a_desk("university-china", "de", "en", "zh", answers_for=("swust",)),
)


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@pytest.fixture(scope="session")
def data() -> HandoffData:
    """What is delivered in data/handoff."""
    return read_handoff(ROOT / "data" / "handoff")


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, open_store: Callable[[str], Store], tmp_path: Path) -> Store:
    """A database of each kind with one conversation of two messages."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/assistant.db"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    store = open_store(url)
    start_conversation(store, CONVERSATION)
    return store


@pytest.fixture(params=BACKENDS)
def desk(request: pytest.FixtureRequest, open_store: Callable[[str], Store], tmp_path: Path) -> Desk:
    """An empty outbox in a database of each kind."""
    return open_desk(request, open_store, tmp_path)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that takes everything unless it is told otherwise."""
    with running_server() as started:
        yield started


@pytest.fixture
def open_(store: Store, vault: Vault, data: HandoffData) -> Open:
    """Opens a case in a transaction of its own."""

    def open__(key: str = "m-1", conversation: str = CONVERSATION, at: datetime = MONDAY, **others: Any) -> Opened:
        wanted = a_request(key, conversation, **others)
        way = route(data, DESKS, [wanted.topic] if wanted.topic else [], wanted.language)
        return store.run(lambda session: open_case(session, vault, wanted, way, DESKS, at=at))

    return open__


def a_request(key: str = "m-1", conversation: str = CONVERSATION, **others: Any) -> Request:
    contact = others.pop(
        "contact", Contact("Wann fährt die Delegation?", "anna@example.org", "Anna Beispiel", "Pumpen")
    )
    return Request(conversation, key, **{"language": "de", "contact": contact, "topic": "luzhou", **others})


def start_conversation(store: Store, conversation: str) -> None:
    def work(db: Any) -> None:
        open_session(db, conversation, channel="web", language="de", expires_at=MONDAY + timedelta(days=1))
        drafts = [history.Draft("visitor", "de", "Wo ist Luzhou?"), history.Draft("assistant", "de", "In Sichuan.")]
        history.append(db, conversation, drafts)

    store.write(work)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Runs all of them in threads that start together; what each gave or raised, in the order given."""
    barrier = Barrier(len(works))
    outcomes: list[Any] = [None] * len(works)

    def go(place: int) -> None:
        barrier.wait()
        try:
            outcomes[place] = works[place]()
        except Exception as error:
            outcomes[place] = error

    threads = [Thread(target=go, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def state_of(store: Store, conversation: str = CONVERSATION) -> str:
    """Where the gateway sees the conversation."""
    return str(
        store.read(
            lambda db: db.execute(
                chat_session.select().where(chat_session.c.conversation == conversation)
            ).one().state
        )
    )  # fmt: skip
