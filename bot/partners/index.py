"""Similarity of a question to every fact: n-gram vectors of the facts' sentences and of how they are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.common.text import fold
from bot.partners.names import NameIndex
from bot.partners.records import LANGUAGES, Fact

HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[a-z0-9]+")


def masked(folded: str, names: NameIndex) -> str:
    """The text without the names in it: what is asked, apart from about whom."""
    out, last = [], 0
    for mention in names.find(folded):
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


class LanguageIndex:
    """The vectors of one language."""

    def __init__(self, facts: Sequence[Fact], names: NameIndex, language: str) -> None:
        self._size = len(facts)
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
        self._masked_matrix = self._masked.fit_transform([masked(d, names) or "?" for d in documents]).tocsr()

    def similarity(self, folded: str, folded_masked: str, leave_out: tuple[int, int] | None = None) -> Similarity:
        """Compare a folded question (and its masked form).

        `leave_out` (number of the fact, number of its way of asking) skips that one, for measuring.
        """
        full = self._compare(self._full, self._full_matrix, folded)
        without = self._compare(self._masked, self._masked_matrix, folded_masked)
        if leave_out:
            row = int(np.argmax(self._owner == leave_out[0])) + 1 + leave_out[1]
            full[row] = without[row] = 0.0
        return Similarity(
            self._best(full, False), self._best(full, True), self._best(without, False), self._best(without, True)
        )

    def _compare(self, vectorizer: TfidfVectorizer, matrix: object, text: str) -> NDArray[np.float64]:
        vector = vectorizer.transform([text])
        return np.asarray((matrix @ vector.T).todense()).ravel()  # type: ignore[operator]

    def _best(self, scores: NDArray[np.float64], of_text: bool) -> NDArray[np.float64]:
        best = np.zeros(self._size)
        pick = self._is_text if of_text else ~self._is_text
        np.maximum.at(best, self._owner[pick], scores[pick])
        return best


def build(facts: Sequence[Fact], names: NameIndex) -> dict[str, LanguageIndex]:
    """One index per language."""
    return {language: LanguageIndex(facts, names, language) for language in LANGUAGES}
