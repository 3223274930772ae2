"""How satisfied visitors were with a closed case, and what they added in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from bot.handoff.conversations import Db
from bot.handoff.reading import utc
from bot.handoff.tables import handoff_case, handoff_rating
from bot.handoff.vault import Vault

LOWEST, HIGHEST = 1, 3
COMMENT_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Rating:
    """What one visitor said of one case; 1 is good, 3 is not good."""

    number: str
    rating: int
    at: datetime
    comment: str | None
    comment_at: datetime | None


def rate(db: Db, conversation: str, number: str, rating: int, *, at: datetime | None = None) -> bool:
    """Keep the rating of a closed case; a second one replaces it. False: not a case of this conversation, or open."""
    if not LOWEST <= rating <= HIGHEST:
        return False
    mine = (handoff_case.c.number == number, handoff_case.c.conversation == conversation)
    case_id = db.execute(select(handoff_case.c.id).where(*mine, handoff_case.c.state == "closed")).scalar()
    if case_id is None:
        return False
    values = {"rating": rating, "at": at or datetime.now(UTC)}
    changed = db.execute(
        update(handoff_rating)
        .where(handoff_rating.c.case_id == case_id)
        .values(**values)
        .returning(handoff_rating.c.id)
    )
    if changed.first() is None:
        db.execute(insert(handoff_rating).values(case_id=case_id, **values))
    return True


def awaits_comment(db: Db, conversation: str, *, at: datetime | None = None) -> bool:
    """Whether the conversation's last case was rated a moment ago and nothing was added yet."""
    return _awaiting(db, conversation, at or datetime.now(UTC)) is not None


def comment(db: Db, vault: Vault, conversation: str, text: str, *, at: datetime | None = None) -> bool:
    """Keep what was added to the rating, sealed; False when no comment is awaited (any more)."""
    now = at or datetime.now(UTC)
    rating_id = _awaiting(db, conversation, now)
    if rating_id is None:
        return False
    values = {"comment": vault.seal(text), "comment_at": now}
    db.execute(update(handoff_rating).where(handoff_rating.c.id == rating_id).values(**values))
    return True


def rating_of(db: Db, vault: Vault, number: str) -> Rating | None:
    """The rating of a case, with its comment opened. Raises CannotOpen."""
    query = select(handoff_rating).join(handoff_case, handoff_case.c.id == handoff_rating.c.case_id)
    row = db.execute(query.where(handoff_case.c.number == number)).first()
    if row is None:
        return None
    comment_at = utc(row.comment_at) if row.comment_at else None
    return Rating(number, row.rating, utc(row.at), vault.open(row.comment), comment_at)


def _awaiting(db: Db, conversation: str, now: datetime) -> int | None:
    last = select(handoff_case.c.id).where(handoff_case.c.conversation == conversation)
    row = db.execute(
        select(handoff_rating).where(
            handoff_rating.c.case_id == last.order_by(handoff_case.c.id.desc()).limit(1).scalar_subquery()
        )
    ).first()
    if row is None or row.comment is not None or now - utc(row.at) > COMMENT_WITHIN:
        return None
    return int(row.id)
