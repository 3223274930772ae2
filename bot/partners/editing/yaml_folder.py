"""Rows in the files' own form: read one file or a folder laid out like data/knowledge, written back into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.partners.editing.edits import Put
from bot.partners.editing.rows import COLUMNS, CONTACT, RECORDS, Fields, Key, Rows, Type, document, file_rows, flat
from bot.partners.files import LAYOUT, Knowledge, Refusal, read_file
from bot.partners.yaml_files import read_yaml, yaml_text

FOLDERS: dict[Type, str] = {"organisation": "organisations", "place": "places", "topic": "topics"}
LISTED: dict[Type, tuple[str, str]] = {  # type -> (file for new rows, key of its list)
    "source": ("sources.yml", "sources"), "link": ("links/added.yml", "links"), "desk": ("desks.yml", "desks"),
}  # fmt: skip


def read_yaml_rows(path: Path, type_: Type | None) -> tuple[list[Put], list[Refusal]]:
    """The rows of a file or of a whole folder, each row complete. Raises OSError."""
    knowledge = Knowledge()
    where: dict[int, str] = {}
    if path.is_dir():
        found = [
            (file, str(file.relative_to(path)), pattern) for pattern in LAYOUT for file in sorted(path.glob(pattern))
        ]
    else:
        pattern = _pattern_of(path, type_)
        if pattern is None:
            why = "cannot tell what it holds: say --type organisation, place or topic"
            return [], [Refusal(path.name, "file", why)]
        found = [(path, path.name, pattern)]
    for file, name, pattern in found:
        attribute, model, key = LAYOUT[pattern]
        for row in read_file(file, name, model, key, knowledge.refused):
            getattr(knowledge, attribute).append(row)
            where[id(row)] = name
    if not found:
        knowledge.refused.append(Refusal(path.name, "folder", "holds no knowledge files"))
    return [*_puts(knowledge, where)], knowledge.refused


def _pattern_of(path: Path, type_: Type | None) -> str | None:
    try:
        data = read_yaml(path)
    except (yaml.YAMLError, UnicodeDecodeError):
        return "sources.yml"  # reading it again as anything says what is wrong with it
    keys = {key: pattern for pattern, (_, _, key) in LAYOUT.items() if key}
    if isinstance(data, dict) and (listed := next((keys[key] for key in keys if key in data), None)):
        return listed
    folder = FOLDERS.get(type_) if type_ else path.parent.name
    return f"{folder}/*.yml" if folder in FOLDERS.values() else None


def _puts(knowledge: Knowledge, where: Mapping[int, str]) -> Iterator[Put]:
    def put(type_: Type, row_id: str, fields: Fields, name: str) -> Put:
        # A row in a file is complete, but for the ways to reach a desk, which mostly are configured.
        given = {c: fields.get(c) for c in COLUMNS[type_] if c in fields or not (type_ == "desk" and c in CONTACT)}
        return Put(type_, row_id, given, "either", name, row_id)

    for source in knowledge.sources:
        yield put("source", source.id, flat("source", source), where[id(source)])
    groups: list[tuple[Type, list[Any]]] = [
        ("organisation", [*knowledge.organisations]), ("place", [*knowledge.places]),
        ("topic", [*knowledge.topics]), ("link", [*knowledge.links]),
    ]  # fmt: skip
    for type_, models in groups:
        for record in models:
            yield put(type_, record.id, flat(type_, record), where[id(record)])
            for fact in record.facts:
                yield put("fact", fact.id, flat("fact", fact, record=record.id), where[id(record)])
    for desk in knowledge.desks:
        yield put("desk", desk.id, flat("desk", desk), where[id(desk)])


def write_yaml(folder: Path, rows: Rows, file_of: Mapping[Key, str]) -> tuple[list[Path], list[Path]]:
    """(files written, files whose rows are all gone). A file that already says the same is left as it is.

    `file_of` gives the file of the rows that came from one; the comments at the head of a file stay.
    """
    written, gone = [], []
    documents = _documents(rows, file_of)
    for name, data in documents.items():
        path = folder / name
        if path.exists() and _says(path, name) == _said(name, data):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml_text(data)
        path.write_text(_head(path) + text, encoding="utf-8")
        written.append(path)
    for pattern in LAYOUT:
        gone += [path for path in sorted(folder.glob(pattern)) if str(path.relative_to(folder)) not in documents]
    return written, gone


def _documents(rows: Rows, file_of: Mapping[Key, str]) -> dict[str, Any]:
    facts: dict[str, list[dict[str, Any]]] = {}
    for (type_, row_id), fields in rows.items():
        if type_ == "fact":
            row = {name: value for name, value in document(type_, row_id, fields).items() if name != "record"}
            facts.setdefault(str(fields["record"]), []).append(row)
    # Rows keep their place in their file; new ones follow.
    places = {key: number for number, key in enumerate(file_of)}
    documents: dict[str, Any] = {}
    for key in sorted((key for key in rows if key[0] != "fact"), key=lambda key: places.get(key, len(places))):
        type_, row_id = key
        data = document(type_, row_id, rows[key])
        if row_id in facts and type_ in RECORDS:
            data["facts"] = facts[row_id]
        if type_ in LISTED:
            file, name = LISTED[type_]
            documents.setdefault(file_of.get(key) or file, {name: []})[name].append(data)
        else:
            documents[file_of.get(key) or f"{FOLDERS[type_]}/{row_id}.yml"] = data
    return documents


def _says(path: Path, name: str) -> Rows | None:
    refused: list[Refusal] = []
    knowledge = Knowledge()
    attribute, model, key = next(LAYOUT[pattern] for pattern in LAYOUT if Path(name).match(pattern))
    getattr(knowledge, attribute).extend(read_file(path, name, model, key, refused))
    return None if refused else file_rows(knowledge)


def _said(name: str, data: Any) -> Rows:
    attribute, model, key = next(LAYOUT[pattern] for pattern in LAYOUT if Path(name).match(pattern))
    knowledge = Knowledge()
    getattr(knowledge, attribute).extend(model.model_validate(row) for row in (data[key] if key else [data]))
    return file_rows(knowledge)


def _head(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    head = []
    for line in lines:
        if not line.startswith("#"):
            break
        head.append(line)
    return "".join(head)
