"""The names as the core's matcher reads them, over HTTP or from a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.partners import queries
from bot.partners.records import Name, Record
from bot.store import Store


def names_document(revision: int, names: Iterable[Name], records: Mapping[str, Record]) -> dict[str, Any]:
    """{"revision": "3", "names": [{"name", "language", "type", "id"}]}; types are organisation, place and topic."""
    rows = [
        {"name": n.text, "language": n.language, "type": records[n.record_id].type, "id": n.record_id} for n in names
    ]
    return {"revision": str(revision), "names": rows}


def write_names(store: Store, path: Path) -> None:
    """Write the document of the database's present state, if it differs from what is there."""
    with store.session() as session:
        records = {record.id: record for record in queries.records(session)}
        document = names_document(queries.revision(session), queries.names(session), records)
    text = json.dumps(document, ensure_ascii=False)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
