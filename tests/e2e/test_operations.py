"""The operator's view of real processes: nothing personal in any log, one turn through all of them, and the commands."""

import json
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from bot.common.logs import turn_of
from bot.gateway import tombstones
from bot.settings import ROOT, process_environment
from tests.partners.conftest import BACKENDS
from tests.postgres import Cluster
from tests.privacy.canaries import CANARIES, found_in, messages
from tests.waiting import free_port

from .copies import NO_LIMITS, Copy, Visitor, started, until

SECONDS = 300
PROCESSES = ("gateway", "core", "actions")


@dataclass(frozen=True)
class Operated:
    """A running copy with its settings, for the commands."""

    copy: Copy
    settings: dict[str, str]
    metrics_port: int

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments], cwd=ROOT, env={**process_environment(), **self.settings},
            capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def logs(self) -> bytes:
        return b"".join(path.read_bytes() for path in (self.copy.var_dir / "log").glob("*.log*"))

    def kept(self) -> bytes:
        """Everything that is stored: files of this copy, and the database where that is elsewhere."""
        files = [path for path in self.copy.var_dir.rglob("*") if path.is_file() and path.parent.name != "backups"]
        content = b"".join(path.read_bytes() for path in files)
        if url := self.settings["DATABASE_URL"]:
            with psycopg.connect(url.replace("+psycopg", "")) as db:
                for (table,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
                    content += str(db.execute(f'SELECT * FROM "{table}"').fetchall()).encode()
        return content


@pytest.fixture(scope="module", params=BACKENDS)
def operated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    """A copy at DEBUG with figures, on a database of each kind."""
    url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    metrics_port = free_port()
    extra = {"LOG_LEVEL": "DEBUG", "METRICS_PORT": str(metrics_port), "DATABASE_URL": url}
    with started(tmp_path_factory.mktemp("operated"), **extra) as copy:
        ports = {
            "PORT": copy.url.rpartition(":")[2],
            "CORE_PORT": str(copy.core_port),
            "ACTIONS_PORT": str(copy.actions_port),
        }
        yield Operated(copy, {**extra, **NO_LIMITS, **ports, "VAR_DIR": str(copy.var_dir)}, metrics_port)


def test_fifty_canaries_leave_no_trace_in_any_log_also_when_turns_fail_and_none_once_erased(operated: Operated) -> None:
    copy = operated.copy
    visitors = {language: Visitor(copy, language) for language in ("de", "en", "zh")}
    for language, text in messages():
        assert visitors[language].post(text=text).status_code == 200
    copy.process("actions").suspend()
    for language, text in messages()[30:33]:
        visitors[language].post(text=text)
    copy.process("actions").kill()
    for language, text in messages()[33:36]:
        visitors[language].post(text=text)
    copy.process("core").kill()
    for language, text in messages()[36:39]:
        visitors[language].post(text=text)
    until(copy.is_ready, 120)
    assert found_in(operated.logs()) == []
    assert len(found_in(operated.kept())) > 45  # in the chats, where they belong
    for visitor in visitors.values():
        assert visitor.http.get("/api/export").status_code == 200
        assert visitor.http.delete("/api/session").status_code == 204
    assert found_in(operated.kept(), CANARIES) == []
    assert found_in(operated.logs()) == []


def test_one_turn_has_one_id_in_the_logs_of_all_processes(operated: Operated) -> None:
    message_id = str(uuid.uuid4())
    visitor = Visitor(operated.copy, "en")
    assert visitor.post(id=message_id, text="What is Innobanx?").status_code == 200

    def processes() -> bool:
        lines = [line for line in operated.logs().decode().splitlines() if line.startswith("{")]
        found = {one["process"] for line in lines if (one := json.loads(line)).get("turn") == turn_of(message_id)}
        return found == set(PROCESSES)

    assert until(processes, 60)
    assert message_id not in operated.logs().decode() and visitor.conversation not in operated.logs().decode()


def test_the_figures_tell_turns_and_the_time_of_each_stage(operated: Operated) -> None:
    Visitor(operated.copy, "zh").ask("Innobanx是什么公司？")
    text = httpx.get(f"http://127.0.0.1:{operated.metrics_port}/metrics", timeout=30, trust_env=False).text
    assert re.search(r'assistant_turns_total\{channel="web",language="zh",outcome="answered"\} [1-9]', text)
    for stage in ("intake", "core", "actions", "whole"):
        assert re.search(rf'assistant_stage_seconds_count\{{stage="{stage}"\}} [1-9]', text), stage
    assert "assistant_database_up 1.0" in text


def test_the_doctor_finds_a_running_copy_in_order(operated: Operated) -> None:
    done = operated.command("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("secrets", "database", "model", *PROCESSES):
        assert f"ok     {name}" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_chat_is_exported_read_and_erased_by_command_while_all_runs(operated: Operated) -> None:
    visitor, other = Visitor(operated.copy, "de"), Visitor(operated.copy, "de")
    visitor.ask("Was ist Innobanx? Zabelcanary")
    other.ask("Was ist Innobanx? Andercanary")
    [document] = json.loads(operated.command("export", visitor.conversation).stdout)
    assert "Zabelcanary" in str(document["messages"]) and "Zabelcanary" in str(document["assistant_memory"])
    assert "Andercanary" not in json.dumps(document)
    assert "visitor: Was ist Innobanx? Zabelcanary" in operated.command("transcript", visitor.conversation).stdout
    erased = operated.command("erase", visitor.conversation, "--yes")
    assert erased.returncode == 0 and "(gateway)" in erased.stdout, erased.stdout + erased.stderr
    assert b"Zabelcanary" not in operated.kept() and b"Andercanary" in operated.kept()
    assert visitor.post(text="noch da?").status_code == 401
    other.ask("und wo?")


def test_a_backup_of_the_running_copy_comes_back_without_what_was_erased(operated: Operated, tmp_path: Path) -> None:
    stays, goes = Visitor(operated.copy, "en"), Visitor(operated.copy, "en")
    for visitor in (stays, goes):
        visitor.ask("What is Innobanx?")
    made = operated.command("backup", str(tmp_path / "backups"))
    assert made.returncode == 0, made.stderr
    [file] = (tmp_path / "backups").glob("*.tar")
    assert goes.http.delete("/api/session").status_code == 204
    refused = operated.command("restore", str(file), "--yes")
    assert refused.returncode == 1 and "stop this copy" in refused.stderr
    # Put back beside the running copy: a folder of its own, which only has the erasures.
    folder = tmp_path / "var"
    folder.mkdir()
    for name in ("secrets.env", tombstones.FILE):
        shutil.copy(operated.copy.var_dir / name, folder / name)
    if operated.settings["DATABASE_URL"]:
        return  # the same database cannot be replaced under the running copy; tests/operations does that
    ports = {name: str(free_port()) for name in ("PORT", "CORE_PORT", "ACTIONS_PORT")}
    elsewhere = Operated(operated.copy, {**operated.settings, **ports, "VAR_DIR": str(folder)}, 0)
    done = elsewhere.command("restore", str(file), "--yes")
    assert done.returncode == 0 and "1 erased chats were erased again" in done.stdout, done.stdout + done.stderr
    assert elsewhere.command("transcript", stays.conversation).returncode == 0
    assert elsewhere.command("transcript", goes.conversation).returncode == 1


def test_retention_runs_beside_the_copy_and_leaves_young_chats(operated: Operated) -> None:
    visitor = Visitor(operated.copy, "en")
    visitor.ask("What is Innobanx?")
    dry, done = operated.command("retention", "--dry-run"), operated.command("retention")
    assert dry.returncode == done.returncode == 0, done.stderr
    assert "0  chats that never became a case" in dry.stdout
    visitor.ask("and where?")
