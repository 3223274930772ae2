"""Databases of both kinds with the real facts, and questions as the action server hands them over."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.insights.nearness import nearness
from bot.insights.questions import Nearness, Question, Unanswered
from bot.insights.recorder import Recorder
from bot.partners import queries
from bot.partners.knowledge import Snapshot
from bot.store import Store
from tests.partners.conftest import BACKENDS

KEY = b"key-for-tests-only"
DAYS = 90
Ask = Callable[..., None]


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, with_facts: Callable[[str], Store]) -> Store:
    """A database of each kind with the real facts and no questions."""
    return with_facts(request.param)


@pytest.fixture
def recorder(store: Store, snapshot: Snapshot) -> Iterator[Recorder]:
    """Writes to `store`; knows the real facts."""
    recorder = Recorder(store, lambda: snapshot, KEY, DAYS)
    yield recorder
    recorder.close()


@pytest.fixture
def ask(recorder: Recorder) -> Ask:
    """One question that was not answered, written when this returns."""

    def ask_(text: str, language: str = "en", conversation: str = "web:one", **others: Any) -> None:
        recorder.record(unanswered(text, language, conversation, **others))
        recorder.flush()

    return ask_


@pytest.fixture(scope="session")
def near(snapshot: Snapshot, real_store: Store) -> Callable[[str, str], Nearness]:
    """What the real facts have near a question."""

    def names_of(ids: Any) -> list[tuple[str, str]]:
        return real_store.run(lambda session: [(n.record_id, n.folded) for n in queries.names_of(session, ids)])

    return lambda text, language: nearness(text, language, snapshot, names_of)


def unanswered(text: str, language: str = "en", conversation: str = "web:one", **others: Any) -> Unanswered:
    return Unanswered(
        text=text, language=language, channel="web", conversation=conversation,
        **{"reason": "unknown", "intent": "ask_partner", "kind": "unknown", **others},
    )  # fmt: skip


def texts(questions: tuple[Question, ...]) -> list[str]:
    return [question.text for question in questions]
