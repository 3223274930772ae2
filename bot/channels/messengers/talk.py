"""What one event of a visitor leads to: a turn, a command carried out, a line that says why not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection

from bot.channels.messengers import chats, lines, updates
from bot.channels.messengers.leaving import left
from bot.channels.messengers.records import (
    OLDEST_EDIT_SECONDS,
    Chat,
    HasButtons,
    Later,
    NotDelivered,
    Platform,
    Received,
)
from bot.channels.options import lengthened, picked
from bot.gateway import history, sessions
from bot.gateway.choices import Button, ChoiceUnavailable
from bot.gateway.history import Draft
from bot.gateway.inbox import Incoming
from bot.gateway.input_gate import MessageTooLong, clean
from bot.gateway.problems import Problem
from bot.replies.messengers import line
from bot.replies.problems import problem_text

if TYPE_CHECKING:
    from bot.gateway.app import Gateway

TYPING_SECONDS = 4.5  # platforms show the sign for five
INTENTS = {"human": "talk_to_human", "language": "ask_languages"}
ERASE, KEEP = "erase_messenger_chat", "keep_messenger_chat"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Step:
    """What is left to do after the transaction in which an event was met: a turn, or the erasure of the chat."""

    conversation: str
    language: str
    text: str | None = None
    choice: str | None = None
    erase: bool = False


class Talk:
    """Carries out events of one platform; each is harmless to repeat, as the update it came with is done only once."""

    def __init__(self, gateway: Gateway, platform: Platform) -> None:
        self._gateway, self._platform, self._channel = gateway, platform, platform.channel
        self._lifetime = timedelta(hours=gateway.settings.session_hours)

    async def carry_out(self, received: Received, *, again: bool) -> None:
        """To its end. Raises Problem and Later when it is to be tried again; `again` says that it is."""
        gateway, kind = self._gateway, received.event.kind
        if kind == "aside":
            await self._aside(received)
        elif kind in ("gone", "back"):
            if await gateway.db.write(lambda db: self._left_or_came(db, received)):
                gateway.staff.bell.ring()
        else:
            if kind == "press" and isinstance(self._platform, HasButtons):
                await self._platform.acknowledge(received)
            step = await self._met(received, again)
            if step is not None:
                await self._go_on(received, step)

    async def apologise(self, received: Received, key: str) -> None:
        """Say outside the conversation that the answer is late (or will not come)."""
        language = lines.guessed(received)
        with contextlib.suppress(Problem):
            chat = await self._gateway.db.read(lambda db: chats.find(db, self._channel, received.chat))
            language = chat.language if chat else language
        with contextlib.suppress(NotDelivered):
            await self._platform.tell(received.address, line(key, language))

    async def give_up(self, received: Received) -> None:
        """This event cannot be carried out."""
        await self._gateway.db.write(lambda db: updates.mark_done(db, self._channel, received.update_id))
        if received.event.kind not in ("aside", "gone", "back"):
            await self.apologise(received, "given_up")

    async def _aside(self, received: Received) -> None:
        try:
            await self._platform.aside(received)
        except Later:
            raise
        except NotDelivered as failure:
            log.info("messenger.aside_refused", channel=self._channel, reason=failure.reason)
        await self._gateway.db.write(lambda db: updates.mark_done(db, self._channel, received.update_id))

    def _left_or_came(self, db: Connection, received: Received) -> bool:
        """True when people are to see it."""
        if not updates.mark_done(db, self._channel, received.update_id):
            return False
        if received.event.kind == "gone":
            return left(db, self._channel, received.chat)
        chats.unblock(db, self._channel, received.chat)
        return False

    async def _met(self, received: Received, again: bool) -> _Step | None:
        """Everything that one transaction can do; None when that was all."""
        gateway, busy = self._gateway, False
        if not again:
            try:
                await gateway.limits.message(received.chat)
            except Problem:
                busy = True

        def work(db: Connection) -> tuple[str | None, _Step | None]:
            if updates.is_done(db, self._channel, received.update_id):
                return None, None
            chat = chats.find(db, self._channel, received.chat)
            if received.event.kind == "edited" and not _is_new(chat, received):
                updates.mark_done(db, self._channel, received.update_id)
                return None, None
            conversation, language, fresh = self._conversation(db, chat, received)
            chats.visitor_was_there(db, self._channel, received, conversation, self._lifetime)
            if busy:
                said = Draft(
                    "system", language, problem_text("too_many_messages", language),
                    id=f"busy-{datetime.now(UTC):%Y%m%d%H%M}",
                )  # fmt: skip
                return conversation, self._say(db, received, conversation, [said])
            return conversation, self._understood(db, chat, received, conversation, language, fresh)

        conversation, step = await gateway.db.write(work)
        if conversation:
            gateway.streams.ring(conversation)
        return step

    def _conversation(self, db: Connection, chat: Chat | None, received: Received) -> tuple[str, str, bool]:
        """The chat's conversation, its language, and whether it has just begun (with the notice)."""
        if chat and chat.conversation and (known := sessions.find_session(db, chat.conversation)):
            return known.conversation, known.language, False
        language = lines.guessed(received, chat)
        notice = lines.first_notice(self._gateway.settings, self._channel, language)
        opened = chats.open_conversation(db, self._channel, received, language, self._lifetime, [notice])
        return opened, language, True

    def _understood(
        self, db: Connection, chat: Chat | None, received: Received, conversation: str, language: str, fresh: bool
    ) -> _Step | None:
        event = received.event
        if event.kind == "command" and event.text not in INTENTS:
            return self._say(db, received, conversation, self._command(db, event.text, conversation, language, fresh))
        if event.kind == "command":
            offered = self._offer(db, conversation, event.text, INTENTS[event.text], language)
            return _Step(conversation, language, choice=offered[0]["choice"])
        options = chat.options or [] if chat else []
        if event.kind == "press":
            return self._pressed(db, received, conversation, language, lengthened(event.text, options))
        text_only = Draft(
            "system", language, line("text_only", language), id=f"album-{event.album or received.update_id}"
        )
        if event.kind == "unreadable" and not event.text:
            return self._say(db, received, conversation, [text_only])
        try:
            text = clean(event.text)
        except MessageTooLong:
            too_long = Draft("system", language, problem_text("message_too_long", language))
            return self._say(db, received, conversation, [too_long])
        if event.kind == "unreadable" and not history.find(db, conversation, text_only.id):
            history.append(db, conversation, [text_only])
        number = None if self._platform.buttons else picked(text, len(options))
        if number is not None:
            return self._pressed(db, received, conversation, language, options[number]["choice"])
        return _Step(conversation, language, text=text)

    def _pressed(
        self, db: Connection, received: Received, conversation: str, language: str, choice: str
    ) -> _Step | None:
        try:
            intent = self._gateway.choices.resolve(db, conversation, choice).intent
        except ChoiceUnavailable:
            intent = None  # the turn says so, unless it is a repeat
        if intent == ERASE:
            return _Step(conversation, language, erase=True)
        if intent == KEEP:
            return self._say(db, received, conversation, [Draft("system", language, line("kept", language))])
        return _Step(conversation, language, choice=choice)

    def _command(self, db: Connection, name: str, conversation: str, language: str, fresh: bool) -> list[Draft]:
        settings, words = self._gateway.settings, self._platform.commands(language)
        if name == "start":
            notice = [] if fresh else [lines.first_notice(settings, self._channel, language)]
            return [*notice, lines.greeting_of(db, self._gateway.choices, conversation, language)]
        if name == "privacy":
            return [lines.privacy(settings, self._channel, language, words)]
        if name == "web":
            return [lines.web_link(db, settings, conversation, language)]
        if name == "delete":
            offered = [
                *self._offer(db, conversation, "delete", ERASE, language),
                *self._offer(db, conversation, "keep", KEEP, language),
            ]
            return [Draft("system", language, line("delete_question", language), choices=offered)]
        return [lines.help_text(language, words)]

    def _offer(self, db: Connection, conversation: str, key: str, intent: str, language: str) -> list[dict[str, str]]:
        return self._gateway.choices.offer(db, conversation, [Button(lines.choice(key, language), intent, {})]) or []

    def _say(self, db: Connection, received: Received, conversation: str, drafts: Sequence[Draft]) -> _Step | None:
        """With these lines the update is done; what was said before under the same id is not said again."""
        if updates.mark_done(db, self._channel, received.update_id):
            history.append(db, conversation, [one for one in drafts if not history.find(db, conversation, one.id)])
        return None

    async def _go_on(self, received: Received, step: _Step) -> None:
        gateway = self._gateway
        if step.erase:
            await gateway.turns.erase(step.conversation)
            with contextlib.suppress(NotDelivered):  # it cannot be kept for later: nothing may be kept any more
                await self._platform.tell(received.address, line("deleted", step.language))
            return
        incoming = Incoming(step.conversation, f"{self._channel}-{received.update_id}", step.text, step.choice)
        refused: list[Draft] = []
        try:
            async with self._typing(received.address):
                await gateway.turns.take(incoming)
        except Problem as problem:
            if problem.code != "choice_unavailable":
                raise
            refused = [Draft("system", step.language, problem_text(problem.code, step.language))]
        with contextlib.suppress(history.ConversationGone):
            await gateway.db.write(lambda db: self._say(db, received, step.conversation, refused))
            gateway.streams.ring(step.conversation)

    @contextlib.asynccontextmanager
    async def _typing(self, address: str) -> AsyncIterator[None]:
        async def show() -> None:
            while True:
                await self._platform.typing(address)
                await asyncio.sleep(TYPING_SECONDS)

        showing = asyncio.create_task(show())
        try:
            yield
        finally:
            showing.cancel()


def _is_new(chat: Chat | None, received: Received) -> bool:
    """An edited message counts as a new one while it is the last and fresh; otherwise it changes nothing."""
    event = received.event
    return bool(chat and chat.last_message and chat.last_message == event.message and event.age < OLDEST_EDIT_SECONDS)
