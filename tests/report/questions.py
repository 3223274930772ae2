"""Reads the question sets: who asks what, and what an answer must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent.parent / "questions"
LANGUAGES = ("en", "de", "zh")
# Sets by name; the questions of the hidden ones are counted, never shown, so that nobody tunes towards them.
SETS = {"plain": FOLDER, "breadth": FOLDER / "breadth", "dialogues": FOLDER / "dialogues", "blind": FOLDER / "blind"}
HIDDEN = ("blind",)
DIALOGUE = "dialogue"


@dataclass(frozen=True)
class Entry:
    """One question, or the turns of one dialogue; a turn is {ask, must, must_not, sources}."""

    set: str
    language: str
    id: str
    kind: str
    way: str
    turns: tuple[dict[str, Any], ...]

    @property
    def is_dialogue(self) -> bool:
        return self.kind == DIALOGUE

    @property
    def is_hidden(self) -> bool:
        return self.set in HIDDEN


def read_set(name: str, folder: Path, languages: Iterable[str]) -> list[Entry]:
    """All entries of one set. Raises FileNotFoundError when a language's file is missing."""
    found = []
    for language in languages:
        for entry in yaml.safe_load((folder / f"{language}.yml").read_text(encoding="utf-8")):
            turns = tuple(entry.get("turns") or [entry])
            found.append(Entry(name, language, entry["id"], entry["kind"], entry.get("way", "-"), turns))
    return found
