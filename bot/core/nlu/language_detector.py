"""Gives each message its language, as the entity `language`, from which the slot of that name fills."""
from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.common.language import LANGUAGES, detect, scores


def language_of(text: str, names: list, hint: str | None = None, fixed: str | None = None) -> str:
    """Returns the language to answer in; names say nothing about it unless there is nothing else."""
    if fixed in LANGUAGES:
        return fixed
    rest, position = [], 0
    for match in names:
        rest.append(text[position : match.start])
        position = max(position, match.end)
    rest.append(text[position:])
    without_names = " ".join(rest)
    if names and max(scores(without_names).values()) > 0:
        return detect(without_names, hint)
    return detect(text, hint)


def language_entity(language: str) -> dict[str, Any]:
    """Returns the entity that carries the language of a message."""
    return {"entity": "language", "value": language, "start": 0, "end": 0, "extractor": LanguageDetector.__name__}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(GraphComponent, EntityExtractorMixin):
    """Reads `language` (hint) and `fixed_language` from the message's metadata; stands after NameMatcher."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LanguageDetector:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            metadata = message.get(METADATA) or {}
            fixed = metadata.get("fixed_language")
            if message.get("reading") and fixed not in LANGUAGES:
                fixed = "zh"
            language = language_of(text, message.get("names") or [], metadata.get("language"), fixed)
            message.set("language", language)
            message.set(ENTITIES, message.get(ENTITIES, []) + [language_entity(language)], add_to_output=True)
        return messages
