"""Alembic's entry: one connection made by the store, SQLite and PostgreSQL alike."""

from alembic import context

from bot.store.engine import Base, Store
from bot.store.metadata import import_tables

import_tables()
url = context.config.attributes.get("url")
if not url:
    from bot.settings import load_settings

    url = load_settings().database

store = Store(url)
try:
    with store.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
finally:
    store.close()
