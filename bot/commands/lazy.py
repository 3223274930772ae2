"""Commands whose modules are loaded when they are called: a start of the assistant needs none of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# name -> module, attribute there: a function, or an app with commands of its own
COMMANDS = {
    "audit": ("bot.commands.supply", "audit"),
    "backup": ("bot.commands.backup", "backup"),
    "cases": ("bot.commands.personal", "cases"),
    "channels": ("bot.commands.channels", "channels"),
    "desk": ("bot.commands.desk", "app"),
    "doctor": ("bot.commands.doctor", "doctor"),
    "erase": ("bot.commands.personal", "erase"),
    "export": ("bot.commands.personal", "export"),
    "knowledge": ("bot.commands.knowledge", "app"),
    "outbox": ("bot.commands.outbox", "app"),
    "restore": ("bot.commands.backup", "restore"),
    "retention": ("bot.commands.retention", "retention"),
    "sbom": ("bot.commands.supply", "sbom"),
    "telegram": ("bot.commands.telegram", "app"),
    "transcript": ("bot.commands.personal", "transcript"),
    "unanswered": ("bot.commands.unanswered", "app"),
    "wechat": ("bot.commands.wechat", "app"),
}


class LazyCommands(TyperGroup):
    """The commands that are there, and those above."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute = COMMANDS[cmd_name]
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command()(found)
            command = typer.main.get_command(alone)
        command.name = cmd_name
        return command
