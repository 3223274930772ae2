"""`python -m bot knowledge`: changing the partner database while the assistant runs, in bulk, and who did what."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.commands.change_lines import count_line, diff_lines, history_lines
from bot.commands.console import fail, open_database, read_settings
from bot.commands.preparing import load_knowledge
from bot.commands.row_options import taking_fields
from bot.partners.editing import audit, stored, tables, yaml_folder
from bot.partners.editing.changes import diff
from bot.partners.editing.edits import AddName, ChangeName, Edit, Put, Retire, RetireName, RetireOthers, edit
from bot.partners.editing.rows import TYPES, Type, Value
from bot.partners.editing.transaction import files_of, read_base
from bot.partners.files import Refusal, read_knowledge
from bot.partners.records import LANGUAGES
from bot.store import migrate

app = typer.Typer(help="The partner database.", no_args_is_help=True)
add = typer.Typer(help="Add a row; the assistant uses it within seconds.", no_args_is_help=True)
change = typer.Typer(help="Change a row: what is given is replaced, an empty value clears.", no_args_is_help=True)
retire = typer.Typer(help="Take a row out; it is never said again.", no_args_is_help=True)
app.add_typer(add, name="add")
app.add_typer(change, name="change")
app.add_typer(retire, name="retire")
console = Console(highlight=False, markup=False, soft_wrap=True)

By = Annotated[str, typer.Option("--by", help="Who wants this; default: the operating system's user.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
Record = Annotated[str, typer.Option("--record", help="Id of the organisation, place or topic.")]
Language = StrEnum("Language", list(LANGUAGES))  # type: ignore[misc]
NameLanguage = Annotated[Language, typer.Option("--language", help="The language of the name.")]
RowType = StrEnum("RowType", list(TYPES))  # type: ignore[misc]


class NameKind(StrEnum):
    OFFICIAL = "official"
    LABEL = "label"
    ALIAS = "alias"
    DESCRIPTION = "description"


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    YAML = "yaml"


def refuse(refused: Sequence[Refusal]) -> None:
    """Say what is wrong, one line each, and stop; nothing when nothing is."""
    if refused:
        fail("Nothing was changed; refused:\n" + "\n".join(f"  {row}" for row in refused))


def make(edits: Sequence[Edit], origin: str, by: str, dry_run: bool) -> None:
    """Make the edits and show the diff; a refusal stops with one line per reason."""
    with open_database(read_settings()) as store:
        outcome = edit(store, edits, by=by or audit.operating_user(), origin=origin, dry_run=dry_run)
    refuse(outcome.refused)
    for line in diff_lines(outcome.changes):
        console.print(line)
    console.print(f"{'Dry run, nothing was changed: ' if dry_run else ''}{count_line(outcome.changes)}.")


def _fixed(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _register(type_: Type) -> None:
    def added(fields: dict[str, Value | None], row_id: str, by: str, dry_run: bool) -> None:
        make([Put(type_, row_id, fields, "add", "options")], f"knowledge add {type_}", by, dry_run)

    def changed(fields: dict[str, Value | None], row_id: str, by: str, dry_run: bool) -> None:
        make([Put(type_, row_id, fields, "change", "options")], f"knowledge change {type_}", by, dry_run)

    def retired(row_id: Annotated[str, typer.Argument(metavar="ID")], by: By = "", dry_run: DryRun = False) -> None:
        make([Retire(type_, row_id)], f"knowledge retire {type_}", by, dry_run)

    own_id = Annotated[str, typer.Option("--id", help="Default: made of its words.", show_default=False)]
    common = (_fixed("by", By, ""), _fixed("dry_run", DryRun, False))
    which = _fixed("row_id", Annotated[str, typer.Argument(metavar="ID")])
    add.command(type_)(taking_fields(type_, added, f"Add a {type_}.", _fixed("row_id", own_id, ""), *common))
    change.command(type_)(taking_fields(type_, changed, f"Change a {type_}.", which, *common))
    retired.__doc__ = f"Retire a {type_}, with what cannot stand without it."
    retire.command(type_)(retired)


for _type in TYPES:
    _register(_type)


@add.command("name")
def add_name(
    record: Record,
    language: NameLanguage,
    text: Annotated[str, typer.Option(help="The name.")],
    kind: Annotated[NameKind, typer.Option(help="What sort of name.")] = NameKind.ALIAS,
    by: By = "",
    dry_run: DryRun = False,
) -> None:
    """Add a name under which a record is understood."""
    make([AddName(record, str(language), text, kind.value)], "knowledge add name", by, dry_run)


@change.command("name")
def change_name(
    record: Record,
    language: NameLanguage,
    old: Annotated[str, typer.Option(help="The name as it is.")],
    text: Annotated[str, typer.Option(help="The name as it shall be.")],
    by: By = "",
    dry_run: DryRun = False,
) -> None:
    """Write a name differently."""
    make([ChangeName(record, str(language), old, text)], "knowledge change name", by, dry_run)


@retire.command("name")
def retire_name(
    record: Record,
    language: NameLanguage,
    text: Annotated[str, typer.Option(help="The name as it is.")],
    by: By = "",
    dry_run: DryRun = False,
) -> None:
    """Take a name away from a record."""
    make([RetireName(record, str(language), text)], "knowledge retire name", by, dry_run)


@app.command("import")
def import_rows(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="CSV, XLSX or YAML files, or folders of them.")
    ],
    type_: Annotated[RowType | None, typer.Option("--type", help="What a file of another name holds.")] = None,
    retire_missing: Annotated[
        bool, typer.Option("--retire-missing", help="Retire rows of the imported types that are not in the files.")
    ] = False,
    by: By = "",
    dry_run: DryRun = False,
) -> None:
    """Add and change rows from files; one refused row refuses all."""
    edits: list[Edit] = []
    refused: list[Refusal] = []
    for path in paths:
        try:
            found, wrong = _read(path, None if type_ is None else next(t for t in TYPES if t == type_))
        except OSError as error:
            found, wrong = [], [Refusal(str(path), "file", f"cannot be read: {error.strerror}")]
        edits += found
        refused += wrong
    if retire_missing:
        edits.append(RetireOthers(frozenset(one.type for one in edits if isinstance(one, Put))))
    # A row that cannot be read is no reason to keep quiet about the others.
    if refused:
        with open_database(read_settings()) as store:
            refused += [r for r in edit(store, edits, by="", origin="", dry_run=True).refused if r not in refused]
    refuse(refused)
    make(edits, f"knowledge import {' '.join(path.name for path in paths)}", by, dry_run)


def _read(path: Path, type_: Type | None) -> tuple[list[Put], list[Refusal]]:
    suffix = path.suffix.casefold()
    if path.is_dir() and (sheets := [*sorted(path.glob("*.csv")), *sorted(path.glob("*.xlsx"))]):
        read = [_read(sheet, type_) for sheet in sheets]
        return [put for puts, _ in read for put in puts], [row for _, wrong in read for row in wrong]
    if suffix == ".csv":
        return tables.read_csv(path, type_)
    if suffix == ".xlsx":
        return tables.read_xlsx(path, type_)
    if path.is_dir() or suffix in (".yml", ".yaml"):
        return yaml_folder.read_yaml_rows(path, type_)
    return [], [Refusal(path.name, "file", "must be CSV, XLSX or YAML")]


@app.command("export")
def export_rows(
    path: Annotated[Path, typer.Argument(help="A folder for CSV and YAML, a file for XLSX.")],
    format_: Annotated[Format | None, typer.Option("--format", help="Default: xlsx for PATH.xlsx, else yaml.")] = None,
) -> None:
    """Write all rows; in YAML, files of a folder that already say the same are left as they are."""
    kind = format_ or (Format.XLSX if path.suffix.casefold() == ".xlsx" else Format.YAML)
    with open_database(read_settings()) as store, store.reading() as session:
        rows, file_of = stored.read(session), files_of(session)
    gone: list[Path] = []
    try:
        if kind is Format.YAML:
            written, gone = yaml_folder.write_yaml(path, rows, file_of)
        else:
            written = (tables.write_csv if kind is Format.CSV else tables.write_xlsx)(path, rows)
    except (OSError, tables.NotWritable) as error:
        fail(f"Not exported: {error}")
    for file in written:
        console.print(f"written: {file}")
    for file in gone:
        console.print(f"no longer in the database, delete it if you agree: {file}")
    console.print(f"{len(rows)} rows in {len(written)} files." if written else "The files say the same already.")


@app.command()
def check(
    database: Annotated[
        bool, typer.Option("--database", help="Show instead what staff changed in the database since the files.")
    ] = False,
) -> None:
    """Check the knowledge files without touching the database."""
    if database:
        with open_database(read_settings()) as store, store.reading() as session:
            changes = diff(read_base(session), stored.read(session))
        for line in diff_lines(changes):
            console.print(line)
        console.print(f"Database against files: {count_line(changes)}.")
        return
    found = read_knowledge(read_settings().knowledge_dir)
    if found.refused:
        fail("\n".join(map(str, found.refused)))
    console.print(json.dumps({"records": len(found.records), "sources": len(found.sources)}))


@app.command()
def history(row_id: Annotated[str, typer.Argument(metavar="ID", help="Of any row, retired ones too.")]) -> None:
    """Show who changed a row, when, how, and from where."""
    with open_database(read_settings()) as store:
        entries = store.look(lambda session: audit.history(session, row_id))
    for line in history_lines(entries):
        console.print(line)
    if not entries:
        console.print(f"No change of '{row_id}' is known since the files were first loaded.")


@app.command()
def load() -> None:
    """Load the knowledge files; a refused row refuses all."""
    config = read_settings()
    migrate(config.database)
    console.print(load_knowledge(config))
