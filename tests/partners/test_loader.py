"""Loading the knowledge files: all of them or none, and every refusal says what, where and why."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from bot.partners import queries
from bot.partners import tables as t
from bot.partners.loader import ALL_TABLES, load
from bot.settings import DeskContact
from bot.store import Store, StoreUnavailable

from .conftest import SMALL, texts

Files = Callable[[dict[str, Any]], Path]
REAL_COUNTS = {"sources": 104, "organisations": 15, "places": 14, "topics": 10, "links": 27, "facts": 200}


def changed(**changes: Any) -> dict[str, Any]:
    """The small knowledge with changes; a key is a file's stem, a function alters its data, text replaces it."""
    content = copy.deepcopy(SMALL)
    by_stem = {Path(name).stem: name for name in content}
    for stem, change in changes.items():
        if isinstance(change, str):
            content[by_stem[stem]] = change
        else:
            change(content[by_stem[stem]])
    return content


def rows(store: Store) -> int:
    with store.session() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in ALL_TABLES)


def revision(store: Store) -> int:
    return store.run(queries.revision)


def test_the_real_files_load_completely(store: Store, knowledge_dir: Path) -> None:
    report = load(store, knowledge_dir)
    assert report.changed and not report.refused
    assert {key: report.counts[key] for key in REAL_COUNTS} == REAL_COUNTS
    with store.session() as session:
        stored = {
            "sources": session.scalar(select(func.count()).select_from(t.SourceRow)),
            "organisations": session.scalar(select(func.count()).select_from(t.OrganisationRow)),
            "places": session.scalar(select(func.count()).select_from(t.PlaceRow)),
            "topics": session.scalar(select(func.count()).select_from(t.TopicRow)),
            "links": session.scalar(select(func.count()).select_from(t.LinkRow)),
            "facts": len(queries.facts(session)),
        }
    assert stored == REAL_COUNTS


def test_every_real_fact_has_a_sentence_in_each_language_and_a_source(loaded: Store) -> None:
    with loaded.session() as session:
        for fact in queries.facts(session):
            assert set(fact.text) == {"en", "de", "zh"}, fact.id
            assert fact.source.url.startswith("http"), fact.id


def test_loading_twice_changes_nothing_and_keeps_the_revision(store: Store, files: Files) -> None:
    folder = files(SMALL)
    assert load(store, folder).changed
    before = rows(store)
    again = load(store, folder)
    assert not again.changed and not again.refused
    assert again.counts["facts"] == 1
    assert (rows(store), revision(store)) == (before, 1)


def test_a_changed_file_counts_the_revision_up_and_replaces_the_fact(store: Store, files: Files) -> None:
    load(store, files(SMALL))
    folder = files(changed(alpha=lambda data: data["facts"][0].update(text=texts("Alpha Works makes valves."))))
    assert load(store, folder).changed
    with store.session() as session:
        assert [fact.text["en"] for fact in queries.facts(session)] == ["Alpha Works makes valves."]
    assert revision(store) == 2


def test_a_withdrawn_file_takes_its_record_and_facts_with_it(store: Store, files: Files, tmp_path: Path) -> None:
    content = {k: v for k, v in SMALL.items() if not k.startswith(("links", "desks"))}
    load(store, files(content))
    (tmp_path / "knowledge" / "topics" / "pumps.yml").unlink()
    (tmp_path / "knowledge" / "organisations" / "alpha.yml").unlink()
    assert load(store, tmp_path / "knowledge").changed
    with store.session() as session:
        assert [record.id for record in queries.records(session)] == ["herne"]
        assert queries.facts(session) == ()


def test_configured_contacts_reach_their_desk_and_count_as_a_change(store: Store, files: Files) -> None:
    folder = files(SMALL)
    load(store, folder)
    assert load(store, folder, {"pump-desk": DeskContact(email="pumps@example.org")}).changed
    with store.session() as session:
        desks = {desk.id: desk for desk in queries.desks(session)}
    assert desks["pump-desk"].email == "pumps@example.org" and desks["pump-desk"].reachable
    assert not desks["general"].reachable


def fact(data: dict[str, Any], **changes: Any) -> None:
    data["facts"][0].update(changes)


def repeat_fact(data: dict[str, Any]) -> None:
    data["facts"].append(copy.deepcopy(data["facts"][0]))


REFUSED: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("broken YAML", {"alpha": "id: alpha\nnames: {en: Alpha\nkind: x\n"}, "organisations/alpha.yml", "line", "YAML"),
    ("a tab for indentation", {"alpha": "id: alpha\n\tnames: 1\n"}, "organisations/alpha.yml", "line", "YAML"),
    ("an unknown field", {"alpha": lambda d: d.update(colour="red")}, "organisations/alpha.yml", "alpha", "colour"),
    ("an unknown part", {"alpha": lambda d: d.update(part="friend")}, "organisations/alpha.yml", "alpha", "part"),
    ("a missing name", {"alpha": lambda d: d.pop("names")}, "organisations/alpha.yml", "alpha", "names"),
    ("an unknown language", {"alpha": lambda d: d["names"].update(fr="Alpha")}, "organisations/alpha.yml", "alpha", "fr"),
    ("a date with dots", {"alpha": lambda d: fact(d, as_of="22.05.2019")}, "organisations/alpha.yml", "alpha", "as_of"),
    ("a bare number for a date", {"all": lambda d: d["links"][0].update(date=20190522)}, "links/all.yml", "alpha-herne", "date"),
    ("a doubled fact", {"alpha": repeat_fact}, "organisations/alpha.yml", "alpha-1", "already used"),
    ("one id for two records", {"pumps": lambda d: d.update(id="herne")}, "topics/pumps.yml", "herne", "already used"),
    ("a missing source", {"alpha": lambda d: fact(d, source="src-none")}, "references", "alpha-1", "src-none"),
    ("a link to nowhere", {"all": lambda d: d["links"][0].update(to="atlantis")}, "references", "alpha-herne", "atlantis"),
    ("a link from nowhere", {"all": lambda d: d["links"][0].update({"from": "atlantis"})}, "references", "alpha-herne", "atlantis"),
    ("a topic of no organisation", {"pumps": lambda d: d.update(organisations=["beta"])}, "references", "pumps", "beta"),
    ("a desk for nothing", {"desks": lambda d: d["desks"][1].update(answers_for=["cars"])}, "references", "pump-desk", "cars"),
    ("a source that is no address", {"sources": lambda d: d["sources"][0].update(url="somewhere")}, "sources.yml", "src-a", "url"),
    ("a trust that does not exist", {"alpha": lambda d: fact(d, confidence="rumour")}, "organisations/alpha.yml", "alpha", "confidence"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "file", "row", "why"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_refused_row_names_file_row_and_reason(
    open_store: Callable[[str], Store], tmp_path: Path, files: Files,
    changes: dict[str, Any], file: str, row: str, why: str,
) -> None:  # fmt: skip
    store = open_store(f"sqlite:///{tmp_path}/refused.db")
    report = load(store, files(changed(**changes)))
    assert not report.changed
    assert any(r.file == file and row in r.row and why in r.why for r in report.refused), [*map(str, report.refused)]
    assert rows(store) == 0


def test_one_refused_row_leaves_the_older_state_untouched(store: Store, files: Files) -> None:
    load(store, files(SMALL))
    before = rows(store)
    report = load(store, files(changed(alpha=lambda data: fact(data, as_of="soon", text=texts("New.")))))
    assert report.refused
    assert (rows(store), revision(store)) == (before, 1)
    with store.session() as session:
        assert queries.facts(session)[0].text["en"] == "Alpha Works makes pumps."


def test_all_refused_rows_are_named_at_once(store: Store, files: Files) -> None:
    content = changed(
        alpha=lambda data: fact(data, as_of="soon"), pumps=lambda data: data.update(organisations=["beta"])
    )
    assert {refusal.row for refusal in load(store, files(content)).refused} >= {"alpha", "pumps"}


def test_a_contact_for_an_unknown_desk_is_refused_with_the_desks_there_are(store: Store, files: Files) -> None:
    report = load(store, files(SMALL), {"pumpdesk": DeskContact(phone="-")})
    assert [(r.file, r.row) for r in report.refused] == [("DESK_CONTACTS", "pumpdesk")]
    assert "pump-desk" in report.refused[0].why
    assert rows(store) == 0


def test_an_empty_folder_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert load(store, tmp_path / "nothing").refused


def test_a_database_that_fails_in_mid_load_holds_the_old_state_whole(store: Store, files: Files) -> None:
    load(store, files(SMALL))
    before = rows(store)
    newer = files(changed(alpha=lambda data: fact(data, text=texts("Half."))))

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO fact_text"):
            raise OperationalError(statement, None, ConnectionError("the line is dead"))

    event.listen(store.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(StoreUnavailable):
            load(store, newer)
    finally:
        event.remove(store.engine, "before_cursor_execute", fail)
    assert (rows(store), revision(store)) == (before, 1)
    with store.session() as session:
        assert queries.facts(session)[0].text["en"] == "Alpha Works makes pumps."
    assert load(store, newer).changed
