"""The base of all actions: a name, the knowledge, and database work off the event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.handoff_people import People
from bot.insights.recorder import Recorder
from bot.partners.knowledge import KnowledgeBase, Snapshot

logger = logging.getLogger(__name__)


class KnowledgeAction(Action, ABC):  # type: ignore[misc] # rasa_sdk has no types
    """An action that answers from the newest knowledge; `respond` runs in a thread and may block."""

    action_name = ""

    def __init__(self, knowledge: KnowledgeBase, recorder: Recorder, people: People) -> None:
        self._knowledge = knowledge
        self._recorder = recorder
        self._people = people

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Raises StoreUnavailable when the database is away; the core then apologises."""
        begun = time.perf_counter()
        try:
            return await asyncio.to_thread(self._work, dispatcher, tracker)
        finally:
            fields = {"action": self.action_name, "ms": round((time.perf_counter() - begun) * 1000, 2)}
            logger.info("action", extra={"fields": fields})

    def _work(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        snapshot = self._knowledge.current()
        events = self.respond(dispatcher, tracker, snapshot)
        if self._knowledge.still_says(snapshot, _facts_said(dispatcher)):
            return events
        # Something was withdrawn or changed, and the new knowledge was still being read when the answer was made.
        dispatcher.messages.clear()
        return self.respond(dispatcher, tracker, self._knowledge.newest())

    @abstractmethod
    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        """Say one thing through `dispatcher`; return what is to be remembered."""


def _facts_said(dispatcher: CollectingDispatcher) -> set[str]:
    shown = ((message.get("custom") or {}).get("sources") or () for message in dispatcher.messages)
    return {fact_id for sources in shown for source in sources for fact_id in source["facts"]}
