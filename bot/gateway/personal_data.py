"""What a visitor may ask for: everything of one conversation as data, or its erasure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Session

from bot.desk.talks import count_before_deletion
from bot.gateway import history, tombstones
from bot.gateway.sessions import as_utc, find_session
from bot.gateway.tables import chat_message, chat_session, erased_chat, inbox_entry, offered_choice
from bot.handoff.hours import HOME
from bot.handoff.personal_data import VISITOR, anonymise_cases, erase_cases, export_cases
from bot.handoff.vault import Vault
from bot.insights import kept

_BATCH = 500


@dataclass(frozen=True)
class Traces:
    """What happens beyond the chat itself: to cases, and under which key unanswered questions are found."""

    cases: Literal["erase", "anonymise"]
    insights_key: bytes


def export(db: Connection, conversation: str, vault: Vault, traces: Traces, by: str = VISITOR) -> dict[str, Any]:
    """All rows of one conversation and its cases as JSON, noted in their audit trail; raises history.ConversationGone.

    Raises CannotOpen when contact data were sealed with a key that is gone.
    """
    chat = find_session(db, conversation)
    if chat is None:
        raise history.ConversationGone
    messages: list[dict[str, Any]] = []
    position = 0
    while batch := history.after(db, conversation, position, _BATCH):
        messages += [message.public() for message in batch]
        position = batch[-1].position
    entries = db.execute(
        select(inbox_entry).where(inbox_entry.c.conversation == conversation).order_by(inbox_entry.c.received_at)
    )
    return {
        "created_at": _iso(chat.created_at),
        "expires_at": _iso(chat.expires_at),
        "notice_accepted_at": _iso(chat.notice_accepted_at),
        "channel": chat.channel,
        "language": chat.language,
        "state": chat.state,
        "page": chat.page,
        "messages": messages,
        "received": [
            {"id": e.message_id, "text": e.text, "received_at": _iso(e.received_at), "answered_at": _iso(e.answered_at)}
            for e in entries
        ],
        "cases": export_cases(Session(db), vault, conversation, by),
        "unanswered": kept.texts_of(Session(db), traces.insights_key, conversation),
    }


def erase(db: Connection, conversation: str, traces: Traces) -> None:
    """Delete all rows of one conversation and leave a tombstone without content; harmless to repeat.

    First its cases (or what is personal in them) and what it left in the list of unanswered questions.
    """
    count_before_deletion(db, [conversation], HOME)
    session = Session(db)
    (anonymise_cases if traces.cases == "anonymise" else erase_cases)(session, conversation)
    kept.forget(session, traces.insights_key, conversation)
    for table in (offered_choice, inbox_entry, chat_message, chat_session):
        db.execute(delete(table).where(table.c.conversation == conversation))
    digest = tombstones.digest(conversation)
    if db.scalar(select(erased_chat.c.at).where(erased_chat.c.conversation_hash == digest)) is None:
        db.execute(insert(erased_chat).values(conversation_hash=digest, at=datetime.now(UTC)))


def _iso(at: datetime | None) -> str | None:
    return as_utc(at).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
