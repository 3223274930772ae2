"""What people may ask for of their data by command: found by number, chat or address; complete; gone when erased."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from bot.commands import personal
from bot.commands.personal import KEY_MISSING
from bot.gateway import tombstones
from bot.gateway.tables import erased_chat
from bot.handoff import outbox
from bot.handoff.reading import audit_of
from bot.handoff.records import Contact
from bot.handoff.vault import Vault

from .conftest import Bench, copy_settings


@pytest.fixture
def call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> "type[Call]":
    monkeypatch.setattr(personal, "read_settings", lambda: bench.settings)
    return Call


class Call:
    """`Call.of("erase", key)`: what the command printed and its exit code."""

    @staticmethod
    def of(name: str, *arguments: str) -> Result:
        import typer

        app = typer.Typer()
        for one in ("erase", "export", "transcript", "cases"):
            app.command()(getattr(personal, one))
        return CliRunner().invoke(app, [name, *arguments])


def two_people(bench: Bench) -> tuple[str, str]:
    """Numbers of a case of Anna, who also had another, and of one of Bernd."""
    bench.chat("web:anna", 2, "Canary-Anna", "二号")
    bench.chat("web:anna-again", 3, "Canary-Anna-2")
    bench.chat("web:bernd", 2, "Canary-Bernd")
    number = bench.case("web:anna", 2)
    bench.case("web:anna-again", 3)
    return number, bench.case("web:bernd", 2, contact=Contact("=HYPERLINK(1)", "bernd@example.org", "+Bernd"))


@pytest.mark.parametrize("key", ["number", "web:anna", "number in small letters"])
def test_an_export_by_number_or_chat_holds_all_of_it_and_nothing_of_others(
    bench: Bench, call: type[Call], key: str
) -> None:
    number, _ = two_people(bench)
    wanted = {"number": number, "number in small letters": f" {number.lower()}"}.get(key, key)
    [document] = json.loads(call.of("export", wanted).stdout)
    assert document["conversation"] == "web:anna"
    assert [message["text"] for message in document["messages"]] == ["Canary-Anna", "二号"]
    assert document["cases"][0]["email"] == "anna@example.org" and document["cases"][0]["mails"]
    assert document["assistant_memory"][0]["text"] == "Canary-Anna 二号"
    assert "Bernd" not in json.dumps(document) and "Anna-2" not in json.dumps(document)
    trail = bench.store.read(lambda db: audit_of(db, number))
    assert [entry.by.split(":")[0] for entry in trail if entry.action == "exported"] == ["operator"]


def test_an_address_finds_all_chats_of_its_cases(bench: Bench, call: type[Call]) -> None:
    two_people(bench)
    documents = json.loads(call.of("export", "ANNA@example.org").stdout)
    assert {one["conversation"] for one in documents} == {"web:anna", "web:anna-again"}


def test_a_file_that_is_written_is_readable_for_its_owner_alone(bench: Bench, call: type[Call], tmp_path: Path) -> None:
    number, _ = two_people(bench)
    file = tmp_path / "export.json"
    assert call.of("export", number, "-o", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600 and "Canary-Anna" in file.read_text(encoding="utf-8")


def test_erasing_leaves_a_tombstone_and_no_trace_of_this_person(bench: Bench, call: type[Call]) -> None:
    number, other = two_people(bench)
    mails = bench.store.read(lambda db: outbox.by_key(db, f"case:{number}:"))
    folder = bench.settings.var_dir / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    for mail in mails:
        (folder / f"{mail.message_id}.eml").write_text("Canary-Anna")
    (folder / "other.eml").write_text("x")
    assert call.of("erase", "anna@example.org", "--yes").exit_code == 0
    assert bench.chats() == bench.remembered() == {"web:bernd"}
    assert [path.name for path in folder.iterdir()] == ["other.eml"]
    assert bench.store.read(lambda db: outbox.by_key(db, f"case:{number}:")) == []
    assert len(bench.store.read(lambda db: outbox.by_key(db, f"case:{other}:"))) > 0
    assert bench.store.read(lambda db: db.scalar(select(func.count()).select_from(erased_chat))) == 2
    assert tombstones.digest("web:anna") in tombstones.read(bench.settings.var_dir / tombstones.FILE)
    if bench.store.engine.dialect.name == "sqlite":
        assert b"Canary-Anna" not in bench.files() and b"Canary-Bernd" in bench.files()


def test_without_a_yes_nothing_is_erased(bench: Bench, call: type[Call]) -> None:
    two_people(bench)
    assert call.of("erase", "anna@example.org").exit_code != 0
    assert "web:anna" in bench.chats()


@pytest.mark.parametrize("name", ["erase", "export", "transcript"])
def test_what_nobody_knows_is_said_and_is_no_success(bench: Bench, call: type[Call], name: str) -> None:
    for key in ("nobody@example.org", "web:nobody", "ABCDEFGH"):
        answer = call.of(name, key)
        assert answer.exit_code == 1 and "Nothing is kept" in answer.output


def test_a_transcript_reads_line_by_line_and_steers_no_terminal(bench: Bench, call: type[Call]) -> None:
    bench.chat("web:anna", 2, "Guten\x1b[31m Tag", "二号")
    number = bench.case("web:anna", 2)
    out = call.of("transcript", number).stdout
    assert "visitor: Guten [31m Tag" in out and "visitor: 二号" in out and "\x1b" not in out
    assert ("read", {"what": "transcript"}) in [
        (e.action, e.detail) for e in bench.store.read(lambda db: audit_of(db, number))
    ]


def test_cases_show_no_contact_data_unless_asked_which_is_noted(bench: Bench, call: type[Call]) -> None:
    number, other = two_people(bench)
    assert "anna" not in call.of("cases").stdout.casefold() and number in call.of("cases").stdout
    assert not [e for e in bench.store.read(lambda db: audit_of(db, number)) if e.action == "read"]
    rows = json.loads(call.of("cases", "--contact", "--format", "json").stdout)
    assert {row["email"] for row in rows} == {"anna@example.org", "bernd@example.org"}
    assert [e.action for e in bench.store.read(lambda db: audit_of(db, other))].count("read") == 1
    assert json.loads(call.of("cases", "--state", "closed", "--format", "json").stdout) == []


def test_what_a_spreadsheet_would_run_is_neutralised(bench: Bench, call: type[Call]) -> None:
    two_people(bench)
    rows = list(csv.DictReader(io.StringIO(call.of("cases", "--contact", "--format", "csv").stdout)))
    [row] = [row for row in rows if row["email"] == "bernd@example.org"]
    assert (row["question"], row["name"]) == ("'=HYPERLINK(1)", "'+Bernd")


@pytest.mark.parametrize("arguments", [("export", "web:anna"), ("export", "anna@example.org"), ("cases", "--contact")])
def test_with_another_case_key_the_commands_say_what_is_missing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    two_people(bench)
    changed = copy_settings(bench.settings.var_dir, database_url=bench.settings.database_url, case_key="other-" * 8)
    assert Vault.of(changed).seals
    monkeypatch.setattr(personal, "read_settings", lambda: changed)
    answer = Call.of(*arguments)
    assert answer.exit_code == 1 and KEY_MISSING[:40] in answer.output
