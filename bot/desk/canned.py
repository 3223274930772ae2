"""Texts that staff send often, from data/handoff/canned.yml, with the values of a case filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from bot.handoff.offices import read_model

PLACEHOLDERS = frozenset({"case", "desk", "name_staff", "back"})


class Canned(BaseModel):
    """One text in the visitors' languages, and what it is called in those of the desk."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str
    title: dict[Literal["de", "en"], str]
    text: dict[Literal["en", "de", "zh"], str]

    @field_validator("title", "text")
    @classmethod
    def _complete(cls, value: dict[str, str]) -> dict[str, str]:
        if len(value) < 2 or not all(value.values()):
            raise ValueError("a language is missing")
        return value

    @field_validator("text")
    @classmethod
    def _known_placeholders(cls, value: dict[str, str]) -> dict[str, str]:
        if set(value) != {"en", "de", "zh"}:
            raise ValueError("a language is missing")
        unknown = {name for text in value.values() for _, name, _, _ in Formatter().parse(text) if name is not None}
        if unknown - PLACEHOLDERS:
            raise ValueError(f"there is no placeholder {', '.join(sorted(unknown - PLACEHOLDERS))}")
        return value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    texts: list[Canned]


@dataclass(frozen=True)
class Offer:
    """One text ready to be sent, in one language."""

    title: str
    text: str


def read_canned(folder: Path) -> tuple[Canned, ...]:
    """The texts of a folder; raises HandoffDataError."""
    return tuple(read_model(folder / "canned.yml", _File).texts)


def offers(
    texts: Sequence[Canned], languages: Sequence[str], shown_in: str, values: Mapping[str, Mapping[str, str]]
) -> dict[str, list[Offer]]:
    """Language -> texts with `values` of that language filled in, in the order of `languages`."""
    return {
        language: [Offer(one.title[shown_in], one.text[language].format(**values[language])) for one in texts]  # type: ignore[index]
        for language in languages
    }
