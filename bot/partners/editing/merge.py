"""The knowledge files and the edits of staff brought together: what staff changed stands, the rest follows the files."""

from __future__ import annotations

from dataclasses import dataclass

from bot.partners.editing.changes import Change, exists, record_key, references, without
from bot.partners.editing.rows import COLUMNS, RECORDS, Fields, Key, Rows, Value, is_list, tidy


@dataclass(frozen=True)
class Merged:
    """The rows to keep, and where staff's word stood against a change in the files."""

    rows: Rows
    kept: tuple[Change, ...]


def merge(base: Rows, files: Rows, now: Rows) -> Merged:
    """`base`: the files as last loaded; `files`: as they are; `now`: the database.

    A cell that differs between `base` and `now` was changed by staff. Lists are merged entry by entry.
    """
    rows: Rows = {}
    kept: list[Change] = []
    staff = {key for key in now if key not in base}
    for key, theirs in files.items():
        old, mine = base.get(key), now.get(key)
        if mine is None and old is not None:
            if theirs != old:
                kept.append(Change(key, "kept", new=dict(theirs)))  # retired by staff
        elif mine is None:
            other = record_key(key[1], now) if key[0] in RECORDS else None
            if other in staff:
                kept.append(Change(key, "kept", new=dict(theirs)))  # staff gave the id to something else
            else:
                rows[key] = theirs
        else:
            rows[key] = _row(key, old or {}, theirs, mine, kept)
    withdrawn: Rows = {}
    for key, mine in now.items():
        if key in files:
            continue
        if key in staff:
            rows[key] = mine
        elif mine == base[key] or (key[0] in RECORDS and record_key(key[1], files)):
            withdrawn[key] = mine
        else:
            rows[key] = mine
            kept.append(Change(key, "kept", old=dict(mine)))  # taken out of the files, changed by staff
    _mend(rows, withdrawn, files, kept)
    return Merged(rows, tuple(kept))


def _row(key: Key, old: Fields, theirs: Fields, mine: Fields, kept: list[Change]) -> Fields:
    if theirs in (old, mine):
        return mine
    fields: dict[str, Value] = {}
    for field in COLUMNS[key[0]]:
        was, wanted, value = old.get(field), theirs.get(field), mine.get(field)
        if is_list(field):
            value = _entries(_many(was), _many(wanted), _many(value))
        elif value == was:
            value = wanted
        elif wanted not in (was, value):
            kept.append(Change(key, "kept", field, value, wanted))
        if value:
            fields[field] = value
    return tidy(key[0], fields)


def _many(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _entries(was: tuple[str, ...], wanted: tuple[str, ...], mine: tuple[str, ...]) -> tuple[str, ...]:
    if mine == was:
        return wanted
    stay = [entry for entry in mine if entry in wanted or entry not in was]
    return tuple(dict.fromkeys([*stay, *(entry for entry in wanted if entry not in was)]))


def _mend(rows: Rows, withdrawn: Rows, files: Rows, kept: list[Change]) -> None:
    """Nothing may point to what is not there: rows that others need come back, rows that lack their own need go."""
    changed = True
    while changed:
        changed = False
        for key in list(rows):
            for field, target, needed in list(references(key, rows[key])):
                if key not in rows or exists(key, field, target, rows):
                    continue
                changed = True
                back = ("source", target) if field == "source" else record_key(target, withdrawn)
                if not needed:
                    rows[key] = without(rows[key], field, target)
                elif back in withdrawn:
                    rows[back] = withdrawn.pop(back)
                    kept.append(Change(back, "kept", old=dict(rows[back])))  # staff's rows need it
                else:
                    del rows[key]
                    kept += [Change(key, "kept", new=dict(files[key]))] if key in files else []
