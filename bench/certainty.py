"""Fits the coefficients of `bot/partners/certainty.py`: `python -m bench.certainty`.

Replays the question sets whose failures may be read, turn by turn and without the classifier, and asks the questions that
no fact answers, as they stand and as follow-ups. Never uses the sets whose failures may not be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from bench.ranking import KNOWLEDGE, open_snapshot
from bot.partners import answers, certainty, selection
from bot.partners.arbitration import decide
from bot.partners.knowledge import Snapshot
from bot.partners.not_known import read_not_known
from bot.partners.ranking import Asked, Scored
from bot.partners.selection import FALLBACK
from bot.partners.turn import Context, Turn
from tests.report.judging import complaint
from tests.report.questions import HIDDEN, LANGUAGES, SETS, read_set

NOT_KNOWN_WEIGHT, FOLLOW_UP_WEIGHT = 0.25, 0.2  # there are more of them than visitors ask
FOLDS = 6
THRESHOLDS = (0.15, 0.2, 0.25, 0.3, 0.35)


@dataclass(frozen=True)
class Sample:
    """One look at the best fact: its terms, whether it is the answer, how much it counts, what it belongs with."""

    terms: certainty.Terms
    right: bool
    weight: float
    group: int


def samples_of_sets(snapshot: Snapshot) -> Iterator[Sample]:
    """One for each time the facts were asked while the sets were replayed."""
    entries = [e for name, folder in SETS.items() if name not in HIDDEN for e in read_set(name, folder, LANGUAGES)]
    for group, entry in enumerate(entries):
        context = Context()
        for turn in entry.turns:
            seen: list[tuple[list[Scored], Asked, bool]] = []

            def look(
                ranked: list[Scored], asked: Asked, language: str, _: Snapshot, *, lenient: bool, seen: Any = seen
            ) -> float:
                seen.append((ranked, asked, lenient))
                return certainty.certainty(ranked, asked, language, snapshot, lenient=lenient)

            with patch.object(answers, "certainty", look):
                answer = decide(Turn(turn["ask"], entry.language, FALLBACK, context=context), snapshot)
            context = context if isinstance(answer, str) else answer.context
            for ranked, asked, lenient in seen:
                if ranked and (turn.get("must") or turn.get("sources") == "none"):
                    said = " ".join(f.in_language(entry.language)[0] for f in selection.choose(ranked, snapshot))
                    right = turn.get("sources") != "none" and not complaint(
                        {"must": turn.get("must", ())}, [{"text": said}]
                    )
                    terms, _ = certainty.weigh(ranked, asked, entry.language, snapshot, lenient=lenient)
                    yield Sample(terms, right, 1.0, group)


def samples_not_known(snapshot: Snapshot) -> Iterator[Sample]:
    """Questions that no fact answers, and what is left of them when the conversation is about their record."""
    ranking = snapshot.ranking
    for record_id, by_language in read_not_known(KNOWLEDGE).items():
        for language, questions in by_language.items():
            for number, question in enumerate(questions):
                asked = ranking.ask(question)
                ranked = ranking.rank(asked, language)
                if any(m.strength > 1 for m in asked.mentions):
                    ranked = [s for s in ranked if s.nearness > 0] or ranked
                terms, _ = certainty.weigh(ranked, asked, language, snapshot, lenient=False)
                yield Sample(terms, False, NOT_KNOWN_WEIGHT, -number)
                rest = replace(ranking.ask(asked.masked or question), mentions=())
                near = [s for s in ranking.rank(rest, language, (record_id,)) if s.nearness > 0]
                if near:
                    terms, _ = certainty.weigh(near, rest, language, snapshot, lenient=True)
                    yield Sample(terms, False, FOLLOW_UP_WEIGHT, -number)


def main() -> None:
    snapshot = open_snapshot()
    samples = [*samples_of_sets(snapshot), *samples_not_known(snapshot)]
    rows = np.array([s.terms for s in samples], dtype=float)
    right = np.array([s.right for s in samples])
    weights, groups = np.array([s.weight for s in samples]), np.array([s.group for s in samples])
    spread = rows.std(axis=0) + 1e-9
    sure = np.zeros(len(samples))
    for learn, test in GroupKFold(FOLDS).split(rows, right, groups):
        fitted = LogisticRegression(max_iter=5000).fit(rows[learn] / spread, right[learn], sample_weight=weights[learn])
        sure[test] = fitted.predict_proba(rows[test] / spread)[:, 1]
    fitted = LogisticRegression(max_iter=5000).fit(rows / spread, right, sample_weight=weights)
    coefficients = certainty.Terms(*(fitted.coef_[0] / spread).round(2).tolist())
    print(f"BIAS = {fitted.intercept_[0]:.2f}\nCOEFFICIENTS = {coefficients}")
    print(f"area under the curve, held out: {roc_auc_score(right, sure, sample_weight=weights):.3f}")
    for threshold in THRESHOLDS:
        lost, said = (sure[right] < threshold).mean(), (sure[~right & (weights == 1)] >= threshold).mean()
        print(
            f"SURE = {threshold}: {lost:.1%} of the right answers lost, {said:.1%} of the wrong ones of the sets said"
        )


if __name__ == "__main__":
    main()
