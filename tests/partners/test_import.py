"""Importing tables and files: what is given is changed, and a wrong row names file, row, field and reason."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.partners.editing import tables, yaml_folder
from bot.partners.editing.edits import Outcome, Put, edit
from bot.partners.files import Refusal
from bot.partners.loader import load
from bot.store import Store

from .conftest import SMALL


@pytest.fixture
def small(store: Store, files: Callable[[dict[str, Any]], Path]) -> Store:
    assert load(store, files(SMALL)).changed
    return store


def csv_file(folder: Path, text: str | bytes, name: str = "facts.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def xlsx_file(folder: Path, rows: list[list[Any]], sheet: str = "facts") -> Path:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(row)
    path = folder / "import.xlsx"
    book.save(path)
    return path


def put_in(store: Store, puts: list[Put]) -> Outcome:
    return edit(store, puts, by="editor", origin="import")


def refused(found: tuple[list[Put], list[Refusal]]) -> list[str]:
    return [str(refusal) for refusal in found[1]]


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("between", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_csv_is_read_as_any_spreadsheet_saves_it(
    open_store: Callable[[str], Store],
    files: Callable[[dict[str, Any]], Path],
    tmp_path: Path,
    mark: str,
    end: str,
    between: str,
) -> None:
    small = open_store(f"sqlite:///{tmp_path}/csv.db")
    load(small, files(SMALL))
    lines = [
        ["id", "as_of", "text.de", "asked.de"],
        ["alpha-1", "2021", '"Pumpen, ""Ventile""; mehr"', f'"eins{end}zwei"'],
    ]
    text = mark + "".join(between.join(line) + end for line in lines)
    puts, wrong = tables.read_csv(csv_file(tmp_path, text), None)
    assert not wrong
    assert {(c.field, c.new) for c in put_in(small, puts).changes} == {
        ("as_of", "2021"), ("text.de", 'Pumpen, "Ventile"; mehr'), ("asked.de", ("eins", "zwei")),
    }  # fmt: skip


def test_columns_that_are_not_there_stay_and_empty_cells_clear(small: Store, tmp_path: Path) -> None:
    puts, _ = tables.read_csv(csv_file(tmp_path, "id,as_of\nalpha-1,\n"), None)
    (change,) = put_in(small, puts).changes
    assert (change.field, change.old, change.new) == ("as_of", "2020", None)


def test_a_new_row_without_an_id_is_added_with_one(small: Store, tmp_path: Path) -> None:
    text = "id,record,text.en,source\n,alpha,Alpha Works sells hoses.,src-a\n"
    puts, _ = tables.read_csv(csv_file(tmp_path, text), None)
    assert [c.key for c in put_in(small, puts).changes] == [("fact", "alpha-works-sells-hoses")]


def test_a_workbook_may_hold_rows_that_need_each_other_in_any_order(small: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    facts, organisations = book.worksheets[0], book.create_sheet("organisations")
    facts.title = "facts"
    facts.append(["id", "record", "text.zh", "source", "as_of"])
    facts.append(["beta-1", "beta", "贝塔生产钻头。", "src-a", 2024])
    organisations.append(["id", "names.en", "kind", "country"])
    organisations.append(["beta", "Beta Tools", "company", "Germany"])
    book.save(tmp_path / "both.xlsx")
    puts, wrong = tables.read_xlsx(tmp_path / "both.xlsx", None)
    assert not wrong
    outcome = put_in(small, puts)
    assert {c.key: c.new.get("as_of") for c in outcome.changes} == {
        ("organisation", "beta"): None,
        ("fact", "beta-1"): "2024",
    }


@pytest.mark.parametrize(
    ("cell", "kept"),
    [(2019, "2019"), (2019.0, "2019"), (datetime.datetime(2019, 5, 22), "2019-05-22"), (datetime.date(2019, 5, 22), "2019-05-22")],
)  # fmt: skip
def test_numbers_and_dates_of_a_workbook_become_dates(tmp_path: Path, cell: Any, kept: str) -> None:
    (put,), wrong = tables.read_xlsx(xlsx_file(tmp_path, [["id", "as_of"], ["alpha-1", cell]]), None)
    assert not wrong and put.fields == {"as_of": kept}


def test_a_wrong_row_names_file_row_field_and_reason_and_nothing_is_imported(small: Store, tmp_path: Path) -> None:
    text = "id,record,text.en,source,as_of\nnew,alpha,Fine.,src-a,2020\nbad,alpha,Wrong.,src-a,22.05.2019\nworse,nobody,Wrong.,src-a,\n"
    puts, wrong = tables.read_csv(csv_file(tmp_path, text), None)
    outcome = put_in(small, puts)
    assert not wrong and not outcome.changes
    assert [str(refusal) for refusal in outcome.refused] == [
        "facts.csv: line 3 (bad): as_of: must be a date like 2026, 2026-03 or 2026-03-15",
        "facts.csv: line 4 (worse): record: 'nobody' does not exist",
    ]
    with small.session() as session:
        assert [*tables_of(session)] == ["alpha-1"]


def tables_of(session: Any) -> list[str]:
    from bot.partners import queries

    return [fact.id for fact in queries.facts(session)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,colour\nalpha-1,red\n", "facts.csv: line 1: colour: no such field; there are id, record"),
        ("as_of\n2020\n", "facts.csv: line 1: id: the column is missing"),
        ("id,as_of,as_of\na,1,2\n", "facts.csv: line 1: as_of: stands here twice"),
        ("id,as_of\nalpha-1,2020,extra\n", "facts.csv: line 2: row: has more cells than the 2 columns"),
        ('id,as_of\nalpha-1,"2020\n', "facts.csv: line 2: not readable as CSV: unexpected end of data"),
        ("id,text.de\nalpha-1,Stra\xdfe\n".encode("latin-1"), "facts.csv: file: is not in UTF-8"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_says_where(tmp_path: Path, text: str | bytes, said: str) -> None:
    found = tables.read_csv(csv_file(tmp_path, text), None)
    assert found[0] == [] and len(found[1]) == 1
    assert refused(found)[0].startswith(said)


def test_lines_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    text = 'id,text.en\na,"two\nlines"\n\nb,x\n'
    puts, _ = tables.read_csv(csv_file(tmp_path, text), None)
    assert [put.row for put in puts] == ["line 2 (a)", "line 5 (b)"]


def test_one_row_twice_is_refused(small: Store, tmp_path: Path) -> None:
    puts, _ = tables.read_csv(csv_file(tmp_path, "id,as_of\nalpha-1,2020\nalpha-1,2021\n"), None)
    assert [str(r) for r in put_in(small, puts).refused] == [
        "facts.csv: line 3 (alpha-1): id: 'alpha-1' stands here twice"
    ]


def test_a_formula_in_a_workbook_is_refused_by_its_cell(tmp_path: Path) -> None:
    found = tables.read_xlsx(xlsx_file(tmp_path, [["id", "as_of"], ["alpha-1", "=1+2019"]]), None)
    assert refused(found) == ["import.xlsx[facts]: line 2: B2: is a formula"]


def test_a_table_of_another_name_needs_its_type(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "id,as_of\nalpha-1,2021\n", "new.csv")
    assert refused(tables.read_csv(path, None))[0].startswith("new.csv: file: 'new' is no table")
    assert tables.read_csv(path, "fact")[0][0].type == "fact"
    book = xlsx_file(tmp_path, [["id", "as_of"], ["alpha-1", "2021"]], "Tabelle1")
    assert refused(tables.read_xlsx(book, None))[0].startswith("import.xlsx[Tabelle1]: file: 'Tabelle1' is no table")
    assert tables.read_xlsx(book, "fact")[0][0].type == "fact"


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    assert refused(tables.read_xlsx(csv_file(tmp_path, "id\n", "x.xlsx"), None)) == [
        "x.xlsx: file: not readable as XLSX: BadZipFile"
    ]


def test_a_yaml_row_is_complete_so_what_it_leaves_out_is_cleared(small: Store, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path, "id: herne\nnames: {en: Herne, de: Herne, zh: Herne}\nkind: city\ncountry: Germany\n", "herne.yml"
    )
    assert refused(yaml_folder.read_yaml_rows(path, None)) == [
        "herne.yml: file: cannot tell what it holds: say --type organisation, place or topic"
    ]
    puts, _ = yaml_folder.read_yaml_rows(path, "place")
    assert {c.field for c in put_in(small, puts).changes} == {"role.en", "role.de", "role.zh"}


def test_importing_a_desk_leaves_its_configured_contact(
    small: Store, files: Callable[..., Path], tmp_path: Path
) -> None:
    edit(small, [Put("desk", "general", {"email": "desk@example.org"})], by="editor", origin="test")
    puts, _ = yaml_folder.read_yaml_rows(tmp_path / "knowledge", None)
    assert put_in(small, puts) == Outcome()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sources: [{id: src-b, url: nowhere}]", "sources.yml: src-b: url: "),
        ("sources: [a", "sources.yml: line"),
        ("sources: 5", "sources.yml: file: needs a list"),
    ],
)
def test_a_wrong_yaml_row_names_file_row_and_field(tmp_path: Path, text: str, said: str) -> None:
    found = yaml_folder.read_yaml_rows(csv_file(tmp_path, text, "sources.yml"), None)
    assert found[0] == [] and any(line.startswith(said) for line in refused(found)), refused(found)


def test_a_folder_without_knowledge_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refused(yaml_folder.read_yaml_rows(tmp_path / "empty", None)) == ["empty: folder: holds no knowledge files"]
