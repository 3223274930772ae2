"""What a copy needs before it can start, made if it is missing, each step said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bot import model as models
from bot.commands.console import fail, fail_at_store
from bot.settings import ROOT, Settings, ensure_secrets

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """A long step with a spinner; the block calls the given function with what came of it."""
    begun, outcome = time.monotonic(), [""]
    with console.status(title):
        yield lambda text: outcome.__setitem__(0, text)
    console.print(f"  {title}: {outcome[0] or 'done'} ({time.monotonic() - begun:.1f} s)")


def with_secrets(config: Settings) -> Settings:
    """The settings with all secrets; those that are missing are made."""
    try:
        return ensure_secrets(config)
    except OSError as error:
        fail_at_store(config, error)


def prepare(config: Settings) -> tuple[Settings, Path]:
    """Secrets, schema, knowledge, names and model: each made if missing, each said."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.store import StoreUnavailable, migrate

    config = with_secrets(config)
    try:
        with step("Database"):
            migrate(config.database)
        with step("Knowledge") as outcome:
            outcome(load_knowledge(config))
    except (StoreUnavailable, SQLAlchemyError, OSError) as error:
        fail_at_store(config, error)
    try:
        with step("Model") as outcome:
            path = models.find_model(config)
            outcome("up to date" if path else "trained")
            if path is None:
                from bot.supervisor import core_environment

                path = models.train(config, core_environment(config))
    except models.ModelError as error:
        fail(error)
    return config, path


def load_knowledge(config: Settings) -> str:
    """Load the files, write the names for the core, say what happened; exits when a row is refused."""
    from bot.commands.change_lines import kept_lines
    from bot.partners import loader
    from bot.partners.names_file import write_names
    from bot.partners.training import write_training
    from bot.store import Store

    store = Store(config.database)
    try:
        report = loader.load(store, config.knowledge_dir, config.desk_contacts)
        if report.refused:
            fail("Nothing was loaded; refused:\n" + "\n".join(f"  {row}" for row in report.refused))
        write_names(store, config.names_file)
        write_training(store, ROOT / "data" / "nlu", models.asked_file(config.names_file))
    finally:
        store.close()
    counts = ", ".join(f"{count} {what}" for what, count in report.counts.items())
    kept = "".join(f"\n    {line}" for line in kept_lines(report.kept))
    return f"{'loaded' if report.changed else 'up to date'}: {counts}{kept}"
