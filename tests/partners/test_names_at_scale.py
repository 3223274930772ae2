"""Thousands of members beside the real records: found misspelt, never in place of common words, renewed one by one."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from bench.company_names import Company, as_names, companies
from bench.names import FRAMES, ordinary_sentences, slipped
from bot.common.text import fold
from bot.partners import tables as t
from bot.partners.common_words import read_common_words
from bot.partners.knowledge import KnowledgeBase, Snapshot, take_snapshot
from bot.partners.name_table import NameTable
from bot.partners.names import NameIndex
from bot.partners.names_file import names_document
from bot.partners.records import Name
from bot.store import Store

from .conftest import BACKENDS

MEMBERS = 3_000
NEW = ("Zyxquark Pumpen", "Zyxquark Pumps", "兹克夸泵业")


def named(record_id: str, *texts: str, kind: str = "official") -> list[Name]:
    return [Name(record_id, "de", kind, text, fold(text)) for text in texts]


@pytest.fixture(scope="module")
def held() -> list[Company]:
    return list(companies(MEMBERS))


@pytest.fixture(scope="module")
def many(held: list[Company]) -> NameIndex:
    names = [name for company in held for name in as_names(company)]
    return NameIndex(names, types={c.id: "organisation" for c in held}, common=read_common_words())


@pytest.fixture(scope="module")
def everyday() -> NameIndex:
    names = [
        *named("sonne", "Sonne GmbH"), *named("sonne", "Sonne", kind="alias"), *named("trade", "China Trade Ltd"),
        *named("garten", "Haus und Garten e.K."), *named("light", "阳光有限公司"), *named("innobanx", "Innobanx mbH"),
        *named("sunny", "Sunshine"), *named("herne", "Herne"),
    ]  # fmt: skip
    types = {name.record_id: "organisation" for name in names} | {"herne": "place"}
    return NameIndex(names, types=types, common=read_common_words())


def found(index: NameIndex, text: str) -> list[str]:
    return [i for mention in index.find(fold(text), written=text) for i in mention.record_ids]


@pytest.mark.parametrize(
    "text",
    [
        "Die Sonne scheint", "tell me about China trade", "Scheint morgen die Sonne in Herne?", "sunshine is nice",
        "Was gibt es zu Haus und Garten?", "今天阳光很好", "Sonnne und Regen", "How does China trade with us?",
    ],
)  # fmt: skip
def test_common_words_are_not_taken_for_the_companies_called_by_them(everyday: NameIndex, text: str) -> None:
    assert [i for i in found(everyday, text) if i != "herne"] == []


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("Was macht die Sonne GmbH?", "sonne"), ("Kennen Sie die Firma Sonne?", "sonne"), ("Sonne", "sonne"),
        ("Wer ist „Sonne“?", "sonne"), ("who runs the company China Trade", "trade"), ("China Trade Ltd", "trade"),
        ('tell me about "China Trade"', "trade"), ("阳光有限公司在哪里", "light"), ("请介绍「阳光」", "light"),
        ("Where is Innobanx?", "innobanx"),
    ],
)  # fmt: skip
def test_a_sign_makes_common_words_a_name(everyday: NameIndex, text: str, record: str) -> None:
    assert found(everyday, text) == [record]


def test_most_misspelt_names_are_found_among_thousands_and_the_exact_ones_all(
    many: NameIndex, held: list[Company]
) -> None:
    chance = random.Random(5)
    exact = misspelt = asked = 0
    for company in chance.sample([c for c in held if "everyday" not in c.id], 300):
        language, kind, text = company.names[0]
        if kind != "official" or many.is_weak(fold(text)) or len(text) < 8:
            continue
        asked += 1
        exact += company.id in found(many, FRAMES[language].format(text))
        misspelt += company.id in found(many, FRAMES[language].format(slipped(text, 1, chance)))
    assert asked > 200
    assert exact == asked
    assert misspelt >= 0.9 * asked


def test_ordinary_sentences_name_no_member(many: NameIndex) -> None:
    sentences = ordinary_sentences()
    assert sum(bool(found(many, sentence)) for sentence in sentences) <= len(sentences) / 100


def test_a_name_that_many_members_share_needs_a_sign() -> None:
    names = [name for n in range(4) for name in named(f"schmidt-{n}", f"Schmidtke {n} Bau GmbH")]
    names += named("schmidt-0", "Schmidtke", kind="alias")
    index = NameIndex(names, types={n.record_id: "organisation" for n in names}, common=read_common_words())
    assert found(index, "Herr Schmidtke hat mir geschrieben") == []
    assert found(index, "Was macht die Firma Schmidtke?") == ["schmidt-0"]


def test_two_names_equally_near_are_both_given() -> None:
    index = NameIndex([*named("one", "Bafenera Handel"), *named("two", "Bafenira Handel")])
    (mention,) = index.find(fold("bafenora handel"))
    assert set(mention.record_ids) == {"one", "two"}


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["Bafenera", "GmbH", "&", "中", "贸易", "ß", '"', "\ud800", "Handel", "Koch"]), max_size=12
    ).map(" ".join)
)
def test_finding_among_thousands_never_raises_and_is_the_same_each_time(many: NameIndex, text: str) -> None:
    folded = fold(text)
    mentions = many.find(folded, written=text)
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end <= len(folded)
        assert folded[mention.start : mention.end] == mention.text and mention.record_ids
        end = mention.end
    assert many._find(folded, True, text) == mentions
    assert many.resolve(text) == many.resolve(text)


def test_changes_laid_over_the_index_find_what_a_new_index_finds(held: list[Company]) -> None:
    names = [name for company in held[:800] for name in as_names(company)]
    types = {company.id: "organisation" for company in held}
    before, gone = NameTable(names), held[3].id
    later = named(held[5].id, *NEW) + [name for name in names if name.record_id == held[5].id]
    after = [name for name in names if name.record_id not in (gone, held[5].id)] + later
    rows = [(name.record_id, name.language, name.kind, name.text) for name in after]
    changed = before.changed(rows)
    assert changed == {gone, held[5].id}
    table = before.with_changes(changed, later)
    assert sorted(table, key=repr) == sorted(after, key=repr) and len(table) == len(after)
    assert table.changed(rows) == set()
    layered = NameIndex(names, types=types).with_changes(table.later, types)
    anew = NameIndex(after, types=types)
    texts = [*NEW, "zyxqark pumpen", *(name.text for company in held[:12] for name in as_names(company))]
    for text in texts:
        folded = fold(text)
        assert [(m.text, set(m.record_ids)) for m in layered.find(folded)] == [
            (m.text, set(m.record_ids)) for m in anew.find(folded)
        ]


@pytest.fixture(params=BACKENDS)
def filled(request: pytest.FixtureRequest, with_facts: Callable[[str], Store], held: list[Company]) -> Store:
    """The real facts and the members, in a database of each kind."""
    store = with_facts(request.param)
    with store.session() as session:
        session.execute(
            insert(t.RecordRow),
            [{"id": c.id, "type": "organisation", "position": 10_000 + n} for n, c in enumerate(held)],
        )
        session.execute(
            insert(t.OrganisationRow),
            [
                {
                    "id": c.id,
                    "kind": "company",
                    "part": "other",
                    "role": {},
                    "city": c.city,
                    "country": "Germany",
                    "sectors": [],
                }
                for c in held
            ],
        )
        rows = {(n.record_id, n.language, n.text): row_of(n) for c in held for n in as_names(c)}
        session.execute(insert(t.NameRow), list(rows.values()))
    return store


def row_of(name: Name) -> dict[str, object]:
    return {field: getattr(name, field) for field in Name.__slots__}


def change(store: Store, *statements: object) -> None:
    with store.session() as session:
        for statement in statements:
            session.execute(statement)  # type: ignore[call-overload]
        session.execute(update(t.RevisionRow).values(revision=t.RevisionRow.revision + 1))


def test_a_name_added_changed_or_removed_is_used_without_building_all_anew(
    filled: Store, knowledge_dir: Path, held: list[Company], snapshot: Snapshot
) -> None:
    member = held[7].id
    first = take_snapshot(filled, knowledge_dir)
    assert len(first.records) == MEMBERS + len(snapshot.records)
    change(filled, insert(t.NameRow).values([row_of(name) for name in named(member, *NEW, kind="alias")]))
    second = take_snapshot(filled, knowledge_dir, first)
    for text in ("Was macht Zyxquark Pumpen?", "what does zyxqark pumps do", "兹克夸泵业在哪里"):
        assert found(second.name_index, text) == [member] and found(first.name_index, text) == []
    assert second.ranking.indices is first.ranking.indices
    assert second.ranking.ask("Was macht Zyxquark Pumpen?").mentions[0].record_ids == (member,)
    change(
        filled,
        update(t.NameRow).where(t.NameRow.text == NEW[0]).values(text="Qwertzion Pumpen", folded="qwertzion pumpen"),
    )
    third = take_snapshot(filled, knowledge_dir, second)
    assert found(third.name_index, "Qwertzion Pumpen") == [member]
    assert found(third.name_index, "Was macht Zyxquark Pumpen?") == []
    change(filled, delete(t.NameRow).where(t.NameRow.record_id == member))
    fourth = take_snapshot(filled, knowledge_dir, third)
    assert found(fourth.name_index, held[7].names[0][2]) != [member]
    assert [name for name in fourth.names if name.record_id == member] == []


def test_a_new_name_that_stands_in_a_fact_makes_the_ranking_anew(
    filled: Store, knowledge_dir: Path, held: list[Company]
) -> None:
    first = take_snapshot(filled, knowledge_dir)
    change(filled, insert(t.NameRow).values([row_of(name) for name in named(held[7].id, "Shamrockpark")]))
    second = take_snapshot(filled, knowledge_dir, first)
    assert second.ranking.indices is not first.ranking.indices


def test_the_core_gets_only_the_names_that_changed_since_its_list(
    filled: Store, knowledge_dir: Path, held: list[Company]
) -> None:
    first = take_snapshot(filled, knowledge_dir)
    whole = names_document(first.revision, first.names, first.records)
    assert "changed" not in whole and len(whole["names"]) > MEMBERS
    change(filled, insert(t.NameRow).values([row_of(name) for name in named(held[7].id, *NEW, kind="alias")]))
    second = take_snapshot(filled, knowledge_dir, first)
    part = names_document(second.revision, second.names, second.records, base=whole["base"])
    assert part["changed"] == [held[7].id] and {row["id"] for row in part["names"]} == {held[7].id}
    assert set(NEW) <= {row["name"] for row in part["names"]}
    assert "changed" not in names_document(second.revision, second.names, second.records, base="another")


def test_names_of_everyday_words_are_kept_from_the_core(
    everyday: NameIndex, filled: Store, knowledge_dir: Path
) -> None:
    snapshot = take_snapshot(filled, knowledge_dir)
    rows = names_document(snapshot.revision, snapshot.names, snapshot.records)["names"]
    names = {row["name"] for row in rows}
    assert not names & {"Sonne", "China Trade", "阳光", "Energy"}
    assert {row["name"]: row.get("whole") for row in rows}.get("Sonne GmbH", True) is True


def test_a_revision_without_other_names_or_facts_costs_no_new_index(
    snapshot: Snapshot, knowledge_dir: Path, with_facts: Callable[[str], Store]
) -> None:
    store = with_facts("sqlite")
    base = KnowledgeBase(store, knowledge_dir, refresh_seconds=1e-9)
    first = base.current()
    change(store)
    second = base.current()
    assert second.revision == first.revision + 1 and second.names is first.names
    assert second.name_index is first.name_index and second.ranking.indices is first.ranking.indices
