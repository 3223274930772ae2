"""The gateway's request for one turn, checked field by field; the visitor's text can never become a command."""
import json
from dataclasses import dataclass
from typing import Any

from bot.common.language import LANGUAGES

MAX_ID = 128
# Above what any channel sends (4,096 characters).
MAX_TEXT = 8_000
CHANNELS = ("web", "telegram", "wechat", "shell")
# Rasa reads a text that starts with a slash as an intent; the others look like one or fold to one.
SLASHES = "/\\／⁄∕"


class BadTurn(ValueError):
    """Raised with the name of the field that does not fit."""


@dataclass(frozen=True)
class Choice:
    """A button the visitor pressed, already resolved by the gateway."""

    intent: str
    entities: dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """One message of one conversation; `language` is a hint only."""

    conversation: str
    message_id: str
    text: str
    choice: Choice | None
    language: str | None
    channel: str

    def parse_data(self) -> dict[str, Any] | None:
        """Returns what the message was understood as if it was a choice, so that no command text is needed."""
        if self.choice is None:
            return None
        entities = [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in self.choice.entities.items()]
        intent = {"name": self.choice.intent, "confidence": 1.0}
        return {"text": self.text, "intent": intent, "entities": entities, "intent_ranking": [intent]}


def plain_text(text: str) -> str:
    """Returns the text as Rasa would strip it, and then without leading slashes of any kind."""
    text = text.strip()
    while text[:1] and text[0] in SLASHES:
        text = text[1:].strip()
    return text


def parse_turn(body: bytes, intents: frozenset[str]) -> Turn:
    """Reads the request's body; raises BadTurn. `intents` are those of the domain, for choices."""
    document = _document(body)
    text = document.get("text", "")
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise BadTurn("text")
    # Lone surrogates can be written in JSON, but not in UTF-8, where the transcript is kept; PostgreSQL takes no NUL.
    text = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")
    language = document.get("language")
    if language is not None and (not isinstance(language, str) or language not in LANGUAGES):
        raise BadTurn("language")
    channel = document.get("channel", "web")
    if not isinstance(channel, str) or channel not in CHANNELS:
        raise BadTurn("channel")
    return Turn(
        conversation=_identifier(document, "conversation"),
        message_id=_identifier(document, "message_id"),
        text=plain_text(text),
        choice=_choice(document.get("choice"), intents),
        language=language,
        channel=channel,
    )


def parse_conversation(body: bytes) -> str:
    """Reads which conversation a request is about; raises BadTurn."""
    return _identifier(_document(body), "conversation")


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadTurn("body") from None
    if not isinstance(document, dict):
        raise BadTurn("body")
    return document


def _identifier(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or not value.isascii() or not value.isprintable():
        raise BadTurn(name)
    return value


def _choice(value: Any, intents: frozenset[str]) -> Choice | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("intent"), str) or value["intent"] not in intents:
        raise BadTurn("choice")
    entities = value.get("entities")
    if entities is None:
        entities = {}
    if not isinstance(entities, dict) or not all(_is_plain(item) for item in entities.values()):
        raise BadTurn("choice")
    return Choice(value["intent"], dict(entities))


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool)) and (not isinstance(value, str) or ("\0" not in value and len(value) <= 1000))
