"""Finds which records a visitor means: exact, folded and misspelt names inside a sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.common.text import fold
from bot.partners.records import Name

TOKEN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]")
ARTICLES = ("the ", "der ", "die ", "das ", "den ", "dem ", "des ", "your ", "euer ", "ihr ")
MAX_TOKENS = 24
FUZZY_TOKENS = 5
CLOSE = 82
STRENGTH = {"official": 3, "alias": 3, "label": 3, "transliteration": 2, "description": 1}


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of the folded text that names records; several `record_ids` mean it is ambiguous.

    `strength`: 3 a name, 2 a transliteration or a misspelt name, 1 a description such as "the chamber".
    """

    start: int
    end: int
    text: str
    record_ids: tuple[str, ...]
    strength: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one name means: one id, several (ask the visitor), or none with the nearest suggestions."""

    record_ids: tuple[str, ...]
    suggestions: tuple[str, ...] = ()


class NameIndex:
    """All names of all records, looked up by folded text; lookups do not grow with the number of names."""

    def __init__(self, names: Iterable[Name], known_words: Iterable[str] = ()) -> None:
        by_text: dict[str, dict[str, int]] = defaultdict(dict)
        for name in names:
            strength = STRENGTH[name.kind]
            for text in _spellings(name):
                ids = by_text[text]
                ids[name.record_id] = max(strength, ids.get(name.record_id, 0))
        self._by_text: Mapping[str, Mapping[str, int]] = dict(by_text)
        named = [t for t, ids in by_text.items() if max(ids.values()) > 1]
        self._latin = [t for t in named if len(t) >= 5 and t.isascii()]
        self._han = [t for t in named if len(t) >= 3 and not t.isascii()]
        self._known = set(known_words) | {w for text in by_text for w in text.split()}

    def __len__(self) -> int:
        return len(self._by_text)

    def find(self, folded: str, *, misspelt: bool = True) -> tuple[Mention, ...]:
        """Mentions in an already folded text, left to right, longest first, without overlaps.

        `misspelt` also looks for names that are a few letters off.
        """
        tokens = [(m.start(), m.end()) for m in TOKEN.finditer(folded)]
        found: list[Mention] = []
        free: list[tuple[int, int]] = []
        position = 0
        while position < len(tokens):
            mention, width = self._longest(folded, tokens, position)
            if mention:
                found.append(mention)
                position += width
            else:
                free.append(tokens[position])
                position += 1
        if misspelt:
            found += self._misspelt(folded, free)
        return tuple(sorted(found, key=lambda m: m.start))

    def _longest(self, folded: str, tokens: Sequence[tuple[int, int]], first: int) -> tuple[Mention | None, int]:
        start = tokens[first][0]
        for last in range(min(len(tokens), first + MAX_TOKENS) - 1, first - 1, -1):
            end = tokens[last][1]
            text = folded[start:end]
            ids = self._by_text.get(text)
            if ids is None and len(text) > 4 and text[-1] == "s" and text.isascii():
                ids = self._by_text.get(text[:-1])  # the genitive: Hernes, Luzhous
            if ids:
                strongest = max(ids.values())
                return Mention(start, end, text, tuple(ids), strongest), last - first + 1
        return None, 0

    def _misspelt(self, folded: str, free: Sequence[tuple[int, int]]) -> list[Mention]:
        found: list[Mention] = []
        taken = -1
        for first in range(len(free)):
            if free[first][0] < taken:
                continue
            best: tuple[float, Mention] | None = None
            for last in range(first, min(len(free), first + 8)):
                if last > first and free[last][0] - free[last - 1][1] > 1:
                    break  # something named already stands between
                text = folded[free[first][0] : free[last][1]]
                match = self._nearest(text, latin=text.isascii(), tokens=last - first + 1)
                if match and (best is None or match[1] > best[0]):
                    ids = tuple(self._by_text[match[0]])
                    best = match[1], Mention(free[first][0], free[last][1], text, ids, 2)
            if best:
                found.append(best[1])
                taken = best[1].end
        return found

    def _nearest(self, text: str, *, latin: bool, tokens: int) -> tuple[str, float] | None:
        if latin:
            if len(text) < 5 or tokens > FUZZY_TOKENS or all(w in self._known for w in text.split()):
                return None
            cutoff = 90 if len(text) < 6 else 83 if tokens == 1 else 87
            match = process.extractOne(text, self._latin, scorer=fuzz.ratio, score_cutoff=cutoff)
            if match and tokens > 1 and len(match[0].split()) == 1 and fuzz.ratio(text.replace(" ", ""), match[0]) < 90:
                return None
        else:
            if len(text) < 3:
                return None
            match = process.extractOne(text, self._han, scorer=fuzz.ratio, score_cutoff=80 if len(text) > 4 else 85)
        return (match[0], match[1]) if match else None

    def resolve(self, text: str, limit: int = 3) -> Resolution:
        """What `text`, taken as one name, means; never the first of several."""
        folded = fold(text)
        ids = self._by_text.get(folded)
        if ids:
            strongest = max(ids.values())
            return Resolution(tuple(i for i, s in ids.items() if s == strongest))
        pool = self._latin if folded.isascii() else self._han
        near = process.extract(folded, pool, scorer=fuzz.WRatio, limit=12, score_cutoff=60)
        known = all(word in self._known for word in folded.split())
        close = [self._by_text[name] for name, _, _ in near if not known and fuzz.ratio(folded, name) >= CLOSE]
        if close:
            merged = tuple(dict.fromkeys(i for group in close[:1] for i in group))
            return Resolution(merged)
        suggestions = dict.fromkeys(i for name, _, _ in near for i in self._by_text[name])
        return Resolution((), tuple(suggestions)[:limit])


def _spellings(name: Name) -> Iterable[str]:
    yield name.folded
    if name.kind == "description":
        for article in ARTICLES:
            if name.folded.startswith(article):
                yield name.folded[len(article) :]
    if name.kind == "official" and "(" in name.text:
        outside = fold(re.sub(r"\([^)]*\)", " ", name.text))
        if outside:
            yield outside
