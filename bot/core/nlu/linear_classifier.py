"""Intent by a linear model over sparse features: one model for the three languages, trained in seconds, stored as arrays."""
from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.common.sentences import questions
from bot.core.nlu.features import BLOCK_WEIGHTS, blocks
from bot.core.nlu.name_matcher import Match

Blocks = dict[str, dict[str, int]]

CALIBRATION_FOLDS = 3
# "How can you help?" means what was told before it.
TOLD_BESIDE = ("ask_capabilities",)
MODEL_FILE = "model.npz"
VOCABULARY_FILE = "vocabulary.json"


class LinearModel:
    """Weights per feature and intent, with idf and a temperature that makes scores read as probabilities."""

    def __init__(self, labels: Sequence[str], vocabulary: dict[str, int], idf: np.ndarray, weights: np.ndarray, temperature: float) -> None:
        self.labels = list(labels)
        self.vocabulary = vocabulary
        self.idf = idf
        self.weights = weights
        self.temperature = temperature

    def row(self, found: Blocks) -> tuple[np.ndarray, np.ndarray]:
        """Returns (columns, values) of one sentence: (1 + ln count) * idf, each block scaled to its weight."""
        columns: list[int] = []
        values: list[np.ndarray] = []
        for block, counts in found.items():
            known = [(self.vocabulary[feature], count) for feature, count in counts.items() if feature in self.vocabulary]
            if not known:
                continue
            places = [column for column, _ in known]
            strengths = (1.0 + np.log(np.array([count for _, count in known], dtype=np.float32))) * self.idf[places]
            columns += places
            values.append(strengths * (BLOCK_WEIGHTS[block] / np.sqrt((strengths * strengths).sum())))
        return np.array(columns, dtype=np.int32), np.concatenate(values) if values else np.zeros(0, dtype=np.float32)

    def probabilities(self, found: Blocks) -> np.ndarray:
        """Returns one probability for each label."""
        columns, values = self.row(found)
        scores = (values @ self.weights[columns] if len(columns) else 0.0) + self.weights[-1]
        return softmax(scores * self.temperature)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Returns exp(scores) scaled to sum 1 along the last axis."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


def fit_temperature(scores: np.ndarray, targets: np.ndarray) -> float:
    """Returns the factor that makes the softmax of held-out scores (sentences x labels) fit best the true labels."""
    candidates = np.geomspace(0.5, 20.0, 60)
    rows = np.arange(len(targets))
    losses = [-np.log(softmax(scores * factor)[rows, targets] + 1e-12).mean() for factor in candidates]
    return float(candidates[int(np.argmin(losses))])


def train(sentences: Sequence[Blocks], intents: Sequence[str], cost: float, smallest_count: int) -> LinearModel:
    """Fits the model; `cost` is the SVM's C, features in fewer than `smallest_count` sentences are left out."""
    from scipy.sparse import csr_matrix
    from sklearn.model_selection import StratifiedKFold
    from sklearn.svm import LinearSVC

    frequency: Counter = Counter()
    for sentence in sentences:
        for counts in sentence.values():
            frequency.update(counts.keys())
    kept = sorted(feature for feature, count in frequency.items() if count >= smallest_count)
    vocabulary = {feature: column for column, feature in enumerate(kept)}
    idf = np.array([np.log((1 + len(sentences)) / (1 + frequency[feature])) + 1 for feature in kept], dtype=np.float32)
    labels = sorted(set(intents))
    targets = np.array([labels.index(intent) for intent in intents])
    model = LinearModel(labels, vocabulary, idf, np.zeros((0, 0)), 1.0)
    rows = [model.row(sentence) for sentence in sentences]
    pointers = np.concatenate([[0], np.cumsum([len(columns) for columns, _ in rows])])
    matrix = csr_matrix(
        (np.concatenate([values for _, values in rows]), np.concatenate([columns for columns, _ in rows]), pointers),
        shape=(len(rows), len(kept)),
    )

    def fitted(selection: np.ndarray) -> np.ndarray:
        machine = LinearSVC(C=cost, random_state=7).fit(matrix[selection], targets[selection])
        coefficients = np.vstack([machine.coef_.T, machine.intercept_])
        if coefficients.shape[1] == 1:
            coefficients = np.hstack([-coefficients, coefficients])
        result = np.full((coefficients.shape[0], len(labels)), 0.0, dtype=np.float32)
        result[-1] = -9.0
        result[:, machine.classes_] = coefficients
        return result

    model.weights = fitted(np.arange(len(rows)))
    folds = min(CALIBRATION_FOLDS, int(np.bincount(targets).min()))
    if folds > 1:
        held_out = np.zeros((len(rows), len(labels)), dtype=np.float32)
        for inside, outside in StratifiedKFold(folds, shuffle=True, random_state=7).split(matrix, targets):
            weights = fitted(inside)
            held_out[outside] = matrix[outside] @ weights[:-1] + weights[-1]
        model.temperature = fit_temperature(held_out, targets)
    return model


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """Rasa intent classifier over LinearModel; the ranking holds the five likeliest intents."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"cost": 1.0, "smallest_count": 1, "ranking_length": 5, "own_record": ""}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearModel | None = None) -> None:
        self.config = config
        self._storage = storage
        self._resource = resource
        self.model = model

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LinearIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Makes Rasa train again when the features are made in another way, which its own fingerprint does not see."""
        files = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in (".py", ".txt"))
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()

    def _blocks(self, message: Message) -> Blocks:
        return blocks(message.get("reading") or message.get(TEXT), message.get("names") or [], self.config["own_record"])

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        sentences = [self._blocks(example) for example in examples]
        intents = [example.get(INTENT) for example in examples]
        if len(set(intents)) > 1:
            self.model = train(sentences, intents, self.config["cost"], self.config["smallest_count"])
            self.persist()
        return self._resource

    def persist(self) -> None:
        """Writes arrays and vocabulary; nothing in the model archive is executable."""
        with self._storage.write_to(self._resource) as directory:
            model = self.model
            np.savez(directory / MODEL_FILE, idf=model.idf, weights=model.weights, temperature=np.float64(model.temperature))
            document = {"labels": model.labels, "vocabulary": list(model.vocabulary)}
            (directory / VOCABULARY_FILE).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        try:
            with model_storage.read_from(resource) as directory:
                document = json.loads((directory / VOCABULARY_FILE).read_text("utf-8"))
                with np.load(directory / MODEL_FILE, allow_pickle=False) as arrays:
                    vocabulary = {feature: column for column, feature in enumerate(document["vocabulary"])}
                    model = LinearModel(
                        document["labels"], vocabulary, arrays["idf"], arrays["weights"], float(arrays["temperature"])
                    )
        except ValueError:
            # Trained without intents: Rasa stores nothing for this resource.
            model = None
        return cls(config, model_storage, resource, model)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self.model is None or not message.get(TEXT):
                continue
            ranking = self._ranking(message.get("reading") or message.get(TEXT), message.get("names") or [])
            parts = self._parts(message)
            asked = [part for part in parts if part["asks"]]
            if len(asked) == 1 and asked[0]["intent_ranking"][0][INTENT_NAME_KEY] not in TOLD_BESIDE:
                # What is told around the one question says nothing about what is wanted.
                ranking = asked[0]["intent_ranking"]
            elif len(asked) > 1:
                ranking = [{**intent, PREDICTED_CONFIDENCE_KEY: 0.0} for intent in ranking]
            if parts:
                message.set("parts", parts, add_to_output=True)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _ranking(self, text: str, names: Sequence[Match]) -> list[dict[str, Any]]:
        probabilities = self.model.probabilities(blocks(text, names, self.config["own_record"]))
        best = np.argsort(-probabilities)[: self.config["ranking_length"]]
        return [
            {INTENT_NAME_KEY: self.model.labels[index], PREDICTED_CONFIDENCE_KEY: round(float(probabilities[index]), 4)}
            for index in best
        ]

    def _parts(self, message: Message) -> list[dict[str, Any]]:
        """Returns each sentence with its own intents, for the actions to answer one by one; empty for one plain question."""
        text, names, found, position = message.get("reading") or message.get(TEXT), message.get("names") or [], [], 0
        for part in questions(text):
            start = max(text.find(part.text, position), position)
            position = start + len(part.text)
            inside = [
                name._replace(start=name.start - start, end=name.end - start)
                for name in names
                if start <= name.start and name.end <= position
            ]
            found.append({TEXT: part.text, "asks": part.asks, INTENT_RANKING_KEY: self._ranking(part.text, inside)})
        return found
