"""The outbox: written in the transaction of what causes a delivery, taken by lease, tried again, never forgotten.

A delivery happens at least once: a relay that dies between the server's 250 and our commit sends again after the
lease, with the same Message-ID, by which mail programs recognise the copy. SMTP itself cannot do better.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.handoff import vault as vault_marks
from bot.handoff.outbox_tables import outbox
from bot.handoff.vault import Vault

QUEUED, SENDING, SENT, FAILED, DEAD = "queued", "sending", "sent", "failed", "dead"
STATES = (QUEUED, SENDING, SENT, FAILED, DEAD)
RETRY_MINUTES = (1, 5, 15, 60, 240)  # after the first, second ... failed attempt; then the row is dead
MOST_ATTEMPTS = len(RETRY_MINUTES) + 1
DEATHS_AT_ONCE = 3  # a relay that died says little about the row it held: so often it is taken again without a pause
AWAY = "connect:"  # errors that say nothing about the mail: the server did not take us at all
_SEALED = "sealed"  # the one param of a row whose params are sealed
REVIVED_WITHIN = timedelta(hours=24)
# A row that was never attempted: nobody outside can have seen its content.
UNTOUCHED = (outbox.c.state == QUEUED, outbox.c.attempts == 0, outbox.c.last_error.is_(None))

type Database = Session | Connection


@dataclass(frozen=True)
class Delivery:
    """One row of the outbox. Times are UTC; `attempts` counts the running one."""

    id: int
    idem_key: str
    channel: str
    to: str
    template: str
    language: str
    params: Mapping[str, Any]
    message_id: str
    state: str
    attempts: int
    next_at: datetime
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


def enqueue(
    db: Database,
    *,
    idem_key: str,
    to: str,
    template: str,
    language: str,
    params: Mapping[str, Any],
    channel: str = "mail",
    vault: Vault | None = None,
) -> int:
    """The id of the row for this key, in the caller's transaction; a repeat gives the same row and changes nothing.

    `to` is an address or `desk:ID`. `params` are JSON values for the template; what is not needed in the mail does not
    belong there. With a vault both are sealed, as they must be for a visitor's address and words.
    """
    now = datetime.now(UTC)
    if vault is not None:
        to, params = vault.seal(to) or "", _sealed(params, vault)
    row = {
        "idem_key": idem_key,
        "channel": channel,
        "to": to,
        "template": template,
        "language": language,
        "params": dict(params),
        "message_id": sha256(idem_key.encode()).hexdigest()[:32],
        "state": QUEUED,
        "attempts": 0,
        "next_at": now,
        "created_at": now,
    }
    dialect = (db.get_bind() if isinstance(db, Session) else db).dialect
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    db.execute(insert(outbox).values(row).on_conflict_do_nothing(index_elements=[outbox.c.idem_key]))
    row_id: int = db.execute(select(outbox.c.id).where(outbox.c.idem_key == idem_key)).scalar_one()
    return row_id


def untouched(db: Database, key_prefix: str) -> Delivery | None:
    """The newest row whose key begins so that nobody has taken yet, held until the transaction ends."""
    mine = (outbox.c.idem_key.startswith(key_prefix, autoescape=True), *UNTOUCHED)
    newest = select(outbox).where(*mine).order_by(outbox.c.id.desc()).limit(1)
    row = db.execute(newest.with_for_update(skip_locked=True)).first()
    return _record(row) if row is not None else None


def reword(db: Database, row_id: int, params: Mapping[str, Any], language: str, due: datetime, vault: Vault) -> None:
    """Give an untouched row other content, as of now, to be sent at `due`."""
    values = {"params": _sealed(params, vault), "language": language, "next_at": due, "created_at": datetime.now(UTC)}
    db.execute(update(outbox).where(outbox.c.id == row_id).values(**values))


def _sealed(params: Mapping[str, Any], vault: Vault) -> dict[str, Any]:
    return {_SEALED: vault.seal(json.dumps(dict(params)))}


def opened(delivery: Delivery, vault: Vault) -> Delivery:
    """The same row with address and params as they were before they were sealed; raises CannotOpen."""
    to, params = delivery.to, delivery.params
    if to.startswith((vault_marks.SEALED, vault_marks.PLAIN)):
        to = vault.open(to) or ""
    if set(params) == {_SEALED}:
        params = json.loads(vault.open(params[_SEALED]) or "{}")
    return replace(delivery, to=to, params=params)


def pauses_after_deaths(retry_minutes: Sequence[float]) -> tuple[float, ...]:
    """Minutes that a row waits after the first, second ... relay that died over it; then it is given up."""
    return (*[0.0] * DEATHS_AT_ONCE, *retry_minutes)


def claim(
    db: Database,
    *,
    channel: str,
    owner: str,
    now: datetime,
    lease: timedelta,
    in_order: bool = False,
    retry_minutes: Sequence[float] = RETRY_MINUTES,
) -> Delivery | None:
    """Take the row that has been due for longest: nobody else gets it before the lease ends. None: nothing is due.

    A row whose relay died is due again when its lease has ended; its attempt counts, and after some of these there are
    the pauses of refused ones. `in_order` leaves a row where an earlier one to the same recipient is not settled.
    """
    pauses = enumerate(pauses_after_deaths(retry_minutes), start=1)
    since = case(*[(outbox.c.attempts == n, now - timedelta(minutes=pause)) for n, pause in pauses], else_=now)
    due = or_(
        and_(outbox.c.state == QUEUED, outbox.c.next_at <= now),
        and_(outbox.c.state == SENDING, outbox.c.lease_until <= since),
    )
    if in_order:
        before = outbox.alias("before")
        same = and_(before.c.channel == channel, before.c.to == outbox.c.to, before.c.id < outbox.c.id)
        due = and_(due, ~select(before.c.id).where(same, before.c.state.in_((QUEUED, SENDING))).exists())
    wanted = (
        select(outbox.c.id)
        .where(due, outbox.c.channel == channel)
        .order_by(outbox.c.next_at, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=outbox)  # PostgreSQL; SQLite has one writer
    )
    found = db.execute(wanted).scalar()
    if found is None:
        return None
    taken = {
        "state": SENDING,
        "attempts": outbox.c.attempts + 1,
        "lease_owner": owner,
        "lease_until": now + lease,
    }
    row = db.execute(update(outbox).where(outbox.c.id == found).values(**taken).returning(outbox)).one()
    return _record(row)


def mark_sent(db: Database, delivery: Delivery, now: datetime) -> None:
    """The server has taken it. Whoever holds the lease by now: what is sent is sent."""
    values = {"state": SENT, "sent_at": now, "last_error": None, "lease_owner": None, "lease_until": None}
    db.execute(update(outbox).where(outbox.c.id == delivery.id, outbox.c.state != SENT).values(**values))


def mark_not_sent(
    db: Database,
    delivery: Delivery,
    *,
    owner: str,
    error: str,
    permanent: bool,
    now: datetime,
    after: timedelta | None = None,
    retry_minutes: Sequence[float] = RETRY_MINUTES,
) -> str | None:
    """Schedule the next attempt, or give up; the new state. None: another relay holds the row, nothing is changed.

    `after` is when the server wants to be asked again; then the attempt does not count.
    """
    state, next_at, attempts = QUEUED, delivery.next_at, delivery.attempts
    if permanent:
        state = FAILED
    elif after is not None:
        next_at, attempts = now + after, attempts - 1
    elif delivery.attempts > len(retry_minutes):
        state = DEAD
    else:
        next_at = now + timedelta(minutes=retry_minutes[delivery.attempts - 1])
    held = and_(
        outbox.c.id == delivery.id,
        outbox.c.state == SENDING,
        outbox.c.lease_owner == owner,
        outbox.c.attempts == delivery.attempts,
    )
    values = {
        "state": state, "next_at": next_at, "attempts": attempts, "last_error": error[:80],
        "lease_owner": None, "lease_until": None,
    }  # fmt: skip
    changed = db.execute(update(outbox).where(held).values(**values).returning(outbox.c.id)).scalar()
    return state if changed is not None else None


def _waiting_for_server(channel: str, now: datetime) -> Any:
    return and_(
        outbox.c.channel == channel,
        outbox.c.last_error.like(f"{AWAY}%"),
        or_(
            and_(outbox.c.state == QUEUED, outbox.c.next_at > now),
            and_(outbox.c.state == DEAD, outbox.c.created_at > now - REVIVED_WITHIN),
        ),
    )


def waits_for_server(db: Database, channel: str, now: datetime) -> bool:
    """Whether rows wait for no other reason than that the server could not be reached."""
    found = db.execute(select(outbox.c.id).where(_waiting_for_server(channel, now)).limit(1)).scalar()
    return found is not None


def server_is_back(db: Database, channel: str, now: datetime) -> int:
    """Make such rows due at once, those dead for less than a day too; how many. None of them was ever refused."""
    values = {"state": QUEUED, "next_at": now, "attempts": 0}
    changed = update(outbox).where(_waiting_for_server(channel, now)).values(**values).returning(outbox.c.id)
    return len(db.execute(changed).all())


def retry(db: Database, row_id: int, now: datetime) -> Delivery | None:
    """Give a row all its attempts again, from now on. None: there is no such row, or it is sent or being sent."""
    values = {"state": QUEUED, "attempts": 0, "next_at": now}
    which = and_(outbox.c.id == row_id, outbox.c.state.in_((QUEUED, FAILED, DEAD)))
    row = db.execute(update(outbox).where(which).values(**values).returning(outbox)).first()
    return _record(row) if row is not None else None


def find(db: Database, row_id: int) -> Delivery | None:
    """One row, or None."""
    row = db.execute(select(outbox).where(outbox.c.id == row_id)).first()
    return _record(row) if row is not None else None


def rows(db: Database, *, states: tuple[str, ...] = STATES, limit: int = 50) -> list[Delivery]:
    """The newest rows in these states, those that need an operator first."""
    trouble = outbox.c.state.in_((FAILED, DEAD))
    query = select(outbox).where(outbox.c.state.in_(states)).order_by(trouble.desc(), outbox.c.id.desc()).limit(limit)
    return [_record(row) for row in db.execute(query)]


def counts(db: Database) -> dict[str, int]:
    """How many rows are in each state; states without rows are left out."""
    found = db.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {row[0]: row[1] for row in found}


def purge(db: Database, before: datetime) -> int:
    """Delete what was settled and was written before a time; how many. What still waits stays."""
    old = and_(outbox.c.created_at < before, outbox.c.state.in_((SENT, FAILED, DEAD)))
    return len(db.execute(delete(outbox).where(old).returning(outbox.c.id)).all())


def erase(db: Database, key_prefix: str) -> int:
    """Delete all rows whose key begins so, whatever their state; how many. For a case that is erased."""
    mine = outbox.c.idem_key.startswith(key_prefix, autoescape=True)
    return len(db.execute(delete(outbox).where(mine).returning(outbox.c.id)).all())


def by_key(db: Database, key_prefix: str, vault: Vault | None = None) -> list[Delivery]:
    """All rows whose key begins so, oldest first, opened if a vault is given. For the export of a case."""
    mine = outbox.c.idem_key.startswith(key_prefix, autoescape=True)
    found = [_record(row) for row in db.execute(select(outbox).where(mine).order_by(outbox.c.id))]
    return [opened(one, vault) for one in found] if vault else found


def _record(row: Row[Any]) -> Delivery:
    return Delivery(**{field.name: _utc(getattr(row, field.name)) for field in fields(Delivery)})


def _utc[T](value: T) -> T:
    """SQLite gives times back without their zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and not value.tzinfo else value
