"""A visitor who cannot be reached any more: nothing is pushed, and people who have their case in hand read so."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.channels.messengers import chats
from bot.gateway.case_lines import say
from bot.gateway.history import Draft
from bot.handoff.reading import open_case_of
from bot.replies.messengers import line, provider


def left(db: Connection, channel: str, chat: str) -> bool:
    """The chat is left or blocked at the platform; True when that concerns an open case, which stays as it is.

    What people write from now on waits for the visitor to come back.
    """
    known = chats.find(db, channel, chat)
    if known is None:
        return False
    concerned = False
    if known.conversation and not known.blocked_at and open_case_of(db, known.conversation):
        told = say(
            db,
            known.conversation,
            lambda language: [Draft("system", language, line("left", language, provider=provider(channel, language)))],
        )
        concerned = bool(told)
    chats.block(db, channel, chat)
    return concerned
