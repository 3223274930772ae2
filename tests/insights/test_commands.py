"""`python -m bot unanswered`: the list on every kind of terminal and for programs, and what an editor can make of it."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.commands import unanswered as module
from bot.insights import kept
from bot.insights.nearness import nearness
from bot.partners import queries
from bot.partners.editing.audit import history
from bot.partners.knowledge import Snapshot
from bot.settings import ROOT
from bot.store import Store

from .conftest import KEY, unanswered

Run = Callable[..., Result]
MAYOR = "Who is the mayor of Konin?"
WIDE, NARROW = "160", "60"


@pytest.fixture
def run(store: Store, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command over a database that holds three groups; answers with its output."""
    with store.engine.begin() as connection:  # as `migrate` would have left it
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        newest = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("0*.py"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": newest})
    for conversation, language, asked in [
        ("a", "en", MAYOR), ("b", "de", "Wer ist der Bürgermeister von Konin?"), ("a", "en", "who's the mayor of Konin"),
        ("a", "zh", "泸州有动物园吗？"),
        ("c", "en", "=cmd() My name is [red]John[/red], does IKH Bohcum teach [bold]trainees?"),
    ]:  # fmt: skip
        keep(store, snapshot, unanswered(asked, language, conversation))
    monkeypatch.setenv("DATABASE_URL", store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    runner = CliRunner()

    def run_(*arguments: str, width: str = NARROW, code: int = 0) -> Result:
        done = runner.invoke(app, ["unanswered", *arguments], env={"COLUMNS": width})
        assert done.exit_code == code, done.output
        return done

    return run_


def keep(store: Store, snapshot: Snapshot, question: Any) -> None:
    from bot.common.redaction import redact
    from bot.insights.questions import visitor_hash

    def names_of(ids: Any) -> list[tuple[str, str]]:
        return store.run(lambda session: [(n.record_id, n.folded) for n in queries.names_of(session, ids)])

    redacted = redact(question.text)
    near = nearness(redacted, question.language, snapshot, names_of)
    visitor = visitor_hash(KEY, question.conversation)
    assert store.run(lambda session: kept.add(session, question, redacted, near, visitor))


def listed(run: Run, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("--format", "json", *arguments).output)
    return found


def test_the_list_names_visitors_languages_and_what_lies_near(run: Run) -> None:
    first, *others = listed(run)
    assert first["question"] == MAYOR
    assert (first["count"], first["languages"], first["reasons"]) == (2, ["de", "en"], ["unknown"])
    assert first["near_names"][0] == {"id": "konin", "name": "Konin"}
    assert {"id", "score", "text"} == set(first["near_facts"][0])
    assert any("Konin" in fact["text"] for fact in first["near_facts"])
    assert len(others) == 2


def test_the_list_is_narrowed_and_shortened(run: Run) -> None:
    assert [g["question"] for g in listed(run, "--language", "zh")] == ["泸州有动物园吗？"]
    assert listed(run, "--reason", "low") == []
    assert len(listed(run, "--limit", "1")) == 1
    assert "3 open (2 more: --limit)" in run("--limit", "1").output


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_terminal_of_any_width_shows_the_whole_question(run: Run, width: str) -> None:
    output = run(width=width).output
    assert MAYOR in " ".join(output.split()) or "Who is the mayor" in output
    assert "泸州有动物园吗？" in output
    assert "3 open" in output
    assert max(len(line) for line in output.splitlines()) <= int(width)


def test_what_a_visitor_wrote_neither_colours_the_terminal_nor_becomes_a_formula(run: Run) -> None:
    assert "[bold]trainees?" in run(width=WIDE).output.replace("\n", "")
    rows = list(csv.DictReader(io.StringIO(run("--format", "csv").output)))
    assert len(rows) == 3
    assert [row["question"][:7] for row in rows if "trainees" in row["question"]] == ["'=cmd()"]


def test_one_group_is_shown_with_all_its_questions(run: Run) -> None:
    number = str(listed(run)[0]["id"])
    output = run("show", number, width=WIDE).output
    assert "Wer ist der Bürgermeister von Konin?" in output and "who's the mayor of Konin" in output
    assert "2 visitors" in output and "konin-poland" in output
    assert run("show", str(int(number) + 1), width=WIDE).output == output


def test_an_unknown_number_is_one_clear_line(run: Run) -> None:
    assert "There is no question 999" in run("show", "999", code=1).stderr


def test_a_dismissed_group_leaves_the_list(run: Run, store: Store) -> None:
    run("dismiss", str(listed(run)[0]["id"]), "--by", "editor")
    assert MAYOR not in [g["question"] for g in listed(run)]
    settled = [q for q in store.run(kept.questions) if q.state == "dismissed"]
    assert len(settled) == 3 and {q.settled_by for q in settled} == {"editor"}


def test_a_group_becomes_a_fact_with_its_questions_as_ways_of_asking(run: Run, store: Store) -> None:
    number = str(listed(run)[0]["id"])
    run("to-fact", number, "--record", "konin", "--source", "src-seed", "--en", "Konin has a mayor.", "--de",
        "Konin hat einen Bürgermeister.", "--as-of", "2026-03", "--by", "editor")  # fmt: skip
    [fact] = [f for f in store.run(queries.facts) if f.text.get("en") == "Konin has a mayor."]
    assert fact.record_id == "konin" and fact.as_of == "2026-03" and fact.confidence == "official"
    assert fact.asked["de"] == ("Wer ist der Bürgermeister von Konin?",)
    assert MAYOR in fact.asked["en"]
    assert MAYOR not in [g["question"] for g in listed(run)]
    [entry] = store.run(lambda session: history(session, fact.id))
    assert (entry.by, entry.origin) == ("editor", f"unanswered to-fact {number}")


def test_a_fact_that_is_refused_leaves_the_group_open(run: Run) -> None:
    number = str(listed(run)[0]["id"])
    refused = run("to-fact", number, "--record", "nowhere", "--source", "src-none", "--en", "x", code=1).stderr
    assert "'nowhere' does not exist" in refused and "'src-none' does not exist" in refused
    assert str(listed(run)[0]["id"]) == number


def test_a_group_becomes_a_name(run: Run, store: Store) -> None:
    [number] = [str(g["id"]) for g in listed(run) if "trainees" in g["question"]]
    run("to-alias", number, "--record", "ihk-mittleres-ruhrgebiet", "--name", "IKH Bohcum")
    names = store.run(lambda session: queries.names_of(session, ["ihk-mittleres-ruhrgebiet"]))
    assert [(n.language, n.kind) for n in names if n.text == "IKH Bohcum"] == [("en", "alias")]
    assert (
        "already"
        in run("to-alias", number, "--record", "ihk-mittleres-ruhrgebiet", "--name", "IKH Bohcum", code=1).stderr
    )


def test_a_group_becomes_a_training_sentence(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nlu = Path(shutil.copytree(ROOT / "data" / "nlu", tmp_path / "nlu"))
    monkeypatch.setattr(module, "NLU", nlu)
    zoo = str(listed(run, "--language", "zh")[0]["id"])
    assert "zh/twin_cities.yml" in run("to-training", zoo, "--intent", "ask_place").output
    assert "    - 泸州有动物园吗？\n" in (nlu / "zh" / "twin_cities.yml").read_text(encoding="utf-8")
    assert "there already" in run("to-training", zoo, "--intent", "ask_place").output
    assert listed(run, "--language", "zh") == []


def test_a_group_becomes_ways_of_asking_for_a_fact(run: Run, store: Store) -> None:
    zoo = str(listed(run, "--language", "zh")[0]["id"])
    before = {f.id: f for f in store.run(queries.facts)}["luzhou-location"]
    run("to-training", zoo, "--fact", "luzhou-location")
    after = {f.id: f for f in store.run(queries.facts)}["luzhou-location"]
    assert after.asked["zh"] == (*before.asked["zh"], "泸州有动物园吗？")
    assert after.asked["en"] == before.asked["en"]
    assert "no fact 'none-such'" in run("to-training", zoo, "--fact", "none-such", code=1).stderr


def test_a_sentence_with_a_mark_is_not_learnt(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nlu = Path(shutil.copytree(ROOT / "data" / "nlu", tmp_path / "nlu"))
    monkeypatch.setattr(module, "NLU", nlu)
    [number] = [str(g["id"]) for g in listed(run) if "trainees" in g["question"]]
    assert "use --text" in run("to-training", number, "--intent", "ask_partner", code=1).stderr
    run("to-training", number, "--intent", "ask_partner", "--text", "does the chamber teach trainees")
    assert "does the chamber teach trainees" in (nlu / "en" / "partners.yml").read_text(encoding="utf-8")


def test_learning_needs_one_of_intent_and_fact(run: Run) -> None:
    number = str(listed(run)[0]["id"])
    assert "either" in run("to-training", number, code=1).stderr
    assert "either" in run("to-training", number, "--intent", "greet", "--fact", "konin-poland", code=1).stderr


def test_old_questions_are_counted_before_they_are_deleted(run: Run, store: Store) -> None:
    assert run("purge").output == "0 were deleted.\n"
    assert run("purge", "--days", "0", "--dry-run").output == "5 would be deleted.\n"
    assert run("purge", "--days", "0").output == "5 were deleted.\n"
    assert store.run(kept.questions) == ()


def test_a_database_that_is_away_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    message = run(code=1).stderr
    assert "check DATABASE_URL" in message and "Traceback" not in message
