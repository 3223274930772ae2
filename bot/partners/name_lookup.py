"""All spellings of all names in compact arrays: found exactly by hash, and nearly by rare words and letter groups."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.partners.strings import Grams, Strings

Numbers = NDArray[np.int64]
TOKEN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]")
MAX_TOKENS = 24  # of a name that is found

SHORTEST_LATIN, SHORTEST_HAN = 5, 3  # names shorter than this are not looked for misspelt
NEAR_WORDS, NEAR_NAMES = 48, 32  # candidates for one misspelt word; names for one place in a sentence
LEAST_LIKE_WORD, LEAST_LIKE_HAN = 0.15, 0.3
ALIKE = 70  # percent of letters that a misspelt word keeps
CONTEXT = 4  # words to either side that may belong to the same name
SHARED = 3  # a word in the names of so many organisations tells none of them apart
STRENGTH_BITS, WEAK, ORGANISATION = 3, 4, 8


class Spelling(NamedTuple):
    """A folded way to write a record's name; `strength` as in Mention; `weak` alone does not mean the record."""

    text: str
    record_id: str
    strength: int
    weak: bool = False
    organisation: bool = False


class Bearer(NamedTuple):
    """One record that an exactly found spelling names."""

    record_id: str
    strength: int
    weak: bool


class NameLookup:
    """Made once from all spellings, then only read; a spelling takes some thirty bytes beside its letters."""

    def __init__(self, spellings: Iterable[Spelling]) -> None:
        record_numbers: dict[str, int] = {}
        words: dict[str, int] = {}
        hashes, records, flags = array("q"), array("i"), bytearray()
        word_of, row_of = array("i"), array("i")
        reaches: dict[int, int] = {}

        def texts() -> Iterator[str]:
            for row, spelling in enumerate(spellings):
                hashes.append(hash(spelling.text))
                records.append(record_numbers.setdefault(spelling.record_id, len(record_numbers)))
                flags.append(spelling.strength | WEAK * spelling.weak | ORGANISATION * spelling.organisation)
                tokens = TOKEN.findall(spelling.text)
                begins = hash(tokens[0]) if tokens else 0
                reaches[begins] = max(reaches.get(begins, 0), len(tokens))
                for word in spelling.text.split():
                    word_of.append(words.setdefault(word, len(words)))
                    row_of.append(row)
                yield spelling.text

        self._texts = Strings(texts())
        self._record_ids = tuple(record_numbers)
        self._begin_hashes = np.array(sorted(reaches), dtype=np.int64)
        self._reaches = np.array([min(reaches[begins], MAX_TOKENS) for begins in sorted(reaches)], dtype=np.uint8)
        self._group(np.frombuffer(hashes, np.int64), np.frombuffer(records, np.int32), np.frombuffer(flags, np.uint8))
        self._index_words(words, np.frombuffer(word_of, np.int32), np.frombuffer(row_of, np.int32))

    def __len__(self) -> int:
        return len(self._hashes)

    def _group(self, hashes: Numbers, records: NDArray[np.int32], flags: NDArray[np.uint8]) -> None:
        """One entry per spelling, with the rows of those who bear it in the order given."""
        order = np.argsort(hashes, kind="stable")
        self._hashes, starts = np.unique(hashes[order], return_index=True)
        self._starts = np.append(starts, len(order)).astype(np.uint32)
        self._records, self._flags = records[order], flags[order]
        self._text_of = order[starts].astype(np.uint32)

    def _index_words(self, words: dict[str, int], word_of: NDArray[np.int32], row_of: NDArray[np.int32]) -> None:
        hashes = np.fromiter(map(hash, words), dtype=np.int64, count=len(words))
        order = np.argsort(hashes)
        self._word_hashes, self._word_numbers = hashes[order], order.astype(np.int32)
        self._words = Strings(words)
        entry_of = np.full(len(self._texts), -1, dtype=np.int32)
        entry_of[self._text_of] = np.arange(len(self), dtype=np.int32)
        entries = entry_of[row_of]
        first = entries >= 0
        word_of, entries = word_of[first], entries[first]
        record_of = self._records[self._starts[:-1]][entries]
        pairs = np.unique(word_of.astype(np.int64) * (len(self._record_ids) + 1) + record_of)
        self._word_bearers = np.bincount(pairs // (len(self._record_ids) + 1), minlength=len(words)).astype(np.uint32)
        self._choose_for_near(word_of, entries)

    def _choose_for_near(self, word_of: NDArray[np.int32], entries: NDArray[np.int32]) -> None:
        """Decide which names may be found misspelt, and index their words."""
        strong = (self._flags & STRENGTH_BITS > 1) & (self._flags & WEAK == 0)
        usable = np.logical_or.reduceat(strong, self._starts[:-1]) if len(self) else np.zeros(0, dtype=bool)
        counts = np.bincount(entries, minlength=len(self))
        alone = counts[entries] == 1
        shared = np.zeros(len(self), dtype=bool)
        shared[entries[alone]] = self._word_bearers[word_of[alone]] >= SHARED
        organisation = (
            np.logical_and.reduceat(self._flags & ORGANISATION > 0, self._starts[:-1]) if len(self) else usable
        )
        usable &= ~(shared & organisation)
        ascii_ = self._texts.are_ascii()[self._text_of]
        letters = self._texts.lengths()[self._text_of]
        latin = ascii_ & (letters >= SHORTEST_LATIN) & usable
        han = ~ascii_ & (letters >= SHORTEST_HAN) & usable
        brief = (
            ~ascii_ & (letters > 1) & usable
        )  # places of two characters, which are misspelt by one that sounds alike
        general = np.flatnonzero((latin | brief) & ~organisation)
        han_names = np.flatnonzero(han)
        self._near = {"latin": np.flatnonzero(latin), "han": han_names, "general": general}
        keep = latin[entries]
        word_of, entries = word_of[keep], entries[keep]
        order = np.argsort(word_of, kind="stable")
        self._postings = entries[order]
        self._posting_starts = np.searchsorted(word_of[order], np.arange(len(self._words) + 1)).astype(np.uint32)
        sizes = np.diff(self._posting_starts)
        self._rarity = np.log1p(len(self._near["latin"]) / np.maximum(sizes, 1)).astype(np.float32)
        self._whole = np.bincount(entries, weights=self._rarity[word_of], minlength=len(self)).astype(np.float32)
        self._spelt = np.flatnonzero(sizes > 0)
        self._like_words = Grams((self._words[int(n)] for n in self._spelt), 3, padded=True)
        self._like_han = Grams((self._text(int(n)) for n in han_names), 2, padded=False)

    def _text(self, entry: int) -> str:
        return self._texts[int(self._text_of[entry])]

    def few(self, kind: str, most: int) -> list[str] | None:
        """The names of a kind (latin, han, general: not of organisations) that may be misspelt, if at most `most`."""
        numbers = self._near[kind]
        return [self._text(int(n)) for n in numbers] if len(numbers) <= most else None

    def reaches(self, words: Sequence[str]) -> list[int]:
        """For each word how many tokens the longest spelling may have that begins with it; 0 for none."""
        if not len(self):
            return [0] * len(words)
        wanted = np.fromiter(map(hash, words), dtype=np.int64, count=len(words))
        places = np.minimum(np.searchsorted(self._begin_hashes, wanted), len(self._begin_hashes) - 1)
        found: list[int] = np.where(self._begin_hashes[places] == wanted, self._reaches[places], 0).tolist()
        return found

    def holds(self, texts: Sequence[str]) -> list[bool]:
        """Whether each text may be a spelling of a name; `bearers` says whose."""
        wanted = np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts))
        return (self._hashes[self._places(wanted)] == wanted).tolist() if len(self) else [False] * len(texts)

    def _places(self, wanted: Numbers) -> Numbers:
        return np.minimum(np.searchsorted(self._hashes, wanted), len(self) - 1)

    def bearers(self, text: str) -> tuple[Bearer, ...]:
        """Who bears a spelling, each once with its greatest strength."""
        if not len(self):
            return ()
        entry = int(self._places(np.array([hash(text)]))[0])
        if self._text(entry) != text:
            return ()
        found: dict[int, tuple[int, bool]] = {}
        shared = " " not in text and self._is_shared(text)
        for row in range(int(self._starts[entry]), int(self._starts[entry + 1])):
            flags = int(self._flags[row])
            weak = bool(flags & WEAK) or (shared and bool(flags & ORGANISATION) and flags & STRENGTH_BITS > 1)
            strength, was_weak = found.get(record := int(self._records[row]), (0, True))
            found[record] = max(strength, flags & STRENGTH_BITS), was_weak and weak
        return tuple(Bearer(self._record_ids[record], *rest) for record, rest in found.items())

    def _is_shared(self, word: str) -> bool:
        number = self._word_number(word)
        return number >= 0 and int(self._word_bearers[number]) >= SHARED

    def knows(self, word: str) -> bool:
        """Whether a word stands in any name."""
        return self._word_number(word) >= 0

    def _word_number(self, word: str) -> int:
        place = int(np.searchsorted(self._word_hashes, hash(word)))
        if place == len(self._word_hashes) or self._word_hashes[place] != hash(word):
            return -1
        return int(self._word_numbers[place])

    def near_latin(self, words: list[str], position: int) -> list[str]:
        """Names that the misspelt word at `position` may belong to; the words around it say which are likelier."""
        word = words[position]
        queries = [word]
        if (after := words[position + 1 : position + 2]) and self._may_be_torn(after[0]):
            queries.append(word + after[0])
        if position and self._may_be_torn(words[position - 1]):
            queries.append(words[position - 1] + word)
        likely: dict[int, float] = {}
        for query in queries:
            for number, share in self._near_words(query):
                likely[number] = max(share, likely.get(number, 0.0))
        if not likely:
            return []
        near = self._weigh(likely)
        names = np.flatnonzero(near > 0)
        around = words[max(0, position - CONTEXT) : position] + words[position + 1 : position + 1 + CONTEXT]
        known = {number: 1.0 for w in around if (number := self._word_number(w)) >= 0 and number not in likely}
        scores = (near[names] + (self._weigh(known)[names] if known else 0.0)) / self._whole[names]
        if len(names) > NEAR_NAMES:
            best = np.argpartition(-scores, NEAR_NAMES)[:NEAR_NAMES]
            names, scores = names[best], scores[best]
        return [self._text(int(n)) for n in names[np.argsort(-scores, kind="stable")]]

    def _may_be_torn(self, word: str) -> bool:
        return word.isascii() and (len(word) < SHORTEST_LATIN or self._word_number(word) < 0)

    def near_han(self, run: str) -> list[str]:
        """Chinese names of which much occurs in a run of characters."""
        return [self._text(int(self._near["han"][n])) for n in self._like_han.near(run, NEAR_NAMES, LEAST_LIKE_HAN)]

    def _near_words(self, query: str) -> Iterator[tuple[int, float]]:
        numbers = [int(self._spelt[n]) for n in self._like_words.near(query, NEAR_WORDS, LEAST_LIKE_WORD)]
        texts = {number: self._words[number] for number in numbers}
        for _, likeness, number in process.extract(query, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=12):
            yield number, likeness / 100

    def _weigh(self, words: dict[int, float]) -> NDArray[np.float64]:
        """Per spelling, how much of it (weight of rare words) these words make up."""
        spans = [self._postings[self._posting_starts[n] : self._posting_starts[n + 1]] for n in words]
        weights = [share * float(self._rarity[n]) for n, share in words.items()]
        repeated = np.repeat(weights, [len(span) for span in spans])
        return np.bincount(np.concatenate(spans), weights=repeated, minlength=len(self))
