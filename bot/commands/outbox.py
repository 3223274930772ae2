"""`python -m bot outbox`: sends what waits to be delivered, shows what could not be, and tries it again."""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.console import fail, open_database, read_settings
from bot.handoff import outbox
from bot.handoff.outbox import STATES, Delivery
from bot.handoff.relay import DESK, Relay, make_relay
from bot.handoff.vault import PLAIN, SEALED
from bot.replies.notices import Notices
from bot.settings import Settings
from bot.store import Store

app = typer.Typer(help="Mails to desks and visitors.", no_args_is_help=True)
console = Console(highlight=False, markup=False, soft_wrap=True)

State = StrEnum("State", list(STATES))  # type: ignore[misc]


@app.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Attempt what is due now, and end.")] = False,
) -> None:
    """Deliver what waits, until stopped. Several may run; none sends what another is sending."""
    config = read_settings()
    logging.getLogger("bot").setLevel(config.log_level)
    with open_database(config) as store:
        count = asyncio.run(_relay(config, store, once))
    if once:
        console.print(f"{count} attempted.")


async def _relay(config: Settings, store: Store, once: bool) -> int:
    relay = make_relay(config, store, Notices(config.public_address).compose)
    if relay is None:
        fail("MAIL_MODE is off: nothing is sent, and what waits goes on waiting.")
    if once:
        try:
            return await relay.drain()
        finally:
            await relay.stop()
    await _until_stopped(relay)
    return 0


async def _until_stopped(relay: Relay) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    relay.start()
    console.print("The relay works (stop with Ctrl-C).")
    await stopped.wait()
    await relay.stop()


@app.command(name="list")
def list_rows(
    state: Annotated[list[State] | None, typer.Option(help="Only rows in this state; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows at most.")] = 50,
) -> None:
    """List deliveries: first those that were given up, then the newest."""
    states = tuple(str(one) for one in state) if state else STATES
    with open_database(read_settings()) as store:
        found = store.read(lambda db: outbox.rows(db, states=states, limit=limit))
        counts = store.read(outbox.counts)
    if found:
        console.print(_table(found))
    console.print(", ".join(f"{counts[one]} {one}" for one in STATES if one in counts) or "The outbox is empty.")


@app.command()
def retry(row: Annotated[int, typer.Argument(metavar="ID", help="The number that `outbox list` shows.")]) -> None:
    """Give a delivery all its attempts again, from now on."""
    with open_database(read_settings()) as store:
        again = store.write(lambda db: outbox.retry(db, row, datetime.now(UTC)))
        present = again or store.read(lambda db: outbox.find(db, row))
    if present is None:
        fail(f"There is no row {row}; `python -m bot outbox list` shows what there is.")
    if again is None:
        fail(f"Row {row} is {present.state}: nothing to try again.")
    console.print(f"Row {row} waits to be sent.")


def _table(deliveries: list[Delivery]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", justify="right", no_wrap=True)
    for column in ("state", "notice", "to", "key"):
        table.add_column(column, overflow="fold")
    table.add_column("tries", justify="right")
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("error", overflow="fold")
    for one in deliveries:
        when = one.sent_at or (one.next_at if one.state == outbox.QUEUED else one.created_at)
        cells = (str(one.id), one.state, one.template, _masked(one.to), one.idem_key, str(one.attempts))
        table.add_row(*cells, f"{when:%Y-%m-%d %H:%M}", one.last_error or "")
    return table


def _masked(to: str) -> str:
    """Enough to know whom it concerns; terminals are looked at by others too."""
    if to.startswith(SEALED):
        return "sealed"
    to = to.removeprefix(PLAIN)
    name, at, domain = to.rpartition("@")
    return to if to.startswith(DESK) or not at else f"{name[:1]}…@{domain}"
