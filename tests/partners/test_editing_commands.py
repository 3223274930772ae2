"""`python -m bot knowledge`: what an editor types and what is answered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.commands.knowledge import app
from bot.commands.preparing import load_knowledge
from bot.commands.row_options import option_of
from bot.partners import queries
from bot.partners.editing.rows import COLUMNS, TYPES
from bot.partners.loader import load
from bot.settings import load_settings
from bot.store import Store, migrate

from .conftest import SMALL

RUNNER = CliRunner(env={"COLUMNS": "200"})


@pytest.fixture
def small(files: Callable[[dict[str, Any]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The small knowledge in the database that the commands use."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("KNOWLEDGE_DIR", str(files(SMALL)))
    url = f"sqlite:///{tmp_path}/var/assistant.db"
    (tmp_path / "var").mkdir()
    migrate(url)
    store = Store(url)
    assert load(store, tmp_path / "knowledge").changed
    return store


def run(*words: str, code: int = 0) -> str:
    """The output of a command with error lines; fails unless it ends with `code`."""
    done = RUNNER.invoke(app, words)
    assert done.exit_code == code, done.output
    return done.output


def test_a_fact_is_added_changed_retired_and_its_history_told(small: Store) -> None:
    said = run("add", "fact", "--record", "alpha", "--en", "Alpha Works exports pumps.", "--source", "src-a",
               "--as-of", "2026-11", "--asked-en", "Does Alpha export?", "--by", "First Editor")  # fmt: skip
    row = "alpha-works-exports-pumps"
    assert f"+ fact {row} (added)" in said and said.rstrip().endswith("1 added.")
    assert '    as_of: "2026-11" -> "2026-12"' in run(
        "change", "fact", row, "--as-of", "2026-12", "--by", "Second Editor"
    )
    assert f"- fact {row} (retired)" in run("retire", "fact", row)
    told = run("history", row)
    assert told.index("First Editor  added") < told.index("Second Editor  changed") < told.index("retired fact")
    assert small.run(queries.revision) == 4


def test_a_dry_run_shows_the_diff_and_keeps_the_database(small: Store) -> None:
    said = run("retire", "organisation", "alpha", "--dry-run", code=1)
    assert "knowledge: knowledge: facts: the last fact cannot be retired" in said
    said = run(
        "change", "organisation", "alpha", "--city", "", "--alias-en", "Alpha", "--alias-en", "A.W.", "--dry-run"
    )
    assert '    city: "Herne" -> nothing' in said and '    aliases.en: + "Alpha", + "A.W."' in said
    assert "Dry run, nothing was changed: 1 changed." in said
    assert small.run(queries.revision) == 1


def test_names_have_commands_of_their_own(small: Store) -> None:
    name = ("name", "--record", "alpha", "--language", "zh")
    assert '+ "阿尔法"' in run("add", *name, "--text", "阿尔法")
    assert '- "阿尔法", + "阿尔法厂"' in run("change", *name, "--old", "阿尔法", "--text", "阿尔法厂")
    assert '- "阿尔法厂"' in run("retire", *name, "--text", "阿尔法厂")


def test_a_refusal_is_said_line_by_line_and_ends_with_an_error(small: Store) -> None:
    said = run("add", "fact", "--record", "nobody", "--en", "X.", "--source", "src-a", "--as-of", "soon", code=1)
    assert said.splitlines() == [
        "Nothing was changed; refused:",
        "  options: nobody-x: as_of: must be a date like 2026, 2026-03 or 2026-03-15",
        "  options: nobody-x: record: 'nobody' does not exist",
    ]


@pytest.mark.parametrize("target", ["out", "out.xlsx"])
def test_what_is_exported_can_be_imported_and_changes_nothing(small: Store, tmp_path: Path, target: str) -> None:
    for kind in ("csv", "yaml") if target == "out" else ("xlsx",):
        path = str(tmp_path / f"{kind}-{target}")
        assert "8 rows" in run("export", path, "--format", kind)
        assert run("import", path) == "nothing changed.\n"
    assert small.run(queries.revision) == 1


def test_an_import_can_retire_what_its_tables_no_longer_hold(small: Store, tmp_path: Path) -> None:
    run("add", "fact", "--record", "herne", "--id", "herne-1", "--en", "Herne.", "--source", "src-a")
    path = tmp_path / "facts.csv"
    path.write_text("id,as_of\nherne-1,2026\n", encoding="utf-8")
    assert "1 changed." in run("import", str(path), "--dry-run")
    said = run("import", str(path), "--retire-missing", "--by", "Editor")
    assert "- fact alpha-1 (retired)" in said and "1 changed, 1 retired." in said
    assert "(knowledge import facts.csv)" in run("history", "alpha-1")


def test_unreadable_files_are_refused_with_all_else_that_is_wrong(small: Store, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("id,as_of\nalpha-1,soon\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    said = run("import", *(str(tmp_path / name) for name in ("facts.csv", "notes.txt", "desks.csv")), code=1)
    for line in (
        "notes.txt: file: must be CSV, XLSX or YAML", "desks.csv: file: cannot be read: No such file or directory",
        "facts.csv: line 2 (alpha-1): as_of: must be a date",
    ):  # fmt: skip
        assert line in said


def test_the_check_shows_what_staff_changed_since_the_files(small: Store) -> None:
    assert run("check") == '{"records": 4, "sources": 1}\n'
    assert run("check", "--database").strip() == "Database against files: nothing changed."
    run("change", "organisation", "alpha", "--city", "Essen")
    assert '    city: "Herne" -> "Essen"' in run("check", "--database")


def test_a_load_says_where_staffs_word_stood_against_the_files(small: Store, tmp_path: Path) -> None:
    run("change", "organisation", "alpha", "--city", "Essen")
    path = tmp_path / "knowledge" / "organisations" / "alpha.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("city: Herne", "city: Bochum"), encoding="utf-8")
    said = load_knowledge(load_settings())
    assert said.startswith("loaded: 1 sources, 1 organisations")
    assert 'organisation alpha: city: stays "Essen" as staff set it; the files now say "Bochum"' in said
    assert "kept organisation alpha  (knowledge load)" in run("history", "alpha")


def test_the_history_of_an_unknown_row_is_no_error(small: Store) -> None:
    assert "No change of 'nobody' is known" in run("history", "nobody")


@pytest.mark.parametrize("type_", TYPES)
def test_every_field_of_every_type_has_an_option_with_a_help_text(type_: str) -> None:
    for command in ("add", "change"):
        said = run(command, type_, "--help")
        options = [option_of(field) for field in COLUMNS[type_]]  # type: ignore[index]
        assert len(set(options)) == len(options)
        for option in options:
            assert option in said, option
