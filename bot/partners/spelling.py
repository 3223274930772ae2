"""Slips of the keyboard set right before a question is read: "Whree is it", "stadte partnerschaft"."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.partners.common_words import CommonWords
from bot.partners.concepts import LATIN
from bot.partners.names import Mention

SHORTEST = 4  # letters of a word that is looked at
TWO_SLIPS = 10  # from so many letters on two slips are forgiven
SHORTEST_JOINED = 6
SHORTEST_MENDED = 8
TORN = 5  # times as often as its rarer half a word must occur to be put together from two that are known
OFTEN = (200, 3)  # how often halves of two letters, and longer ones, must occur to be cut off
SEEN = 2  # a word written once in the texts may itself be a slip
REMEMBERED = 20_000  # words


class Speller:
    """Knows the words of the knowledge's own texts and those that are common anyway."""

    def __init__(
        self, texts: Iterable[str], common: CommonWords, meaningful: Callable[[str], object] = lambda _: False
    ) -> None:
        counts, beside = Counter[str](), set[tuple[str, str]]()
        for text in texts:
            found = LATIN.findall(text)
            counts.update(found)
            beside.update(pairwise(found))
        self._beside = frozenset((a, b) for a, b in beside if a + b in counts)
        self._counts = Counter({word: n for word, n in counts.items() if n >= SEEN or word in common})
        self._common = common
        self._meaningful = meaningful
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._counts:
            self._by_length[len(word)].append(word)
        self.word = lru_cache(maxsize=REMEMBERED)(self._word)

    def knows(self, word: str) -> bool:
        """Whether a folded word needs no correction."""
        return word in self._counts or word in self._common or bool(self._meaningful(word))

    def _word(self, word: str) -> str:
        """The known word that is a slip or two away, the most frequent of the nearest; the word itself otherwise."""
        if len(word) < SHORTEST or not word.isalpha() or self.knows(word):
            return word
        most = 2 if len(word) >= TWO_SLIPS else 1
        near = [c for size in range(len(word) - most, len(word) + most + 1) for c in self._by_length.get(size, ())]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=12)
        if found and found[0][1] > 1 and (cut := self._cut(word)):
            return cut
        if not found:
            return self._cut(word) or word
        return min(
            found, key=lambda hit: (hit[1], hit[0][0] != word[0], sorted(hit[0]) != sorted(word), -self._counts[hit[0]])
        )[0]

    def text(self, folded: str, mentions: Sequence[Mention] = ()) -> str:
        """The folded text corrected outside of names; words that belong together joined."""
        pieces, last = [], 0
        for mention in mentions:
            pieces += [self._part(folded[last : mention.start]), folded[mention.start : mention.end]]
            last = mention.end
        pieces.append(self._part(folded[last:]))
        return "".join(pieces)

    def _part(self, folded: str) -> str:
        joined = re.sub(r"[a-z]+(?: [a-z]+)+", lambda match: " ".join(self._joined(match.group().split(" "))), folded)
        return LATIN.sub(lambda match: self.word(match.group()), joined)

    def _joined(self, words: list[str]) -> Iterator[str]:
        """The words, two that make one known word and are not words themselves put together."""
        position = 0
        while position < len(words):
            pair = words[position : position + 2]
            one = "".join(pair)
            apart = len(pair) < 2 or all(map(self.knows, pair))
            if len(one) < SHORTEST_JOINED or (apart and not self._torn(pair)):
                one = ""
            elif not apart and one not in self._counts:
                one = one if one in self._common else self._mended(one)
            yield one or pair[0]
            position += 2 if one else 1

    def _torn(self, pair: Sequence[str]) -> bool:
        """Whether two known words are one that was taken apart: "mit glieder", which never stand side by side."""
        one, rarer = "".join(pair), min(map(self._counts.__getitem__, pair), default=0)
        if len(pair) < 2 or tuple(pair) in self._beside or one not in self._counts:
            return False
        return not rarer or (min(map(len, pair)) >= SHORTEST and self._counts[one] >= TORN * rarer)

    def _mended(self, one: str) -> str:
        """The known word a slip away from two that were written apart; empty without one."""
        mended = self.word(one) if len(one) >= SHORTEST_MENDED and one.isalpha() else ""
        return mended if mended != one and " " not in mended and OSA.distance(mended, one) == 1 else ""

    def _cut(self, word: str) -> str | None:
        """Two known words that were written as one, the pair whose rarer half is the most frequent."""
        pairs = [(word[:i], word[i:]) for i in range(2, len(word) - 1)]
        known = [pair for pair in pairs if all(self._counts[half] >= OFTEN[len(half) > 2] for half in pair)]
        return " ".join(max(known, key=lambda pair: min(map(self._counts.__getitem__, pair)))) if known else None
