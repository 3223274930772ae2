"""Files and edits by staff side by side: what staff changed stands, the rest follows the files, nothing is lost silently."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.partners import queries
from bot.partners import tables as t
from bot.partners.editing import audit, stored
from bot.partners.editing.changes import Change
from bot.partners.editing.edits import AddName, Edit, Put, Retire, edit
from bot.partners.editing.rows import Key, Rows
from bot.partners.editing.transaction import files_of
from bot.partners.editing.yaml_folder import write_yaml
from bot.partners.files import Refusal
from bot.partners.loader import LoadReport, load
from bot.settings import DeskContact
from bot.store import Store

from .conftest import SMALL, texts

ALPHA: Key = ("organisation", "alpha")
FACT: Key = ("fact", "alpha-1")
FILE = "organisations/alpha.yml"
BETA = Put("organisation", "beta", {"names.en": "Beta", "kind": "company", "country": "Germany"}, "add")
BETA_FACT = Put("fact", "beta-1", {"record": "beta", "text.en": "Beta.", "source": "src-a"}, "add")


class Copy:
    """Files and a database; `load(change)` alters the files' data first."""

    def __init__(self, store: Store, files: Callable[[dict[str, Any]], Path]) -> None:
        self.store, self._files, self.content = store, files, copy.deepcopy(SMALL)
        self.load()

    def load(
        self,
        change: Callable[[dict[str, Any]], object] = lambda content: None,
        contacts: dict[str, DeskContact] | None = None,
    ) -> LoadReport:
        before = set(self.content)
        change(self.content)
        self.folder = self._files(self.content)
        for name in before - set(self.content):
            (self.folder / name).unlink()
        report = load(self.store, self.folder, contacts)
        assert not report.refused, report.refused
        return report

    def edit(self, *edits: Edit) -> None:
        assert not edit(self.store, edits, by="editor", origin="test").refused

    @property
    def rows(self) -> Rows:
        return self.store.run(stored.read)


@pytest.fixture
def both(store: Store, files: Callable[[dict[str, Any]], Path]) -> Copy:
    return Copy(store, files)


def fact_of(content: dict[str, Any]) -> Any:
    return content[FILE]["facts"][0]


def unrelated(content: dict[str, Any]) -> None:
    content["places/herne.yml"]["role"] = texts("town")


def test_what_staff_changed_and_retired_stands_while_the_files_change_elsewhere(both: Copy) -> None:
    both.edit(Put("organisation", "alpha", {"city": "Essen"}), Retire("link", "alpha-herne"), BETA, BETA_FACT)
    report = both.load(unrelated)
    assert report.changed and report.kept == ()
    assert both.rows[ALPHA]["city"] == "Essen"
    assert ("link", "alpha-herne") not in both.rows
    assert both.rows["fact", "beta-1"]["text.en"] == "Beta."
    assert both.rows["place", "herne"]["role.en"] == "town"


def test_loading_again_after_edits_changes_nothing(both: Copy) -> None:
    both.edit(Put("organisation", "alpha", {"city": "Essen"}), Retire("link", "alpha-herne"), BETA)
    before = both.rows, both.store.run(queries.revision)
    assert not both.load().changed
    assert (both.rows, both.store.run(queries.revision)) == before


def test_the_files_difference_is_reported_and_written_down_where_staff_changed_the_same(both: Copy) -> None:
    both.edit(Put("fact", "alpha-1", {"text.en": "Staff's word."}))
    report = both.load(lambda c: fact_of(c).update(text=texts("The file's word."), as_of="2021"))
    assert report.kept == (Change(FACT, "kept", "text.en", "Staff's word.", "The file's word."),)
    fact = both.rows[FACT]
    assert (fact["text.en"], fact["text.de"], fact["as_of"]) == ("Staff's word.", "The file's word.", "2021")
    entries = both.store.run(lambda session: audit.history(session, "alpha-1"))
    assert [(e.by, e.change.action, e.change.field) for e in entries] == [
        ("editor", "changed", "text.en"), ("files", "changed", "text.de"), ("files", "changed", "text.zh"),
        ("files", "changed", "as_of"), ("files", "kept", "text.en"),
    ]  # fmt: skip
    assert both.load(unrelated).kept == (), "said once"


def test_a_retired_row_stays_out_when_its_file_changes_and_the_load_says_so(both: Copy) -> None:
    both.edit(BETA, BETA_FACT, Retire("fact", "alpha-1"))
    report = both.load(lambda c: fact_of(c).update(as_of="2021"))
    assert [(change.key, change.action, change.field) for change in report.kept] == [(FACT, "kept", "")]
    assert FACT not in both.rows


def test_names_added_by_staff_and_in_the_files_are_all_there(both: Copy) -> None:
    both.load(lambda c: c[FILE].update(aliases={"en": ["One", "Two"]}))
    both.edit(AddName("alpha", "en", "Staff's"))
    assert both.load(lambda c: c[FILE].update(aliases={"en": ["Two", "Three"]})).kept == ()
    assert both.rows[ALPHA]["aliases.en"] == ("Two", "Staff's", "Three")


def test_rows_of_staff_come_after_those_of_the_files_in_their_own_order(both: Copy) -> None:
    both.edit(BETA)
    both.edit(Put("organisation", "able", {"names.en": "Able", "kind": "company", "country": "Germany"}, "add"))
    new = SMALL[FILE] | {"id": "aachen", "names": texts("Aachen Works"), "facts": []}
    both.load(lambda c: c.update({"organisations/aachen.yml": new}))
    with both.store.session() as session:
        assert [o.id for o in queries.organisations(session)] == ["aachen", "alpha", "beta", "able"]


def test_a_row_taken_out_of_the_files_goes_unless_staff_changed_it(both: Copy) -> None:
    second = SMALL[FILE]["facts"][0] | {"id": "alpha-2"}
    both.load(lambda c: c[FILE]["facts"].append(second))
    both.edit(BETA, BETA_FACT, Put("fact", "alpha-2", {"as_of": "2024"}))
    report = both.load(lambda c: c[FILE].update(facts=[]))
    assert FACT not in both.rows and ("fact", "alpha-2") in both.rows
    assert [change.key for change in report.kept] == [("fact", "alpha-2")]


def test_a_record_and_a_source_that_staffs_facts_need_stay_when_the_files_drop_them(both: Copy) -> None:
    source = SMALL["sources.yml"]["sources"][0] | {"id": "src-b"}
    both.load(lambda c: c["sources.yml"]["sources"].append(source))
    both.edit(Put("fact", "herne-1", {"record": "herne", "text.en": "Herne.", "source": "src-b"}, "add"))

    def drop(content: dict[str, Any]) -> None:
        del content["places/herne.yml"], content["links/all.yml"]
        content["sources.yml"]["sources"].pop()

    report = both.load(drop)
    assert {change.key for change in report.kept} == {("place", "herne"), ("source", "src-b")}
    assert {("place", "herne"), ("source", "src-b"), ("fact", "herne-1")} <= set(both.rows)


def test_a_new_link_to_what_staff_retired_is_left_out_and_said(both: Copy) -> None:
    both.edit(BETA, BETA_FACT, Retire("organisation", "alpha"))
    link = SMALL["links/all.yml"]["links"][0] | {"id": "alpha-again"}
    report = both.load(lambda c: c["links/all.yml"]["links"].append(link))
    assert [change.key for change in report.kept] == [("link", "alpha-again")]
    assert not {key for key in both.rows if "alpha" in key[1]}


def test_a_new_entry_for_what_staff_retired_is_taken_out_of_a_list(both: Copy) -> None:
    both.edit(BETA, BETA_FACT, Retire("organisation", "alpha"))
    both.load(lambda c: c["desks.yml"]["desks"][0].update(answers_for=["herne", "alpha"]))
    assert both.rows["desk", "general"]["answers_for"] == ("herne",)


def test_an_id_that_staff_gave_away_is_not_taken_from_them_by_a_file(both: Copy) -> None:
    both.edit(BETA)
    place = SMALL["places/herne.yml"] | {"id": "beta"}
    report = both.load(lambda c: c.update({"places/beta.yml": place}))
    assert [change.key for change in report.kept] == [("place", "beta")]
    assert ("organisation", "beta") in both.rows


def test_an_organisation_that_becomes_a_place_in_the_files_keeps_its_facts(both: Copy) -> None:
    place = SMALL["places/herne.yml"] | {"id": "alpha", "facts": SMALL[FILE]["facts"]}
    both.load(lambda c: (c.pop(FILE), c.update({"places/alpha.yml": place})))
    assert ("place", "alpha") in both.rows and ALPHA not in both.rows
    with both.store.session() as session:
        assert {r.id: r.type for r in queries.records(session)}["alpha"] == "place"
        assert [fact.id for fact in queries.facts(session)] == ["alpha-1"]


def test_a_configured_contact_of_a_desk_yields_to_what_staff_set(both: Copy) -> None:
    both.load(contacts={"pump-desk": DeskContact(email="old@example.org", phone="1")})
    both.edit(Put("desk", "pump-desk", {"email": "staff@example.org"}))
    report = both.load(contacts={"pump-desk": DeskContact(email="new@example.org", phone="2")})
    assert [change.field for change in report.kept] == ["email"]
    desk = both.rows["desk", "pump-desk"]
    assert (desk["email"], desk["phone"]) == ("staff@example.org", "2")


def test_carried_back_into_the_files_a_database_and_its_files_are_one_again(both: Copy) -> None:
    both.edit(BETA, BETA_FACT, Put("organisation", "alpha", {"city": "Essen"}), Retire("link", "alpha-herne"))
    comment = "# What Alpha is\n"
    path = both.folder / FILE
    path.write_text(comment + path.read_text(encoding="utf-8"), encoding="utf-8")
    written, gone = write_yaml(both.folder, both.rows, both.store.run(files_of))
    assert {str(p.relative_to(both.folder)) for p in written} == {FILE, "organisations/beta.yml"}
    assert [str(p.relative_to(both.folder)) for p in gone] == ["links/all.yml"]
    assert path.read_text(encoding="utf-8").startswith(comment)
    gone[0].unlink()
    before = both.rows
    report = load(both.store, both.folder)
    assert report.kept == () and both.rows == before
    assert not write_yaml(both.folder, both.rows, both.store.run(files_of))[0]


def test_a_database_from_before_live_editing_follows_its_files(both: Copy) -> None:
    # What migration 0002 leaves behind.
    with both.store.session() as session:
        session.execute(delete(t.FileRow))
        session.scalars(select(t.RevisionRow)).one().checksum = ""
    report = both.load(lambda c: fact_of(c).update(as_of="2021"))
    assert report.kept == () and both.rows[FACT]["as_of"] == "2021"


def test_an_edit_in_such_a_database_before_the_first_load_is_staffs(both: Copy) -> None:
    with both.store.session() as session:
        session.execute(delete(t.FileRow))
        session.scalars(select(t.RevisionRow)).one().checksum = ""
    both.edit(BETA, Put("organisation", "alpha", {"city": "Essen"}))
    both.load(lambda c: fact_of(c).update(as_of="2021"))
    assert both.rows[FACT]["as_of"] == "2021" and both.rows[ALPHA]["city"] == "Essen"
    assert ("organisation", "beta") in both.rows


def test_a_file_that_is_refused_leaves_the_edits_alone(both: Copy) -> None:
    both.edit(BETA)
    before = both.rows
    (both.folder / "desks.yml").write_text("desks: [{id: X}]", encoding="utf-8")
    refused = load(both.store, both.folder).refused
    assert Refusal("desks.yml", "X", "id: String should match pattern '^[a-z0-9][a-z0-9-]{0,79}$'") in refused
    assert both.rows == before
