"""Which revision a database's schema has, and which this program needs."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.store.engine import MIGRATIONS


def head() -> str | None:
    """The newest revision there is."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def revision_of(db: Connection) -> str | None:
    """The revision a database has; None for one without schema."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(db).get_current_revision()
