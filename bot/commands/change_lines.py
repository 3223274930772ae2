"""Changes of the knowledge as lines an editor reads: a diff before, a history afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.partners.editing.audit import Entry
from bot.partners.editing.changes import Change
from bot.partners.editing.rows import Key

SIGNS = {"added": "+", "changed": "~", "retired": "-", "kept": "!"}
SHOWN = 3  # entries of a list in a row that is new or gone


def diff_lines(changes: Iterable[Change]) -> Iterator[str]:
    """One head per row with its sign, and its cells below: new ones, `old -> new`, or what is taken out."""
    last: tuple[Key, str] | None = None
    for change in changes:
        if (change.key, change.action) != last:
            last = change.key, change.action
            yield f"{SIGNS[change.action]} {change.key[0]} {change.key[1]} ({change.action})"
        yield from (f"    {line}" for line in cell_lines(change))


def cell_lines(change: Change) -> Iterator[str]:
    """What happened to the cells of one change."""
    if change.action == "kept":
        yield _kept(change)
    elif not change.field:
        yield from (f"{field}: {_brief(value)}" for field, value in (change.new or change.old or {}).items())
    elif isinstance(change.old, tuple) or isinstance(change.new, tuple):
        old, new = _entries(change.old), _entries(change.new)
        gone, come = [v for v in old if v not in new], [v for v in new if v not in old]
        marks = [f"- {shown(v)}" for v in gone] + [f"+ {shown(v)}" for v in come]
        yield f"{change.field}: " + (", ".join(marks) or f"now in the order {shown(new)}")
    else:
        yield f"{change.field}: {shown(change.old)} -> {shown(change.new)}"


def _brief(value: Any) -> str:
    if isinstance(value, tuple) and len(value) > SHOWN:
        return f"{shown(value[:SHOWN])} and {len(value) - SHOWN} more"
    return shown(value)


def kept_lines(changes: Iterable[Change]) -> list[str]:
    """What a load says where staff's word stood against the files, one line each."""
    return [f"{change.key[0]} {change.key[1]}: {_kept(change)}" for change in changes]


def _kept(change: Change) -> str:
    if change.field:
        return f"{change.field}: stays {shown(change.old)} as staff set it; the files now say {shown(change.new)}"
    if change.new is not None:
        return "stays out as staff left it; the files changed it"
    return "stays because staff changed or use it; the files no longer have it"


def count_line(changes: Iterable[Change]) -> str:
    """ "1 added, 2 changed": rows, not cells."""
    rows: dict[str, set[Key]] = {}
    for change in changes:
        rows.setdefault(change.action, set()).add(change.key)
    return ", ".join(f"{len(keys)} {action}" for action, keys in rows.items()) or "nothing changed"


def history_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """When (UTC), who, from where; then what, indented."""
    head = ""
    for entry in entries:
        change = entry.change
        line = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.by}  {change.action} {change.key[0]} {change.key[1]}  ({entry.origin})"
        if line != head:
            head = line
            yield line
        yield from (f"    {cell}" for cell in cell_lines(change))


def shown(value: Any) -> str:
    """A value in quotes, so that spaces and line breaks can be seen; nothing for an empty one."""
    if value is None or value == ():
        return "nothing"
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def _entries(value: Any) -> tuple[str, ...]:
    return tuple(value) if value else ()
