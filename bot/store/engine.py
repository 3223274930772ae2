"""Engines for SQLite (the embedded default) and PostgreSQL, with the same promises about durability."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
BUSY_TIMEOUT_MS = 5000
# What `_sqlite_begin` does for one transaction: how it begins, and when its commit reaches the disk.
_WRITE = {"sqlite_begin": "BEGIN IMMEDIATE"}
_WRITE_UNSYNCED = {"sqlite_begin": "BEGIN IMMEDIATE", "sqlite_synchronous": "NORMAL"}


class Base(DeclarativeBase):
    """All tables of the root environment; naming rules keep migrations the same on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class StoreUnavailable(Exception):
    """The database did not answer in time; the caller says so and nothing was written."""


class Store:
    """One engine and its transactions; open late, close once.

    Sessions are for code that works with objects; `read` and `write` are for statements on every request.
    All raise StoreUnavailable when the database is away or locked longer than its timeout. Whatever may write has
    SQLite's write lock from its start, so it never fails half-way for having read first.
    """

    def __init__(self, url: str) -> None:
        self.engine = _make_engine(url)
        self._writing = self.engine.execution_options(**_WRITE)
        self._sessions = sessionmaker(self._writing, expire_on_commit=False)
        one_moment = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        self._readers = sessionmaker(self.engine.execution_options(**one_moment), expire_on_commit=False)
        self._writing_unsynced = self.engine.execution_options(**_WRITE_UNSYNCED)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that may write: committed when the block ends, rolled back when it raises."""
        with _spoken_failures(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the database, keeps nobody waiting and writes nothing."""
        with _spoken_failures(), self._readers() as session:
            yield session

    def run[T](self, work: Callable[[Session], T]) -> T:
        """`work(session)` in one transaction that may write; for handing over to a thread."""
        with self.session() as session:
            return work(session)

    def look[T](self, work: Callable[[Session], T]) -> T:
        """`work(session)` as in `reading`."""
        with self.reading() as session:
            return work(session)

    def read[T](self, work: Callable[[Connection], T]) -> T:
        """`work(connection)`, which sees one state of the database and writes nothing."""
        with _spoken_failures(), self.engine.connect() as connection:
            return work(connection)

    def write[T](self, work: Callable[[Connection], T], *, synced: bool = True) -> T:
        """`work(connection)` in one transaction, committed at its end.

        Without `synced` a commit outlives the process, but a machine that loses power only from the next synced one on.
        """
        engine = self._writing if synced else self._writing_unsynced
        with _spoken_failures(), engine.begin() as connection:
            return work(connection)

    def ping(self) -> None:
        """One round trip."""
        self.read(lambda connection: connection.execute(text("SELECT 1")))

    def empty_log(self) -> None:
        """Empty SQLite's write-ahead log, where deleted text would otherwise stay readable; nothing elsewhere."""
        if self.engine.dialect.name != "sqlite":
            return
        with _spoken_failures():
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            finally:
                connection.close()

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _spoken_failures() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StoreUnavailable(type(error.orig).__name__) from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(type(error.orig).__name__) from None
        raise


def _make_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=16,  # opening one costs more than a query
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        )
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=5,
        connect_args={"connect_timeout": 3, "options": "-c statement_timeout=5000 -c lock_timeout=5000"},
    )


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below decides when a transaction starts
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    # Connections are pooled, so each transaction says what it wants; past SQLAlchemy, as this runs for every one.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA synchronous={options.get('sqlite_synchronous', 'FULL')}")
    cursor.close()
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))


def is_reachable(url: str) -> bool:
    """Whether a database can be used, or says that it never can; False while it is away, starting or locked."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    if is_file and not Path(parsed.database or "").is_file():
        return True
    engine = _make_engine(url)
    try:
        with engine.execution_options(**_WRITE).begin():
            return True
    except OperationalError as error:
        told = str(error.orig)
        if is_file:
            return "locked" not in told
        return "FATAL" in told and "starting up" not in told and "shutting down" not in told
    finally:
        engine.dispose()


def migrate(url: str) -> None:
    """Bring the schema to the newest revision; safe to repeat."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")
