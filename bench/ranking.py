"""Leave-one-out measure of the fact ranking: each way of asking is left out once and asked as a question.

Run as `python -m bench.ranking [--fit] [--show LANGUAGE]`; uses the knowledge and training files only, never the
question sets. `--fit` prints weights for `ranking.py` and constants for `certainty.py`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.partners import certainty, loader
from bot.partners import ranking as r
from bot.partners.concepts import HAN_RUN, LATIN
from bot.partners.index import fold_document
from bot.partners.knowledge import Snapshot, take_snapshot
from bot.partners.not_known import read_not_known
from bot.partners.records import LANGUAGES
from bot.settings import ROOT
from bot.store import Store, migrate

KNOWLEDGE = ROOT / "data" / "knowledge"
EVERY = 2  # every second way of asking is enough
KIND_WEIGHTS = {"asked": 1.0, "unanswered": 2.0, "off topic": 1.5}
LEAST_PENALTY = 0.3


@dataclass(frozen=True)
class Case:
    """A question with what may answer it: numbers of facts, none when nothing does; `features` one row per fact."""

    kind: str
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
                    cases.append(Case("asked", language, text, right, features))
    return cases


def other_cases(snapshot: Snapshot) -> list[Case]:
    """Questions that no fact answers, and off-topic training sentences."""
    texts = [
        ("unanswered", language, text)
        for by_language in read_not_known(KNOWLEDGE).values()
        for language, many in by_language.items()
        for text in many
    ]
    for language in LANGUAGES:
        rows = yaml.safe_load((ROOT / "data" / "nlu" / language / "fallback.yml").read_text(encoding="utf-8"))["nlu"]
        lines = [line.strip().removeprefix("- ") for row in rows for line in row["examples"].splitlines()]
        texts += [("off topic", language, line) for line in lines[::EVERY] if line]
    ranking = snapshot.ranking
    return [
        Case(kind, language, text, frozenset(), ranking.features(ranking.ask(text), language))
        for kind, language, text in texts
    ]


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


def strange_share(snapshot: Snapshot, case: Case, counts: Counter[str]) -> float:
    """As Ranking.strange_share; a left-out way of asking does not count for its own words."""
    words, runs = snapshot.vocabulary.content(snapshot.ranking.ask(case.text).masked)
    least = 2 if case.kind == "asked" else 1
    pairs = [run[i : i + 2] for run in runs for i in range(len(run) - 1)]
    strange = [w for w in words if len(w) >= r.SHORTEST_STRANGE and counts[w] < least and counts[w[:6]] < least]
    doubt = sum(counts[pair] < least for pair in pairs)
    return (len(strange) + doubt) / (len(words) + len(pairs)) if words or pairs else 0.0


def fit_certainty(snapshot: Snapshot, cases: list[Case], weights: NDArray[np.float64]) -> None:
    """Prints the constants of certainty.py: a logistic regression on whether the best fact is right."""
    ranking = snapshot.ranking
    counts: Counter[str] = Counter()
    for fact in ranking.facts:
        for text in [*fact.text.values(), *(way for many in fact.asked.values() for way in many)]:
            folded = fold_document(text)
            counts.update({form for word in LATIN.findall(folded) for form in (word, word[:6])})
            counts.update({run[i : i + 2] for run in HAN_RUN.findall(folded) for i in range(len(run) - 1)})
    concepts = sorted({c for fact in ranking.facts for c in ranking.solid_concepts(fact)} | set(certainty.MISSING))
    rows, right, shares = [], [], []
    for case in cases:
        asked, scores = ranking.ask(case.text), case.features @ weights
        order = np.argsort(-scores)[:12]
        ranked = [
            r.Scored(ranking.facts[i], float(scores[i]), float(case.features[i, 4]), float(case.features[i, 6]))
            for i in order
        ]
        words, runs = snapshot.vocabulary.content(asked.masked)
        far = any(m.strength > 1 for m in asked.mentions) and ranked[0].nearness < 0.5
        missing = asked.concepts - ranking.solid_concepts(ranked[0].fact)
        rows.append(
            [
                min(ranked[0].score, certainty.HIGHEST_SCORE), certainty.lead_of(ranked),
                strange_share(snapshot, case, counts), float(far), len(words) + sum(map(len, runs)) / 2,
                *(float(concept in missing) for concept in concepts),
            ]
        )  # fmt: skip
        right.append(int(order[0]) in case.right)
        shares.append(KIND_WEIGHTS[case.kind])
    fitted = LogisticRegression(C=0.3, max_iter=5000).fit(rows, right, sample_weight=shares)
    score, lead, strange, far_, length, *penalties = fitted.coef_[0].round(2).tolist()
    print(f"BIAS = {fitted.intercept_[0]:.2f}; SCORE, LEAD, STRANGE, FAR, LENGTH =", score, lead, strange, far_, length)
    print("MISSING =", {c: p for c, p in zip(concepts, penalties, strict=True) if p <= -LEAST_PENALTY})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit weights and constants anew and print them")
    parser.add_argument("--show", choices=LANGUAGES, help="print the questions of one language that went wrong")
    options = parser.parse_args()
    snapshot = open_snapshot()
    facts, cases, weights = snapshot.ranking.facts, asked_cases(snapshot), r.WEIGHTS
    if options.fit:
        weights = fit_weights(cases)
        print("WEIGHTS =", np.round(weights, 2).tolist())
        fit_certainty(snapshot, [*cases, *other_cases(snapshot)], weights)
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
