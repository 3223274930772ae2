"""What all tests share. Imports nothing of the project: the core's tests load this file on another Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.postgres import postgres

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
def snapshot(real_store: Store, knowledge_dir: Path) -> Snapshot:
    """The real facts in memory; made once."""
    from bot.partners.knowledge import take_snapshot

    return take_snapshot(real_store, knowledge_dir)
