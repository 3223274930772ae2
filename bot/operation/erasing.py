"""Erasing by hand: by the gateway while it runs, so that no turn is under way; else directly."""

from __future__ import annotations

import asyncio

import httpx

from bot.gateway import operator, personal_data
from bot.gateway.core_client import CoreClient
from bot.gateway.personal_data import Traces
from bot.gateway.places import erase_files, mail_names
from bot.gateway.transcripts import SECONDS, Transcripts
from bot.settings import Settings
from bot.store import Store
from bot.supervisor import public_url

GATEWAY_SECONDS = 60.0  # longer than a turn


class NotErased(Exception):
    """The text says why and what to do."""


def traces_of(settings: Settings) -> Traces:
    """What erasing means beyond the chat, by the settings."""
    return Traces(settings.cases_on_erase, settings.actions_token.get_secret_value().encode())


def erase(settings: Settings, store: Store, conversation: str) -> str:
    """Erase one conversation; "gateway" or "directly". Raises NotErased, StoreUnavailable."""
    try:
        answer = httpx.post(
            public_url(settings).rstrip("/") + operator.ERASE_PATH,
            json={"conversation": conversation},
            headers={"Authorization": f"Bearer {operator.token(settings)}"},
            timeout=httpx.Timeout(GATEWAY_SECONDS, connect=3.0),
            trust_env=False,
        )
    except httpx.ConnectError:
        erase_directly(settings, store, conversation)
        return "directly"
    except httpx.HTTPError as error:
        raise NotErased(f"The gateway does not answer ({type(error).__name__}): try again, or stop it first.") from None
    if answer.status_code == 204:
        return "gateway"
    if answer.status_code == 404:
        raise NotErased("Another program answers at HOST and PORT: use the settings of the copy that runs.")
    raise NotErased(f"The gateway could not do it (status {answer.status_code}): its log says why. Try again.")


def erase_directly(settings: Settings, store: Store, conversation: str) -> None:
    """Erase while no gateway runs; a core that runs is asked. Raises StoreUnavailable."""
    names = store.read(lambda db: mail_names(db, conversation))
    if not asyncio.run(_ask_core(settings, conversation)):
        transcripts = Transcripts(settings.tracker)
        try:
            transcripts.forget([conversation])
        finally:
            transcripts.close()
    erase_files(settings.var_dir, conversation, names)
    store.write(lambda db: personal_data.erase(db, conversation, traces_of(settings)))
    store.empty_log()


async def _ask_core(settings: Settings, conversation: str) -> bool:
    core = CoreClient(settings.core_url, settings.core_secret.get_secret_value(), timeout=SECONDS, patience=0)
    try:
        return await core.erase(conversation, SECONDS)
    finally:
        await core.close()
