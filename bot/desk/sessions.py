"""Logging in and staying logged in: lock-out after wrong passwords, tokens kept as hashes, two limits of time."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, insert, or_, select, update

from bot.desk.accounts import Account, account_of
from bot.desk.tables import staff_account, staff_session
from bot.handoff.conversations import Db
from bot.handoff.reading import utc

WRONG_TRIES = 5
LOCKED = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(seconds=30)  # a page with its parts need not write each time
_account, _session = staff_account.c, staff_session.c


@dataclass(frozen=True)
class StaffSession:
    """A login that is good now. `language` is that of the pages, `csrf` what each form has to bring."""

    token_hash: str
    account: Account
    csrf: str
    language: str


def password_of(db: Db, login: str) -> str | None:
    """The hash to check a password against; None for whoever may not log in."""
    return db.scalar(select(_account.password).where(_account.login == login, _account.active))


def count_wrong(db: Db, login: str, now: datetime) -> None:
    """One wrong password more; the fifth locks the account for a quarter of an hour, and counting begins anew."""
    full = _account.failed + 1 >= WRONG_TRIES
    values = {
        "failed": case((full, 0), else_=_account.failed + 1),
        "locked_until": case((full, now + LOCKED), else_=_account.locked_until),
    }
    free = or_(_account.locked_until.is_(None), _account.locked_until <= now)
    db.execute(update(staff_account).where(_account.login == login, free).values(values))


def open_session(db: Db, login: str, now: datetime) -> str | None:
    """The token of a new session for an account whose password was right; None while it is locked."""
    free = or_(_account.locked_until.is_(None), _account.locked_until <= now)
    row = db.execute(
        update(staff_account)
        .where(_account.login == login, _account.active, free)
        .values(failed=0, locked_until=None)
        .returning(_account.language)
    ).first()
    if row is None:
        return None
    db.execute(delete(staff_session).where(or_(_session.expires_at <= now, _session.last_seen <= now - IDLE)))
    token = secrets.token_urlsafe(32)
    session = {
        "token_hash": hashed(token), "login": login, "csrf": secrets.token_urlsafe(32), "language": row.language,
        "created_at": now, "last_seen": now, "expires_at": now + LONGEST,
    }  # fmt: skip
    db.execute(insert(staff_session).values(session))
    return token


def find_session(db: Db, token: str, now: datetime) -> tuple[StaffSession, bool] | None:
    """The session of a token and whether its `last_seen` is due to be renewed; None when it is over."""
    columns = [_session.csrf, _session.language.label("shown_in"), _session.last_seen, _session.token_hash]
    query = (
        select(*staff_account.columns, *columns)
        .join(staff_session, _session.login == _account.login)
        .where(_session.token_hash == hashed(token), _account.active)
        .where(_session.expires_at > now, _session.last_seen > now - IDLE)
    )
    row = db.execute(query).first()
    if row is None:
        return None
    due = utc(row.last_seen) <= now - _SEEN_EVERY
    return StaffSession(row.token_hash, account_of(row), row.csrf, row.shown_in), due


def touch(db: Db, token_hash: str, now: datetime) -> None:
    """The person is there."""
    db.execute(update(staff_session).where(_session.token_hash == token_hash).values(last_seen=now))


def set_language(db: Db, token_hash: str, language: str) -> None:
    """The pages of this login in another language; it becomes that of the account too."""
    db.execute(update(staff_session).where(_session.token_hash == token_hash).values(language=language))
    owner = select(_session.login).where(_session.token_hash == token_hash).scalar_subquery()
    db.execute(update(staff_account).where(_account.login == owner).values(language=language))


def end_session(db: Db, token_hash: str) -> None:
    """Log out."""
    db.execute(delete(staff_session).where(_session.token_hash == token_hash))


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def utc_now() -> datetime:
    return datetime.now(UTC)
