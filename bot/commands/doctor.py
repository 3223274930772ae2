"""`python -m bot doctor`: what is wrong with this copy and what to do, one line each."""

from __future__ import annotations

import typer
from rich.console import Console

from bot.commands.console import read_settings
from bot.operation.doctor import examine

console = Console(highlight=False, markup=False, soft_wrap=True)


def doctor() -> None:
    """Examine configuration, data, clocks, disk, permissions, services and model; exit code 1 when something is wrong."""
    wrong = 0
    for finding in examine(read_settings()):
        if not finding.wrong:
            console.print(f"ok     {finding.what}")
            continue
        wrong += not finding.warning
        sign = "note " if finding.warning else "WRONG"
        console.print(f"{sign}  {finding.what}: {finding.wrong} -> {finding.do}")
    raise typer.Exit(1 if wrong else 0)
