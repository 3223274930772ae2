"""Conversations counted by day and language: those that are kept, and those of which only the count is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.desk.tables import talk_count
from bot.gateway.tables import chat_message, chat_session, inbox_entry
from bot.handoff.conversations import Db
from bot.handoff.reading import utc
from bot.handoff.tables import handoff_case


@dataclass(frozen=True)
class Talks:
    """`count` conversations that began on a day and in which a visitor asked something; `alone` of them never became
    a case."""

    day: date
    language: str
    count: int
    alone: int


def talks_since(db: Db, start: datetime, zone: ZoneInfo) -> list[Talks]:
    """What began at `start` or later, by the days of a zone; a day and language may occur twice."""
    first = start.astimezone(zone).date()
    gone = db.execute(select(talk_count).where(talk_count.c.day >= first))
    return [*_kept(db, chat_session.c.created_at >= start, zone), *(Talks(*row) for row in gone)]


def count_before_deletion(db: Connection, conversations: Sequence[str], zone: ZoneInfo) -> None:
    """Add conversations that the same transaction deletes; before their cases go, too."""
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    for one in _kept(db, chat_session.c.conversation.in_(conversations), zone):
        row = insert(talk_count).values(day=one.day, language=one.language, talks=one.count, alone=one.alone)
        more = {
            "talks": talk_count.c.talks + row.excluded.talks,
            "alone": talk_count.c.alone + row.excluded.alone,
        }
        db.execute(row.on_conflict_do_update(index_elements=["day", "language"], set_=more))


def _kept(db: Db, which: ColumnElement[bool], zone: ZoneInfo) -> list[Talks]:
    mine = chat_session.c.conversation
    asked = exists().where(chat_message.c.conversation == mine, chat_message.c.author == "visitor")
    # A case may be deleted before its conversation is; what went to people is still seen there.
    became_case = or_(
        exists().where(handoff_case.c.conversation == mine),
        exists().where(chat_message.c.conversation == mine, chat_message.c.author == "staff"),
        exists().where(inbox_entry.c.conversation == mine, inbox_entry.c.state.in_(("waiting", "human"))),
    )
    columns = (chat_session.c.created_at, chat_session.c.language, became_case.label("became_case"))
    counts: Counter[tuple[date, str]] = Counter()
    alone: Counter[tuple[date, str]] = Counter()
    for row in db.execute(select(*columns).where(which, asked)):
        key = utc(row.created_at).astimezone(zone).date(), row.language
        counts[key] += 1
        alone[key] += not row.became_case
    return [Talks(day, language, count, alone[day, language]) for (day, language), count in sorted(counts.items())]
