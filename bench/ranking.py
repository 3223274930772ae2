"""Leave-one-out measure of the fact ranking: each way of asking is left out once and asked as a question.

Run as `python -m bench.ranking [--fit] [--show LANGUAGE]`; uses the knowledge and training files only, never the
question sets. `--fit` prints weights for `ranking.py`; for `certainty.py` see `bench/certainty.py`.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.partners import loader
from bot.partners import ranking as r
from bot.partners.knowledge import Snapshot, take_snapshot
from bot.partners.records import LANGUAGES
from bot.settings import ROOT
from bot.store import Store, migrate

KNOWLEDGE = ROOT / "data" / "knowledge"
EVERY = 2  # every second way of asking is enough


@dataclass(frozen=True)
class Case:
    """A question with what may answer it: numbers of facts, none when nothing does; `features` one row per fact."""

    language: str
    text: str
    right: frozenset[int]
    features: NDArray[np.float64]


def open_snapshot() -> Snapshot:
    """The knowledge of the project's files, from a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'knowledge.db'}"
        migrate(url)
        store = Store(url)
        report = loader.load(store, KNOWLEDGE)
        if report.refused:
            raise SystemExit("\n".join(map(str, report.refused)))
        snapshot = take_snapshot(store, KNOWLEDGE)
        store.close()
    return snapshot


def asked_cases(snapshot: Snapshot) -> list[Case]:
    """Ways of asking, each left out of its fact's vectors and concepts."""
    ranking, cases = snapshot.ranking, []
    for number, fact in enumerate(ranking.facts):
        right = frozenset(
            n for n, other in enumerate(ranking.facts) if n == number or set(other.variants) & set(fact.variants)
        )
        for language in LANGUAGES:
            for way, text in enumerate(fact.asked.get(language, ())):
                if way % EVERY == 0:
                    features = ranking.features(ranking.ask(text), language, leave_out=(number, way))
                    cases.append(Case(language, text, right, features))
    return cases


def fit_weights(cases: list[Case]) -> NDArray[np.float64]:
    """Logistic regression over the twenty best facts of each question and the right ones."""
    xs, ys = [], []
    for case in cases:
        for row in {*np.argsort(-(case.features @ r.WEIGHTS))[:20].tolist(), *case.right}:
            xs.append(case.features[row])
            ys.append(row in case.right)
    fitted = LogisticRegression(C=3, max_iter=2000).fit(xs, ys)
    weights: NDArray[np.float64] = fitted.coef_[0]
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the weights anew and print them")
    parser.add_argument("--show", choices=LANGUAGES, help="print the questions of one language that went wrong")
    options = parser.parse_args()
    snapshot = open_snapshot()
    facts, cases, weights = snapshot.ranking.facts, asked_cases(snapshot), r.WEIGHTS
    if options.fit:
        weights = fit_weights(cases)
        print("WEIGHTS =", np.round(weights, 2).tolist())
    for language in LANGUAGES:
        first = third = total = 0
        for case in cases:
            if case.language != language:
                continue
            order = np.argsort(-(case.features @ weights))
            total += 1
            first += order[0] in case.right
            third += bool(set(order[:3].tolist()) & case.right)
            if options.show == language and order[0] not in case.right:
                print(f"{case.text} -> {facts[order[0]].id}")
        print(f"{language}: first fact {first / total:.3f}, among three {third / total:.3f} of {total}")


if __name__ == "__main__":
    main()
