"""One messenger at work inside the gateway: takes updates in, has them carried out, has the answers delivered."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from bot.channels.messengers import chats, codes, state, updates
from bot.channels.messengers.courier import Courier
from bot.channels.messengers.records import Chat, Delivered, Platform, Received
from bot.channels.messengers.talk import Talk
from bot.channels.messengers.worker import Worker
from bot.gateway.history import Message
from bot.gateway.problems import Problem

if TYPE_CHECKING:
    from bot.gateway.app import Gateway

LOOK_SECONDS = 1.0  # how soon is seen what another process wrote
LEASE_SECONDS = 12.0
PURGE_SECONDS = 3600.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Taken:
    """An update is written down; `fresh` unless it was before."""

    fresh: bool


class Messenger:
    """Several gateways may take updates in; the one that holds the lease carries out and delivers for all of them."""

    def __init__(self, gateway: Gateway, platform: Platform) -> None:
        self.platform, self.channel = platform, platform.channel
        self._db = gateway.db
        self._worker = Worker(gateway.db, self.channel, Talk(gateway, platform))
        self._courier = Courier(gateway.db, platform, gateway.settings)
        self._metrics = gateway.turns.metrics
        self._owner = state.this_process()
        self._serves = False
        self._task: asyncio.Task[None] | None = None

    @property
    def serves(self) -> bool:
        """Whether this process is the one that carries out and delivers."""
        return self._serves

    def condition(self) -> str:
        """For readiness: "ok", or "away" while the platform does not answer."""
        return "away" if self._courier.away else "ok"

    def too_large(self) -> None:
        """The platform brought something larger than any words of a visitor: left, and seen by operators."""
        log.warning("messenger.too_large", channel=self.channel)
        self._metrics.turns.labels("none", self.channel, "too_large").inc()

    async def receive(self, received: Received) -> Taken:
        """Write an update down, then begin with it. Raises Problem("store_away"): the platform has to send it again."""
        fresh = await self._db.write(lambda db: updates.receive(db, self.channel, received))
        if self._serves:
            self._worker.wake(received.chat)
        return Taken(fresh)

    async def finished(self, update_id: str, seconds: float) -> bool:
        """Whether an update is carried out within so many seconds."""
        return await self._worker.finished(update_id, seconds)

    def held(self, chat: str) -> AbstractAsyncContextManager[None]:
        """While the block runs nothing is pushed to this chat."""
        return self._courier.held(chat)

    async def pending(self, chat: str) -> tuple[Chat | None, list[Message]]:
        """The chat and what is to be brought to it next; inside `held`."""
        return await self._courier.pending(chat)

    async def advance(
        self,
        chat: Chat,
        position: int,
        options: list[dict[str, str]] | None = None,
        *,
        update_id: str | None = None,
        reply: str | None = None,
    ) -> None:
        """Messages up to `position` are given in the response to `update_id`, whose repeats get the same `reply`."""
        if update_id is not None and reply is not None:
            await self._db.write(lambda db: updates.set_reply(db, self.channel, update_id, reply))
        await self._courier.advance(chat, position, Delivered(1, options))

    async def reply_of(self, update_id: str) -> str | None:
        """What was given in the response to an update before."""
        return await self._db.read(lambda db: updates.reply_of(db, self.channel, update_id))

    async def forget(self, conversation: str) -> None:
        """The conversation is being erased."""

        def work(db: Any) -> None:
            chat = chats.forget(db, self.channel, conversation)
            if chat:
                updates.forget_chat(db, self.channel, chat)

        await self._db.write(work)

    async def ring(self, conversation: str) -> None:
        """Something was written to this conversation."""
        with suppress(Problem):
            chat = await self._db.read(lambda db: chats.of_conversation(db, self.channel, conversation))
            if chat and self._serves:
                self._courier.wake(chat.chat)

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.create_task(self._serve())

    def wake(self) -> None:
        """Nothing to do at once: what concerns a conversation rings."""

    async def stop(self) -> None:
        """Let go; what is open is taken up by whoever serves next."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._worker.stop()
        await self._courier.stop()
        with suppress(Problem):
            await self._db.write(lambda db: state.release(db, self.channel, state.LEASE, self._owner))
        await self.platform.close()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        renew = purge = loop.time()
        while True:
            try:
                if loop.time() >= renew:
                    self._serves = await self._db.write(
                        lambda db: state.take_lease(db, self.channel, state.LEASE, self._owner, LEASE_SECONDS)
                    )
                    renew = loop.time() + LEASE_SECONDS / 4
                if self._serves:
                    await self._look()
                if self._serves and loop.time() >= purge:
                    purge = loop.time() + PURGE_SECONDS
                    await self._purge()
            except Problem:
                pass  # the database is away: the next look does it
            except Exception as error:
                log.error("messenger.stumbled", channel=self.channel, error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        for chat in await self._db.read(lambda db: updates.chats_with_open(db, self.channel)):
            self._worker.wake(chat)
        await self._courier.look()

    async def _purge(self) -> None:
        def work(db: Any) -> None:
            now = datetime.now(UTC)
            updates.purge(db, self.channel, now)
            codes.purge(db, now)

        await self._db.write(work)
