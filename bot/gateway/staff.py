"""What staff do to a case and in its chat: each step one transaction, seen by the visitor at once.

The built-in desk and the help desks come through here, so that the visitor sees the same lines whoever answers.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot.common.language import detect
from bot.gateway import history
from bot.gateway.case_lines import closing_lines, say, with_way_back
from bot.gateway.choices import Choices
from bot.gateway.database import Database
from bot.gateway.desk_bell import DeskBell
from bot.gateway.history import Draft, Message
from bot.gateway.sessions import WEB, Signer, as_utc
from bot.gateway.stream import Streams
from bot.gateway.tables import chat_session
from bot.gateway.typing import TypingSigns
from bot.handoff import cases, conversations
from bot.handoff.adapters import links
from bot.handoff.mail import body_text
from bot.handoff.notices import notify_answer
from bot.handoff.reading import get_case
from bot.handoff.records import Case, Changed, CloseReason, UnknownConversation
from bot.handoff.routing import HandoffData
from bot.handoff.vault import CannotOpen, Vault
from bot.partners import queries
from bot.replies.staff_lines import line

MOST_CHARACTERS = 4000
log = structlog.get_logger(__name__)

DisplayName = Callable[[Connection, str], str]


@dataclass(frozen=True)
class AnswerMails:
    """How an answer reaches a visitor who has left: `away` after being seen last, by a link that holds so long.

    What is written within `wait` of the first answer goes into one mail with it.
    """

    vault: Vault
    signer: Signer
    away: timedelta
    link_lifetime: timedelta
    wait: timedelta = timedelta()


class Staff:
    """Raises the refusals of bot.handoff.records, and Problem("store_away"). `by` is a login, or a help desk's name.

    `display_name(db, login)` is what the visitor sees; `name` replaces it where the caller knows better.
    """

    def __init__(
        self,
        db: Database,
        streams: Streams,
        choices: Choices,
        data: HandoffData,
        mails: AnswerMails,
        bell: DeskBell,
        display_name: DisplayName,
    ) -> None:
        self._db, self._streams, self._choices, self._data = db, streams, choices, data
        self.mails, self.bell, self._display_name = mails, bell, display_name
        self.visitor_typing = TypingSigns(lambda _: bell.ring())
        self.wake_couriers: Callable[[], None] = lambda: None

    async def claim(self, number: str, by: str, *, version: int | None = None, name: str | None = None) -> Case:
        """Take a case; the visitor reads who is there."""

        def work(db: Connection) -> Case:
            conversations.hold_of_case(db, number)
            before = get_case(db, number)
            case = cases.claim(db, number, by, version=version)
            if case.version != before.version:
                self._say(db, case, "joined", name=name or self._display_name(db, by))
            return case

        return await self._change(work)

    async def hand_to_colleague(
        self, number: str, by: str, to: str, *, version: int | None = None, force: bool = False, name: str | None = None
    ) -> Case:
        """Another person holds the case from now on."""

        def work(db: Connection) -> Case:
            case = cases.hand_to_colleague(db, number, by, to, version=version, force=force)
            self._say(db, case, "handed_over", name=name or self._display_name(db, to))
            return case

        return await self._change(work)

    async def hand_to_desk(
        self, number: str, by: str, desk: str, *, version: int | None = None, force: bool = False
    ) -> Case:
        """The case waits at a desk, which is told by mail."""

        def work(db: Connection) -> Case:
            session = Session(db)
            conversations.hold_of_case(session, number)
            desks = queries.desks(session)
            case = cases.hand_to_desk(session, self._data, desks, number, by, desk, version=version, force=force)
            named = next((one for one in desks if one.id == desk), None)
            name = self._display_name(db, by)

            def told(language: str) -> list[Draft]:
                where = named.name(language) if named else desk
                return [
                    with_way_back(
                        db, self._choices, case, language, line("other_desk", language, name=name, desk=where)
                    )
                ]

            say(db, case.conversation, told)
            return case

        return await self._change(work)

    async def write(self, number: str, by: str, text: str, message_id: str, *, name: str | None = None) -> Message:
        """The message as the visitor sees it; a repeated id gives the same one. Who is away gets it by mail.

        Raises ValueError for a text without signs or with more than MOST_CHARACTERS.
        """
        text = body_text(text).strip()
        if not 0 < len(text) <= MOST_CHARACTERS:
            raise ValueError("a message has 1 to 4000 characters")

        def work(db: Connection) -> tuple[Case, Message]:
            conversations.hold_of_case(db, number)
            case = get_case(db, number)
            if known := history.find(db, case.conversation, message_id):
                if known.author != "staff":
                    raise Changed(number)
                return case, known
            case = cases.staff_answered(db, number, by)
            shown = name or self._display_name(db, by)
            said = say(
                db,
                case.conversation,
                lambda language: [Draft("staff", detect(text, language), text, id=message_id, name=shown[:80])],
            )
            if not said:
                raise UnknownConversation
            self._mail(db, case, said[0])
            links.staff_wrote(db, number, case.language, by, said[0].id)
            return case, said[0]

        case, message = await self._db.write(work)
        self._streams.staff_typing.clear(case.conversation)
        self._tell(case)
        return message

    async def close(
        self,
        number: str,
        by: str,
        reason: CloseReason,
        *,
        back_to_assistant: bool = False,
        version: int | None = None,
        force: bool = False,
        name: str | None = None,
    ) -> Case:
        """End the case; the visitor reads so and is asked how it was."""

        def work(db: Connection) -> Case:
            case = cases.close(
                db, number, by, reason, back_to_assistant=back_to_assistant, version=version, force=force
            )
            shown = name or self._display_name(db, by)
            say(db, case.conversation, partial(closing_lines, db, self._choices, case, shown))
            return case

        return await self._change(work)

    async def typing(self, number: str, by: str, *, name: str | None = None) -> None:
        """Shown to the visitor for some seconds; nothing when somebody else holds the case."""

        def work(db: Connection) -> tuple[Case, str]:
            return get_case(db, number), name or self._display_name(db, by)

        case, shown = await self._db.read(work)
        if case.state == "human" and case.claimed_by == by:
            self._streams.staff_typing.mark(case.conversation, shown)

    async def visitor_is_typing(self, number: str) -> bool:
        """Whether the visitor writes at the moment, as far as this process knows."""
        case = await self._db.read(lambda db: get_case(db, number))
        return self.visitor_typing.name(case.conversation) is not None

    async def transcript(self, number: str, limit: int = 200) -> list[Message]:
        """The last messages of the chat, oldest first; the caller writes down that they were read."""
        return await self._db.read(lambda db: history.latest(db, get_case(db, number).conversation, limit))

    def watch(self) -> AsyncIterator[int]:
        """A growing number whenever a case or its chat changed, and at once."""
        return self.bell.watch()

    async def close_down(self) -> None:
        """Stop looking for changes of other processes."""
        await self.bell.close()

    async def _change(self, work: Callable[[Connection], Case]) -> Case:
        case = await asyncio.shield(self._db.write(work))
        self._streams.staff_typing.clear(
            case.conversation
        )  # whoever wrote holds the case no more, or has just taken it
        self._tell(case)
        return case

    def _tell(self, case: Case) -> None:
        self._streams.ring(case.conversation)
        self.bell.ring()
        self.wake_couriers()

    def _say(self, db: Connection, case: Case, key: str, *, name: str) -> None:
        way_back = partial(with_way_back, db, self._choices, case)
        say(db, case.conversation, lambda language: [way_back(language, line(key, language, name=name))])

    def _mail(self, db: Connection, case: Case, message: Message) -> None:
        if not case.has_email or not case.conversation.startswith(WEB):
            return
        now = datetime.now(UTC)
        mine = chat_session.c.conversation == case.conversation
        chat = db.execute(select(chat_session.c.seen_at, chat_session.c.language).where(mine)).one()
        seen = now if case.conversation in self._streams.listening() else chat.seen_at and as_utc(chat.seen_at)
        due = max(now, seen + self.mails.away) if seen else now
        link = self.mails.signer.issue_link(case.conversation, self.mails.link_lifetime)
        try:
            notify_answer(
                db, self.mails.vault, case,
                message_id=message.id, text=message.text, language=chat.language, path=f"/#resume={link}", due=due,
                wait=self.mails.wait,
            )  # fmt: skip
        except CannotOpen:
            log.error("staff.answer_not_mailed", case=case.number)
