"""Writing, reading, settling and deleting kept questions; each function takes a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from bot.common.text import fold
from bot.insights.questions import Nearness, Question, State, Unanswered, text_digest, visitor_hash
from bot.insights.tables import UnansweredRow as Row

MOST_PER_VISITOR = 100  # nobody fills the list alone
MOST_READ = 10_000  # questions; the newest when there are more


def add(session: Session, question: Unanswered, text: str, near: Nearness, visitor: str) -> bool:
    """Keep a question whose redacted text is `text`; a visitor's repeat is counted, not kept again.

    False when it was not kept anew.
    """
    digest = text_digest(fold(text) or text)
    same = (Row.visitor == visitor, Row.reason == question.reason, Row.digest == digest)
    repeated = cast(
        "CursorResult[Any]",
        session.execute(update(Row).where(*same).values(times=Row.times + 1, last_at=question.at)),
    )
    if repeated.rowcount:
        return False
    if (session.scalar(select(func.count()).where(Row.visitor == visitor)) or 0) >= MOST_PER_VISITOR:
        return False
    session.add(
        Row(
            visitor=visitor, digest=digest, at=question.at, last_at=question.at, times=1, reason=question.reason,
            language=question.language, channel=question.channel[:16], intent=question.intent[:64], text=text,
            content=near.content, said_kind=question.kind[:16], said_facts=list(question.facts),
            named=list(near.named), concepts=list(near.concepts), near_facts=[list(pair) for pair in near.facts],
            near_names=list(near.names), state="open",
        )
    )  # fmt: skip
    return True


def questions(session: Session, most: int = MOST_READ) -> tuple[Question, ...]:
    """Kept questions in the order they came; the newest `most` of them."""
    newest = select(Row.id).order_by(Row.id.desc()).limit(most)
    return tuple(_question(row) for row in session.scalars(select(Row).where(Row.id.in_(newest)).order_by(Row.id)))


def settle(session: Session, ids: Iterable[int], state: State, by: str, outcome: str) -> int:
    """Mark open questions as dealt with; the number of those that were open."""
    wanted = list(ids)
    changed = 0
    for first in range(0, len(wanted), 500):
        part = wanted[first : first + 500]
        done = session.execute(
            update(Row)
            .where(Row.id.in_(part), Row.state == "open")
            .values(state=state, settled_at=datetime.now(UTC), settled_by=by[:80], outcome=outcome)
        )
        changed += cast("CursorResult[Any]", done).rowcount
    return changed


def purge(session: Session, older_than: timedelta, *, dry_run: bool = False) -> int:
    """Delete questions last asked longer ago than this; how many there were."""
    limit = Row.last_at < datetime.now(UTC) - older_than
    if dry_run:
        return session.scalar(select(func.count()).select_from(Row).where(limit)) or 0
    return cast("CursorResult[Any]", session.execute(delete(Row).where(limit))).rowcount


def texts_of(session: Session, key: bytes, conversation: str) -> list[str]:
    """What one conversation left here, as it is kept: redacted."""
    visitor = visitor_hash(key, conversation)
    return list(session.scalars(select(Row.text).where(Row.visitor == visitor).order_by(Row.id)))


def forget(session: Session, key: bytes, conversation: str) -> int:
    """Delete what one conversation left here; for a visitor who has their chat erased."""
    visitor = visitor_hash(key, conversation)
    return cast("CursorResult[Any]", session.execute(delete(Row).where(Row.visitor == visitor))).rowcount


def _question(row: Row) -> Question:
    near = Nearness(
        row.content,
        tuple(row.named),
        tuple(row.concepts),
        tuple((fact, float(score)) for fact, score in cast("Sequence[tuple[str, float]]", row.near_facts)),
        tuple(row.near_names),
    )
    return Question(
        id=row.id, visitor=row.visitor, at=_utc(row.at), last_at=_utc(row.last_at), times=row.times, reason=row.reason,
        language=row.language, channel=row.channel, intent=row.intent, text=row.text, said_kind=row.said_kind,
        said_facts=tuple(row.said_facts), nearness=near, state=row.state, settled_by=row.settled_by, outcome=row.outcome,
    )  # fmt: skip


def _utc(at: datetime) -> datetime:
    """SQLite gives times back without their zone."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
