"""The operator's commands: `python -m bot --help`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from bot import model as models
from bot.commands import backup, doctor, personal, retention, supply
from bot.commands.channels import channels
from bot.commands.desk import app as desk
from bot.commands.knowledge import app as knowledge
from bot.commands.outbox import app as outbox
from bot.commands.telegram import app as telegram
from bot.commands.unanswered import app as unanswered
from bot.commands.wechat import app as wechat
from bot.settings import ROOT, Settings, SettingsError, ensure_secrets, load_settings

app = typer.Typer(help="The assistant of the China Competence Centre Middle Ruhr Area.", no_args_is_help=True)
app.add_typer(desk, name="desk")
app.add_typer(knowledge, name="knowledge")
app.add_typer(outbox, name="outbox")
app.add_typer(telegram, name="telegram")
app.add_typer(unanswered, name="unanswered")
app.add_typer(wechat, name="wechat")
for command in (
    retention.retention,
    personal.erase,
    personal.export,
    personal.transcript,
    personal.cases,
    backup.backup,
    backup.restore,
    doctor.doctor,
    supply.audit,
    supply.sbom,
    channels,
):
    app.command()(command)
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(message: object) -> NoReturn:
    """One clear line and exit code 1."""
    errors.print(f"[red]{message}[/red]")
    raise typer.Exit(1)


def settings() -> Settings:
    """The settings, or one clear line about what is wrong with them."""
    try:
        return load_settings()
    except SettingsError as error:
        fail(error)


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """A long step with a spinner; the block calls the given function with what came of it."""
    begun, outcome = time.monotonic(), [""]
    with console.status(title):
        yield lambda text: outcome.__setitem__(0, text)
    console.print(f"  {title}: {outcome[0] or 'done'} ({time.monotonic() - begun:.1f} s)")


def fail_at_store(config: Settings, error: Exception) -> NoReturn:
    detail = type(getattr(error, "orig", None) or error).__name__
    fail(f"The database or the folder {config.var_dir} cannot be used ({detail}): check DATABASE_URL and VAR_DIR.")


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


@app.command()
def run() -> None:
    """Prepare what is missing and start gateway, core and actions."""
    from bot.standin import wait_for_database
    from bot.supervisor import StartError, Supervisor, check_ports

    config = settings()
    try:
        check_ports(config)
        config = with_secrets(config)
        wait_for_database(config, console.print)
        config, path = prepare(config)
        Supervisor(config, path, console.print).run()
    except StartError as error:
        fail(error)


@app.command()
def stop() -> None:
    """Stop the copy that runs from this VAR_DIR."""
    from bot.supervisor import StartError, stop_running

    try:
        console.print("Stopped." if stop_running(settings()) else "Nothing is running here.")
    except StartError as error:
        fail(error)


@app.command(name="prepare")
def prepare_only() -> None:
    """Make database, knowledge and model ready without starting anything."""
    prepare(settings())


@app.command()
def shell() -> None:
    """The Rasa shell for staff testing, with its own action server."""
    from bot.shell import run_shell

    config, path = prepare(settings())
    raise typer.Exit(run_shell(config, path))


@knowledge.command()
def load() -> None:
    """Load the knowledge files; a refused row refuses all."""
    from bot.store import migrate

    config = settings()
    migrate(config.database)
    console.print(load_knowledge(config))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app()
