"""Leave-one-out measure of the fact ranking: each way of asking is left out once and asked as a question.

Run as `python -m bench.ranking [--fit] [--show LANGUAGE]`; uses the knowledge files only, never the question sets.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.partners import loader, queries
from bot.partners import ranking as r
from bot.partners.concepts import read_concepts
from bot.partners.names import NameIndex
from bot.partners.records import LANGUAGES
from bot.settings import ROOT
from bot.store import Store, migrate

KNOWLEDGE = ROOT / "data" / "knowledge"


def open_ranking() -> r.Ranking:
    """The ranking over a fresh database with the project's knowledge files."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'knowledge.db'}"
        migrate(url)
        store = Store(url)
        report = loader.load(store, KNOWLEDGE)
        if report.refused:
            raise SystemExit("\n".join(map(str, report.refused)))
        with store.session() as session:
            facts, names = queries.facts(session), queries.names(session)
            records = {record.id: record for record in queries.records(session)}
        store.close()
    return r.Ranking(facts, records, NameIndex(names), read_concepts(KNOWLEDGE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the weights anew and print them")
    parser.add_argument("--show", choices=LANGUAGES, help="print the questions of one language that went wrong")
    options = parser.parse_args()
    ranking = open_ranking()
    facts = ranking.facts
    cases = []
    for language in LANGUAGES:
        for number, fact in enumerate(facts):
            same = {n for n, other in enumerate(facts) if n == number or set(other.variants) & set(fact.variants)}
            for way, text in enumerate(fact.asked.get(language, ())):
                features = ranking.features(ranking.ask(text), language, leave_out=(number, way))
                cases.append((language, text, number, same, features))
    if options.fit:
        xs, ys = [], []
        for _, _, _, same, features in cases:
            for row in {*np.argsort(-(features @ r.WEIGHTS))[:20], *same}:
                xs.append(features[row])
                ys.append(row in same)
        fitted = LogisticRegression(C=3, class_weight=None, max_iter=1000).fit(xs, ys)
        print("WEIGHTS =", np.round(fitted.coef_[0], 2).tolist(), "intercept", np.round(fitted.intercept_, 2))
        weights = fitted.coef_[0]
    else:
        weights = r.WEIGHTS
    for language in LANGUAGES:
        first = third = total = 0
        for lang, text, number, same, features in cases:
            if lang != language:
                continue
            scores = features @ weights
            order = np.argsort(-scores)
            total += 1
            first += order[0] in same
            third += bool(set(order[:3]) & same)
            if options.show == language and order[0] not in same:
                print(f"{text} | {facts[number].id} -> {facts[order[0]].id} {scores[order[0]]:.2f}")
        print(f"{language}: first fact {first / total:.3f}, among three {third / total:.3f} of {total}")


if __name__ == "__main__":
    main()
