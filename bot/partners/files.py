"""The knowledge files (data/knowledge/**/*.yml) as checked models; every refusal says what, where and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bot.partners.yaml_files import read_yaml

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,79}$"
DAY_PATTERN = r"^\d{4}(-\d{2}(-\d{2})?)?$"
KIND_PATTERN = r"^[a-z0-9_]{1,40}$"
URL_PATTERN = r"^https?://\S+$"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def _readable(text: str) -> str:
    """Neither PostgreSQL nor a spreadsheet can keep every control character."""
    if CONTROL.search(text):
        raise ValueError("holds a control character")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("must be one line")
    return text


Id = Annotated[str, Field(pattern=ID_PATTERN)]
Day = Annotated[str, Field(pattern=DAY_PATTERN)]
Text = Annotated[str, Field(min_length=1, max_length=8000), AfterValidator(_readable)]
Line = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_readable), AfterValidator(_one_line)]
Kind = Annotated[str, Field(pattern=KIND_PATTERN)]
Column = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_readable), AfterValidator(_one_line)]
Url = Annotated[str, Field(pattern=URL_PATTERN, max_length=2000), AfterValidator(_readable)]
Lang = Literal["en", "de", "zh"]
Texts = Annotated[dict[Lang, Text], Field(min_length=1)]
Names = Annotated[dict[Lang, Line], Field(min_length=1)]
NameLists = dict[Lang, list[Line]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class SourceFile(_Model):
    id: Id
    url: Url
    publisher: Line
    title: Line
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
    names: Names
    labels: dict[Lang, Line] = {}  # how we call it in a language in which it has no established name
    aliases: NameLists = {}
    descriptions: NameLists = {}
    facts: list[FactFile] = []


class OrganisationFile(_Named):
    kind: Kind
    part: Literal["centre", "carrier", "partner", "network", "other"]
    role: dict[Lang, Text] = {}
    city: Column | None = None
    country: Column
    website: Url | None = None
    address: Text | None = None
    sectors: list[Line] = []


class PlaceFile(_Named):
    kind: Kind
    role: dict[Lang, Text] = {}
    city: Column | None = None
    country: Column
    website: Url | None = None
    sectors: list[Line] = []


class TopicFile(_Named):
    organisations: list[Id] = []


class LinkFile(_Model):
    id: Id
    kind: Kind
    from_: Id = Field(alias="from")
    to: Id
    date: Day | None
    status: Line
    facts: list[FactFile] = []


class DeskFile(_Model):
    """The ways to reach a desk may stand here or in the setting DESK_CONTACTS, which comes first."""

    id: Id
    names: Names
    languages: list[Lang]
    organisation: Id | None = None
    answers_for: list[Id] = []
    email: Line | None = None
    phone: Line | None = None
    url: Line | None = None
    hours: Line | None = None


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
    """All files, parsed; `refused` is empty when they may be loaded, `file_of` names the file of each id."""

    sources: list[SourceFile] = field(default_factory=list)
    organisations: list[OrganisationFile] = field(default_factory=list)
    places: list[PlaceFile] = field(default_factory=list)
    topics: list[TopicFile] = field(default_factory=list)
    links: list[LinkFile] = field(default_factory=list)
    desks: list[DeskFile] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    file_of: dict[str, str] = field(default_factory=dict)
    checksum: str = ""

    @property
    def records(self) -> list[OrganisationFile | PlaceFile | TopicFile | LinkFile]:
        return [*self.organisations, *self.places, *self.topics, *self.links]


# Where which rows stand: file pattern -> (attribute of Knowledge, model, key of the list; None: one row a file).
LAYOUT: dict[str, tuple[str, type[Any], str | None]] = {
    "sources.yml": ("sources", SourceFile, "sources"),
    "organisations/*.yml": ("organisations", OrganisationFile, None),
    "places/*.yml": ("places", PlaceFile, None),
    "topics/*.yml": ("topics", TopicFile, None),
    "links/*.yml": ("links", LinkFile, "links"),
    "desks.yml": ("desks", DeskFile, "desks"),
}


def read_knowledge(folder: Path) -> Knowledge:
    """Read and check every file below `folder`; wrong rows are collected in `refused`, never raised."""
    knowledge = Knowledge()
    digest = hashlib.sha256()
    seen = knowledge.file_of
    for pattern, (attribute, model, key) in LAYOUT.items():
        for path in sorted(folder.glob(pattern)):
            name = str(path.relative_to(folder))
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
            for row in read_file(path, name, model, key, knowledge.refused):
                for identifier in [row.id, *(fact.id for fact in getattr(row, "facts", []))]:
                    if identifier in seen:
                        knowledge.refused.append(Refusal(name, identifier, f"id is already used in {seen[identifier]}"))
                    seen[identifier] = name
                getattr(knowledge, attribute).append(row)
    if not knowledge.sources and not knowledge.refused:
        knowledge.refused.append(Refusal(str(folder.name), "sources.yml", "no knowledge files found"))
    _check_references(knowledge)
    knowledge.checksum = digest.hexdigest()
    return knowledge


def read_file(path: Path, name: str, model: type[Any], key: str | None, refused: list[Refusal]) -> list[Any]:
    """The rows of one file as models; `name` is what refusals call it, `key` what its list stands under, if any."""
    found = []
    for label, data in _rows(path, name, key, refused):
        try:
            found.append(model.model_validate(data))
        except ValidationError as error:
            for e in error.errors():
                where = ".".join(map(str, e["loc"])) or "row"
                refused.append(Refusal(name, label, f"{where}: {e['msg']}"))
    return found


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
