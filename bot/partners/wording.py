"""Which words of a question a fact says nothing of, and how much each of them matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from math import log
from sys import intern
from typing import NamedTuple

from bot.partners.concepts import HAN_RUN, LATIN
from bot.partners.index import fold_document
from bot.partners.records import Fact

STEM, SHORTEST_STEMMED = 6, 5  # letters
PAIR = 0.6  # two Chinese characters weigh less than a word
FLOOR = 0.3
HALF_STRANGE = 0.4
SHORTEST_STRANGE = 4  # letters; shorter words say little, and are often slips
REMEMBERED = 100_000  # facts, as they were worded


def documents(fact: Fact) -> tuple[str, ...]:
    """A fact's sentences and ways of asking in all languages, folded."""
    asked = (text for many in fact.asked.values() for text in many)
    return tuple(map(fold_document, (*fact.text.values(), *asked)))


@lru_cache(maxsize=REMEMBERED)
def _said(folded: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """(words and their stems, pairs of Chinese characters and single ones) of a fact's sentences and ways of asking."""
    words, pairs = set[str](), set[str]()
    for text in folded:
        for word in LATIN.findall(text):
            words |= {intern(word), intern(word[:STEM])}  # most facts share most of them
        for run in HAN_RUN.findall(text):
            pairs |= {intern(run[i : i + size]) for size in (1, 2) for i in range(len(run))}
    return frozenset(words), frozenset(pairs)


class Unsaid(NamedTuple):
    """`rarest`: weight, 0 to about 5, of the rarest word that a fact lacks; `nothing_said`: it lacks all of them."""

    rarest: float
    nothing_said: bool


class Wording:
    """The words of all facts, in every language. `concepts_in` gives the concepts a text touches."""

    def __init__(self, facts: Sequence[Fact], concepts_in: Callable[[str], Collection[str]]) -> None:
        self._concepts_in = concepts_in
        self._of = {fact.id: _said(documents(fact)) for fact in facts}
        self._facts = len(facts)
        self._words = Counter(word for words, _ in self._of.values() for word in words)
        self._pairs = Counter(pair for _, pairs in self._of.values() for pair in pairs)

    def uses(self, word: str) -> bool:
        """Whether any fact has a word, or one that begins alike."""
        return self._words[word[:STEM]] > 0

    def strange_share(self, words: Sequence[str], han_runs: Sequence[str]) -> float:
        """Share (0..1) of the words and pairs of Chinese characters that no fact and no way of asking uses."""
        pairs = [run[i : i + 2] for run in han_runs for i in range(len(run) - 1)]
        strange = [w for w in words if len(w) >= SHORTEST_STRANGE and not (self.uses(w) or self._concepts_in(w))]
        # Two known characters side by side are often a word put together anew, and only half a surprise.
        doubt = sum(
            0.0 if self._pairs[pair] else HALF_STRANGE if all(self._pairs[c] for c in pair) else 1.0 for pair in pairs
        )
        total = len(words) + len(pairs)
        return (len(strange) + doubt) / total if total else 0.0

    def unsaid(self, fact: Fact, concepts: Collection[str], words: Sequence[str], han_runs: Sequence[str]) -> Unsaid:
        """What of these words and pairs of characters the fact lacks.

        Words that mean one of the fact's concepts, which are given, count as said.
        """
        said, said_pairs = self._of[fact.id]
        missing: list[float] = []
        for word in words:
            known = word in said or (len(word) >= SHORTEST_STEMMED and word[:STEM] in said)
            if not known and not self._means(word, concepts):
                missing.append(self._weight(max(self._words[word], self._words[word[:STEM]])))
        pairs = [pair for run in han_runs for pair in [run[i : i + 2] for i in range(len(run) - 1)] or [run]]
        missing += [
            PAIR * self._weight(self._pairs[pair])
            for pair in pairs
            if pair not in said_pairs and not self._means(pair, concepts)
        ]
        return Unsaid(max(missing, default=0.0), 0 < len(missing) == len(words) + len(pairs))

    def _means(self, text: str, concepts: Collection[str]) -> bool:
        return not set(concepts).isdisjoint(self._concepts_in(text))

    def _weight(self, count: int) -> float:
        return log((self._facts + 1) / (count + 1)) + FLOOR
