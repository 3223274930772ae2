"""What a channel keeps between starts, and the lease by which one process at a time serves it."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels.messengers.tables import messenger_state
from bot.gateway.sessions import as_utc

LEASE = "served-by"
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Kept:
    """A kept value; `until` is when it stops being good, if it does."""

    value: str
    until: datetime | None


def get(db: Connection, channel: str, name: str) -> Kept | None:
    """The value, also when its time has passed."""
    row = db.execute(select(messenger_state.c.value, messenger_state.c.until).where(*_this(channel, name))).first()
    return Kept(row.value, as_utc(row.until) if row.until else None) if row else None


def put(db: Connection, channel: str, name: str, value: str, until: datetime | None = None) -> None:
    """Keep the value in place of the one before."""
    fresh = {"value": value, "until": until}
    insert = _INSERTS[db.dialect.name](messenger_state).values(channel=channel, name=name, **fresh)
    db.execute(insert.on_conflict_do_update(index_elements=["channel", "name"], set_=fresh))


def take_lease(db: Connection, channel: str, name: str, owner: str, seconds: float) -> bool:
    """Hold `name` for so long, or go on holding it; False while somebody else does.

    One whose process on this same machine is gone holds nothing any more.
    """
    now = datetime.now(UTC)
    fresh = {"value": owner, "until": now + timedelta(seconds=seconds)}
    insert = _INSERTS[db.dialect.name](messenger_state).values(channel=channel, name=name, **fresh)
    if db.execute(insert.on_conflict_do_nothing().returning(messenger_state.c.value)).first():
        return True
    free = [messenger_state.c.value == owner, messenger_state.c.until <= now]
    held = get(db, channel, name)
    if held and _is_gone(held.value):
        free.append(messenger_state.c.value == held.value)
    return bool(db.execute(update(messenger_state).where(*_this(channel, name), or_(*free)).values(**fresh)).rowcount)


def release(db: Connection, channel: str, name: str, owner: str) -> None:
    """Let go of what this owner holds."""
    db.execute(delete(messenger_state).where(*_this(channel, name), messenger_state.c.value == owner))


def this_process() -> str:
    """A name for the owner of leases: machine, process, and something that is not used twice."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(6)}"


def _is_gone(owner: str) -> bool:
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:60] or not rest.isdigit() or int(rest) == os.getpid():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _this(channel: str, name: str) -> tuple[Any, ...]:
    return messenger_state.c.channel == channel, messenger_state.c.name == name
