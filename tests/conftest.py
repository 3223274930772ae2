"""What all tests share. Imports nothing of the project: the core's tests load this file on another Python."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgres import Cluster, postgres

if TYPE_CHECKING:
    from bot.partners.knowledge import Snapshot
    from bot.store import Store

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def knowledge_dir() -> Path:
    """The real knowledge files."""
    return Path(__file__).resolve().parent.parent / "data" / "knowledge"


@pytest.fixture(scope="session")
def open_store() -> Iterator[Callable[[str], Store]]:
    """Opens the database behind a URL, with all tables and nothing in them."""
    from bot.store import Base, Store
    from bot.store.metadata import import_tables

    import_tables()
    opened: list[Store] = []

    def open_(url: str) -> Store:
        for earlier in opened:
            if earlier.engine.dialect.name == "postgresql":
                earlier.engine.dispose()  # idle connections of earlier tests would fill up the server
        store = Store(url)
        opened.append(store)
        Base.metadata.drop_all(store.engine)
        Base.metadata.create_all(store.engine)
        return store

    yield open_
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def real_store(
    open_store: Callable[[str], Store], knowledge_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    """SQLite with the real facts; for reading only."""
    from bot.partners.loader import load

    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('real')}/real.db")
    report = load(store, knowledge_dir)
    assert report.changed, report.refused
    return store


@pytest.fixture(scope="session")
def with_facts(
    request: pytest.FixtureRequest,
    open_store: Callable[[str], Store],
    knowledge_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], Store]]:
    """Makes databases of a test's own, "sqlite" or "postgresql", with the real facts: read in once for each kind, then copied."""
    from bot.partners.loader import load
    from bot.store import Store

    templates: dict[str, str] = {}
    copies: list[Store] = []

    def template(cluster: Cluster) -> str:
        if "postgresql" not in templates:
            store = open_store(cluster.database())
            assert load(store, knowledge_dir).changed
            store.engine.dispose()  # nobody may be connected to what is copied
            templates["postgresql"] = str(store.engine.url.database)
        return templates["postgresql"]

    def make(backend: str) -> Store:
        if backend == "sqlite":
            file = tmp_path_factory.mktemp("facts") / "assistant.db"
            real: Store = request.getfixturevalue("real_store")
            with closing(sqlite3.connect(str(real.engine.url.database))) as old, closing(sqlite3.connect(file)) as new:
                old.backup(new)
            copies.append(Store(f"sqlite:///{file}"))
        else:
            cluster: Cluster = request.getfixturevalue("postgres")
            for earlier in copies:
                earlier.engine.dispose()  # idle connections of earlier tests would fill up the server
            copies.append(Store(cluster.database(template(cluster))))
        return copies[-1]

    yield make
    for store in copies:
        store.close()


@pytest.fixture(scope="session")
def snapshot(real_store: Store, knowledge_dir: Path) -> Snapshot:
    """The real facts in memory; made once."""
    from bot.partners.knowledge import take_snapshot

    return take_snapshot(real_store, knowledge_dir)
