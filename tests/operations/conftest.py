"""A database of each kind with chats and cases of different ages, and the core's transcripts beside it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text, update

from bot.gateway import history
from bot.gateway.sessions import open_session
from bot.gateway.tables import chat_message, chat_session
from bot.handoff import cases
from bot.handoff.opening import open_case
from bot.handoff.records import Contact, Request
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.settings import ROOT, Settings, load_settings
from bot.store import Store, migrate
from tests.handoff.conftest import DESKS
from tests.partners.conftest import BACKENDS
from tests.postgres import Cluster

NOW = datetime.now(UTC).replace(microsecond=0)
KEY = "case-key-case-key-case-key-case-key-1234"
CORE_TABLES = (
    "CREATE TABLE conversations (sender_id VARCHAR(255) PRIMARY KEY, version INTEGER, state TEXT, updated_at FLOAT)",
    "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), type_name VARCHAR(255), timestamp FLOAT, data TEXT)",
)


class Bench:
    """One copy's data, made and counted in the words of a test."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        migrate(settings.database)
        self.store = Store(settings.database)
        self.core = Store(settings.tracker)
        self.vault = Vault.of(settings)
        self._events = 0
        for statement in CORE_TABLES:
            self.core.write(lambda db, s=statement: db.execute(text(s)))  # type: ignore[misc]

    def chat(self, conversation: str, days: float, *said: str, core: bool = True) -> str:
        """A chat whose last message is so many days old."""
        at = NOW - timedelta(days=days)

        def work(db: object) -> None:
            open_session(db, conversation, channel="web", language="de", expires_at=at + timedelta(days=1))  # type: ignore[arg-type]
            drafts = [history.Draft("visitor", "de", one) for one in said or ("Guten Tag",)]
            history.append(db, conversation, drafts)  # type: ignore[arg-type]

        self.store.write(work)
        mine = chat_session.c.conversation == conversation
        self.store.write(lambda db: db.execute(update(chat_session).where(mine).values(created_at=at)))
        of_mine = chat_message.c.conversation == conversation
        self.store.write(lambda db: db.execute(update(chat_message).where(of_mine).values(at=at)))
        if core:
            self.remember(conversation, days, " ".join(said))
        return conversation

    def remember(self, sender: str, days: float, said: str = "") -> None:
        """What the core has of a conversation."""
        at = (NOW - timedelta(days=days)).timestamp()
        self._events += 1
        row = {"id": self._events, "sender": sender, "at": at, "data": f'{{"event": "user", "text": "{said}"}}'}
        state = "INSERT INTO conversations VALUES (:sender, 1, '{}', :at)"
        event = "INSERT INTO events VALUES (:id, :sender, 'user', :at, :data)"
        self.core.write(lambda db: (db.execute(text(state), row), db.execute(text(event), row)))

    def case(self, conversation: str, days: float, closed: float | None = None, contact: Contact | None = None) -> str:
        """A case opened, and perhaps closed, so many days ago; its number."""
        way = route(read_handoff(ROOT / "data" / "handoff"), DESKS, [], "de")
        contact = contact or Contact("Wann?", "anna@example.org", "Anna Beispiel")
        wanted = Request(conversation, "m-1", "de", contact, reach="email")
        at = NOW - timedelta(days=days)
        number = self.store.run(lambda session: open_case(session, self.vault, wanted, way, DESKS, at=at)).case.number
        if closed is not None:
            end = NOW - timedelta(days=closed)
            self.store.run(lambda session: cases.claim(session, number, "anna", at=end))
            self.store.run(lambda session: cases.close(session, number, "anna", "answered", at=end))
        return number

    def chats(self) -> set[str]:
        return set(
            self.store.read(
                lambda db: db.scalars(chat_session.select().with_only_columns(chat_session.c.conversation)).all()
            )
        )

    def remembered(self) -> set[str]:
        """Conversations the core has a row of, in either table."""
        both = "SELECT sender_id FROM conversations UNION SELECT sender_id FROM events"
        return set(self.core.read(lambda db: db.scalars(text(both)).all()))

    def files(self) -> bytes:
        """All that is on the disk of this copy."""
        return b"".join(path.read_bytes() for path in self.settings.var_dir.rglob("*") if path.is_file())

    def close(self) -> None:
        self.store.close()
        self.core.close()


@pytest.fixture(params=BACKENDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """On SQLite files, and on PostgreSQL with the transcripts in the same database."""
    url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    made = Bench(copy_settings(tmp_path / "var", database_url=url))
    yield made
    made.close()


def copy_settings(var_dir: Path, **changes: object) -> Settings:
    """Settings of a copy of which nothing runs."""
    secrets = {
        name: SecretStr(f"{name}-of-a-test-copy-with-enough-signs")
        for name in ("session_key", "core_secret", "actions_token")
    }
    ports = {"port": 1, "core_port": 1, "actions_port": 1}
    values = {"var_dir": var_dir, "case_key": SecretStr(KEY), "tracker_url": "", "redis_url": None} | secrets | ports
    return load_settings(**(values | changes))
