"""Changes of the knowledge one after the other, and reading it as it was at one moment."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bot.partners import tables as t
from bot.partners.editing.rows import Rows, Type
from bot.store import Store

LOCK = 733_001  # any number that nothing else in this database locks
NOT_LOADED = "not loaded"  # the checksum of a database in which staff worked before any file was loaded
TRIES = 3
BEFORE_EDITING = ""  # the checksum that migration 0002 leaves: all rows there came from files


def change[P](
    store: Store,
    plan: Callable[[Session], P],
    wanted: Callable[[P], bool],
    write: Callable[[Session, t.RevisionRow, P], None],
) -> P:
    """Plan while others work, then write if nobody changed the knowledge meanwhile, else plan anew.

    With many rows planning takes seconds, for which SQLite could not take a visitor's message if it held the lock.
    """
    for _ in range(TRIES):
        with store.reading() as session:
            seen = session.scalar(select(t.RevisionRow.revision)) or 0
            planned = plan(session)
        if not wanted(planned):
            return planned
        with store.session() as session:
            revision = begin_change(session)
            if revision.revision == seen:
                write(session, revision, planned)
                return planned
    with store.session() as session:
        revision = begin_change(session)
        planned = plan(session)
        if wanted(planned):
            write(session, revision, planned)
        return planned


def begin_change(session: Session) -> t.RevisionRow:
    """Wait until nobody else changes the knowledge, then hold it until the transaction ends.

    Raises StoreUnavailable (through the session) when that takes longer than the database's timeout.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    row = session.scalar(select(t.RevisionRow))
    if row is None:
        row = t.RevisionRow(id=1, revision=0, checksum=NOT_LOADED)
        session.add(row)
        session.flush()
    return row


def read_base(session: Session) -> Rows:
    """The rows as the files had them when they were last loaded, in the files' order."""
    return {key: fields for key, _, fields in _base(session)}


def files_of(session: Session) -> dict[tuple[Type, str], str]:
    """In which file each row of the last load stands, in the files' order."""
    return {key: file for key, file, _ in _base(session)}


def _base(session: Session) -> list[tuple[tuple[Type, str], str, dict[str, str | tuple[str, ...]]]]:
    row = t.FileRow
    query = select(row.type, row.id, row.file, row.fields).order_by(row.position)
    return [
        ((type_, row_id), file, {f: tuple(v) if isinstance(v, list) else v for f, v in fields.items()})
        for type_, row_id, file, fields in session.execute(query)
    ]


def write_base(session: Session, files: Rows, names: dict[tuple[Type, str], str]) -> None:
    """Remember what the files say; `names` gives the file of each row."""
    session.query(t.FileRow).delete()
    rows = [
        {"type": key[0], "id": key[1], "position": n, "file": names.get(key, ""), "fields": dict(fields)}
        for n, (key, fields) in enumerate(files.items())
    ]
    if rows:
        session.execute(insert(t.FileRow), rows)
