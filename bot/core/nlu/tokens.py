"""Tokens by script: spaCy's blank English, German and Chinese pipelines, each for the runs of text it is made for."""
from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.common.language import detect
from bot.common.text import fold

_RUNS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_HAN_START = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_ENDLESS = re.compile(r"\S{49}")
_PARTS = re.compile(r"\w{1,64}|[^\w\s]{1,16}|\s+")
_MAX_CACHED = 2048
_one_at_a_time = threading.Lock()


class Piece(NamedTuple):
    """One folded word or Han character, with its place (characters) in the text it came from."""

    text: str
    start: int
    end: int


@cache
def pipeline(language: str) -> spacy.Language:
    """Returns the blank pipeline of one language, made once a process."""
    return spacy.blank(language)


def _segments(text: str) -> Iterator[tuple]:
    """Yields (language of the tokenizer, start, end): runs of one script, with endless ones cut up.

    spaCy's time grows with the square of a stretch without spaces: 2,000 question marks took four seconds.
    """
    for run in _RUNS.finditer(text):
        content = run.group()
        if _HAN_START.match(content):
            language = "zh"
        else:
            language = "de" if detect(content) == "de" else "en"
        if language != "zh" and _ENDLESS.search(content):
            for part in _PARTS.finditer(content):
                yield language, run.start() + part.start(), run.start() + part.end()
        else:
            yield language, run.start(), run.end()


@lru_cache(maxsize=_MAX_CACHED)
def spans(text: str) -> tuple:
    """Returns (start, end) of each token; one Han character is one token."""
    places: list[tuple] = []
    for language, start, end in _segments(text):
        nlp = pipeline(language)
        # The zone gives back what unseen words added to spaCy's string store: a server meets new ones for ever.
        # One thread at a time: a new names list is cut into tokens beside the messages.
        with _one_at_a_time, nlp.memory_zone():
            places += [(token.idx + start, token.idx + start + len(token)) for token in nlp.make_doc(text[start:end]) if not token.is_space]
    return tuple(places)


@lru_cache(maxsize=_MAX_CACHED)
def pieces(text: str) -> tuple:
    """Returns the folded words of `text` as Pieces; hyphenated words are several pieces at one place."""
    result: list[Piece] = []
    for start, end in spans(text):
        for word in fold(text[start:end]).split():
            result.append(Piece(word, start, end))
    return tuple(result)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ScriptTokenizer(Tokenizer):
    """Rasa tokenizer over `spans`; needs no segmentation model for Chinese."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> ScriptTokenizer:
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        return [Token(text[start:end], start) for start, end in spans(text)]
