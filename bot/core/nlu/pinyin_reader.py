"""Reads Chinese typed in Latin letters: "Luzhou you duoshao ren" becomes 泸州有多少人, and all that follows sees characters."""
from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.common.language import detect
from bot.core.nlu import names as name_lists
from bot.core.settings import current

MODEL_FILE = "pinyin.json"
LONGEST_SYLLABLE = 6
LONGEST_WORD = 40  # letters; longer words are no Chinese
MOST_UNREAD = 0.34  # share of the words that may be no syllables, such as CDHAW
FEWEST_READ = 2  # words
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W\d_]+[1-5]?")
_TONES = re.compile("[\u0304\u0301\u030c\u0300]")
_BACK_OFF = 0.4  # how much a pair never seen is worth against its second character alone


class PinyinModel:
    """Which characters a syllable may be, and how often one follows another in the training texts."""

    def __init__(self, readings: dict[str, list[str]], counts: dict[str, int], pairs: dict[str, int]) -> None:
        self.readings = readings
        self.counts = counts
        self.pairs = pairs
        self._total = sum(counts.values()) or 1

    @classmethod
    def learn(cls, texts: Iterable[str]) -> PinyinModel:
        """Counts characters and pairs in `texts`; readings come from pypinyin."""
        from pypinyin import Style, pinyin

        counts: Counter = Counter()
        pairs: Counter = Counter()
        for text in texts:
            for run in _HAN_RUN.findall(text):
                counts.update(run)
                pairs.update(first + second for first, second in pairwise(f"^{run}$"))
        readings: dict[str, list[str]] = defaultdict(list)
        for character in counts:
            for reading in pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]:
                for syllable in {plain(reading), plain(reading).replace("v", "u")}:
                    readings[syllable].append(character)
        return cls(dict(readings), dict(counts), dict(pairs))

    def document(self) -> dict[str, Any]:
        """What `PinyinModel(**document)` needs, as JSON."""
        return {"readings": self.readings, "counts": self.counts, "pairs": self.pairs}

    def read(self, text: str) -> str | None:
        """Returns the text in characters, words that are no pinyin left as they are; None when it is no pinyin."""
        if _HAN.search(text):
            return None
        words = [match for match in _WORD.finditer(text)]
        lattices = {match.start(): self._syllables(plain(match.group())) for match in words}
        unread = sum(not lattice for lattice in lattices.values())
        if len(words) - unread < FEWEST_READ or unread > MOST_UNREAD * len(words):
            return None
        marked = _TONES.search(unicodedata.normalize("NFD", text))
        if not marked and detect(text, "") != "zh":
            return None
        pieces: list[Any] = []
        position = 0
        for match in words:
            between = text[position : match.start()]
            pieces += [between] if between.strip() else []
            pieces.append(lattices[match.start()] or f" {match.group()} ")
            position = match.end()
        return "".join(self._written(pieces)).strip() + text[position:].strip()

    def _syllables(self, word: str) -> list[list[tuple[int, str]]]:
        """Returns for each letter the (end, syllable) that begin there and can be read on to the end; empty if none can."""
        if len(word) > LONGEST_WORD:
            return []
        size = len(word)
        reachable = [False] * size + [True]
        found: list[list[tuple[int, str]]] = [[] for _ in range(size)]
        for start in range(size - 1, -1, -1):
            for end in range(start + 1, min(size, start + LONGEST_SYLLABLE) + 1):
                if reachable[end] and word[start:end] in self.readings:
                    found[start].append((end, word[start:end]))
                    reachable[start] = True
        return found if size and reachable[0] else []

    def _written(self, pieces: list[Any]) -> Iterator[str]:
        """Yields the likeliest characters (Viterbi over pairs) for each stretch of syllables, other text as it is."""
        stretch: list[list[list[tuple[int, str]]]] = []
        for piece in [*pieces, ""]:
            if isinstance(piece, list):
                stretch.append(piece)
                continue
            if stretch:
                yield self._likeliest(stretch)
                stretch = []
            yield piece

    def _likeliest(self, words: list[list[list[tuple[int, str]]]]) -> str:
        best: dict[str, tuple[float, str]] = {"^": (0.0, "")}
        for word in words:
            states: list[dict[str, tuple[float, str]]] = [dict() for _ in range(len(word) + 1)]
            states[0] = best
            for start, steps in enumerate(word):
                for end, syllable in steps:
                    for last, (score, written) in states[start].items():
                        for character in self.readings[syllable]:
                            reached = score + self._step(last, character)
                            known = states[end].get(character)
                            if known is None or reached > known[0]:
                                states[end][character] = (reached, written + character)
            best = states[-1]
        return max(best.values())[1]

    def _step(self, last: str, character: str) -> float:
        seen = self.pairs.get(last + character, 0)
        alone = self.counts.get(character, 0) / self._total
        before = self.counts.get(last, 0) or self._total
        return math.log((1 - _BACK_OFF) * seen / before + _BACK_OFF * alone + 1e-9)


def plain(word: str) -> str:
    """Returns a word in small letters without tone marks and tone digits; ü as v, the way it is typed."""
    decomposed = unicodedata.normalize("NFD", word.casefold().rstrip("12345"))
    toneless = _TONES.sub("", decomposed)
    return unicodedata.normalize("NFC", toneless).replace("ü", "v")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class PinyinReader(GraphComponent):
    """Sets `reading` on messages in pinyin; learns from the Chinese training sentences and names."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> PinyinReader:
        return cls(model_storage, resource, None)

    def __init__(self, storage: ModelStorage, resource: Resource, model: PinyinModel | None) -> None:
        self._storage = storage
        self._resource = resource
        self.model = model

    def train(self, training_data: TrainingData) -> Resource:
        texts = [example.get(TEXT) for example in training_data.intent_examples if example.get(TEXT)]
        texts += [name.name for name in name_lists.read_snapshot(current().names_file).names]
        self.model = PinyinModel.learn(texts)
        with self._storage.write_to(self._resource) as directory:
            (directory / MODEL_FILE).write_text(json.dumps(self.model.document(), ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PinyinReader:
        try:
            with model_storage.read_from(resource) as directory:
                model = PinyinModel(**json.loads((directory / MODEL_FILE).read_text("utf-8")))
        except ValueError:
            model = None
        return cls(model_storage, resource, model)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Gives training sentences in pinyin their reading, as messages get it."""
        self.process(training_data.intent_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            reading = self.model.read(text) if text and self.model else None
            if reading:
                message.set("reading", reading, add_to_output=True)
        return messages
