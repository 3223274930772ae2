"""Who changed what when: written with each change, only ever added to, read by `knowledge history`."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.partners import tables as t
from bot.partners.editing.changes import Action, Change
from bot.partners.editing.rows import Type, Value


@dataclass(frozen=True)
class Entry:
    """One change with who made it, when (UTC), and from which command or file."""

    at: datetime
    by: str
    origin: str
    change: Change


def note(session: Session, changes: Iterable[Change], by: str, origin: str) -> None:
    """Write changes down, in the transaction that makes them."""
    at = datetime.now(UTC)
    rows = [
        {
            "at": at, "by": by[:120], "origin": origin, "action": change.action, "row_type": change.key[0],
            "row_id": change.key[1], "field": change.field, "old": change.old, "new": change.new,
        }
        for change in changes
    ]  # fmt: skip
    if rows:
        session.execute(insert(t.ChangeRow), rows)


def history(session: Session, row_id: str) -> tuple[Entry, ...]:
    """All that was done to a row of this id, oldest first."""
    query = select(t.ChangeRow).where(t.ChangeRow.row_id == row_id).order_by(t.ChangeRow.id)
    return tuple(
        Entry(
            row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC),  # SQLite returns times without a zone
            row.by,
            row.origin,
            Change(
                (cast(Type, row.row_type), row.row_id),
                cast(Action, row.action),
                row.field,
                _value(row.old),
                _value(row.new),
            ),
        )
        for row in session.scalars(query)
    )


def _value(stored: object) -> object:
    if isinstance(stored, dict):
        return {field: _cell(value) for field, value in stored.items()}
    return None if stored is None else _cell(stored)


def _cell(value: object) -> Value:
    return tuple(map(str, value)) if isinstance(value, list) else str(value)


def operating_user() -> str:
    """Who is logged in, for edits that name nobody else; the number when the system has no name for it."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
