"""Similarity of a question to every fact: n-gram vectors of the facts' sentences and of how they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.common.text import fold
from bot.partners.names import Mention, NameIndex
from bot.partners.records import LANGUAGES, Fact

REMEMBERED = 64  # questions
WORD = re.compile(r"[a-z0-9]+")


def masked(folded: str, mentions: Iterable[Mention]) -> str:
    """The text without the names in it: what is asked, apart from about whom."""
    out, last = [], 0
    for mention in mentions:
        out.append(folded[last : mention.start])
        last = mention.end
    return " ".join("".join([*out, " ", folded[last:]]).split())


def terms(folded: str) -> list[str]:
    """Words, their beginnings, character n-grams; for Chinese runs of one to three characters."""
    out: list[str] = []
    for word in WORD.findall(folded):
        out.append(f"w:{word}")
        if len(word) > 6:
            out.append(f"p:{word[:6]}")
        padded = f" {word} "
        out += [padded[i : i + n] for n in (3, 4) for i in range(len(padded) - n + 1)]
    for run in re.findall(r"[\u3400-\u9fff]+", folded):
        out += [run[i : i + n] for n in (1, 2, 3) for i in range(len(run) - n + 1)]
    return out


@dataclass(frozen=True)
class Similarity:
    """Per fact (same order as the facts), 0..1 each: to ways of asking and to the sentence, with and without names."""

    asked: NDArray[np.float64]
    text: NDArray[np.float64]
    asked_masked: NDArray[np.float64]
    text_masked: NDArray[np.float64]
    pooled: NDArray[np.float64]
    pooled_masked: NDArray[np.float64]


class LanguageIndex:
    """The vectors of one language."""

    def __init__(self, facts: Sequence[Fact], names: NameIndex, language: str) -> None:
        self._size = len(facts)
        self.similarity = lru_cache(maxsize=REMEMBERED)(self._similarity)
        documents: list[str] = []
        owner: list[int] = []
        is_text: list[bool] = []
        for number, fact in enumerate(facts):
            text, _ = fact.in_language(language)
            for document, kind in [(text, True), *((a, False) for a in fact.asked.get(language, ()))]:
                documents.append(fold(document))
                owner.append(number)
                is_text.append(kind)
        self._owner = np.array(owner)
        self._is_text = np.array(is_text)
        self._full = TfidfVectorizer(analyzer=terms, sublinear_tf=True, dtype=np.float32)
        self._full_matrix = self._full.fit_transform(documents).tocsr()
        self._masked = TfidfVectorizer(analyzer=terms, sublinear_tf=True, dtype=np.float32)
        self._masked_matrix = self._masked.fit_transform(
            [masked(d, names.find(d, misspelt=False)) or "?" for d in documents]
        ).tocsr()
        ones = np.ones(len(owner), dtype=np.float32)
        pool = csr_matrix((ones, (self._owner, np.arange(len(owner)))), shape=(self._size, len(owner)))
        self._pools = [(pool @ matrix).tocsr() for matrix in (self._full_matrix, self._masked_matrix)]
        self._norms = [np.sqrt(np.asarray(p.multiply(p).sum(axis=1)).ravel()) for p in self._pools]

    def _similarity(self, folded: str, folded_masked: str, leave_out: tuple[int, int] | None = None) -> Similarity:
        """Compare a folded question (and its masked form).

        `leave_out` (number of the fact, number of its way of asking) skips that one, for measuring.
        """
        queries = [self._full.transform([folded]), self._masked.transform([folded_masked])]
        matrices = [self._full_matrix, self._masked_matrix]
        rows = [np.asarray((m @ q.T).todense()).ravel() for m, q in zip(matrices, queries, strict=True)]
        pooled = [np.asarray((p @ q.T).todense()).ravel() for p, q in zip(self._pools, queries, strict=True)]
        norms = [norm.copy() for norm in self._norms]
        if leave_out:
            fact, row = leave_out[0], int(np.argmax(self._owner == leave_out[0])) + 1 + leave_out[1]
            for n, matrix in enumerate(matrices):
                rest = self._pools[n][fact] - matrix[row]
                norms[n][fact] = np.sqrt(rest.multiply(rest).sum())
                pooled[n][fact] -= rows[n][row]
                rows[n][row] = 0.0
        full, without = rows
        return Similarity(
            self._best(full, False),
            self._best(full, True),
            self._best(without, False),
            self._best(without, True),
            *(p / np.maximum(norm, 1e-6) for p, norm in zip(pooled, norms, strict=True)),
        )

    def _best(self, scores: NDArray[np.float64], of_text: bool) -> NDArray[np.float64]:
        best = np.zeros(self._size)
        pick = self._is_text if of_text else ~self._is_text
        np.maximum.at(best, self._owner[pick], scores[pick])
        return best


def build(facts: Sequence[Fact], names: NameIndex) -> dict[str, LanguageIndex]:
    """One index per language."""
    return {language: LanguageIndex(facts, names, language) for language in LANGUAGES}
