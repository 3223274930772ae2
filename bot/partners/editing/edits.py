"""Edits by staff: checked together, made in one transaction with their audit, seen by running processes within seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from bot.partners.editing import audit, stored
from bot.partners.editing.changes import Change, diff
from bot.partners.editing.draft import Draft
from bot.partners.editing.rows import Rows, Type, Value
from bot.partners.editing.transaction import BEFORE_EDITING, NOT_LOADED, change, write_base
from bot.partners.files import Refusal
from bot.partners.tables import RevisionRow
from bot.store import Store

NameKind = Literal["official", "label", "alias", "description"]


@dataclass(frozen=True)
class Put:
    """A row to add or to change; fields that are not given stay, empty ones are cleared.

    `mode`: "add" wants a new id ("" lets one be made), "change" one that exists, "either" takes both.
    `file` and `row` say in a refusal where it came from.
    """

    type: Type
    id: str
    fields: Mapping[str, Value | None]
    mode: Literal["add", "change", "either"] = "either"
    file: str = ""
    row: str = ""


@dataclass(frozen=True)
class Retire:
    """A row to take out, with all that cannot stand without it; never the source of a fact that stays."""

    type: Type
    id: str


@dataclass(frozen=True)
class RetireOthers:
    """All rows of these types that no other edit names are taken out."""

    types: frozenset[Type]


@dataclass(frozen=True)
class AddName:
    """One more way to call a record."""

    record: str
    language: str
    text: str
    kind: NameKind = "alias"


@dataclass(frozen=True)
class ChangeName:
    """A way to call a record, written differently."""

    record: str
    language: str
    old: str
    text: str


@dataclass(frozen=True)
class RetireName:
    """A way to call a record that is taken away."""

    record: str
    language: str
    text: str


Edit = Put | Retire | RetireOthers | AddName | ChangeName | RetireName


@dataclass(frozen=True)
class Outcome:
    """What was (or in a dry run would be) changed; nothing at all when anything was refused."""

    changes: tuple[Change, ...] = ()
    refused: tuple[Refusal, ...] = ()


def edit(store: Store, edits: Sequence[Edit], *, by: str, origin: str, dry_run: bool = False) -> Outcome:
    """Make all the edits, or none when one is refused. Raises StoreUnavailable.

    `by` is who wants them, `origin` the command or file they come from; both go into the audit.
    """

    def plan(session: Session) -> tuple[Rows, Rows, Outcome]:
        before = stored.read(session)
        return before, *_draft(before, edits)

    def wanted(planned: tuple[Rows, Rows, Outcome]) -> bool:
        return not dry_run and bool(planned[2].changes)

    def write(session: Session, revision: RevisionRow, planned: tuple[Rows, Rows, Outcome]) -> None:
        before, after, outcome = planned
        if revision.checksum == BEFORE_EDITING:
            write_base(session, before, {})
            revision.checksum = NOT_LOADED
        stored.write(session, before, after)
        audit.note(session, outcome.changes, by, origin)
        revision.revision += 1

    return change(store, plan, wanted, write)[2]


def _draft(before: Rows, edits: Iterable[Edit]) -> tuple[Rows, Outcome]:
    draft = Draft(before)
    for one in edits:
        if isinstance(one, Put):
            draft.put(one.type, one.id, one.fields, one.mode, one.file, one.row)
        elif isinstance(one, Retire):
            draft.retire(one.type, one.id)
        elif isinstance(one, RetireOthers):
            draft.retire_others(one.types)
        elif isinstance(one, AddName):
            draft.add_name(one.record, one.language, one.kind, one.text)
        elif isinstance(one, ChangeName):
            draft.change_name(one.record, one.language, one.old, one.text)
        else:
            draft.retire_name(one.record, one.language, one.text)
    draft.check()
    if draft.refused:
        return draft.rows, Outcome(refused=tuple(draft.refused))
    return draft.rows, Outcome(changes=diff(before, draft.rows))
