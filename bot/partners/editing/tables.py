"""Rows as tables for spreadsheets: CSV (one file per type) and XLSX (one sheet per type), read and written."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.partners.editing.edits import Put
from bot.partners.editing.rows import COLUMNS, TYPES, Rows, Type, Value, is_list
from bot.partners.files import Refusal

TABLE_NAMES: dict[Type, str] = {type_: f"{type_}s" for type_ in TYPES}
TYPE_OF_NAME = {name: type_ for type_, name in TABLE_NAMES.items()}
LONGEST_CELL = 32_767  # what a spreadsheet keeps
# A spreadsheet takes what begins like this for a formula, the full-width forms too; an apostrophe says it is text.
FORMULA = re.compile(r"^'*[\s]*[=+\-@＝＋－＠]")


class NotWritable(Exception):
    """A row does not fit into a spreadsheet; the text says which."""


def to_cell(value: Value | None) -> str:
    """A value as text that no spreadsheet runs; the entries of a list stand on lines of their own."""
    return "\n".join(map(_neutral, value if isinstance(value, tuple) else (value or "",)))


def from_cell(text: str, *, many: bool) -> Value | None:
    """What `to_cell` was given; None for an empty cell."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if many:
        return tuple(_plain(line.strip()) for line in text.split("\n") if line.strip()) or None
    return _plain(text) or None


def _neutral(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def _table(type_: Type, rows: Rows) -> Iterator[list[str]]:
    yield ["id", *COLUMNS[type_]]
    for (of, row_id), fields in rows.items():
        if of == type_:
            cells = [row_id, *(to_cell(fields.get(field)) for field in COLUMNS[type_])]
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise NotWritable(f"{type_} {row_id}: a cell would be longer than {LONGEST_CELL} characters")
            yield cells


def write_csv(folder: Path, rows: Rows) -> list[Path]:
    """One file per type (facts.csv, ...) in UTF-8 with the mark that spreadsheets look for."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for type_, name in TABLE_NAMES.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(_table(type_, rows))
        written.append(path)
    return written


def write_xlsx(path: Path, rows: Rows) -> list[Path]:
    """One workbook with a sheet per type; every cell is text, so that no date or number is changed by opening it."""
    tables = {type_: [*_table(type_, rows)] for type_ in TYPES}  # before a workbook is begun that could not be ended
    book = openpyxl.Workbook(write_only=True)
    for type_, name in TABLE_NAMES.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "B2"
        width = 1 + len(COLUMNS[type_])
        for column in range(1, width + 1):
            sheet.column_dimensions[get_column_letter(column)].width = 28
        head, body = ([WriteOnlyCell(sheet) for _ in range(width)] for _ in range(2))
        for cells in (head, body):
            for cell in cells:
                cell.number_format = "@"
                cell.font = Font(bold=cells is head)
                cell.alignment = Alignment(wrap_text=cells is body, vertical="top")
        # Each line is written out as it is appended, so the styled cells serve for all lines.
        for number, texts in enumerate(tables[type_]):
            line = head if number == 0 else body
            for cell, text in zip(line, texts, strict=True):
                cell.value = text or None
                cell.data_type = "s" if text else "n"  # "#N/A" is a text like any other
            sheet.append(line)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return [path]


def read_csv(path: Path, type_: Type | None) -> tuple[list[Put], list[Refusal]]:
    """The rows of one CSV file; comma, semicolon and tab are all understood. Raises OSError."""
    name = path.name
    type_ = type_ or TYPE_OF_NAME.get(path.stem)
    if type_ is None:
        return [], [_no_type(name, path.stem)]
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Refusal(name, "file", "is not in UTF-8: save it as “CSV UTF-8”")]
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    lines: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            lines.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        return [], [Refusal(name, f"line {begins}", f"not readable as CSV: {error}")]
    return _puts(type_, name, lines)


def read_xlsx(path: Path, type_: Type | None) -> tuple[list[Put], list[Refusal]]:
    """The rows of all sheets of a workbook; `type_` is for a single sheet of another name. Raises OSError."""
    try:
        book = openpyxl.load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        return [], [Refusal(path.name, "file", f"not readable as XLSX: {type(error).__name__}")]
    puts: list[Put] = []
    refused: list[Refusal] = []
    for sheet in book.worksheets:
        of = TYPE_OF_NAME.get(sheet.title) or (type_ if len(book.worksheets) == 1 else None)
        where = f"{path.name}[{sheet.title}]"
        if of is None:
            refused.append(_no_type(where, sheet.title))
            continue
        lines: list[tuple[int, list[str]]] = []
        for number, row in enumerate(sheet.iter_rows(), start=1):
            formulas = [cell.coordinate for cell in row if cell.data_type in ("f", "e")]
            refused += [Refusal(where, f"line {number}", f"{place}: is a formula") for place in formulas]
            lines.append((number, [_text(cell.value) for cell in row]))
        found, wrong = _puts(of, where, lines)
        puts += found
        refused += wrong
    return puts, refused


def _text(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _no_type(name: str, what: str) -> Refusal:
    return Refusal(name, "file", f"'{what}' is no table; tables are {', '.join(TYPE_OF_NAME)} (or say --type)")


def _puts(type_: Type, name: str, lines: Sequence[tuple[int, list[str]]]) -> tuple[list[Put], list[Refusal]]:
    rows = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
    if not rows:
        return [], []
    head, *rest = rows
    fields = [cell.strip() for cell in head[1]]
    while fields and not fields[-1]:
        fields.pop()
    refused = list(_head_faults(type_, name, head[0], fields))
    if refused:
        return [], refused
    puts = []
    for number, cells in rest:
        if any(cell.strip() for cell in cells[len(fields) :]):
            refused.append(Refusal(name, f"line {number}", f"row: has more cells than the {len(fields)} columns"))
            continue
        given = dict(zip(fields, [*cells, *[""] * (len(fields) - len(cells))], strict=False))
        row_id = given.pop("id").strip()
        values = {field: from_cell(cell, many=is_list(field)) for field, cell in given.items()}
        label = f"line {number}" + (f" ({row_id})" if row_id else "")
        puts.append(Put(type_, row_id, values, "either", name, label))
    return puts, refused


def _head_faults(type_: Type, name: str, number: int, fields: Iterable[str]) -> Iterator[Refusal]:
    seen: set[str] = set()
    for field in fields:
        if field != "id" and field not in COLUMNS[type_]:
            known = ", ".join(("id", *COLUMNS[type_]))
            yield Refusal(name, f"line {number}", f"{field or 'an empty column'}: no such field; there are {known}")
        if field in seen:
            yield Refusal(name, f"line {number}", f"{field}: stands here twice")
        seen.add(field)
    if "id" not in seen:
        yield Refusal(name, f"line {number}", "id: the column is missing")
