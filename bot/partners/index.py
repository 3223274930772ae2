"""Similarity of a question to every fact: n-gram vectors of the facts' sentences and of how they are asked for."""

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix

from bot.common.text import fold
from bot.partners.concepts import HAN_RUN, LATIN
from bot.partners.names import Mention, NameIndex
from bot.partners.records import LANGUAGES, Fact

REMEMBERED = 64  # questions
REMEMBERED_WORDS = 4_096
REMEMBERED_DOCUMENTS = 100_000  # texts whose terms are kept, so that a changed fact does not cost a whole new reading
Scores = NDArray[np.float64]


fold_document = lru_cache(maxsize=REMEMBERED_DOCUMENTS)(fold)  # of documents, which come back at every change


def masked(folded: str, mentions: Iterable[Mention]) -> str:
    """The text without the names in it: what is asked, apart from about whom."""
    out, last = [], 0
    for mention in mentions:
        out.append(folded[last : mention.start])
        last = mention.end
    return " ".join("".join([*out, " ", folded[last:]]).split())


def _terms_of_word(word: str) -> list[str]:
    padded = f" {word} "
    grams = [padded[i : i + n] for n in (3, 4) for i in range(len(padded) - n + 1)]
    return [f"w:{word}", *([f"p:{word[:6]}"] if len(word) > 6 else ()), *grams]


def _terms_of_runs(folded: str) -> list[str]:
    runs = HAN_RUN.findall(folded)
    return [run[i : i + n] for run in runs for n in (1, 2, 3) for i in range(len(run) - n + 1)]


def terms(folded: str) -> list[str]:
    """Words, their beginnings, character n-grams; for Chinese runs of one to three characters."""
    return [term for word in LATIN.findall(folded) for term in _terms_of_word(word)] + _terms_of_runs(folded)


_NUMBERS: dict[str, int] = {}  # every term ever met, so that documents can be counted once and put together often
_NUMBERING = threading.Lock()
_NUMBER = np.dtype(np.int32).itemsize


def _numbered(found: Iterable[str]) -> list[int]:
    with _NUMBERING:
        return [_NUMBERS.setdefault(term, len(_NUMBERS)) for term in found]


@lru_cache(maxsize=REMEMBERED_WORDS)
def _numbers_of_word(word: str) -> tuple[int, ...]:
    return tuple(_numbered(_terms_of_word(word)))


@lru_cache(maxsize=REMEMBERED_DOCUMENTS)
def _counted(folded: str) -> tuple[bytes, bytes]:
    """(numbers of the terms as int32, how often each occurs as uint16) in a folded text.

    As bytes: an array's own overhead, tens of thousands of times, would be larger than what is in it.
    """
    counts = Counter(_numbered(_terms_of_runs(folded)))
    for word in LATIN.findall(folded):
        counts.update(_numbers_of_word(word))
    often = np.minimum(list(counts.values()), np.iinfo(np.uint16).max)
    return array("i", counts).tobytes(), often.astype(np.uint16).tobytes()


class Postings:
    """TF-IDF vectors (1 + ln tf, smoothed idf, length 1) of documents, kept by term so that a question reads few of them."""

    def __init__(self, documents: Sequence[str]) -> None:
        counted = [_counted(document) for document in documents]
        numbers = np.frombuffer(b"".join(numbers for numbers, _ in counted), dtype=np.int32)
        counts = np.frombuffer(b"".join(counts for _, counts in counted), dtype=np.uint16)
        ends = np.cumsum([0, *(len(numbers) // _NUMBER for numbers, _ in counted)])
        self._terms, columns = np.unique(numbers, return_inverse=True)
        frequency = np.bincount(columns)
        self._idf = np.log((1 + len(documents)) / (1 + frequency)) + 1
        values = (1 + np.log(counts, dtype=np.float64)) * self._idf[columns]
        rows = csr_matrix((values, columns, ends), shape=(len(documents), len(self._terms)))
        lengths = np.sqrt(np.bincount(np.repeat(np.arange(len(documents)), np.diff(ends)), weights=values * values))
        rows.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(ends))
        by_term: csc_matrix = rows.astype(np.float32).tocsc()
        self._size = len(documents)
        self._starts, self._documents, self._strengths = by_term.indptr, by_term.indices, by_term.data

    def rows(self) -> csr_matrix:
        """The vectors one below the other, made when asked for: answering takes them by term."""
        by_term = (self._strengths, self._documents, self._starts)
        return csc_matrix(by_term, shape=(self._size, len(self._terms))).tocsr()

    def scores(self, folded: str) -> Scores:
        """Cosine of a folded text with each document (0..1)."""
        counts = Counter(terms(folded))
        numbers = np.array([_NUMBERS.get(term, -1) for term in counts], dtype=np.int64)
        columns = np.searchsorted(self._terms, numbers)
        known = self._terms[np.minimum(columns, len(self._terms) - 1)] == numbers
        if not known.any():
            return np.zeros(self._size)
        columns = columns[known]
        strengths = (1 + np.log(np.array(list(counts.values()))[known])) * self._idf[columns]
        strengths /= np.sqrt((strengths * strengths).sum())
        # The postings of all terms in one stretch: adding them term by term takes twice as long.
        starts = self._starts[columns].astype(np.int64)
        sizes = self._starts[columns + 1] - starts
        ends = np.cumsum(sizes)
        places = np.repeat(starts - (ends - sizes), sizes) + np.arange(ends[-1])
        weights = self._strengths[places] * np.repeat(strengths.astype(np.float32), sizes)
        scores: Scores = np.bincount(self._documents[places], weights=weights, minlength=self._size)
        return scores


@dataclass(frozen=True)
class Similarity:
    """Per fact (same order as the facts), 0..1 each: to ways of asking and to the sentence, with and without names."""

    asked: Scores
    text: Scores
    asked_masked: Scores
    text_masked: Scores
    pooled: Scores
    pooled_masked: Scores


class LanguageIndex:
    """The vectors of one language."""

    def __init__(self, facts: Sequence[Fact], names: NameIndex, language: str) -> None:
        self._size = len(facts)
        self.similarity = lru_cache(maxsize=REMEMBERED)(self._similarity)
        documents: list[str] = []
        starts: list[int] = []
        for fact in facts:
            starts.append(len(documents))
            text, _ = fact.in_language(language)
            documents += [fold_document(document) for document in (text, *fact.asked.get(language, ()))]
        without_names = [masked(d, names.find(d, misspelt=False)) or "?" for d in documents]
        self._starts = np.array(starts)
        self._owner = np.repeat(np.arange(self._size), np.diff([*starts, len(documents)]))
        self._sides = (Postings(documents), Postings(without_names))
        ones = np.ones(len(documents), dtype=np.float32)
        pool = csr_matrix((ones, (self._owner, np.arange(len(documents)))), shape=(self._size, len(documents)))
        self._norms = []
        for side in self._sides:
            pooled = pool @ side.rows()
            self._norms.append(np.sqrt(np.asarray(pooled.multiply(pooled).sum(axis=1)).ravel()).astype(np.float64))

    @cached_property
    def _rows(self) -> list[csr_matrix]:
        return [side.rows() for side in self._sides]  # for measuring only

    def _similarity(self, folded: str, folded_masked: str, leave_out: tuple[int, int] | None = None) -> Similarity:
        """Compare a folded question (and its masked form).

        `leave_out` (number of the fact, number of its way of asking) skips that one, for measuring.
        """
        asked, text, pooled = [], [], []
        for number, (side, norm, question) in enumerate(
            zip(self._sides, self._norms, (folded, folded_masked), strict=True)
        ):
            scores = side.scores(question)
            norms = norm
            if leave_out:
                fact, row = leave_out[0], int(self._starts[leave_out[0]]) + 1 + leave_out[1]
                norms = norm.copy()
                others = (self._owner == fact) & (np.arange(len(scores)) != row)
                rest = self._rows[number][np.flatnonzero(others)].sum(axis=0)
                norms[fact] = np.sqrt(np.square(rest).sum())
                scores[row] = 0.0
            pooled.append(np.bincount(self._owner, weights=scores, minlength=self._size) / np.maximum(norms, 1e-6))
            text.append(scores[self._starts])
            scores[self._starts] = 0.0
            asked.append(np.maximum.reduceat(scores, self._starts))
        return Similarity(asked[0], text[0], asked[1], text[1], pooled[0], pooled[1])


def build(facts: Sequence[Fact], names: NameIndex) -> dict[str, LanguageIndex]:
    """One index per language."""
    return {language: LanguageIndex(facts, names, language) for language in LANGUAGES}
