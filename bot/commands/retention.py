"""`python -m bot retention`: deletes what is old enough to go, or says what would; a running copy does it every hour."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.console import open_database, read_settings
from bot.gateway import retention as keeping
from bot.gateway.retention import Periods, Retention
from bot.gateway.transcripts import Transcripts

WHAT = {
    "chats": "chats that never became a case",
    "cases": "closed cases with their contact data, notes and mails",
    "deliveries": "settled rows of the outbox",
    "mails": "mails written to VAR_DIR/mail",
    "questions": "unanswered questions",
    "transcripts": "transcripts of the core without a chat",
    "choices": "buttons that no longer work",
    "logins": "logins of staff that are over",
    "audit": "lines of the audit trail",
    "tombstones": "tombstones of erased chats",
}
console = Console(highlight=False, markup=False, soft_wrap=True)


def retention(dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False) -> None:
    """Delete what is older than the periods in the settings; nothing of an open case."""
    config, now = read_settings(), datetime.now(UTC)
    with open_database(config) as store:
        transcripts = Transcripts(config.tracker)
        keeper = Retention(Periods.of(config), transcripts, config.var_dir)
        try:
            if dry_run:
                counts = store.read(lambda db: keeper.count(db, now))
                counts["transcripts"] = len(keeper.orphans(now, store.read))
                counts["mails"] = len(keeper.old_files(now))
            else:
                counts = keeping.run(keeper, store.read, store.write, now)
                store.empty_log()
        finally:
            transcripts.close()
    console.print(_table(counts))
    console.print("Nothing was deleted (dry run)." if dry_run else f"{sum(counts.values())} deleted.")


def _table(counts: dict[str, int]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for name, what in WHAT.items():
        table.add_row(str(counts.get(name, 0)), what)
    return table
