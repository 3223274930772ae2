"""A row as editors see it: one flat field per cell, the same for commands, tables, files and the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError

from bot.partners.files import (
    DAY_PATTERN,
    ID_PATTERN,
    KIND_PATTERN,
    URL_PATTERN,
    DeskFile,
    FactFile,
    Id,
    Knowledge,
    LinkFile,
    OrganisationFile,
    PlaceFile,
    SourceFile,
    TopicFile,
)  # fmt: skip
from bot.partners.records import LANGUAGES

Type = Literal["source", "organisation", "place", "topic", "link", "fact", "desk"]
TYPES: tuple[Type, ...] = get_args(Type)
RECORDS: tuple[Type, ...] = ("organisation", "place", "topic", "link")
Value = str | tuple[str, ...]
Fields = Mapping[str, Value]  # field -> value; an empty value has no entry
Key = tuple[Type, str]  # (type, id)
Rows = dict[Key, Fields]  # in the order in which they are kept


class FactRow(FactFile):
    """A fact that stands for itself, with the record it is about."""

    record: Id


MODELS: Mapping[Type, type[BaseModel]] = {
    "source": SourceFile, "organisation": OrganisationFile, "place": PlaceFile, "topic": TopicFile,
    "link": LinkFile, "fact": FactRow, "desk": DeskFile,
}  # fmt: skip


def _each(*stems: str) -> tuple[str, ...]:
    return tuple(f"{stem}.{language}" for stem in stems for language in LANGUAGES)


_NAMED = _each("names", "labels", "aliases", "descriptions")
COLUMNS: Mapping[Type, tuple[str, ...]] = {  # in the order in which the files have them
    "source": ("url", "publisher", "title", "published", "language"),
    "organisation": (*_NAMED, "kind", "part", *_each("role"), "city", "country", "website", "address", "sectors"),
    "place": (*_NAMED, "kind", *_each("role"), "city", "country", "website", "sectors"),
    "topic": (*_NAMED, "organisations"),
    "link": ("kind", "from", "to", "date", "status"),
    "fact": ("record", *_each("text"), "as_of", "source", "confidence", "variants", *_each("asked")),
    "desk": (*_each("names"), "languages", "organisation", "answers_for", "email", "phone", "url", "hours"),
}
MANY = {"aliases", "descriptions", "sectors", "organisations", "variants", "asked", "languages", "answers_for"}
CONTACT = ("email", "phone", "url", "hours")  # of a desk
MAY_BE_NULL = ("published", "as_of", "date")  # the models want them said, if only as null
WANTED = {  # pattern -> what is said instead of it
    ID_PATTERN: "must be lower-case letters, digits and hyphens, at most 80",
    DAY_PATTERN: "must be a date like 2026, 2026-03 or 2026-03-15",
    URL_PATTERN: "must be an address that begins with http:// or https://",
    KIND_PATTERN: "must be lower-case letters, digits and underscores, at most 40",
}
# Fields that hold ids of other rows: which types they may name.
REFERENCES: Mapping[tuple[Type, str], tuple[Type, ...]] = {
    ("topic", "organisations"): RECORDS,
    ("link", "from"): RECORDS, ("link", "to"): RECORDS,
    ("fact", "record"): RECORDS, ("fact", "source"): ("source",),
    ("desk", "organisation"): RECORDS, ("desk", "answers_for"): RECORDS,
}  # fmt: skip


def is_list(field: str) -> bool:
    """Whether a field holds several values."""
    return field.partition(".")[0] in MANY


def flat(type_: Type, model: BaseModel, **others: str) -> Fields:
    """The fields of a model; `others` are added (a fact's record, for one)."""
    fields: dict[str, Value] = {}
    for name, value in (model.model_dump(by_alias=True, exclude={"facts", "id"}) | others).items():
        cells = {f"{name}.{key}": cell for key, cell in value.items()} if isinstance(value, dict) else {name: value}
        fields |= {field: tuple(cell) if isinstance(cell, list) else cell for field, cell in cells.items() if cell}
    return tidy(type_, fields)


def tidy(type_: Type, fields: Mapping[str, Value]) -> Fields:
    """The fields in their order, without empty values, repeats, and names that say the same twice."""
    ordered: dict[str, Value] = {}
    said: dict[str, set[str]] = {}
    for field in COLUMNS[type_]:
        value = fields.get(field)
        stem, _, language = field.partition(".")
        if isinstance(value, tuple):
            value = tuple(sorted(set(value)) if field == "answers_for" else dict.fromkeys(value))  # a set: any order
        if value and stem in ("names", "labels", "aliases", "descriptions") and type_ != "desk":
            seen = said.setdefault(language, set())
            if isinstance(value, str):
                value = "" if value in seen else value
                seen.add(value)
            else:
                value = tuple(v for v in value if v not in seen)
                seen.update(value)
        if value:
            ordered[field] = value
    return ordered


def document(type_: Type, row_id: str, fields: Mapping[str, Value]) -> dict[str, Any]:
    """The row as it stands in a knowledge file: {"id": ..., "names": {"en": ...}, ...}."""
    found: dict[str, Any] = {"id": row_id}
    for field in COLUMNS[type_]:
        stem, _, language = field.partition(".")
        value = fields.get(field)
        if value:
            cell = list(value) if isinstance(value, tuple) else value
            if language:
                found.setdefault(stem, {})[language] = cell
            else:
                found[stem] = cell
        elif field in MAY_BE_NULL:
            found[field] = None
    return found


def faults(type_: Type, row_id: str, fields: Mapping[str, Value]) -> tuple[list[tuple[str, str]], Fields]:
    """([(field, reason)], the fields as they will be kept); references are not looked at."""
    unknown = [(name, "there is no such field") for name in fields if name not in COLUMNS[type_]]
    if unknown:
        return unknown, fields
    try:
        model = MODELS[type_].model_validate(document(type_, row_id, fields))
    except ValidationError as error:
        return [(_field(e["loc"]), _reason(e)) for e in error.errors()], fields
    return [], flat(type_, model)


def _field(place: tuple[int | str, ...]) -> str:
    names = [str(part) for part in place if isinstance(part, str) and part != "[key]"]
    return ".".join(names[:2]) or "row"


def _reason(error: Mapping[str, Any]) -> str:
    if error["type"] == "missing":
        return "is missing"
    pattern = (error.get("ctx") or {}).get("pattern")
    return WANTED.get(str(pattern)) or str(error["msg"]).removeprefix("Value error, ")


def file_rows(knowledge: Knowledge) -> Rows:
    """All rows of checked files: sources, records, the facts of each record, desks."""
    rows: Rows = {}
    groups: list[tuple[Type, list[Any]]] = [
        ("source", knowledge.sources), ("organisation", knowledge.organisations), ("place", knowledge.places),
        ("topic", knowledge.topics), ("link", knowledge.links),
    ]  # fmt: skip
    for type_, models in groups:
        for model in models:
            rows[type_, model.id] = flat(type_, model)
    for record in knowledge.records:
        for fact in record.facts:
            rows["fact", fact.id] = flat("fact", fact, record=record.id)
    for desk in knowledge.desks:
        rows["desk", desk.id] = flat("desk", desk)
    return rows
