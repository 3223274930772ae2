"""`python -m bot channels`: which ways visitors have to the assistant, and what waits on each."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bot.channels.messengers import chats, updates
from bot.channels.messengers.wiring import MAKERS, NOT_CONFIGURED, configured
from bot.commands.console import open_database, read_settings

console = Console(highlight=False, markup=False, soft_wrap=True)


def channels() -> None:
    """List the channels: configured or not, people, blocked, what waits to be answered and to be delivered."""
    config = read_settings()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("channel")
    table.add_column("state")
    for column in ("chats", "blocked", "to answer", "to deliver"):
        table.add_column(column, justify="right")
    table.add_row("web", f"at {config.public_address}", "", "", "", "")
    with open_database(config) as store:
        for channel in MAKERS:
            figures = store.read(lambda db, channel=channel: chats.figures(db, channel))  # type: ignore[misc]
            waiting = store.read(lambda db, channel=channel: updates.count_open(db, channel))  # type: ignore[misc]
            state = "configured" if configured(config, channel) else NOT_CONFIGURED
            counts = (figures["chats"], figures["blocked"], waiting, figures["behind"])
            table.add_row(channel, state, *(str(count) for count in counts))
    console.print(table)
