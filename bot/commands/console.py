"""What the commands share: output, one clear line for an error, settings, and the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings, SettingsError, load_settings
from bot.store import Store, StoreUnavailable, migrate

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(message: object) -> NoReturn:
    """One clear line and exit code 1."""
    errors.print(str(message), style="red", markup=False)
    raise typer.Exit(1)


def read_settings() -> Settings:
    """The settings, or one clear line about what is wrong with them."""
    try:
        return load_settings()
    except SettingsError as error:
        fail(error)


def fail_at_store(config: Settings, error: Exception) -> NoReturn:
    """One clear line about a database or folder that cannot be used."""
    detail = type(getattr(error, "orig", None) or error).__name__
    fail(f"The database or the folder {config.var_dir} cannot be used ({detail}): check DATABASE_URL and VAR_DIR.")


@contextmanager
def open_database(config: Settings) -> Iterator[Store]:
    """The database with the newest schema; closed afterwards. A database that is away is one clear line."""
    try:
        migrate(config.database)
        store = Store(config.database)
        try:
            yield store
        finally:
            store.close()
    except (StoreUnavailable, SQLAlchemyError, OSError) as error:
        fail_at_store(config, error)
