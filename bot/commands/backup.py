"""`python -m bot backup|restore`: everything a copy holds in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.commands.console import fail, read_settings
from bot.operation import backup as backups
from bot.operation.backup import NotDone

console = Console(highlight=False, markup=False, soft_wrap=True)


def backup(
    folder: Annotated[Path | None, typer.Argument(help="Where to; default: backups in VAR_DIR.")] = None,
    with_secrets: Annotated[
        bool,
        typer.Option("--with-secrets", help="Put secrets.env in too; whoever has the file can then read all of it."),
    ] = False,
) -> None:
    """Back up all databases while everything runs; backups older than BACKUP_DAYS in the same folder are deleted."""
    config = read_settings()
    try:
        made = backups.backup(config, folder or config.var_dir / "backups", with_secrets=with_secrets)
    except NotDone as error:
        fail(error)
    console.print(f"{made} ({made.stat().st_size / 1e6:.1f} MB). It may be restored for {config.backup_days} days.")
    if not config.sealed_for:
        console.print("It is a plain file: set BACKUP_RECIPIENTS, or keep it where only you can read it.")
    if not with_secrets:
        console.print("Keep VAR_DIR/secrets.env apart from it: without CASE_KEY no contact data can be read.")


def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` made.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    however_old: Annotated[bool, typer.Option("--however-old", help="Even if it is older than BACKUP_DAYS.")] = False,
    erasures: Annotated[
        Path | None, typer.Option(help="A saved copy of VAR_DIR/erasures.log, when that folder is lost.")
    ] = None,
    identity: Annotated[
        Path | None, typer.Option(help="The file with your secret key of age, for a sealed one.")
    ] = None,
) -> None:
    """Put a backup in the place of what is there, erase again what was erased since, delete what is too old by now."""
    config = read_settings()
    if not yes:
        typer.confirm(f"Replace the databases of {config.var_dir} by {file.name}?", abort=True)
    try:
        done = backups.restore(config, file, however_old=however_old, erasures=erasures, identity=identity)
    except NotDone as error:
        fail(error)
    console.print(f"Restored as of {done.made_at:%Y-%m-%d %H:%M} UTC.")
    console.print(f"{done.erased} erased chats were erased again, {done.deleted} old entries deleted.")
