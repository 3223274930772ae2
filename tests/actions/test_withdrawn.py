"""A fact that is withdrawn while an answer is made is not said, not even by a process that still knows it."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import delete, update

from actions.base import KnowledgeAction
from actions.conversation import say
from bot.partners.knowledge import KnowledgeBase, Snapshot
from bot.partners.tables import FactRow, RevisionRow
from bot.replies.message import Message, sources_of
from bot.store import Store


class SaysAllOfInnobanx(KnowledgeAction):
    """Says every fact of one record, after something may have happened."""

    def __init__(self, knowledge: KnowledgeBase, meanwhile: Callable[[], None]) -> None:
        super().__init__(knowledge, cast("Any", None), cast("Any", None))
        self.meanwhile = meanwhile

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker, snapshot: Snapshot) -> list[EventType]:
        facts = snapshot.facts_of["innobanx"]
        self.meanwhile()
        say(dispatcher, Message(" ".join(fact.text["en"] for fact in facts), sources=sources_of(facts, "en")))
        return [{"event": "slot", "name": "revision", "value": snapshot.revision}]


@pytest.fixture
def knowledge(with_facts: Callable[[str], Store], knowledge_dir: Path) -> tuple[Store, KnowledgeBase]:
    store = with_facts("sqlite")
    return store, KnowledgeBase(store, knowledge_dir, refresh_seconds=3600)


def test_an_answer_with_a_fact_that_was_withdrawn_meanwhile_is_made_again(
    knowledge: tuple[Store, KnowledgeBase],
) -> None:
    store, base = knowledge
    withdrawn = base.current().facts_of["innobanx"][0]
    times: list[int] = []

    def withdraw() -> None:
        times.append(1)
        if len(times) == 1:
            with store.session() as session:
                session.execute(delete(FactRow).where(FactRow.id == withdrawn.id))
                session.execute(update(RevisionRow).values(revision=RevisionRow.revision + 1))

    dispatcher = CollectingDispatcher()
    action = SaysAllOfInnobanx(base, withdraw)
    (event,) = action._work(dispatcher, cast("Tracker", SimpleNamespace()))
    (said,) = dispatcher.messages
    assert withdrawn.text["en"] not in said["text"] and said["text"]
    assert withdrawn.id not in {i for source in said["custom"]["sources"] for i in source["facts"]}
    assert event["value"] == base.current().revision and len(times) == 2
