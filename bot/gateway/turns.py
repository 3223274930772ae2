"""One message in, its answer out: in order per conversation, once per id, whether or not the client still waits."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy.orm import Session

from bot.gateway import history, inbox, personal_data, sessions
from bot.gateway.choices import Choices, ChoiceUnavailable
from bot.gateway.core_client import CoreClient, Reply, Turn
from bot.gateway.core_messages import read_core_message
from bot.gateway.database import Database
from bot.gateway.inbox import Entry, Incoming
from bot.gateway.problems import Problem
from bot.gateway.stream import Streams
from bot.replies.problems import LANGUAGES, notice

INTAKE_SECONDS = 7.0
KEPT_REPLIES = 256

Eraser = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """What one message led to: the state of the conversation and what was said."""

    state: str
    messages: list[history.Message]

    def public(self) -> dict[str, Any]:
        return {"state": self.state, "messages": [message.public() for message in self.messages]}


@dataclass(eq=False)
class _Order:
    """The two queues of one conversation, first come first: being written down (short), being answered (long)."""

    intake: asyncio.Lock = field(default_factory=asyncio.Lock)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Turns:
    """Takes messages of all channels.

    The order within a conversation is kept by locks of this process; several gateways need a proxy that sends one
    session to one gateway. Ids are kept apart by the database in any case.
    """

    def __init__(
        self, db: Database, core: CoreClient, choices: Choices, streams: Streams, erasers: Sequence[Eraser] = ()
    ) -> None:
        self._db, self._core, self._choices, self._streams = db, core, choices, streams
        self._erasers = erasers
        self._orders: WeakValueDictionary[str, _Order] = WeakValueDictionary()
        self._running: set[asyncio.Task[Answer]] = set()
        self._unsaved: OrderedDict[tuple[str, str], Reply] = OrderedDict()

    async def take(self, incoming: Incoming) -> Answer:
        """The answer to one message; it is worked out to the end even when the caller goes away. Raises Problem."""
        task = asyncio.create_task(self._take(incoming))
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    async def erase(self, conversation: str) -> None:
        """Erase the conversation here and wherever else an eraser reaches, never in the middle of a turn."""
        order = self._order(conversation)
        async with order.intake, order.turn:
            for eraser in self._erasers:
                await eraser(conversation)
            await self._db.run(lambda db: personal_data.erase(db, conversation))
            await self._db.truncate_log()
        self._streams.ring(conversation)

    async def finish(self, seconds: float) -> None:
        """Let running turns end before the process does."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _take(self, incoming: Incoming) -> Answer:
        order = self._order(incoming.conversation)
        try:
            entry = await self._receive(order, incoming)
            if entry.answered:
                return await self._stored(incoming, entry)
            async with order.turn:
                if not entry.fresh:
                    entry = await self._db.run(lambda db: inbox.find(db, incoming.conversation, incoming.message_id))
                    if entry.answered:
                        return await self._stored(incoming, entry)
                return await self._answer(incoming, entry)
        except ChoiceUnavailable as error:
            raise Problem("choice_unavailable") from error
        except history.ConversationGone as error:
            raise Problem("session_ended") from error

    async def _receive(self, order: _Order, incoming: Incoming) -> Entry:
        try:
            async with asyncio.timeout(INTAKE_SECONDS), order.intake:
                entry = await self._db.run(lambda db: inbox.receive(db, self._choices, incoming))
        except TimeoutError as error:
            raise Problem("store_away", retry_after=5) from error
        self._streams.ring(incoming.conversation)
        return entry

    async def _stored(self, incoming: Incoming, entry: Entry) -> Answer:
        messages = await self._db.run(lambda db: history.replies(db, incoming.conversation, incoming.message_id))
        return Answer(entry.answered_state or entry.state, messages)

    async def _answer(self, incoming: Incoming, entry: Entry) -> Answer:
        if not entry.text:
            reply = Reply([{"text": notice("nothing_written", entry.language)}], entry.language, None)
        elif entry.state == "human":
            reply = Reply([], entry.language, None)
        else:
            reply = await self._ask(incoming, entry)
        answer = await self._db.run(lambda db: self._save(db, incoming, entry, reply))
        self._unsaved.pop((incoming.conversation, incoming.message_id), None)
        self._streams.ring(incoming.conversation)
        return answer

    async def _ask(self, incoming: Incoming, entry: Entry) -> Reply:
        """The core's reply, remembered until it is saved: the core knows only its last message id again."""
        key = (incoming.conversation, incoming.message_id)
        if key in self._unsaved:
            return self._unsaved[key]
        with self._streams.typing(incoming.conversation):
            reply = await self._core.ask(Turn(*key, entry.text, entry.choice, entry.language, entry.channel))
        self._unsaved[key] = reply
        if len(self._unsaved) > KEPT_REPLIES:
            self._unsaved.popitem(last=False)
        return reply

    def _save(self, db: Session, incoming: Incoming, entry: Entry, reply: Reply) -> Answer:
        language = reply.language if reply.language in LANGUAGES else entry.language
        conversation, message_id = incoming.conversation, incoming.message_id
        drafts = self._drafts(db, conversation, language, reply)
        if not drafts and entry.state != "human":
            drafts = [history.Draft("assistant", language, notice("no_answer", language))]
        inbox.mark_answered(db, conversation, message_id, entry.state)
        messages = history.append(db, conversation, drafts, reply_to=message_id)
        if language != entry.language:
            history.mark_language(db, conversation, message_id, language)
        kept = reply.fixed_language if reply.fixed_language in LANGUAGES else language
        if kept != entry.language:
            sessions.set_language(db, conversation, kept)
        return Answer(entry.state, messages)

    def _drafts(self, db: Session, conversation: str, language: str, reply: Reply) -> list[history.Draft]:
        drafts = []
        for body in reply.messages:
            said = read_core_message(body)
            if said:
                choices = self._choices.offer(db, conversation, said.buttons)
                drafts.append(
                    history.Draft(
                        "assistant", language, said.text, choices=choices, card=said.card, sources=said.sources
                    )
                )
        return drafts

    def _order(self, conversation: str) -> _Order:
        return self._orders.setdefault(conversation, _Order())

    def _finished(self, task: asyncio.Task[Answer]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # the caller may be gone; a refusal is not an unhandled error then
