"""Edits by staff: all or none, with what depends on them, and seen by whoever reads the database."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.partners import queries
from bot.partners.editing import audit, stored
from bot.partners.editing.changes import Change
from bot.partners.editing.edits import AddName, ChangeName, Edit, Outcome, Put, Retire, RetireName, RetireOthers, edit
from bot.partners.editing.rows import Key, Rows
from bot.partners.knowledge import KnowledgeBase
from bot.partners.loader import load
from bot.partners.records import CENTRE
from bot.store import Store

from .conftest import SMALL, texts

ORGANISATION = Put(
    "organisation",
    "beta",
    {"names.en": "Beta Tools", "names.zh": "贝塔工具", "kind": "company", "country": "Germany"},
    "add",
)
FACT = Put("fact", "beta-1", {"record": "beta", "text.de": "Beta Tools baut Bohrer.", "source": "src-a"}, "add")
DESK = Put("desk", "beta-desk", {**{f"names.{la}": "Beta desk" for la in ("en", "de", "zh")},
                                 "answers_for": ("beta",), "email": "beta@example.org"}, "add")  # fmt: skip
CENTRE_FILE = SMALL["organisations/alpha.yml"] | {"id": CENTRE, "names": texts("The Centre"), "facts": []}


@pytest.fixture
def small(store: Store, files: Callable[[dict[str, Any]], Path]) -> Store:
    """The small knowledge, loaded, in a database of each kind."""
    assert load(store, files(SMALL | {"organisations/centre.yml": CENTRE_FILE})).changed
    return store


def make(store: Store, *edits: Edit, dry_run: bool = False) -> Outcome:
    return edit(store, edits, by="editor", origin="test", dry_run=dry_run)


def state(store: Store) -> tuple[Rows, int]:
    return store.run(stored.read), store.run(queries.revision)


def why(outcome: Outcome) -> list[tuple[str, str]]:
    return [(refusal.row, refusal.why) for refusal in outcome.refused]


def test_a_new_organisation_with_a_fact_in_one_language_and_a_desk_is_there_for_readers(small: Store) -> None:
    outcome = make(small, ORGANISATION, FACT, DESK)
    assert [(change.key[1], change.action) for change in outcome.changes] == [
        ("beta", "added"), ("beta-1", "added"), ("beta-desk", "added"),
    ]  # fmt: skip
    with small.session() as session:
        assert {r.id: r.names for r in queries.records(session)}["beta"] == {"en": "Beta Tools", "zh": "贝塔工具"}
        assert queries.facts(session)[-1].text == {"de": "Beta Tools baut Bohrer."}
        assert queries.facts(session)[-1].confidence == "official"
        desk = queries.desks(session)[-1]
        assert (desk.id, desk.email, desk.answers_for) == ("beta-desk", "beta@example.org", ("beta",))
        assert desk.languages == ("en", "de", "zh")


def test_a_chinese_name_is_understood_in_pinyin_too(small: Store) -> None:
    make(small, ORGANISATION)
    with small.session() as session:
        ways = {name.text: name.kind for name in queries.names(session) if name.record_id == "beta"}
    assert ways == {
        "Beta Tools": "official", "贝塔工具": "official", "bei ta gong ju": "transliteration", "beitagongju": "transliteration",
    }  # fmt: skip


def test_a_reader_with_a_snapshot_sees_an_edit_and_never_again_what_was_retired(
    small: Store, knowledge_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "knowledge"
    for name in ("vocabulary.yml", "concepts.yml"):
        (folder / name).write_text((knowledge_dir / name).read_text(encoding="utf-8"), encoding="utf-8")
    base = KnowledgeBase(small, folder, refresh_seconds=0)
    before = base.current()
    make(small, ORGANISATION, FACT)
    assert "beta-1" in base.current().facts and "beta-1" not in before.facts
    make(small, Retire("fact", "beta-1"))
    assert "beta-1" not in base.current().facts


@pytest.mark.parametrize(
    ("one", "row", "reason"),
    [
        (Put("fact", "x", {"record": "alpha", "text.en": "X."}, "add"), "x", "source: is missing"),
        (Put("fact", "x", {"record": "nobody", "text.en": "X.", "source": "src-a"}, "add"), "x", "record: 'nobody' does not exist"),
        (Put("fact", "x", {"record": "alpha", "text.en": "X.", "source": "src-z"}, "add"), "x", "source: 'src-z' does not exist"),
        (Put("fact", "x", {"record": "alpha", "source": "src-a"}, "add"), "x", "text: is missing"),
        (Put("fact", "alpha-1", {"as_of": "May 2020"}, "change"), "alpha-1", "as_of: must be a date"),
        (Put("fact", "alpha-1", {"colour": "red"}, "change"), "alpha-1", "colour: there is no such field"),
        (Put("fact", "alpha-1", {"text.en": "a\x00b"}, "change"), "alpha-1", "text.en: holds a control character"),
        (Put("fact", "alpha-1", {"text.en": "X."}, "add"), "alpha-1", "id: 'alpha-1' exists already"),
        (Put("fact", "none", {"text.en": "X."}, "change"), "none", "id: there is no fact 'none'"),
        (Put("place", "alpha", {"names.en": "X", "kind": "city", "country": "X"}), "alpha", "id: 'alpha' is the organisation of that id already"),
        (Put("place", "Not An Id", {"names.en": "X", "kind": "city", "country": "X"}), "Not An Id", "id: must be lower-case"),
        (Put("organisation", "alpha", {"part": "friend"}), "alpha", "part: Input should be"),
        (Put("organisation", "alpha", {"aliases.en": ("two\nlines",)}), "alpha", "aliases.en: must be one line"),
        (Put("link", "x", {"kind": "visit", "from": "alpha", "to": "src-a", "status": "done"}), "x", "to: 'src-a' does not exist"),
        (Put("desk", "general", {"answers_for": ("mars",)}), "general", "answers_for: 'mars' does not exist"),
        (Retire("fact", "none"), "none", "id: there is no fact 'none'"),
        (Retire("source", "src-a"), "alpha-1", "source: 'src-a' is needed by this fact"),
        (Retire("fact", "alpha-1"), "knowledge", "the last fact cannot be retired"),
        (Retire("organisation", CENTRE), CENTRE, "the assistant speaks for"),
        (AddName("nobody", "de", "X"), "nobody", "record: there is no"),
        (AddName("alpha", "en", "Alpha Works"), "alpha", "is a name of it already"),
        (AddName("alpha", "en", "Other", "official"), "alpha", "names.en: is 'Alpha Works' already"),
        (ChangeName("alpha", "en", "Gamma", "Delta"), "alpha", "'Gamma' is no name of it"),
        (RetireName("alpha", "zh", "Gamma"), "alpha", "'Gamma' is no name of it"),
    ],
)  # fmt: skip
def test_a_refused_edit_names_row_field_and_reason_and_refuses_the_others_with_it(
    small: Store, one: Edit, row: str, reason: str
) -> None:
    before = state(small)
    outcome = make(small, ORGANISATION, one)
    assert any(r == row and reason in w for r, w in why(outcome)), why(outcome)
    assert outcome.changes == () and state(small) == before
    with small.session() as session:
        assert audit.history(session, "beta") == ()


def test_a_dry_run_says_what_would_change_and_changes_nothing(small: Store) -> None:
    before = state(small)
    planned = make(small, ORGANISATION, FACT, Retire("link", "alpha-herne"), dry_run=True)
    assert state(small) == before
    assert make(small, ORGANISATION, FACT, Retire("link", "alpha-herne")).changes == planned.changes
    assert state(small)[1] == before[1] + 1


def test_an_edit_that_changes_nothing_leaves_the_revision(small: Store) -> None:
    before = state(small)
    assert make(small, Put("fact", "alpha-1", {"as_of": "2020"}, "change")) == Outcome()
    assert state(small) == before


def test_given_fields_are_replaced_empty_ones_cleared_and_the_rest_stays(small: Store) -> None:
    outcome = make(
        small, Put("organisation", "alpha", {"city": None, "website": "https://example.org/", "sectors": ("pumps",)})
    )
    key: Key = ("organisation", "alpha")
    assert set(outcome.changes) == {
        Change(key, "changed", "city", "Herne", None),
        Change(key, "changed", "website", None, "https://example.org/"),
        Change(key, "changed", "sectors", None, ("pumps",)),
    }
    with small.session() as session:
        alpha = next(r for r in queries.records(session) if r.id == "alpha")
    assert (alpha.city, alpha.website, alpha.sectors, alpha.country) == (
        None,
        "https://example.org/",
        ("pumps",),
        "Germany",
    )


def test_a_retired_organisation_takes_its_facts_and_links_and_is_named_nowhere(small: Store) -> None:
    make(small, ORGANISATION, FACT)
    outcome = make(small, Retire("organisation", "alpha"))
    assert {(c.key[1], c.action, c.field) for c in outcome.changes} == {
        ("alpha", "retired", ""), ("alpha-1", "retired", ""), ("alpha-herne", "retired", ""),
        ("pumps", "changed", "organisations"), ("pump-desk", "changed", "organisation"),
    }  # fmt: skip
    with small.session() as session:
        assert [fact.id for fact in queries.facts(session)] == ["beta-1"]
        assert "alpha" not in {name.record_id for name in queries.names(session)}
        assert {desk.id: desk.organisation_id for desk in queries.desks(session)}["pump-desk"] is None
        assert {r.id for r in queries.records(session)} == {CENTRE, "herne", "pumps", "beta"}


def test_names_are_added_changed_and_retired_one_by_one(small: Store) -> None:
    make(small, AddName("alpha", "de", "Pumpen-Alpha"), AddName("alpha", "zh", "那家厂", "description"))
    make(small, ChangeName("alpha", "de", "Pumpen-Alpha", "Alpha-Pumpen"), RetireName("alpha", "zh", "那家厂"))
    rows, _ = state(small)
    assert rows["organisation", "alpha"]["aliases.de"] == ("Alpha-Pumpen",)
    assert "descriptions.zh" not in rows["organisation", "alpha"]


def test_the_last_name_of_a_record_stays(small: Store) -> None:
    outcome = make(small, *(RetireName("alpha", la, "Alpha Works") for la in ("en", "de", "zh")))
    assert why(outcome) == [("alpha", "names: is missing")]


def test_a_row_without_an_id_gets_one_made_of_its_words_that_nothing_else_has(small: Store) -> None:
    new = Put("fact", "", {"record": "alpha", "text.en": "Alpha Works repairs old pumps.", "source": "src-a"}, "add")
    made = [change.key[1] for change in make(small, new, new).changes]
    assert made == ["alpha-works-repairs-old-pumps", "alpha-works-repairs-old-pumps-2"]
    chinese = Put(
        "source", "", {"url": "https://example.org/z", "publisher": "Z", "title": "贝塔 报", "language": "zh"}, "add"
    )
    assert make(small, chinese).changes[0].key[1] == "src-bei-ta-bao"


def test_what_is_not_named_among_the_others_of_its_type_can_be_retired_with_them(small: Store) -> None:
    make(small, ORGANISATION, FACT)
    outcome = make(small, FACT.__class__("fact", "beta-1", {}), RetireOthers(frozenset({"fact"})))
    assert [(c.key[1], c.action) for c in outcome.changes] == [("alpha-1", "retired")]


def test_two_editors_at_the_same_time_both_get_their_edit(small: Store) -> None:
    before = small.run(queries.revision)
    outcomes: list[Outcome] = []

    def work(number: int) -> None:
        put = Put(
            "fact", f"fact-{number}", {"record": "alpha", "text.en": f"Number {number}.", "source": "src-a"}, "add"
        )
        outcomes.append(make(small, put))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6 and not any(outcome.refused for outcome in outcomes)
    assert small.run(queries.revision) == before + 6
    with small.session() as session:
        assert {f"fact-{n}" for n in range(6)} < {fact.id for fact in queries.facts(session)}


def test_an_edit_made_while_another_is_planned_is_neither_kept_waiting_nor_lost(
    small: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, between = stored.read, [Put("fact", "alpha-1", {"as_of": "2024"})]

    def slow(session: Session) -> Rows:
        rows = read(session)
        if between:
            assert make(small, between.pop()).changes
        return rows

    monkeypatch.setattr(stored, "read", slow)
    outcome = make(small, Put("fact", "alpha-1", {"text.en": "Alpha Works makes hoses."}))
    assert [change.field for change in outcome.changes] == ["text.en"]
    fact = small.run(read)["fact", "alpha-1"]
    assert (fact["as_of"], fact["text.en"]) == ("2024", "Alpha Works makes hoses.")
