"""The knowledge as the assistant holds it in memory, and the watch for changes in the database."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from bot.common.text import fold
from bot.partners import queries, refresh
from bot.partners.common_words import read_common_words
from bot.partners.concepts import Concepts, read_concepts
from bot.partners.name_table import NameTable
from bot.partners.names import NameIndex
from bot.partners.not_known import read_not_known
from bot.partners.ranking import Ranking
from bot.partners.records import Desk, Fact, Record, by_confidence
from bot.partners.vocabulary import Vocabulary, read_vocabulary
from bot.partners.yaml_files import read_yaml
from bot.store import Store


@dataclass(frozen=True)
class Snapshot:
    """One revision of the knowledge; never changed after it is made."""

    revision: int
    records: Mapping[str, Record]
    names: NameTable
    name_index: NameIndex
    facts: Mapping[str, Fact]
    facts_of: Mapping[str, tuple[Fact, ...]]
    links_of: Mapping[str, tuple[Record, ...]]
    desks: tuple[Desk, ...]
    ranking: Ranking
    vocabulary: Vocabulary
    other_places: Concepts

    def variants(self, fact: Fact) -> tuple[Fact, ...]:
        """The fact and those that answer the same question differently; best sources first."""
        if not fact.variants:
            return (fact,)
        same = [other for other in self.facts.values() if set(other.variants) & set(fact.variants)]
        return tuple(sorted(same, key=by_confidence))

    def names_a_place(self, fact: Fact) -> bool:
        """Whether a fact's sentence names a city or country, or says where something lies."""
        if "located" in self.ranking.concepts_of(fact):
            return True
        texts = [fold(text) for text in fact.text.values()]
        return any(self.other_places.find(text) or self.vocabulary.values("cities", text) for text in texts)


class KnowledgeBase:
    """Hands out the newest snapshot; looks for a new revision at most every `refresh_seconds`."""

    def __init__(self, store: Store, folder: Path, refresh_seconds: float) -> None:
        self._store = store
        self._folder = folder
        self._refresh_seconds = refresh_seconds
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._checked = 0.0

    def current(self) -> Snapshot:
        """The newest snapshot; blocks while it is read. Raises StoreUnavailable when the database is away.

        A fact that was changed or withdrawn must not be said again, so an unreachable database is an error even
        when an older snapshot is at hand.
        """
        now = time.monotonic()
        snapshot = self._snapshot
        if snapshot is not None and now - self._checked < self._refresh_seconds:
            return snapshot
        # While one thread reads a new revision the others answer from the old one, a few seconds at most; what it
        # says that does not hold any more, `still_says` finds.
        if not self._lock.acquire(blocking=snapshot is None) and snapshot is not None:
            return snapshot
        try:
            if self._snapshot is not None and time.monotonic() - self._checked < self._refresh_seconds:
                return self._snapshot
            return self._renewed()
        finally:
            self._lock.release()

    def newest(self) -> Snapshot:
        """The snapshot of what the database holds now; blocks while it is read. Raises StoreUnavailable."""
        with self._lock:
            return self._renewed()

    def still_says(self, snapshot: Snapshot, fact_ids: Collection[str]) -> bool:
        """Whether these facts of the snapshot, and all ways to reach people, stand in the database as they were.

        Raises StoreUnavailable.
        """

        def stand(session: Session) -> bool:
            if queries.revision(session) == snapshot.revision:
                return True
            now = {fact.id: fact for fact in queries.facts(session, fact_ids)} if fact_ids else {}
            told = all(i in now and refresh.says_the_same(now[i], snapshot.facts[i]) for i in fact_ids)
            return told and queries.desks(session) == snapshot.desks

        return self._store.look(stand)

    def _renewed(self) -> Snapshot:
        revision = self._store.look(queries.revision)
        if self._snapshot is None or self._snapshot.revision != revision:
            self._snapshot = take_snapshot(self._store, self._folder, self._snapshot)
        self._checked = time.monotonic()
        return self._snapshot


def take_snapshot(store: Store, folder: Path, before: Snapshot | None = None) -> Snapshot:
    """Read everything in one transaction and build the indices; what did not change is taken from `before`."""
    with store.reading() as session:
        revision = queries.revision(session)
        records = {record.id: record for record in queries.records(session)}
        names, changed = refresh.renewed_names(session, revision, before.names if before else None)
        facts = queries.facts(session)
        desks = queries.desks(session)
    facts_of: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        facts_of[fact.record_id].append(fact)
    links_of: dict[str, list[Record]] = defaultdict(list)
    for record in records.values():
        if record.type == "link":
            for end in (record.from_id, record.to_id):
                if end:
                    links_of[end].append(record)
    places = _read_other_places(folder)
    name_index = refresh.renewed_index(
        names,
        {record.id: record.type for record in records.values()},
        {fold(word) for words in places.values() for word in words},
        read_common_words(),
        (before.names, before.name_index) if before else None,
    )
    if before and refresh.ranking_holds(
        facts,
        before.ranking.facts,
        records,
        before.records,
        set(before.names.of(changed)) ^ set(names.of(changed)),
    ):
        ranking = before.ranking.with_names(name_index, records)
    else:
        ranking = Ranking(facts, records, name_index, read_concepts(folder), read_not_known(folder))
    return Snapshot(
        revision=revision,
        records=records,
        names=names,
        name_index=name_index,
        facts={fact.id: fact for fact in facts},
        facts_of={record_id: tuple(sorted(many, key=by_confidence)) for record_id, many in facts_of.items()},
        links_of={end: tuple(many) for end, many in links_of.items()},
        desks=desks,
        ranking=ranking,
        vocabulary=read_vocabulary(folder),
        other_places=Concepts(places),
    )


def _read_other_places(folder: Path) -> dict[str, list[str]]:
    path = folder / "other_places.yml"
    if not path.exists():
        return {}
    data = read_yaml(path)
    return {row["id"]: [name for many in row["names"].values() for name in many] for row in data["places"]}
