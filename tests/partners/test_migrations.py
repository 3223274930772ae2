"""Migrations lead to just the tables that the code declares, on both databases, and back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from bot.store import Base, Store, migrate
from bot.store.engine import MIGRATIONS
from bot.store.metadata import import_tables
from tests.postgres import Cluster

from .conftest import BACKENDS


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database of each kind in which nothing was ever made."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/bare.db"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    store = Store(url)
    yield store
    store.close()


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def alembic(store: Store, work: Callable[[Config, str], Any], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url_of(store)
    work(config, revision)


def differences(store: Store) -> list[Any]:
    import_tables()
    with store.engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": connection.dialect.name == "sqlite"}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def test_the_newest_revision_is_what_the_code_declares(database: Store) -> None:
    migrate(url_of(database))
    assert differences(database) == []
    assert set(inspect(database.engine).get_table_names()) - {"alembic_version"} == set(Base.metadata.tables)


def test_migrating_again_changes_nothing(database: Store) -> None:
    migrate(url_of(database))
    migrate(url_of(database))
    assert differences(database) == []


def test_down_to_nothing_and_up_again(database: Store) -> None:
    migrate(url_of(database))
    alembic(database, command.downgrade, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrate(url_of(database))
    assert differences(database) == []
