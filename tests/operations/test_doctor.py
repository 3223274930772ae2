"""The doctor says what is wrong and what to do, one line each; a copy in order has nothing but notes."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from bot import model as models
from bot.commands import doctor as command
from bot.operation import doctor
from bot.operation.finding import Finding
from bot.settings import DeskContact, Settings
from tests.gateway.fake_core import RunningServer
from tests.waiting import free_port

from .conftest import Bench

# What is examined is the same on both; tests of the running copy let the doctor look at PostgreSQL.
pytestmark = pytest.mark.parametrize("bench", ["sqlite"], indirect=True)


@pytest.fixture
def settings(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy in order of which nothing runs."""
    bench.settings.var_dir.mkdir(parents=True, exist_ok=True)
    bench.settings.var_dir.chmod(0o700)
    names = bench.settings.names_file
    names.write_text(json.dumps({"names": []}))
    ports = {name: free_port() for name in ("port", "core_port", "actions_port")}
    contacts = {"centre-general": DeskContact(email="general@example.org")}
    changed = bench.settings.model_copy(update={"models_dir": tmp_path / "models", "desk_contacts": contacts, **ports})
    model = models.model_path(changed)
    model.parent.mkdir()
    model.write_bytes(b"model")
    model.with_name(f"{model.name}.sha256").write_text(models.digest(model))
    return changed


def wrong(settings: Settings, **changes: object) -> dict[str, Finding]:
    changed = settings.model_copy(update=changes)
    for name in ("database", "tracker"):
        changed.__dict__.pop(name, None)
    return {one.what: one for one in doctor.examine(changed) if one.wrong}


def test_a_copy_in_order_has_nothing_wrong(settings: Settings) -> None:
    found = wrong(settings)
    assert {name for name, one in found.items() if not one.warning} == set()
    assert set(found) == {"mail", "processes", "backups"}


@pytest.mark.parametrize(
    ("changes", "what", "words"),
    [
        ({"session_key": SecretStr("")}, "secrets", "SESSION_KEY"),
        ({"case_key": SecretStr("another-key-" * 4)}, "CASE_KEY", "does not open"),
        ({"case_key": SecretStr("")}, "CASE_KEY", "does not open"),
        ({"redis_url": "redis://127.0.0.1:1/0"}, "redis", "does not answer"),
        ({"mail_mode": "smtp", "smtp_host": "127.0.0.1", "smtp_port": 1, "mail_from": "a@example.org"}, "mail server", "takes nothing"),
        ({"helpdesk": "zammad", "zammad_url": "http://127.0.0.1:1"}, "zammad", "cannot be reached"),
        ({"handoff_dir": Path("/nonexistent")}, "data/handoff", ""),
        ({"database_url": "postgresql+psycopg://x@127.0.0.1:1/x"}, "database", "cannot be used"),
        ({"desk_contacts": {}}, "desks", "no desk"),
    ],
)  # fmt: skip
def test_each_fault_is_one_line_with_what_to_do(
    settings: Settings, bench: Bench, changes: dict[str, object], what: str, words: str
) -> None:
    bench.chat("web:one", 1)
    bench.case("web:one", 1)
    found = wrong(settings, **changes)
    assert words in found[what].wrong and found[what].do
    assert "\n" not in found[what].wrong + found[what].do


def test_files_of_the_copy_that_others_may_read_are_named(settings: Settings) -> None:
    secrets = settings.var_dir / "secrets.env"
    secrets.write_text("x")
    secrets.chmod(0o644)
    assert "secrets.env" in wrong(settings)["permissions"].wrong
    secrets.chmod(0o600)
    assert "permissions" not in wrong(settings)


def test_a_model_that_was_changed_and_one_that_is_missing(settings: Settings) -> None:
    model = models.model_path(settings)
    model.write_bytes(b"tampered")
    assert "not the model that was trained" in wrong(settings)["model"].wrong
    model.unlink()
    assert wrong(settings)["model"].warning


def test_an_old_schema_is_named_with_both_revisions(settings: Settings, bench: Bench) -> None:
    bench.store.write(lambda db: db.execute(text("UPDATE alembic_version SET version_num = '0003'")))
    assert "0003" in wrong(settings)["database"].wrong


def test_deliveries_that_were_given_up_or_wait_for_long(settings: Settings, bench: Bench) -> None:
    bench.chat("web:one", 1)
    bench.case("web:one", 1)
    bench.store.write(lambda db: db.execute(text("UPDATE outbox SET next_at = '2020-01-01'")))
    assert "wait for long" in wrong(settings)["outbox"].wrong
    bench.store.write(lambda db: db.execute(text("UPDATE outbox SET state = 'dead'")))
    assert "given up" in wrong(settings)["outbox"].wrong


def test_one_process_of_three_that_is_missing(settings: Settings) -> None:
    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
            await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]

    server = RunningServer(app)
    found = wrong(settings, port=server.port, core_port=server.port)
    server.stop()
    assert set(found) >= {"actions"} and not {"gateway", "core"} & set(found)
    assert "does not run" in found["actions"].wrong


def test_a_disk_that_is_full_and_a_check_that_breaks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    assert any(name.startswith("disk") for name in wrong(settings))

    def broken(_: object) -> None:
        raise ValueError("canary")

    monkeypatch.setattr(models, "model_path", broken)
    found = wrong(settings)
    assert "ValueError" in found["model"].wrong and "canary" not in found["model"].wrong


def test_the_exit_code_tells_faults_from_notes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import typer

    app = typer.Typer()
    app.command()(command.doctor)
    monkeypatch.setattr(command, "read_settings", lambda: settings)
    fine = CliRunner().invoke(app)
    assert fine.exit_code == 0 and "ok     database" in fine.output and "note   mail" in fine.output
    monkeypatch.setattr(command, "read_settings", lambda: settings.model_copy(update={"session_key": SecretStr("")}))
    bad = CliRunner().invoke(app)
    assert bad.exit_code == 1 and "WRONG  secrets" in bad.output and "->" in bad.output
