"""A visitor who cannot be reached any more: nothing is pushed, and people who have their case in hand read so."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection

from bot.channels.messengers import chats
from bot.gateway.case_lines import say
from bot.gateway.history import Draft, Message
from bot.handoff.reading import open_case_of
from bot.replies.messengers import line, provider

_LINE = "left-"  # how the id of the line begins, by which it is told from what the visitor is to read


def left(db: Connection, channel: str, chat: str) -> bool:
    """The chat is left or blocked at the platform; True when that concerns an open case, which stays as it is.

    What people wrote and did not arrive, and what they write from now on, waits for the visitor to come back.
    """
    known = chats.find(db, channel, chat)
    if known is None:
        return False
    concerned = bool(known.conversation and open_case_of(db, known.conversation))
    chats.block(db, channel, chat, forget_undelivered=not concerned)
    if not concerned or known.blocked_at:
        return False

    def told(language: str) -> list[Draft]:
        text = line("left", language, provider=provider(channel, language))
        return [Draft("system", language, text, id=f"{_LINE}{uuid4()}")]

    return bool(say(db, known.conversation or "", told))


def is_for_people(message: Message) -> bool:
    """Whether it only tells people that the visitor has left, which the visitor need not read."""
    return message.id.startswith(_LINE)
