"""What can be asked, in whatever words: "set up", "gegründet" and 成立 are one concept."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from bot.common.text import fold
from bot.partners.yaml_files import read_yaml

LATIN = re.compile(r"[a-z0-9]+")
HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
REMEMBERED = 50_000  # texts
SHORTEST_PREFIX = 3
SHORTEST_STEM = 4
INFLECTIONS = ("s", "es", "e", "n", "en", "er", "ern")


class Concepts:
    """The lexicon of data/knowledge/concepts.yml; `find` works on folded text of any of the languages."""

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        self._words: dict[str, set[str]] = defaultdict(set)
        self.find = lru_cache(maxsize=REMEMBERED)(self._find)
        self._prefixes: dict[str, set[str]] = defaultdict(set)
        self._inside: dict[str, set[str]] = defaultdict(set)
        self._han: dict[str, set[str]] = defaultdict(set)
        # By first character and by first word, of which a text has few.
        self._han_from: dict[str, list[str]] = defaultdict(list)
        self._phrases: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._inflected: list[tuple[re.Pattern[str], str]] = []
        for concept, patterns in entries.items():
            for pattern in patterns:
                folded = fold(pattern.replace("*", ""))
                if not folded:
                    continue
                if not folded.isascii():
                    if folded not in self._han:
                        self._han_from[folded[0]].append(folded)
                    self._han[folded].add(concept)
                elif pattern.startswith("*"):
                    self._inside[folded].add(concept)
                elif " " in folded and "*" in pattern.rstrip("*"):
                    words = [
                        fold(word.rstrip("*")) + (r"\w{0,12}" if word.endswith("*") else "") for word in pattern.split()
                    ]
                    self._inflected.append((re.compile(rf"\b{' '.join(words)}\b"), concept))
                elif " " in folded:
                    phrase = f" {folded}" + ("" if pattern.endswith("*") else " ")
                    self._phrases[folded.split()[0]].append((phrase, concept))
                elif pattern.endswith("*"):
                    self._prefixes[folded].add(concept)
                else:
                    self._words[folded].add(concept)

    def _find(self, folded: str) -> frozenset[str]:
        """The ids of all concepts that the text touches."""
        found: set[str] = set()
        words = LATIN.findall(folded)
        for word in words:
            for form in _forms(word):
                found |= self._words.get(form, set())
            for length in range(SHORTEST_PREFIX, len(word) + 1):
                found |= self._prefixes.get(word[:length], set())
        if not folded.isascii():
            parts = (part for first in set(folded) for part in self._han_from.get(first, ()))
            found.update(*(self._han[part] for part in parts if part in folded))
        if not words:
            return frozenset(found)
        padded = f" {folded} "
        found |= {
            concept
            for word in {*words, *folded.split()}
            for phrase, concept in self._phrases.get(word, ())
            if phrase in padded
        }
        found |= {concept for pattern, concept in self._inflected if pattern.search(folded)}
        for part, concepts in self._inside.items():
            if part in folded:
                found |= concepts
        return frozenset(found)

    def without(self, folded: str) -> str:
        """The text without the words, two-word phrases and Chinese strings that touch a concept."""
        for part in sorted(self._han, key=len, reverse=True):
            folded = folded.replace(part, " ")
        words = folded.split()
        for size in (2, 1):
            place = 0
            while place <= len(words) - size:
                if self.find(" ".join(words[place : place + size])):
                    del words[place : place + size]
                else:
                    place += 1
        return " ".join(words)


def _forms(word: str) -> list[str]:
    """The word and what it may be an inflection of: rivers, Städten, Flüsse."""
    forms = [word]
    for ending in INFLECTIONS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            forms.append(word[: -len(ending)])
    return forms


def read_concepts(folder: Path) -> Concepts:
    """The lexicon in `folder`; an empty one when there is no such file."""
    path = folder / "concepts.yml"
    return _read(path, path.stat().st_mtime_ns) if path.exists() else Concepts({})


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Concepts:
    """The same object while the file is the same, so that what was found in a text is not looked for again."""
    data = read_yaml(path)
    return Concepts(
        {
            row["id"]: [entry for language in ("en", "de", "zh") for entry in row.get(language, ())]
            for row in data["concepts"]
        }
    )
