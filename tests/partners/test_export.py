"""Export and import are each other's inverse: nothing is changed, lost or run on the way."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.partners.editing import stored, tables, yaml_folder
from bot.partners.editing.edits import Outcome, Put, edit
from bot.partners.editing.rows import TYPES, Rows
from bot.partners.editing.transaction import files_of
from bot.partners.loader import load
from bot.store import Store

from .conftest import SMALL

FORMULAS = (
    "=1+1", "+49 is a prefix", "-5 degrees", "@name", "'=quoted", "''+twice", "＝全角", " \t=led", "=HYPERLINK(\"x\")", "'s-Hertogenbosch",
)  # fmt: skip


def written(kind: str, folder: Path, store: Store) -> list[Path]:
    """Everything that is in the database, as files."""
    rows = store.run(stored.read)
    if kind == "csv":
        return tables.write_csv(folder, rows)
    if kind == "xlsx":
        return tables.write_xlsx(folder / "all.xlsx", rows)
    return yaml_folder.write_yaml(folder, rows, store.run(files_of))[0]


def imported(kind: str, folder: Path, store: Store) -> Outcome:
    """What importing these files would do."""
    if kind == "yaml":
        read = [yaml_folder.read_yaml_rows(folder, None)]
    else:
        reader = tables.read_csv if kind == "csv" else tables.read_xlsx
        read = [reader(path, None) for path in sorted(folder.iterdir())]
    assert not [refusal for _, refused in read for refusal in refused]
    return edit(store, [put for puts, _ in read for put in puts], by="", origin="", dry_run=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml"])
def test_the_real_knowledge_comes_back_unchanged(loaded: Store, tmp_path: Path, kind: str) -> None:
    assert written(kind, tmp_path, loaded)
    assert imported(kind, tmp_path, loaded) == Outcome()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml"])
def test_rows_of_staff_and_odd_texts_move_whole_to_an_empty_database(
    store: Store, open_store: Callable[[str], Store], files: Callable[[dict[str, Any]], Path], tmp_path: Path, kind: str
) -> None:
    load(store, files(SMALL))
    odd = Put("organisation", "odd", {
        "names.en": '"Quotes", commas; and\ttabs', "names.zh": "贝塔 ‑ “工具”", "aliases.en": FORMULAS, "kind": "company",
        "country": "Germany", "address": "Line one\nline two", "role.de": "=SUM(A1)", "website": "https://example.org/?a=1&b=2",
    }, "add")  # fmt: skip
    desk = Put("desk", "odd-desk", {"names.en": "Odd", "phone": "+00 1", "answers_for": ("odd", "alpha")}, "add")
    assert not edit(store, [odd, desk], by="editor", origin="test").refused
    written(kind, tmp_path / "out", store)
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    outcome = imported(kind, tmp_path / "out", other)
    assert {change.action for change in outcome.changes} == {"added"}
    before = store.run(stored.read)
    assert {change.key: change.new for change in outcome.changes} == {key: dict(row) for key, row in before.items()}


def test_no_exported_cell_is_a_formula(store: Store, files: Callable[[dict[str, Any]], Path], tmp_path: Path) -> None:
    load(store, files(SMALL))
    put = Put("fact", "alpha-1", {"text.en": "=1+1", "asked.en": FORMULAS})
    assert not edit(store, [put], by="editor", origin="test").refused
    tables.write_csv(tmp_path, store.run(stored.read))
    tables.write_xlsx(tmp_path / "all.xlsx", store.run(stored.read))
    with (tmp_path / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["text.en"] == "'=1+1"
    assert all(line[0] not in "=+-@＝\t" for line in row["asked.en"].split("\n"))
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n"}
    assert book.sheetnames == [f"{type_}s" for type_ in TYPES]
    assert "'=1+1" in [cell.value for cell in book["facts"][2]]


VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).map(str.strip).filter(bool)


@given(VALUES)
def test_any_text_survives_a_cell(text: str) -> None:
    assert tables.from_cell(tables.to_cell(text), many=False) == text


@given(
    st.lists(st.one_of(VALUES, st.sampled_from(FORMULAS)).map(str.strip).filter(lambda v: v.isprintable()), min_size=1)
)
def test_any_list_survives_a_cell(entries: list[str]) -> None:
    assert tables.from_cell(tables.to_cell(tuple(entries)), many=True) == tuple(entries)


def test_a_cell_longer_than_a_spreadsheet_keeps_is_refused_not_cut(tmp_path: Path) -> None:
    rows: Rows = {("fact", "long"): {"asked.en": tuple(f"{n} " + "x" * 900 for n in range(40))}}
    with pytest.raises(tables.NotWritable, match="fact long"):
        tables.write_xlsx(tmp_path / "long.xlsx", rows)


def test_yaml_is_the_files_own_form_and_keeps_their_place(loaded: Store, knowledge_dir: Path, tmp_path: Path) -> None:
    paths = written("yaml", tmp_path, loaded)
    names = {str(path.relative_to(tmp_path)) for path in paths}
    folders = ("organisations", "places", "topics", "links")
    own = {str(p.relative_to(knowledge_dir)) for name in folders for p in (knowledge_dir / name).glob("*.yml")}
    assert names == own | {"sources.yml", "desks.yml"}
    for name in names:
        old, new = (yaml.safe_load((folder / name).read_text(encoding="utf-8")) for folder in (knowledge_dir, tmp_path))
        key = {"sources.yml": "sources", "desks.yml": "desks"}.get(name, "links")
        ids = [[row["id"] for row in data.get(key, [data])] for data in (old, new)]
        assert ids[0] == ids[1], name
