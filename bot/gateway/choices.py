"""Buttons: what one does stays in a table; the visitor holds an opaque id signed for this one conversation."""

import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from bot.gateway.sessions import as_utc
from bot.gateway.tables import offered_choice

MAX_TITLE = 200
_PAYLOAD = re.compile(r"/([A-Za-z_]\w{0,63})\s*(\{.*\})?\s*", re.DOTALL)

_OFFER = insert(offered_choice)
_FIND = select(offered_choice).where(
    offered_choice.c.id == bindparam("this"), offered_choice.c.conversation == bindparam("of")
)


class ChoiceUnavailable(Exception):
    """Altered, from another conversation, or expired: the visitor cannot tell which."""


@dataclass(frozen=True)
class Button:
    """A button to offer; without an intent pressing it says its title."""

    title: str
    intent: str | None
    entities: dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """A resolved press."""

    title: str
    intent: str | None
    entities: dict[str, Any]


def read_button(title: str, payload: str) -> Button:
    """The core's button; payload `/intent{"entity": "value"}`, anything else is plain words to say."""
    title = title[:MAX_TITLE]
    match = _PAYLOAD.fullmatch(payload)
    if not match:
        return Button(title, None, {})
    try:
        entities = json.loads(match.group(2) or "{}")
    except ValueError:
        entities = {}
    return Button(title, match.group(1), entities if isinstance(entities, dict) else {})


class Choices:
    """Offers and resolves choices; `key` signs their ids."""

    def __init__(self, key: str, lifetime: timedelta) -> None:
        self._key = key.encode()
        self._lifetime = lifetime

    def offer(self, db: Connection, conversation: str, buttons: Sequence[Button]) -> list[dict[str, str]] | None:
        """Store what the buttons do; returns [{title, choice}] for the visitor, None without buttons."""
        if not buttons:
            return None
        expires_at = datetime.now(UTC) + self._lifetime
        rows: list[dict[str, Any]] = [
            {
                "id": secrets.token_urlsafe(16),
                "conversation": conversation,
                "title": button.title,
                "intent": button.intent,
                "entities": button.entities,
                "expires_at": expires_at,
            }
            for button in buttons
        ]
        db.execute(_OFFER, rows)
        return [
            {"title": row["title"], "choice": f"{row['id']}.{self._signature(conversation, row['id'])}"} for row in rows
        ]

    def resolve(self, db: Connection, conversation: str, choice: str) -> Choice:
        """What a pressed button does; raises ChoiceUnavailable. A second press is a new question."""
        row_id, _, signature = choice.partition(".")
        expected = self._signature(conversation, row_id)
        if not hmac.compare_digest(signature.encode(errors="replace"), expected.encode()):
            raise ChoiceUnavailable
        row = db.execute(_FIND, {"this": row_id, "of": conversation}).first()
        if row is None or as_utc(row.expires_at) <= datetime.now(UTC):
            raise ChoiceUnavailable
        return Choice(row.title, row.intent, row.entities)

    def _signature(self, conversation: str, row_id: str) -> str:
        message = f"choice\0{conversation}\0{row_id}".encode(errors="replace")
        return hmac.new(self._key, message, sha256).hexdigest()[:32]
