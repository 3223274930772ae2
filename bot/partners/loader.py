"""Loads the knowledge files into the database: all of it in one transaction, or nothing; what staff changed stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.partners import tables as t
from bot.partners.editing import audit, stored
from bot.partners.editing.changes import Change, diff
from bot.partners.editing.merge import Merged, merge
from bot.partners.editing.rows import Rows, file_rows
from bot.partners.editing.transaction import BEFORE_EDITING, change, read_base, write_base
from bot.partners.files import Knowledge, Refusal, read_knowledge
from bot.settings import DeskContact
from bot.store import Store

ALL_TABLES = (
    t.DeskTopicRow, t.DeskRow, t.FactTextRow, t.FactRow, t.NameRow, t.LinkRow, t.TopicOrganisationRow,
    t.TopicRow, t.PlaceRow, t.OrganisationRow, t.RecordRow, t.SourceRow, t.FileRow,
)  # fmt: skip
BY, ORIGIN = "files", "knowledge load"
COUNTED = {
    "sources": t.SourceRow, "organisations": t.OrganisationRow, "places": t.PlaceRow, "topics": t.TopicRow,
    "links": t.LinkRow, "facts": t.FactRow, "desks": t.DeskRow,
}  # fmt: skip


@dataclass(frozen=True)
class LoadReport:
    """What a load did: `changed` is false when the database already held just this.

    `kept`: where the files changed what staff had changed as well, and staff's word stood.
    """

    changed: bool
    refused: tuple[Refusal, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[Change, ...] = ()


def load(store: Store, folder: Path, contacts: Mapping[str, DeskContact] | None = None) -> LoadReport:
    """Bring the files below `folder` and the configured `contacts` into the database.

    Any refused row refuses the whole load; the database then stays as it was.
    """
    contacts = contacts or {}
    knowledge = read_knowledge(folder)
    known_desks = {desk.id for desk in knowledge.desks}
    for desk_id in contacts:
        if desk_id not in known_desks:
            why = f"no such desk in the files; they hold {', '.join(sorted(known_desks))}"
            knowledge.refused.append(Refusal("DESK_CONTACTS", desk_id, why))
    if knowledge.refused:
        return LoadReport(changed=False, refused=tuple(knowledge.refused))
    configured = json.dumps({k: v.model_dump() for k, v in contacts.items()}, sort_keys=True)
    checksum = hashlib.sha256((knowledge.checksum + configured).encode()).hexdigest()
    with store.reading() as session:
        if session.scalar(select(t.RevisionRow.checksum)) == checksum:
            return LoadReport(changed=False, counts=_counts(session))
    files = _with_contacts(knowledge, contacts)

    def plan(session: Session) -> tuple[Rows, Merged]:
        before = stored.read(session)
        old = session.scalar(select(t.RevisionRow.checksum)) == BEFORE_EDITING
        return before, merge(before if old else read_base(session), files, before)

    def write(session: Session, revision: t.RevisionRow, planned: tuple[Rows, Merged]) -> None:
        before, merged = planned
        stored.write(session, before, merged.rows, renumber=True)
        write_base(session, files, {key: knowledge.file_of[key[1]] for key in files})
        # What a first load brings stands in the files; afterwards each difference is written down.
        changes = diff(before, merged.rows) if before else ()
        audit.note(session, [*changes, *merged.kept], BY, ORIGIN)
        revision.revision += 1
        revision.checksum = checksum

    _, merged = change(store, plan, lambda _: True, write)
    return LoadReport(changed=True, counts=store.look(_counts), kept=merged.kept)


def _with_contacts(knowledge: Knowledge, contacts: Mapping[str, DeskContact]) -> Rows:
    rows = file_rows(knowledge)
    for desk_id, contact in contacts.items():
        given = {name: value for name, value in contact.model_dump().items() if value}
        rows["desk", desk_id] = {**rows["desk", desk_id], **given}
    return rows


def _counts(session: Session) -> dict[str, int]:
    return {what: session.scalar(select(func.count()).select_from(table)) or 0 for what, table in COUNTED.items()}
