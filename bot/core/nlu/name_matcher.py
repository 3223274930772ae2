"""Finds the names of the partner database in a message; the list can change while the core runs, without training."""
from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.common.text import fold, strip_legal_form
from bot.core.nlu import names as name_lists
from bot.core.nlu.tokens import pieces
from bot.core.settings import current

# German genitives ("Hernes Partnerstädte") and possessives typed without an apostrophe.
_TAKES_S = 4
_LONGEST = 32
_WORDS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\s\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


class Match(NamedTuple):
    """A record named in a text: characters `start` to `end`, which read `name`, name record `id` of kind `type`."""

    start: int
    end: int
    type: str
    id: str
    name: str


def forms(name: name_lists.Name) -> Iterator[str]:
    """Yields the name folded, and without its legal form, as words and single Han characters parted by spaces."""
    folded = fold(name.name)
    for text in dict.fromkeys([folded] if name.whole else [folded, strip_legal_form(folded)]):
        words = _WORDS.findall(text)
        if words and (len(words) > 1 or len(words[0]) > 1):
            yield " ".join(words)


class Forms:
    """All forms of some names, found by hash: eight bytes a form instead of a text."""

    def __init__(self, names: Iterable[name_lists.Name]) -> None:
        records: dict[tuple[str, str], int] = {}
        hashes, record_of = array("q"), array("i")
        self.firsts: set[int] = set()
        self.longest = 0
        for name in names:
            for form in forms(name):
                hashes.append(hash(form))
                record_of.append(records.setdefault((name.type, name.id), len(records)))
                self.firsts.add(hash(form.partition(" ")[0]))
                self.longest = max(self.longest, min(_LONGEST, form.count(" ") + 1))
        self._records = tuple(records)
        order = np.argsort(np.frombuffer(hashes, np.int64), kind="stable") if hashes else np.zeros(0, np.int64)
        self._hashes = np.frombuffer(hashes, np.int64)[order] if hashes else np.zeros(0, np.int64)
        self._record_of = np.frombuffer(record_of, np.int32)[order] if hashes else np.zeros(0, np.int32)

    def __len__(self) -> int:
        return len(np.unique(self._hashes))

    def find(self, texts: Sequence[str]) -> list[list[tuple[str, str]]]:
        """Returns, for each text, the (type, id) of the records that it names."""
        found: list[list[tuple[str, str]]] = [[] for _ in texts]
        if not len(self._hashes):
            return found
        wanted = np.fromiter(map(hash, texts), dtype=np.int64, count=len(texts))
        starts = np.searchsorted(self._hashes, wanted)
        for place in np.flatnonzero(self._hashes[np.minimum(starts, len(self._hashes) - 1)] == wanted).tolist():
            start, end = int(starts[place]), int(np.searchsorted(self._hashes, wanted[place], side="right"))
            found[place] = list(dict.fromkeys(self._records[number] for number in self._record_of[start:end]))
        return found


class NameIndex:
    """Immutable index over one names list; a new list makes a new index, which takes over what did not change."""

    def __init__(self, names: name_lists.NamesList, before: NameIndex | None = None) -> None:
        self.revision = names.revision
        self._names = names.names
        self._base = before._base if before and before._names is names.names else Forms(names.names)
        self._later = Forms(names.later)
        self._changed = names.changed

    def __len__(self) -> int:
        return len(self._base) + len(self._later)

    def find(self, text: str) -> list[Match]:
        """Returns the longest names in `text` from left to right; one spelling of two records gives two matches."""
        words = pieces(text)
        spans = list(self._possible([word.text for word in words]))
        if not spans:
            return []
        keys = [key for _, _, key in spans]
        found = []
        for (start, end, _), below, above in zip(spans, self._base.find(keys), self._later.find(keys)):
            records = [record for record in below if record[1] not in self._changed] + above
            if records:
                found.append((start, end, records))
        found.sort(key=lambda item: (item[0] - item[1], item[0]))
        taken = [False] * len(words)
        result: list[Match] = []
        for start, end, records in found:
            if any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            first, last = words[start].start, words[end - 1].end
            result += [Match(first, last, kind, identifier, text[first:last]) for kind, identifier in records]
        return sorted(result)

    def _possible(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yields (first word, end, form to look up) of each stretch that may be a name."""
        longest = max(self._base.longest, self._later.longest)
        for start, word in enumerate(words):
            if not self._may_begin(word):
                continue
            key = ""
            for end in range(start + 1, min(len(words), start + longest) + 1):
                last = words[end - 1]
                key = f"{key} {last}" if key else last
                yield start, end, key
                if last.isascii() and len(last) > _TAKES_S and last.endswith("s") and not last.endswith("ss"):
                    yield start, end, key[:-1]

    def _may_begin(self, word: str) -> bool:
        alone = (word, word[:-1]) if word.endswith("s") else (word,)
        return any(hash(form) in self._base.firsts or hash(form) in self._later.firsts for form in alone)


def mask(text: str, matches: Sequence[Match]) -> str:
    """Returns `text` with each name replaced by a word for its kind, so that sentences differ by what is asked only."""
    result, position = [], 0
    for match in matches:
        if match.start < position:
            continue
        result += [text[position : match.start], f" name{match.type} "]
        position = match.end
    result.append(text[position:])
    return "".join(result)


# Also a featurizer, because only those see the training sentences before the classifier does.
@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False
)
class NameMatcher(GraphComponent, EntityExtractorMixin):
    """Adds an entity organisation, place or topic with the record's id as value for each name found."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> NameMatcher:
        source = name_lists.shared_source(current().names_file)
        return cls(source)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Makes Rasa train again when the names snapshot has changed."""
        return name_lists.digest(current().names_file)

    def __init__(self, source: name_lists.NamesSource) -> None:
        self.index: NameIndex | None = None
        source.listen(self._replace)

    def _replace(self, names: name_lists.NamesList) -> None:
        self.index = NameIndex(names, self.index)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Marks the names in the training sentences, for the classifier to look past them."""
        for message in training_data.intent_examples:
            if message.get(TEXT):
                message.set("names", self.index.find(message.get("reading") or message.get(TEXT)))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get("reading") or message.get(TEXT)
            if not text:
                continue
            matches = self.index.find(text)
            message.set("names", matches)
            found = [
                {"entity": match.type, "value": match.id, "start": match.start, "end": match.end, "name": match.name}
                for match in matches
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(found), add_to_output=True)
        return messages
