"""Questions that visitors ask and no fact answers: kept so that a near fact is not taken for the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.partners.index import Postings, Scores, fold_document, masked
from bot.partners.names import NameIndex
from bot.partners.yaml_files import read_yaml

Questions = Mapping[str, Mapping[str, list[str]]]  # record id -> language -> questions


class NotKnown:
    """The vectors of these questions, by language."""

    def __init__(self, questions: Questions, names: NameIndex) -> None:
        self._records: dict[str, NDArray[np.str_]] = {}
        self._full: dict[str, Postings] = {}
        self._masked: dict[str, Postings] = {}
        for language in sorted({language for by_language in questions.values() for language in by_language}):
            rows = [
                (i, fold_document(q)) for i, by_language in questions.items() for q in by_language.get(language, ())
            ]
            self._records[language] = np.array([record_id for record_id, _ in rows])
            self._full[language] = Postings([text for _, text in rows])
            self._masked[language] = Postings([masked(t, names.find(t, misspelt=False)) or "?" for _, t in rows])

    def nearest(
        self, folded: str, folded_masked: str, language: str, about: Collection[str], leave_out: int | None = None
    ) -> tuple[float, float]:
        """(likeness to the nearest such question, the same without names for those about the records in `about`), 0..1.

        `leave_out` is the number of one question that is not looked at, for measuring.
        """
        if language not in self._full:
            return 0.0, 0.0
        full: Scores = self._full[language].scores(folded)
        without: Scores = self._masked[language].scores(folded_masked)
        if leave_out is not None:
            full[leave_out] = without[leave_out] = 0.0
        same = np.isin(self._records[language], list(about))
        return float(full.max(initial=0.0)), float(without[same].max(initial=0.0))


def read_not_known(folder: Path) -> Questions:
    """data/knowledge/not_known.yml; empty when there is no such file."""
    path = folder / "not_known.yml"
    return (read_yaml(path) or {}) if path.exists() else {}
