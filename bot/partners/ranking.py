"""Which facts answer a question: similarity in words, nearness of subject, and what is asked."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.common.text import fold
from bot.partners import negation
from bot.partners.common_words import read_common_words
from bot.partners.concepts import HAN_RUN, LATIN, Concepts
from bot.partners.index import LanguageIndex, build, fold_document, masked
from bot.partners.names import Mention, NameIndex
from bot.partners.not_known import NotKnown, Questions
from bot.partners.records import LANGUAGES, Fact, Record
from bot.partners.spelling import Speller
from bot.partners.wording import Unsaid, Wording, documents
from bot.store import StoreUnavailable

TWIN_NEARNESS = 0.8  # a city and its administration
TEXT_NEARNESS = 0.6  # the fact's sentence names the subject
REMEMBERED = 256  # texts
SEVERAL = 3  # ways of asking that make a concept part of what a fact answers
CONTEXT_NEARNESS = 0.9  # the subject comes from the conversation, not from the question

FEATURES = (
    "asked",
    "text",
    "asked_near",
    "text_near",
    "concepts",
    "concepts_near",
    "near",
    "far",
    "pooled",
    "pooled_near",
)
WEIGHTS = np.array([1.41, 0.66, 1.93, 2.09, 1.09, 1.47, -0.68, -0.54, 4.8, 3.98])


@dataclass(frozen=True, slots=True)
class Scored:
    """A fact with its score; `covered` is the share (0..1) of the question's concepts that it has."""

    fact: Fact
    score: float
    covered: float
    nearness: float


@dataclass(frozen=True)
class Asked:
    """A question as the ranking sees it.

    `masked` is without names; `excluded` are ids that it shuts out ("not Luzhou"), `positive` its text without these.
    """

    folded: str
    masked: str
    mentions: tuple[Mention, ...]
    concepts: frozenset[str]
    positive: str = ""
    excluded: frozenset[str] = frozenset()


class Ranking:
    """Vectors, names and nearness of all facts of one state of the knowledge."""

    def __init__(
        self,
        facts: Sequence[Fact],
        records: Mapping[str, Record],
        names: NameIndex,
        concepts: Concepts,
        not_known: Questions | None = None,
    ) -> None:
        if not facts:
            raise StoreUnavailable("no knowledge is loaded")
        self.facts = tuple(facts)
        self._names = names
        self._text_concepts: dict[str, frozenset[str]] = {}
        self._solid: dict[str, frozenset[str]] = {}
        # One turn looks at the same text several times: as it stands, with its context, with another subject.
        self.ask = lru_cache(maxsize=REMEMBERED)(self._ask)
        self._concepts = concepts
        self._not_known = NotKnown(not_known or {}, names)
        self.indices: dict[str, LanguageIndex] = build(self.facts, names)
        self.twins = _twins(records.values())
        self._primary, self._named, self._secondary = zip(
            *(self._about(fact, records) for fact in self.facts), strict=True
        )
        self._numbers = {fact.id: number for number, fact in enumerate(self.facts)}
        self._fact_concepts = [self._concepts_of(fact) for fact in self.facts]
        self._all_concepts = {fact.id: found for fact, found in zip(self.facts, self._fact_concepts, strict=True)}
        counts: dict[str, int] = {}
        for found in self._fact_concepts:
            for concept in found:
                counts[concept] = counts.get(concept, 0) + 1
        self.wording = Wording(self.facts, concepts.find)
        self._speller = Speller(
            (text for fact in self.facts for text in documents(fact)), read_common_words(), concepts.find
        )
        total = len(self.facts)
        self._weight = {c: float(np.log((1 + total) / (1 + n)) + 0.1) for c, n in counts.items()}

    def with_names(self, names: NameIndex, records: Mapping[str, Record]) -> Ranking:
        """The same vectors of the same facts, with questions read by another index of names."""
        made = copy.copy(self)
        made._names = names
        made.twins = _twins(records.values())
        made.ask = lru_cache(maxsize=REMEMBERED)(made._ask)
        return made

    def means_nothing(self, asked: Asked) -> bool:
        """Whether a text is signs, digits or letters that no fact and no question is made of."""
        known = any(len(word) > 1 and self.wording.uses(word) for word in LATIN.findall(asked.folded))
        return not (asked.mentions or asked.concepts or known or HAN_RUN.search(asked.folded))

    def unsaid(self, fact: Fact, words: Sequence[str], han_runs: Sequence[str]) -> Unsaid:
        """What of these words a fact says nothing of."""
        return self.wording.unsaid(fact, self._all_concepts[fact.id], words, han_runs)

    def meaning(self, word: str) -> frozenset[str]:
        """The concepts that a folded word touches."""
        return self._concepts.find(word)

    def says(self, fact: Fact, thing: str, but: Collection[str]) -> bool:
        """Whether a fact has a word or a pair of Chinese characters, or a concept that it means; `but` counts for none."""
        words, han_runs = ([thing], []) if thing.isascii() else ([], [thing])
        return not self.wording.unsaid(fact, self._all_concepts[fact.id] - set(but), words, han_runs).nothing_said

    def _ask(self, text: str) -> Asked:
        """Fold a question and find names and concepts in it."""
        typed = fold(text)
        found = self._names.find(typed, written=text)
        folded = self._speller.text(typed, found)
        if folded != typed:
            found = self._names.find(folded)
        shut_out = negation.spans(folded)
        mentions = tuple(m for m in found if not any(start <= m.start and m.end <= end for start, end in shut_out))
        named = {i for m in mentions for i in m.record_ids}
        excluded = frozenset(i for m in found for i in m.record_ids if i not in named) if shut_out else frozenset()
        concepts = self._concepts.find(typed) | self._concepts.find(folded)
        return Asked(folded, masked(folded, found), mentions, concepts, negation.positive(folded), excluded)

    def rank(self, asked: Asked, language: str, context: Sequence[str] = ()) -> list[Scored]:
        """All facts, best first. `context`: ids of the conversation's subject, used when the question names none."""
        features = self.features(asked, language, context)
        scores = features @ WEIGHTS
        order = np.argsort(-scores, kind="stable")
        return [
            Scored(self.facts[i], float(scores[i]), float(features[i, 4]), float(features[i, 6]))
            for i in order
            if not (asked.excluded and self._primary[i] & asked.excluded)
        ]

    def features(
        self, asked: Asked, language: str, context: Sequence[str] = (), leave_out: tuple[int, int] | None = None
    ) -> NDArray[np.float64]:
        """One row per fact, one column per name in FEATURES."""
        similarity = self._index(language).similarity(asked.folded, asked.masked or "?", leave_out)
        groups = [(m.record_ids, 1.0) for m in asked.mentions] or [((c,), CONTEXT_NEARNESS) for c in context]
        near = self.nearness(groups)
        concepts = self._overlap(asked.concepts)
        far = (near == 0).astype(float) if groups else np.zeros(len(self.facts))
        return np.stack(
            [
                similarity.asked,
                similarity.text,
                similarity.asked_masked * near,
                similarity.text_masked * near,
                concepts,
                concepts * near,
                near if groups else np.zeros(len(self.facts)),
                far,
                similarity.pooled,
                similarity.pooled_masked * near,
            ],
            axis=1,
        )

    def nearness(self, groups: Sequence[tuple[tuple[str, ...], float]]) -> NDArray[np.float64]:
        """0..1 per fact: how much of what the question names the fact is about; 0.5 when nothing is named."""
        if not groups:
            return np.full(len(self.facts), 0.5)
        total = np.zeros(len(self.facts))
        for ids, weight in groups:
            wanted = set(ids)
            twins = {self.twins[i] for i in wanted if i in self.twins}
            for number in range(len(self.facts)):
                primary, secondary = self._primary[number], self._secondary[number]
                if primary & wanted:
                    total[number] += weight
                elif primary & twins:
                    total[number] += weight * TWIN_NEARNESS
                elif secondary & (wanted | twins):
                    total[number] += weight * TEXT_NEARNESS
        return total / len(groups)

    def is_about(self, fact: Fact, ids: Collection[str]) -> bool:
        """Whether a fact is about one of the records, or its sentence names one."""
        number = self._numbers[fact.id]
        wanted = set(ids) | {self.twins[i] for i in ids if i in self.twins}
        return not wanted.isdisjoint(self._primary[number] | self._named[number])

    def named_by(self, fact: Fact) -> frozenset[str]:
        """Ids of the records that the sentence of a fact names."""
        named: frozenset[str] = self._named[self._numbers[fact.id]]
        return named

    def _overlap(self, concepts: frozenset[str]) -> NDArray[np.float64]:
        """Weighted share of the question's concepts that the fact covers."""
        weight = sum(self._weight.get(c, 1.0) for c in concepts)
        if not weight:
            return np.zeros(len(self.facts))
        return np.array([sum(self._weight[c] for c in concepts & own) / weight for own in self._fact_concepts])

    def _about(
        self, fact: Fact, records: Mapping[str, Record]
    ) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """(whose fact it is, whom its sentence names, those and the organisations of its topic)."""
        record = records[fact.record_id]
        primary = {record.id} | ({record.from_id, record.to_id} if record.type == "link" else set())
        named = set[str]()
        for text in fact.text.values():
            for mention in self._names.find(fold_document(text), misspelt=False):
                if mention.strength > 1:
                    named |= set(mention.record_ids)
        return frozenset(i for i in primary if i), frozenset(named), frozenset({*named, *record.organisations})

    def concepts_of(self, fact: Fact) -> frozenset[str]:
        """Concepts in the sentences of a fact, not in the ways it is asked for."""
        found = self._text_concepts.get(fact.id)
        if found is None:
            found = frozenset().union(*(self._concepts.find(fold(text)) for text in fact.text.values()))
            self._text_concepts[fact.id] = found
        return found

    def solid_concepts(self, fact: Fact) -> frozenset[str]:
        """Concepts of a fact's sentences and of several of the ways it is asked for."""
        found = self._solid.get(fact.id)
        if found is None:
            counts = Counter(
                c for many in fact.asked.values() for a in many for c in self._concepts.find(fold_document(a))
            )
            found = self.concepts_of(fact) | {concept for concept, number in counts.items() if number >= SEVERAL}
            self._solid[fact.id] = found
        return found

    def is_not_known(self, asked: Asked, language: str, best: Scored, clear: float, clearer: float) -> bool:
        """Whether the question is nearer to one that no fact answers than to any way of asking for a fact."""
        named = {i for m in asked.mentions for i in m.record_ids} or {best.fact.record_id}
        about = named | {self.twins[i] for i in named if i in self.twins}
        full, without = self._not_known.nearest(asked.folded, asked.masked or "?", language, about)
        if full <= clear:
            return False
        likeness = self._index(language).similarity(asked.folded, asked.masked or "?")
        near = self.nearness([((i,), 1.0) for i in about])
        told = max(likeness.asked.max(), likeness.text.max())
        told_near = max((likeness.asked_masked * near).max(), (likeness.text_masked * near).max())
        return bool(full > told + clearer and without > told_near)

    def _index(self, language: str) -> LanguageIndex:
        return self.indices[language if language in self.indices else LANGUAGES[0]]

    def _concepts_of(self, fact: Fact) -> frozenset[str]:
        texts = [*fact.text.values(), *(a for many in fact.asked.values() for a in many)]
        return frozenset().union(*(self._concepts.find(fold_document(text)) for text in texts))


def _twins(records: Iterable[Record]) -> dict[str, str]:
    """A municipality and the place it governs stand for each other."""
    records = list(records)
    places = {record.names.get("en"): record.id for record in records if record.type == "place"}
    pairs = {}
    for record in records:
        if record.kind == "municipality" and record.city in places:
            pairs[record.id] = places[record.city]
            pairs[places[record.city]] = record.id
    return pairs
