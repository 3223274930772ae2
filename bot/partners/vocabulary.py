"""The words visitors use for kinds, countries, cities, counting; and the labels the assistant writes for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.common.text import fold
from bot.partners.concepts import HAN_RUN, LATIN, Concepts
from bot.partners.yaml_files import read_yaml

ELLIPTIC_PHRASES = re.compile(
    "what about|how about|was ist mit|wie sieht es mit|wie sieht es bei|wie ist es mit|"
    "不好意思|我是说|我说的是|我指的是|不是|不|至于|整个|那么|呢|那|在|的"
)
GROUPS = ("kinds", "countries", "cities", "parts", "link_kinds")
FLAGS = (
    "count", "oldest", "newest", "suspended", "active", "yes_no", "pronoun", "where", "else", "not_that", "compares",
    "any_kind", "partner_words", "other_one", "listing", "before", "after", "the_place", "the_partnership",
)  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """`groups[group]` finds values in folded text, `flags` finds the names in FLAGS, `labels[group][value]`."""

    groups: Mapping[str, Concepts]
    flags: Concepts
    labels: Mapping[str, Mapping[str, Mapping[str, str]]]
    _empty: Concepts
    _empty_han: tuple[str, ...]
    _filler: Concepts
    _elliptic: Concepts

    def values(self, group: str, folded: str) -> tuple[str, ...]:
        """Values of one group that the text names, in the order of the file."""
        found = self.groups[group].find(folded)
        return tuple(value for value in self.labels[group] if value in found)

    def label(self, group: str, value: str, language: str) -> str:
        """What the assistant writes for a value; the value itself when the file has no label for it."""
        labels = self.labels.get(group, {}).get(value, {})
        return labels.get(language) or labels.get("en") or value

    def says_nothing_special(self, folded_masked: str) -> bool:
        """Whether a question, names taken out, asks for no particular thing: "tell me about ..."."""
        rest = folded_masked
        for phrase in self._empty_han:
            rest = rest.replace(phrase, " ")
        if any(not c.isascii() for c in rest):
            return False
        return all(self._empty.find(word) for word in LATIN.findall(rest))

    def only_points(self, folded_masked: str) -> bool:
        """Whether nothing but "and ...?", "I meant ..." is left when the names are taken out."""
        rest = ELLIPTIC_PHRASES.sub(" and ", folded_masked)
        words = LATIN.findall(rest)
        if not rest.strip() or any(not c.isascii() for c in rest) or len(words) > 6:
            return False
        return all(self._elliptic.find(word) for word in words)

    def content(self, folded_masked: str) -> tuple[list[str], list[str]]:
        """The Latin words of a question that carry meaning, and its Chinese runs without filler."""
        rest = folded_masked
        for phrase in self._empty_han:
            if len(phrase) > 1:
                rest = rest.replace(phrase, " ")
        words = [w for w in LATIN.findall(rest) if not w.isdigit() and not self._filler.find(w)]
        return words, HAN_RUN.findall(rest)


def read_vocabulary(folder: Path) -> Vocabulary:
    """data/knowledge/vocabulary.yml as a Vocabulary."""
    data: dict[str, Any] = read_yaml(folder / "vocabulary.yml")
    return Vocabulary(
        groups={g: Concepts({value: row["words"] for value, row in data[g].items()}) for g in GROUPS},
        flags=Concepts({flag: data[flag]["words"] for flag in FLAGS}),
        labels={g: {value: row["label"] for value, row in data[g].items()} for g in GROUPS},
        _empty=Concepts({"overview": [str(w) for w in data["overview"]["words"]]}),
        _empty_han=tuple(sorted((fold(w) for w in data["overview"]["han"]), key=len, reverse=True)),
        _elliptic=Concepts({"elliptic": [str(w) for w in data["elliptic"]["words"]]}),
        _filler=Concepts({"filler": [str(w) for w in data["filler"]["words"]]}),
    )
