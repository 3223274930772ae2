"""`python -m bot telegram`: tells Telegram where updates go, fetches them where it cannot call, shows how things stand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.console import Console

from bot.channels.messengers import chats, updates
from bot.channels.messengers.records import COMMANDS as NAMES
from bot.channels.messengers.records import NotDelivered, Received
from bot.channels.telegram.client import Client, Conflict
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.platform import CHANNEL, Telegram, client_of
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.reading import UPDATES
from bot.channels.telegram.secret import webhook_secret
from bot.commands.console import fail, open_database, read_settings
from bot.gateway.database import Database
from bot.gateway.problems import Problem
from bot.replies.messengers import COMMANDS
from bot.replies.problems import LANGUAGES
from bot.settings import Settings
from bot.store import Store

PATH = "/hooks/telegram"
app = typer.Typer(help="The Telegram bot.", no_args_is_help=True)
console = Console(highlight=False, markup=False, soft_wrap=True)


@app.command("set-webhook")
def set_webhook(
    url: Annotated[str, typer.Option(help="Public address of the assistant; otherwise PUBLIC_URL.")] = "",
    drop_pending: Annotated[bool, typer.Option("--drop-pending", help="Forget what visitors wrote meanwhile.")] = False,
) -> None:
    """Let Telegram call the gateway, and give the bot its menu of commands."""
    config = _configured()
    address = (url or config.public_url).rstrip("/")
    if not address.startswith("https://"):
        fail("Telegram calls https addresses only: set PUBLIC_URL or give --url https://…; or use `telegram poll`.")

    async def work(client: Client) -> None:
        from aiogram.methods import SetMyCommands, SetWebhook
        from aiogram.types import BotCommand

        secret = webhook_secret(config)
        await client.call(
            SetWebhook(
                url=address + PATH,
                secret_token=secret,
                allowed_updates=list(UPDATES),
                drop_pending_updates=drop_pending,
            )
        )
        for language in (None, *LANGUAGES):
            texts = [
                BotCommand(command=name, description=COMMANDS[name][language or "en"])
                for name in NAMES
                if name in COMMANDS
            ]
            await client.call(SetMyCommands(commands=texts, language_code=language))

    _call(config, work)
    console.print(f"Telegram calls {address}{PATH} from now on.")


@app.command("delete-webhook")
def delete_webhook() -> None:
    """Telegram calls nobody any more; updates wait until they are fetched or a webhook is set."""

    async def work(client: Client) -> None:
        from aiogram.methods import DeleteWebhook

        await client.call(DeleteWebhook())

    _call(_configured(), work)
    console.print("Telegram calls nobody any more.")


@app.command()
def poll(
    once: Annotated[bool, typer.Option("--once", help="Fetch what waits now, and end.")] = False,
) -> None:
    """Fetch updates until stopped; the running gateway answers them. Not beside a webhook or TELEGRAM_POLLING."""
    config = _configured()
    with open_database(config) as store:
        try:
            count = asyncio.run(_poll(config, store, once))
        except Conflict:
            fail("Telegram calls a webhook, or somebody else fetches: `telegram delete-webhook` first.")
        except NotDelivered as failure:
            fail(f"Telegram does not answer as it should: {failure.reason}.")
        except Problem:
            fail("The database does not answer.")
        except KeyboardInterrupt:
            return
    console.print(f"{count} fetched.")


@app.command()
def status() -> None:
    """The bot, where its updates go, and what waits here."""
    config = _configured()

    async def work(client: Client) -> list[str]:
        from aiogram.methods import GetMe, GetWebhookInfo

        me, hook = await client.call(GetMe()), await client.call(GetWebhookInfo())
        error = f"; its last call failed: {hook.last_error_message}" if hook.last_error_message else ""
        way = f"Telegram calls {hook.url}{error}" if hook.url else "no webhook is set: updates are fetched, or wait"
        return [f"bot: @{me.username}", f"updates: {way}", f"waiting at Telegram: {hook.pending_update_count}"]

    for text in _call(config, work):
        console.print(text)
    with open_database(config) as store:
        open_here = store.read(lambda db: updates.count_open(db, CHANNEL))
        figures = store.read(lambda db: chats.figures(db, CHANNEL))
    console.print(f"waiting here: {open_here}")
    console.print(", ".join(f"{name}: {count}" for name, count in figures.items()))


def _configured() -> Settings:
    config = read_settings()
    if not config.telegram_token.get_secret_value():
        fail("Telegram is not configured: set TELEGRAM_TOKEN.")
    return config


def _call[T](config: Settings, work: Callable[[Client], Awaitable[T]]) -> T:
    async def run() -> T:
        client = client_of(config)
        try:
            await client.loaded()
            return await work(client)
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except NotDelivered as failure:
        fail(f"Telegram does not answer as it should: {failure.reason}.")


async def _poll(config: Settings, store: Store, once: bool) -> int:
    client, db = client_of(config), Database(store)

    async def keep(received: Received) -> bool:
        return await db.write(lambda connection: updates.receive(connection, CHANNEL, received))

    intake = Intake(Telegram(client), keep)
    poller = Poller(client, intake, db, lambda: True, **({"wait": 0} if once else {}))
    count = 0
    try:
        if once:
            while fetched := await poller.once():
                count += fetched
            return count
        await poller.once()  # so that a wrong token or a webhook is said and not only logged
        console.print("Fetching (stop with Ctrl-C).")
        await poller.run()
    except asyncio.CancelledError:
        pass
    finally:
        with contextlib.suppress(NotDelivered):
            await client.close()
        db.close()
    return count
