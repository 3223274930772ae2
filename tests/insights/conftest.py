"""Databases of both kinds with the real facts, and questions as the action server hands them over."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.insights.nearness import nearness
from bot.insights.questions import Nearness, Question, Unanswered
from bot.insights.recorder import Recorder
from bot.partners import queries
from bot.partners.knowledge import Snapshot
from bot.partners.loader import load
from bot.store import Store
from tests.partners.conftest import BACKENDS
from tests.postgres import Cluster

KEY = b"key-for-tests-only"
DAYS = 90
Ask = Callable[..., None]


@pytest.fixture(params=BACKENDS)
def store(
    request: pytest.FixtureRequest, open_store: Callable[[str], Store], tmp_path: Path, knowledge_dir: Path
) -> Store:
    """A database of each kind with the real facts and no questions."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/assistant.db"
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    store = open_store(url)
    assert load(store, knowledge_dir).changed
    return store


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
