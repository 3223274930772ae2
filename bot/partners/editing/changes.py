"""What differs between two states of the rows: the diff that is shown, and that the audit keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.partners.editing.rows import COLUMNS, RECORDS, REFERENCES, Fields, Key, Rows

Action = Literal["added", "changed", "retired", "kept"]


@dataclass(frozen=True)
class Change:
    """One cell that differs, or a whole row where `field` is empty (`old` and `new` are then all its fields).

    `kept`: staff's `old` stands although the files say `new`.
    """

    key: Key
    action: Action
    field: str = ""
    old: Any = None
    new: Any = None


def diff(before: Rows, after: Rows) -> tuple[Change, ...]:
    """Added and changed rows in the order of `after`, then the retired ones."""
    found: list[Change] = []
    for key, fields in after.items():
        if key not in before:
            found.append(Change(key, "added", new=dict(fields)))
        elif fields != before[key]:
            old = before[key]
            for field in COLUMNS[key[0]]:
                if old.get(field) != fields.get(field):
                    found.append(Change(key, "changed", field, old.get(field), fields.get(field)))
    found += [Change(key, "retired", old=dict(fields)) for key, fields in before.items() if key not in after]
    return tuple(found)


def references(key: Key, fields: Fields) -> Iterator[tuple[str, str, bool]]:
    """(field, id it names, whether the row cannot be without it) for all references of a row."""
    for (type_, field), _ in REFERENCES.items():
        value = fields.get(field)
        if type_ == key[0] and value:
            needed = field in ("from", "to", "record", "source")
            for target in value if isinstance(value, tuple) else (value,):
                yield field, target, needed


def exists(key: Key, field: str, target: str, rows: Mapping[Key, Fields]) -> bool:
    """Whether the row that `field` of `key` names is among `rows`."""
    return any((type_, target) in rows for type_ in REFERENCES[key[0], field])


def without(fields: Fields, field: str, target: str) -> Fields:
    """The fields with one reference taken out."""
    value = fields[field]
    rest = tuple(v for v in value if v != target) if isinstance(value, tuple) else ()
    return {name: v for name, v in {**fields, field: rest}.items() if v}


def record_key(record_id: str, rows: Mapping[Key, Fields]) -> Key | None:
    """The organisation, place, topic or link with this id."""
    return next(((type_, record_id) for type_ in RECORDS if (type_, record_id) in rows), None)
