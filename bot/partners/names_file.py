"""The names as the core's matcher reads them, over HTTP or from a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.common.text import strip_legal_form
from bot.partners import queries
from bot.partners.common_words import read_common_words
from bot.partners.mention_signs import has_legal_form
from bot.partners.name_table import NameTable, read_names
from bot.partners.records import Name, Record
from bot.store import Store


def names_document(
    revision: int, names: Iterable[Name], records: Mapping[str, Record], base: str = ""
) -> dict[str, Any]:
    """{"revision": "3", "base": "3", "names": [{"name", "language", "type", "id"}]}; links have no names.

    A caller whose list was made at `base`, as the table here was, gets the names of the records that changed since,
    and all their ids under "changed"; any other caller gets all names.
    """
    document: dict[str, Any] = json.loads(names_body(revision, names, records, base))
    return document


def names_body(revision: int, names: Iterable[Name], records: Mapping[str, Record], base: str = "") -> bytes:
    """The same as JSON, written row by row: as one object, 200,000 rows take 100 MB for a moment."""
    made_at = str(names.revision if isinstance(names, NameTable) else revision)
    head: dict[str, Any] = {"revision": str(revision), "base": made_at}
    if isinstance(names, NameTable) and base == made_at:
        head["changed"] = sorted(names.later)
        names = (name for many in names.later.values() for name in many)
    body = bytearray(json.dumps(head)[:-1].encode() + b', "names": [')
    separator = b""
    for name in names:
        if (row := _row(name, records)) is not None:
            body += separator + json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
            separator = b", "
    return bytes(body + b"]}")


def _row(name: Name, records: Mapping[str, Record]) -> dict[str, Any] | None:
    """One row; None for an organisation's name that is everyday words, which the core would take for that name."""
    type_ = records[name.record_id].type
    row: dict[str, Any] = {"name": name.text, "language": name.language, "type": type_, "id": name.record_id}
    if type_ == "organisation" and name.kind not in ("description", "label"):
        formed = has_legal_form(name.folded)
        if read_common_words().make_up(strip_legal_form(name.folded) if formed else name.folded):
            return row | {"whole": True} if formed else None  # Sonne GmbH is a name, Sonne is not
    return row


def write_names(store: Store, path: Path) -> None:
    """Write the document of the database's present state, if it differs from what is there."""
    with store.reading() as session:
        records = {record.id: record for record in queries.records(session)}
        body = names_body(queries.revision(session), read_names(session), records)
    if not path.exists() or path.read_bytes() != body:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
