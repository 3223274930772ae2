"""The operator's commands: `python -m bot --help`."""

from __future__ import annotations

import logging

import typer

from bot.commands.console import fail, read_settings
from bot.commands.lazy import LazyCommands
from bot.commands.preparing import console, prepare, with_secrets

app = typer.Typer(
    cls=LazyCommands,
    help="The assistant of the China Competence Centre Middle Ruhr Area.",
    no_args_is_help=True,
)


@app.command()
def run() -> None:
    """Prepare what is missing and start gateway, core and actions."""
    from bot.standin import wait_for_database
    from bot.supervisor import StartError, Supervisor, check_ports

    config = read_settings()
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
        console.print("Stopped." if stop_running(read_settings()) else "Nothing is running here.")
    except StartError as error:
        fail(error)


@app.command(name="prepare")
def prepare_only() -> None:
    """Make database, knowledge and model ready without starting anything."""
    prepare(read_settings())


@app.command()
def shell() -> None:
    """The Rasa shell for staff testing, with its own action server."""
    from bot.shell import run_shell

    config, path = prepare(read_settings())
    raise typer.Exit(run_shell(config, path))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app()
