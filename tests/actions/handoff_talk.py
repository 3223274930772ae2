"""A visitor in the form, for tests that speak to the action server as the core does."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text as sql

from bot.handoff.reading import cases_of
from bot.handoff.records import Case
from bot.store import Store
from tests.handoff.conftest import start_conversation

from .conftest import request_body

LANGUAGES = ("en", "de", "zh")
WISH = {"en": "I want to talk to a person", "de": "Ich möchte mit einem Menschen sprechen", "zh": "我想联系工作人员"}
QUESTION = {
    "en": "When does the delegation leave?", "de": "Wann fährt die Delegation?", "zh": "代表团什么时候出发？",
}  # fmt: skip
WHERE = {"en": "Where is Luzhou?", "de": "Wo liegt Luzhou?", "zh": "泸州在哪里？"}
TOLD = ("topic", "question", "reach", "email", "name", "company", "consent")
EMPTY = {**{f"handoff_{name}": None for name in TOLD}, "handoff_run": None, "requested_slot": None}


class Talk:
    """One conversation with the form; keeps the slots as the core does."""

    def __init__(self, core: httpx.Client, store: Store, language: str, **slots: Any) -> None:
        self.core, self.language = core, language
        self.conversation = f"web:{uuid.uuid4()}"
        self.slots: dict[str, Any] = {"language": language, **slots}
        start_conversation(store, self.conversation)
        self.said: list[dict[str, Any]] = []
        self.late = 0.0  # seconds since the core asked

    def hear(self, text: str, intent: str = "nlu_fallback", entities: dict[str, str] | None = None, **more: Any) -> str:
        """Send a message; the words of the reply."""
        body = request_body("validate_handoff_form", text, intent=intent, entities=entities, **{**self.slots, **more})
        body["sender_id"] = body["tracker"]["sender_id"] = self.conversation
        if entities is not None:
            body["tracker"]["latest_message"]["intent_ranking"] = [{"name": intent, "confidence": 1.0}]
        body["tracker"]["events"] = [{"event": "action", "name": "handoff_form", "timestamp": time.time() - self.late}]
        answer = self.core.post("/webhook", json=body)
        assert answer.status_code == 200, answer.text
        events = answer.json()["events"]
        assert {event["event"] for event in events} == {"slot"}
        # Rasa gives a turn of a form to other policies when it fills no slot.
        assert any(event["name"] != "requested_slot" for event in events)
        self.slots |= {event["name"]: event["value"] for event in events}
        self.said = answer.json()["responses"]
        assert self.said
        return "\n".join(str(message["text"]) for message in self.said if message.get("text"))

    def begin(self) -> str:
        return self.hear(WISH[self.language], "talk_to_human")

    def press(self, value: str) -> str:
        """Press the button of the last message that stands for a value."""
        for button in self.said[-1]["buttons"]:
            intent, _, rest = button["payload"][1:].partition("{")
            entities = json.loads("{" + rest) if rest else {}
            if value in (entities.get("handoff_value"), intent):
                return self.hear(button["title"], intent, entities)
        pytest.fail(f"no button {value}: {self.said[-1]['buttons']}")

    @property
    def step(self) -> str | None:
        return str(self.slots["requested_slot"]) if self.slots.get("requested_slot") else None

    @property
    def is_over(self) -> bool:
        return {name: self.slots.get(name) for name in EMPTY} == EMPTY

    def fill(self, reach: str = "email") -> str:
        """Answer everything up to the summary."""
        self.begin()
        self.press("other")
        self.hear(QUESTION[self.language])
        self.press(reach)
        if reach == "email":
            self.hear("anna@example.org")
        self.hear("Anna Beispiel, Pumpen GmbH")
        return self.press("yes")


Start = Callable[..., Talk]


def cases(store: Store, talk: Talk) -> list[Case]:
    return store.run(lambda session: cases_of(session, talk.conversation))


@contextmanager
def away(store: Store, table: str) -> Iterator[None]:
    """The database answers, but a table cannot be reached."""
    with store.session() as session:
        session.execute(sql(f"ALTER TABLE {table} RENAME TO away"))
    try:
        yield
    finally:
        with store.session() as session:
            session.execute(sql(f"ALTER TABLE away RENAME TO {table}"))
