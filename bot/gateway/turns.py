"""One message in, its answer out: in order per conversation, once per id, whether or not the client still waits."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from bot.gateway import history, inbox, personal_data
from bot.gateway.case_turns import CaseTurns
from bot.gateway.choices import Choices, ChoiceUnavailable
from bot.gateway.core_client import CoreClient, Reply, Turn, TurnRefused
from bot.gateway.core_messages import read_core_message
from bot.gateway.database import Database
from bot.gateway.inbox import Entry, Incoming
from bot.gateway.metrics import Metrics, Noted
from bot.gateway.own_choices import OWN, WITH_PEOPLE
from bot.gateway.problems import Problem
from bot.gateway.stream import Streams
from bot.replies.problems import LANGUAGES, notice

INTAKE_SECONDS = 7.0
SETTLED_CONVERSATIONS = 4096

Eraser = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """What one message led to: the state of the conversation and what was said."""

    state: str
    messages: list[history.Message]
    outcome: str = "repeated"  # for the log and the figures: who or what answered

    def public(self) -> dict[str, Any]:
        return {"state": self.state, "messages": [message.public() for message in self.messages]}


class _HandedOver(Exception):
    """In the turn of an earlier message, only now brought to its end, people became responsible."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass(eq=False)
class _Order:
    """The two queues of one conversation, first come first: being written down (short), being answered (long)."""

    intake: asyncio.Lock = field(default_factory=asyncio.Lock)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    state: str | None = None  # where the last answer left the conversation


class Turns:
    """Takes messages of all channels.

    The order within a conversation is kept by locks of this process; several gateways need a proxy that sends one
    session to one gateway. Ids are kept apart by the database in any case.
    """

    def __init__(
        self,
        db: Database,
        core: CoreClient,
        choices: Choices,
        streams: Streams,
        cases: CaseTurns,
        traces: personal_data.Traces,
        erasers: Sequence[Eraser] = (),
    ) -> None:
        self._db, self._core, self._choices, self._streams = db, core, choices, streams
        self._cases, self.traces, self._erasers = cases, traces, erasers
        self.metrics = Metrics()
        self.visitor_wrote: Callable[[str], None] = lambda conversation: None
        self.people_concerned: Callable[[], None] = lambda: None  # something changed that staff want to see
        self._orders: WeakValueDictionary[str, _Order] = WeakValueDictionary()
        self._running: set[asyncio.Task[Answer]] = set()
        # Conversations of which this process knows that the core is not ahead of what is stored here.
        self._settled: OrderedDict[str, None] = OrderedDict()

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
            await self._db.write(lambda db: personal_data.erase(db, conversation, self.traces))
            await self._db.truncate_log()
        self._streams.ring(conversation)
        self.people_concerned()

    def count_running(self) -> int:
        """How many messages are being worked on."""
        return len(self._running)

    async def finish(self, seconds: float) -> None:
        """Let running turns end before the process does."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _take(self, incoming: Incoming) -> Answer:
        with self.metrics.turn(incoming.message_id, incoming.text or "") as noted:
            return await self._take_noted(incoming, noted)

    async def _take_noted(self, incoming: Incoming, noted: Noted) -> Answer:
        order = self._order(incoming.conversation)
        try:
            entry = await self._receive(order, incoming)
            noted.received(entry)
            if entry.answered:
                return await self._stored(entry)
            async with order.turn:
                # What was answered before it may have moved the conversation to people, or back.
                if not entry.fresh or order.state not in (None, entry.state):
                    entry = await self._taken_up(entry)
                    if entry.answered:
                        return await self._stored(entry)
                answer = await self._answer(entry)
                order.state = answer.state
                noted.answered(answer.outcome)
                return answer
        except ChoiceUnavailable as error:
            raise Problem("choice_unavailable") from error
        except history.ConversationGone as error:
            raise Problem("session_ended") from error

    async def _receive(self, order: _Order, incoming: Incoming) -> Entry:
        """Written down, so that it outlives this process; the answer's commit brings both to the disk."""
        try:
            async with asyncio.timeout(INTAKE_SECONDS), order.intake:
                entry = await self._db.write(lambda db: inbox.receive(db, self._choices, incoming), synced=False)
        except TimeoutError as error:
            raise Problem("store_away", retry_after=5) from error
        self._streams.ring(incoming.conversation)
        if entry.state in WITH_PEOPLE:
            self.visitor_wrote(incoming.conversation)
            self.people_concerned()
        return entry

    async def _taken_up(self, entry: Entry) -> Entry:
        """A message as it stands now that its turn has come."""
        conversation, message_id = entry.conversation, entry.message_id
        now = await self._db.read(lambda db: inbox.find(db, conversation, message_id))
        entry = replace(now, fresh=entry.fresh)
        if entry.refused:
            await self._db.write(lambda db: inbox.mark_open(db, conversation, message_id))
        return entry

    async def _stored(self, entry: Entry) -> Answer:
        messages = await self._db.read(lambda db: history.replies(db, entry.conversation, entry.message_id))
        return Answer(entry.answered_state or entry.state, messages)

    async def _answer(self, entry: Entry) -> Answer:
        """Raises TurnRefused when the core has certainly never taken the message, which is then noted."""
        if await self._is_for_people(entry):
            answer = await self._db.write(lambda db: self._save_for_people(db, entry))
            self.people_concerned()
        else:
            said: list[dict[str, Any]] = [] if entry.text else [{"text": notice("nothing_written", entry.language)}]
            try:
                reply = await self._ask(entry) if entry.text else Reply(said, None, None)
            except _HandedOver as handed:
                return await self._answer(replace(entry, state=handed.state, fresh=True))
            answer = await self._db.write(lambda db: self._save(db, entry, reply))
            if entry.text:
                self._settle(entry.conversation)
            if answer.state != entry.state:
                self.people_concerned()
        self._streams.ring(entry.conversation)
        return answer

    async def _is_for_people(self, entry: Entry) -> bool:
        """Whether the core is not asked: people are responsible, or it is one of the gateway's own buttons."""
        if entry.for_people or (entry.choice and entry.choice["intent"] in OWN):
            return True
        if entry.state not in WITH_PEOPLE:
            return False
        return entry.fresh or not await self._db.read(lambda db: inbox.opened_the_case(db, entry))

    async def _ask(self, entry: Entry) -> Reply:
        settled = True
        try:
            if entry.conversation not in self._settled:
                settled = False
                state = await self._answer_earlier(entry)
                settled = True
                if state in WITH_PEOPLE and entry.state not in WITH_PEOPLE:
                    raise _HandedOver(state)
            self._settled.pop(entry.conversation, None)
            turn = Turn(entry.conversation, entry.message_id, entry.text, entry.choice, entry.language, entry.channel)
            with self._streams.typing(entry.conversation):
                reply = await self._core.ask(turn)
                self.metrics.core_answered(reply)
                return reply
        except TurnRefused as refusal:
            if not (refusal.final or entry.fresh or entry.refused):
                raise Problem(
                    refusal.code, retry_after=refusal.retry_after
                ) from refusal  # an earlier try is still open
            with contextlib.suppress(Problem):  # not noted, it is asked again in its order, which is harmless
                await self._db.write(lambda db: inbox.mark_refused(db, entry.conversation, entry.message_id))
                if settled:
                    self._settle(entry.conversation)
            raise

    async def _answer_earlier(self, entry: Entry) -> str:
        """Bring to their end the messages before this one that a crash or a silent core has left open; the state then.

        The core knows only its last message id again: after a later turn, a repeat would be a second turn there.
        """
        state = entry.state
        for earlier in await self._db.read(lambda db: inbox.unsettled(db, entry)):
            try:
                state = (await self._answer(earlier)).state
            except TurnRefused:
                continue
            except Problem as problem:
                raise TurnRefused(problem.code, retry_after=problem.retry_after) from problem
        return state

    def _settle(self, conversation: str) -> None:
        self._settled[conversation] = None
        if len(self._settled) > SETTLED_CONVERSATIONS:
            self._settled.popitem(last=False)

    def _save(self, db: Connection, entry: Entry, reply: Reply) -> Answer:
        conversation, message_id = entry.conversation, entry.message_id
        if not inbox.mark_answered(db, conversation, message_id):
            return self._quicker(db, entry)
        language = reply.language if reply.language in LANGUAGES else entry.language
        drafts = self._drafts(db, conversation, language, reply)
        if not drafts:
            drafts = [history.Draft("assistant", language, notice("no_answer", language))]
        kept = next((code for code in (reply.fixed_language, reply.language) if code in LANGUAGES), None)
        standing = history.advance(db, conversation, len(drafts), kept)
        if reply.failed and standing.state in WITH_PEOPLE:
            drafts = self._cases.naming_the_case(db, conversation, language, drafts)
        messages = history.write(db, conversation, standing.last_position, drafts, reply_to=message_id)
        if language != entry.language:
            history.mark_language(db, conversation, message_id, language)
        moved = standing.state != entry.state
        outcome = "handed_over" if moved else "not_known" if reply.missed else "answered"
        return Answer(standing.state, messages, outcome)

    def _save_for_people(self, db: Connection, entry: Entry) -> Answer:
        conversation, message_id = entry.conversation, entry.message_id
        if not inbox.mark_answered(db, conversation, message_id):
            return self._quicker(db, entry)
        drafts = self._cases.carry_out(db, entry)
        standing = history.advance(db, conversation, len(drafts))
        messages = history.write(db, conversation, standing.last_position, drafts, reply_to=message_id)
        inbox.mark_answered_state(db, conversation, message_id, standing.state)
        return Answer(standing.state, messages, "for_people")

    def _quicker(self, db: Connection, entry: Entry) -> Answer:
        """What another gateway has answered meanwhile."""
        stored = inbox.find(db, entry.conversation, entry.message_id)
        return Answer(stored.answered_state or stored.state, history.replies(db, entry.conversation, entry.message_id))

    def _drafts(self, db: Connection, conversation: str, language: str, reply: Reply) -> list[history.Draft]:
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
