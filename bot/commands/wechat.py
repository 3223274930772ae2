"""`python -m bot wechat`: the account's menu, and whether everything about the channel is as it should be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.channels.messengers import chats, updates
from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import PlatformError
from bot.channels.wechat.menu import menu as our_menu
from bot.channels.wechat.platform import CHANNEL, make_client
from bot.channels.wechat.routes import PATH
from bot.channels.wechat.token import Tokens
from bot.commands.console import fail, open_database, read_settings
from bot.gateway.database import Database
from bot.gateway.problems import Problem
from bot.replies.problems import LANGUAGES
from bot.settings import Settings
from bot.store import Store

type Work[T] = Callable[[Client, Tokens], Awaitable[T]]

app = typer.Typer(help="The WeChat Official Account.", no_args_is_help=True)
console = Console(highlight=False, markup=False, soft_wrap=True)

Language = StrEnum("Language", list(LANGUAGES))  # type: ignore[misc]
CHINESE = Language("zh")
NEEDED = ("wechat_app_id", "wechat_token")
REFUSALS = {
    40013: "the platform does not know WECHAT_APP_ID",
    40125: "WECHAT_APP_SECRET is wrong",
    40164: "the address of this machine is not on the account's IP whitelist",
    48001: "the account has no right to this: it is not verified (then set WECHAT_VERIFIED=false)",
}


@app.command()
def menu(
    language: Annotated[Language, typer.Option(help="Language of the entries.")] = CHINESE,
    show: Annotated[bool, typer.Option("--show", help="Only show what the account has now.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be sent.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the menu away.")] = False,
) -> None:
    """Give the account our menu; visitors see it within a day, at once after following anew."""
    config = read_settings()
    body = our_menu(language.value, config.public_url)
    if dry_run:
        console.print(json.dumps(body, ensure_ascii=False, indent=2))
        return
    _require(config, "wechat_app_secret")
    with open_database(config) as store:
        if show:
            found = _call(config, store, lambda client, _: client.read_menu())
            console.print(json.dumps(found, ensure_ascii=False, indent=2))
        elif remove:
            _call(config, store, lambda client, _: client.delete_menu())
            console.print("The account has no menu any more.")
        else:
            _call(config, store, lambda client, _: client.make_menu(body))
            console.print(f"The account has our menu in {language.value}.")


@app.command()
def status() -> None:
    """What is configured, whether the platform takes it, and what waits; exit code 1 when something is wrong."""
    config = read_settings()
    _require(config)
    console.print(f"address for the platform: {config.public_address}{PATH}")
    console.print(f"mode: {'safe' if config.wechat_aes_key.get_secret_value() else 'plain'}")
    console.print(f"pushing: {'yes' if _pushes(config) else 'no, answers only'}")
    with open_database(config) as store:
        figures = store.read(lambda db: chats.figures(db, CHANNEL) | {"open": updates.count_open(db, CHANNEL)})
        console.print(
            "chats: {chats}, left: {blocked}, not fully served: {behind}; open messages: {open}".format(**figures)
        )
        if not config.wechat_app_secret.get_secret_value():
            return
        until, has_menu = _call(config, store, _ask)
        console.print(f"platform: answers, token until {until:%Y-%m-%d %H:%M} UTC")
        console.print(f"menu: {'yes' if has_menu else 'none, see `python -m bot wechat menu`'}")


async def _ask(client: Client, tokens: Tokens) -> tuple[Any, bool]:
    found = await client.read_menu()
    return await tokens.kept_until(), bool(found.get("is_menu_open"))


def _pushes(config: Settings) -> bool:
    return config.wechat_verified and bool(config.wechat_app_secret.get_secret_value())


def _require(config: Settings, *more: str) -> None:
    def given(name: str) -> bool:
        value = getattr(config, name)
        return bool(value if isinstance(value, str) else value.get_secret_value())

    missing = [name.upper() for name in (*NEEDED, *more) if not given(name)]
    if missing:
        fail(f"WeChat is not configured: {', '.join(missing)} is empty.")


def _call[T](config: Settings, store: Store, work: Work[T]) -> T:
    """What the platform answers; one clear line when it refuses or is away."""

    async def once() -> T:
        db = Database(store)
        client, tokens = make_client(config, db)
        try:
            return await work(client, tokens)
        finally:
            await client.close()
            db.close()

    try:
        return asyncio.run(once())
    except PlatformError as error:
        known = REFUSALS.get(error.code) if isinstance(error.code, int) else None
        fail(f"The platform did not do it: {known or error}.")
    except Problem:
        fail("The database does not answer.")
