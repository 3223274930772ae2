"""Databases of both kinds, small knowledge files to spoil, and one way to ask a question."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.partners.answers import respond
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Context, Turn
from bot.store import Store
from tests.postgres import Cluster

BACKENDS = ("sqlite", "postgresql")
Ask = Callable[..., Answer]


def texts(word: str) -> dict[str, str]:
    """The same word in three languages."""
    return {"en": word, "de": word, "zh": word}


SMALL: dict[str, Any] = {
    "sources.yml": {
        "sources": [
            {"id": "src-a", "url": "https://example.org/a", "publisher": "A", "title": "A page", "published": None,
             "language": "en"},
        ]
    },
    "organisations/alpha.yml": {
        "id": "alpha", "names": texts("Alpha Works"), "kind": "company", "part": "partner", "role": texts("partner"),
        "city": "Herne", "country": "Germany",
        "facts": [
            {"id": "alpha-1", "text": texts("Alpha Works makes pumps."), "as_of": "2020", "source": "src-a",
             "confidence": "seed"},
        ],
    },
    "places/herne.yml": {
        "id": "herne", "names": texts("Herne"), "kind": "city", "role": texts("city"), "country": "Germany",
        "facts": [],
    },
    "topics/pumps.yml": {"id": "pumps", "names": texts("Pumps"), "organisations": ["alpha"]},
    "links/all.yml": {
        "links": [
            {"id": "alpha-herne", "kind": "office", "from": "alpha", "to": "herne", "date": "2019-05-22",
             "status": "open"},
        ]
    },
    "desks.yml": {
        "desks": [
            {"id": "general", "names": texts("General desk"), "languages": ["en", "de"], "answers_for": []},
            {"id": "pump-desk", "names": texts("Pump desk"), "languages": ["zh"], "organisation": "alpha",
             "answers_for": ["pumps"]},
        ]
    },
}  # fmt: skip


@pytest.fixture(params=BACKENDS)
def store(
    request: pytest.FixtureRequest,
    open_store: Callable[[str], Store],
    tmp_path: Path,
    empty_postgres: Callable[[], str],
) -> Store:
    """An empty database with all tables: once SQLite, once PostgreSQL."""
    url = f"sqlite:///{tmp_path}/test.db" if request.param == "sqlite" else empty_postgres()
    return open_store(url)


@pytest.fixture(scope="session")
def empty_postgres(request: pytest.FixtureRequest) -> Callable[[], str]:
    """The URL of the one PostgreSQL database that these tests empty and use again; starts it when first asked."""
    made: list[str] = []

    def url() -> str:
        if not made:
            cluster: Cluster = request.getfixturevalue("postgres")
            made.append(cluster.database())
        return made[0]

    return url


@pytest.fixture(scope="session", params=BACKENDS)
def loaded(request: pytest.FixtureRequest, with_facts: Callable[[str], Store]) -> Store:
    """The real facts in a database of each kind; for reading only."""
    return with_facts(request.param)


@pytest.fixture
def files(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Writes knowledge files into a folder; a value may be data or raw text."""

    def write(content: dict[str, Any]) -> Path:
        folder = tmp_path / "knowledge"
        for name, data in content.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
            path.write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def ask(snapshot: Snapshot) -> Ask:
    """Asks the real facts one question."""

    def ask_(language: str, intent: str, text: str, context: Context | None = None, **others: Any) -> Answer:
        return respond(Turn(text, language, intent, context=context or Context(), **others), snapshot)

    return ask_


def fact_ids(answer: Answer) -> list[str]:
    return [fact.id for fact in answer.facts]


def record_ids(answer: Answer) -> list[str]:
    return [record.id for record in answer.records]
