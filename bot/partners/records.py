"""Frozen records: what the rest of the project sees of the partner database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["en", "de", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "zh")
CENTRE = "china-competence-centre"  # the id of the organisation that the assistant speaks for
RecordType = Literal["organisation", "place", "topic", "link"]
_CONFIDENCE_ORDER = {"seed": 0, "official": 1, "press": 2}


@dataclass(frozen=True, slots=True)
class Source:
    """A page that a fact was read from; `published` is YYYY, YYYY-MM or YYYY-MM-DD."""

    id: str
    url: str
    publisher: str
    title: str
    published: str | None
    language: str


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One statement about one record; `variants` name the questions on which sources disagree."""

    id: str
    record_id: str
    text: Mapping[str, str]
    as_of: str | None
    source: Source
    confidence: str
    variants: tuple[str, ...] = ()
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def in_language(self, language: str) -> tuple[str, str]:
        """(text, language of that text): the asked language, else the first that exists."""
        for candidate in (language, *LANGUAGES):
            if candidate in self.text:
                return self.text[candidate], candidate
        raise ValueError(f"fact {self.id} has no text")


@dataclass(frozen=True, slots=True)
class Name:
    """One way to call a record; `kind` is official, alias, description or transliteration."""

    record_id: str
    language: str
    kind: str
    text: str
    folded: str


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """An organisation, place, topic or link; fields that a type does not have are empty."""

    id: str
    type: RecordType
    position: int
    names: Mapping[str, str]
    kind: str = ""
    part: str = ""
    role: Mapping[str, str] = field(default_factory=dict)
    city: str | None = None
    country: str | None = None
    website: str | None = None
    address: str | None = None
    sectors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    from_id: str | None = None
    to_id: str | None = None
    date: str | None = None
    status: str | None = None

    def name(self, language: str) -> str:
        """The official name in `language`, else in English, else any."""
        for candidate in (language, "en", "de", "zh"):
            if candidate in self.names:
                return self.names[candidate]
        return self.id


@dataclass(frozen=True, slots=True)
class Desk:
    """Who people are sent to: a role with the ways to reach it that are configured (maybe none)."""

    id: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    organisation_id: str | None
    answers_for: tuple[str, ...]
    email: str | None
    phone: str | None
    url: str | None
    hours: str | None

    def name(self, language: str) -> str:
        """The name in `language`, else in English, else any."""
        return next((self.names[la] for la in (language, *LANGUAGES) if la in self.names), self.id)

    @property
    def reachable(self) -> bool:
        return bool(self.email or self.phone or self.url)


def by_confidence(fact: Fact) -> int:
    """Sorts the Centre's own statements first, then official ones, then press; otherwise keeps the order."""
    return _CONFIDENCE_ORDER[fact.confidence]
