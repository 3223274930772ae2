"""The knowledge in memory follows the database: a change is noticed, an absence is never papered over."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.partners.knowledge import KnowledgeBase
from bot.partners.loader import load
from bot.partners.names_file import names_document, write_names
from bot.store import Store, StoreUnavailable

from .conftest import SMALL, texts

REFRESH = 5.0
VOCABULARY = "vocabulary.yml"


class Clock:
    """Stands in for time.monotonic; seconds."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("bot.partners.knowledge.time", SimpleNamespace(monotonic=clock))
    return clock


@pytest.fixture
def folder(files: Callable[[dict[str, Any]], Path], knowledge_dir: Path) -> Path:
    return files(SMALL | {VOCABULARY: (knowledge_dir / VOCABULARY).read_text(encoding="utf-8")})


@pytest.fixture
def base(open_store: Callable[[str], Store], tmp_path: Path, folder: Path) -> tuple[Store, KnowledgeBase]:
    store = open_store(f"sqlite:///{tmp_path}/knowledge.db")
    assert load(store, folder).changed
    return store, KnowledgeBase(store, folder, REFRESH)


def change(store: Store, folder: Path, files: Callable[[dict[str, Any]], Path]) -> None:
    content = {**SMALL, "places/herne.yml": SMALL["places/herne.yml"] | {"names": texts("Herne-Mitte")}}
    files(content)
    assert load(store, folder).changed


def test_a_changed_fact_is_known_after_the_interval_and_not_before(
    base: tuple[Store, KnowledgeBase], clock: Clock, folder: Path, files: Callable[[dict[str, Any]], Path]
) -> None:
    store, knowledge = base
    first = knowledge.current()
    change(store, folder, files)
    clock.now += REFRESH - 0.01
    assert knowledge.current() is first
    clock.now += 0.02
    second = knowledge.current()
    assert second.revision == first.revision + 1
    assert second.records["herne"].names["de"] == "Herne-Mitte" and first.records["herne"].names["de"] == "Herne"


def test_an_unchanged_database_keeps_the_snapshot(base: tuple[Store, KnowledgeBase], clock: Clock) -> None:
    _, knowledge = base
    first = knowledge.current()
    clock.now += REFRESH + 1
    assert knowledge.current() is first


def test_within_the_interval_the_database_is_not_asked(
    base: tuple[Store, KnowledgeBase], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, knowledge = base
    first = knowledge.current()

    def away(_work: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(store, "look", away)
    assert knowledge.current() is first
    clock.now += REFRESH + 0.01
    with pytest.raises(StoreUnavailable):
        knowledge.current()


def test_a_database_that_comes_back_is_read_at_once(
    base: tuple[Store, KnowledgeBase], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, knowledge = base
    first = knowledge.current()
    clock.now += REFRESH + 1
    with monkeypatch.context() as broken:
        broken.setattr(store, "look", lambda _work: (_ for _ in ()).throw(StoreUnavailable("away")))
        with pytest.raises(StoreUnavailable):
            knowledge.current()
    assert knowledge.current() is first


def test_a_stopped_postgresql_is_unavailable_even_with_a_snapshot_at_hand(
    open_store: Callable[[str], Store], request: pytest.FixtureRequest, folder: Path
) -> None:
    cluster = request.getfixturevalue("postgres")
    store = open_store(cluster.database())
    load(store, folder)
    knowledge = KnowledgeBase(store, folder, refresh_seconds=0.001)
    revision = knowledge.current().revision
    cluster.stop()
    try:
        time.sleep(0.01)
        with pytest.raises(StoreUnavailable):
            knowledge.current()
    finally:
        cluster.start()
    assert knowledge.current().revision == revision


def test_a_database_without_tables_is_unavailable_not_a_crash(tmp_path: Path, folder: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/empty.db")
    try:
        with pytest.raises(StoreUnavailable):
            KnowledgeBase(store, folder, REFRESH).current()
    finally:
        store.close()


def test_the_names_file_holds_every_name_and_is_written_only_when_it_changes(
    base: tuple[Store, KnowledgeBase], tmp_path: Path
) -> None:
    store, knowledge = base
    snapshot = knowledge.current()
    path = tmp_path / "deep" / "names.json"
    write_names(store, path)
    written = path.stat().st_mtime_ns
    write_names(store, path)
    assert path.stat().st_mtime_ns == written
    document = names_document(snapshot.revision, snapshot.names, snapshot.records)
    assert document["revision"] == "1"
    assert {(row["name"], row["type"], row["id"]) for row in document["names"]} >= {
        ("Alpha Works", "organisation", "alpha"), ("Herne", "place", "herne"), ("Pumps", "topic", "pumps"),
    }  # fmt: skip


def test_a_fact_that_was_changed_or_withdrawn_is_told_from_those_that_stand(
    store: Store, files: Callable[[dict[str, Any]], Path], folder: Path
) -> None:
    def with_facts(*facts: dict[str, Any]) -> None:
        files({**SMALL, "organisations/alpha.yml": alpha | {"facts": list(facts)}})
        load(store, folder)

    alpha = SMALL["organisations/alpha.yml"]
    (pumps,) = alpha["facts"]
    valves = pumps | {"id": "alpha-2", "text": texts("Alpha Works makes valves.")}
    with_facts(pumps, valves)
    knowledge = KnowledgeBase(store, folder, refresh_seconds=3600)
    old = knowledge.current()
    assert knowledge.still_says(old, {"alpha-1", "alpha-2"})
    with_facts(pumps, valves | {"text": texts("Alpha Works made valves.")})
    assert knowledge.current() is old
    assert knowledge.still_says(old, {"alpha-1"}) and knowledge.still_says(old, ())
    assert not knowledge.still_says(old, {"alpha-1", "alpha-2"})
    new = knowledge.newest()
    assert knowledge.still_says(new, {"alpha-1", "alpha-2"}) and knowledge.current() is new
    with_facts(pumps)
    assert not knowledge.still_says(new, {"alpha-2"})
