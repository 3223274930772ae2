"""Finds the names of the partner database in a message; the list can change while the core runs, without training."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.common.text import strip_legal_form
from bot.core.nlu import names as name_lists
from bot.core.nlu.tokens import pieces
from bot.core.settings import current

# German genitives ("Hernes Partnerstädte") and possessives typed without an apostrophe.
_TAKES_S = 4


class Match(NamedTuple):
    """A record named in a text: characters `start` to `end` name record `id` of kind `type`."""

    start: int
    end: int
    type: str
    id: str
    name: str


class NameIndex:
    """Immutable index over one names list; a new list makes a new index."""

    def __init__(self, names: name_lists.NamesList) -> None:
        self.revision = names.revision
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab)
        self._records: dict[str, list[tuple[str, str, str]]] = {}
        for name in names.names:
            self._add(name)

    def _add(self, name: name_lists.Name) -> None:
        words = [piece.text for piece in pieces(name.name)]
        stripped = strip_legal_form(" ".join(words)).split()
        for form in {tuple(words), tuple(stripped)}:
            if not form or (len(form) == 1 and len(form[0]) < 2):
                continue
            self._add_form(form, name)
            if form[-1].isascii() and len(form[-1]) >= _TAKES_S and not form[-1].endswith("s"):
                self._add_form((*form[:-1], form[-1] + "s"), name)

    def _add_form(self, form: tuple[str, ...], name: name_lists.Name) -> None:
        key = " ".join(form)
        records = self._records.setdefault(key, [])
        if not records:
            self._matcher.add(key, [Doc(self._vocab, words=list(form))])
        record = (name.type, name.id, name.name)
        if record[:2] not in [known[:2] for known in records]:
            records.append(record)

    def __len__(self) -> int:
        return len(self._records)

    def find(self, text: str) -> list[Match]:
        """Returns the longest names in `text` from left to right; one spelling of two records gives two matches."""
        words = pieces(text)
        if not words or not self._records:
            return []
        vocab = self._vocab
        with vocab.memory_zone():
            found = [(start, end, vocab.strings[key]) for key, start, end in self._matcher(Doc(vocab, words=[word.text for word in words]))]
        found.sort(key=lambda item: (item[0] - item[1], item[0]))
        taken = [False] * len(words)
        result: list[Match] = []
        for start, end, key in found:
            if any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            for kind, identifier, name in self._records[key]:
                result.append(Match(words[start].start, words[end - 1].end, kind, identifier, name))
        return sorted(result)


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
        source.listen(self._replace)

    def _replace(self, names: name_lists.NamesList) -> None:
        self.index = NameIndex(names)

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
