"""The knowledge files (data/knowledge/**/*.yml) as checked models; every refusal says what, where and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.partners.yaml_files import read_yaml

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Text = Annotated[str, Field(min_length=1)]
Lang = Literal["en", "de", "zh"]
Texts = Annotated[dict[Lang, Text], Field(min_length=1)]
NameLists = dict[Lang, list[Text]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SourceFile(_Model):
    id: Id
    url: Annotated[str, Field(pattern=r"^https?://")]
    publisher: Text
    title: Text
    published: Day | None
    language: Lang


class FactFile(_Model):
    id: Id
    text: Texts
    as_of: Day | None
    source: Id
    confidence: Literal["seed", "official", "press"]
    variants: list[Id] = []
    asked: NameLists = {}


class _Named(_Model):
    id: Id
    names: Texts
    labels: dict[Lang, Text] = {}  # how we call it in a language in which it has no established name
    aliases: NameLists = {}
    descriptions: NameLists = {}
    facts: list[FactFile] = []


class OrganisationFile(_Named):
    kind: Text
    part: Literal["centre", "carrier", "partner", "network", "other"]
    role: Texts
    city: str | None = None
    country: Text
    website: str | None = None
    address: str | None = None
    sectors: list[str] = []


class PlaceFile(_Named):
    kind: Text
    role: Texts
    city: str | None = None
    country: Text
    website: str | None = None
    sectors: list[str] = []


class TopicFile(_Named):
    organisations: list[Id] = []


class LinkFile(_Model):
    id: Id
    kind: Text
    from_: Id = Field(alias="from")
    to: Id
    date: Day | None
    status: Text
    facts: list[FactFile] = []


class DeskFile(_Model):
    id: Id
    names: Texts
    languages: list[Lang]
    organisation: Id | None = None
    answers_for: list[Id] = []


@dataclass(frozen=True)
class Refusal:
    """One row that cannot be loaded."""

    file: str
    row: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}: {self.row}: {self.why}"


@dataclass
class Knowledge:
    """All files, parsed; `refused` is empty when they may be loaded."""

    sources: list[SourceFile] = field(default_factory=list)
    organisations: list[OrganisationFile] = field(default_factory=list)
    places: list[PlaceFile] = field(default_factory=list)
    topics: list[TopicFile] = field(default_factory=list)
    links: list[LinkFile] = field(default_factory=list)
    desks: list[DeskFile] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    checksum: str = ""

    @property
    def records(self) -> list[OrganisationFile | PlaceFile | TopicFile | LinkFile]:
        return [*self.organisations, *self.places, *self.topics, *self.links]


def read_knowledge(folder: Path) -> Knowledge:
    """Read and check every file below `folder`; wrong rows are collected in `refused`, never raised."""
    knowledge = Knowledge()
    digest = hashlib.sha256()
    seen: dict[str, str] = {}
    rows: list[tuple[str, type[Any], list[Any], str | None]] = [
        ("sources.yml", SourceFile, knowledge.sources, "sources"),
        ("organisations/*.yml", OrganisationFile, knowledge.organisations, None),
        ("places/*.yml", PlaceFile, knowledge.places, None),
        ("topics/*.yml", TopicFile, knowledge.topics, None),
        ("links/*.yml", LinkFile, knowledge.links, "links"),
        ("desks.yml", DeskFile, knowledge.desks, "desks"),
    ]
    for pattern, model, target, key in rows:
        for path in sorted(folder.glob(pattern)):
            name = str(path.relative_to(folder))
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
            for label, data in _rows(path, name, key, knowledge.refused):
                try:
                    row = model.model_validate(data)
                except ValidationError as error:
                    for e in error.errors():
                        where = ".".join(map(str, e["loc"])) or "row"
                        knowledge.refused.append(Refusal(name, label, f"{where}: {e['msg']}"))
                    continue
                ids = [row.id, *(fact.id for fact in getattr(row, "facts", []))]
                for identifier in ids:
                    if identifier in seen:
                        knowledge.refused.append(Refusal(name, identifier, f"id is already used in {seen[identifier]}"))
                    seen[identifier] = name
                target.append(row)
    if not knowledge.sources and not knowledge.refused:
        knowledge.refused.append(Refusal(str(folder.name), "sources.yml", "no knowledge files found"))
    _check_references(knowledge)
    knowledge.checksum = digest.hexdigest()
    return knowledge


def _rows(path: Path, name: str, key: str | None, refused: list[Refusal]) -> Iterator[tuple[str, Any]]:
    try:
        data = read_yaml(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "file"
        refused.append(Refusal(name, where, f"not readable as YAML: {getattr(error, 'problem', None) or error}"))
        return
    if key is None:
        yield (str(data.get("id", "row 1")) if isinstance(data, dict) else "row 1"), data
        return
    if not isinstance(data, dict) or not isinstance(data.get(key), list):
        refused.append(Refusal(name, "file", f"needs a list under '{key}'"))
        return
    for number, row in enumerate(data[key], start=1):
        yield (str(row.get("id", f"row {number}")) if isinstance(row, dict) else f"row {number}"), row


def _check_references(knowledge: Knowledge) -> None:
    # A row that was itself refused is there, only wrong: what points to it is not reported again.
    refused = {row.row for row in knowledge.refused} | {Path(row.file).stem for row in knowledge.refused}
    sources = {source.id for source in knowledge.sources} | refused
    records = {record.id for record in knowledge.records} | refused

    def need(row: str, field_name: str, target: str, known: set[str]) -> None:
        if target not in known:
            knowledge.refused.append(Refusal("references", row, f"{field_name}: '{target}' does not exist"))

    for record in knowledge.records:
        for fact in record.facts:
            need(fact.id, "source", fact.source, sources)
    for topic in knowledge.topics:
        for organisation in topic.organisations:
            need(topic.id, "organisations", organisation, records)
    for link in knowledge.links:
        need(link.id, "from", link.from_, records)
        need(link.id, "to", link.to, records)
    for desk in knowledge.desks:
        if desk.organisation:
            need(desk.id, "organisation", desk.organisation, records)
        for record_id in desk.answers_for:
            need(desk.id, "answers_for", record_id, records)
