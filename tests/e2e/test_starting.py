"""Starting and stopping: what is up to date is reused, what is wrong is said in one line, nothing is left behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from bot.settings import ROOT, process_environment
from tests.waiting import free_port

from .copies import Visitor, started, until

SETTINGS = ("PORT", "CORE_PORT", "ACTIONS_PORT")
NOT_REACHED = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def _command(command: str, root: Path = ROOT, /, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot ...` with these settings; waits for its end."""
    environment = process_environment() | {name: str(free_port()) for name in SETTINGS} | settings
    return subprocess.run(
        [sys.executable, "-m", "bot", command], cwd=root, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def _assert_one_line(done: subprocess.CompletedProcess[str], *mentioned: str) -> None:
    assert done.returncode == 1
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(lines) == 1, lines
    for part in mentioned:
        assert part in lines[0]


def test_a_stopped_copy_leaves_no_process_and_starts_again_with_what_is_there(tmp_path: Path) -> None:
    with started(tmp_path) as copy:
        children = copy.supervisor().children(recursive=True)
        assert len(children) >= 3
        first = Visitor(copy, "de")
        history = [*first.history(), *first.ask("Was ist Innobanx?")]
        with ThreadPoolExecutor(1) as pool:
            # The supervisor is this test's own child: without a parent that waits it would stay as a zombie.
            ended = pool.submit(copy.supervisor().wait, 120)
            stopped = _command("stop", VAR_DIR=str(tmp_path))
            ended.result()
        assert (stopped.returncode, stopped.stdout.strip()) == (0, "Stopped.")
        psutil.wait_procs(children, timeout=60)
        assert [child for child in children if child.is_running()] == []
        assert not (tmp_path / "run.pid").exists()
    again = _command("stop", VAR_DIR=str(tmp_path))
    assert (again.returncode, again.stdout.strip()) == (0, "Nothing is running here.")

    with started(tmp_path) as copy:
        assert "Knowledge: up to date" in copy.log
        assert "Model: up to date" in copy.log
        assert "trained" not in copy.log
        first.http.base_url = copy.url
        assert [m["id"] for m in first.history() if m["author"] == "assistant"] == [m["id"] for m in history]
        assert "Düsseldorf" in first.ask("und wo?")[0]["text"]
        children = copy.supervisor().children(recursive=True)
        copy.supervisor().send_signal(signal.SIGKILL)
        psutil.wait_procs(children, timeout=60)
        assert [child for child in children if child.is_running()] == []


@pytest.mark.parametrize("name", SETTINGS)
def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _command("run", VAR_DIR=str(tmp_path), **{name: str(port)})
    _assert_one_line(done, f"Port {port} is taken", f"{name}={port + 1}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("DESK_CONTACTS", "{broken"),
        ("DESK_CONTACTS", '{"centre-general": 5}'),
        ("SESSION_KEY", "short-secret"),
        ("SESSION_HOURS", "0"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", NOT_REACHED),
        ("REDIS_URL", "nonsense"),
        ("TRUSTED_PROXIES", "not-a-network"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_setting_gives_one_clear_line(tmp_path: Path, name: str, value: str) -> None:
    # A start waits for a database that does not answer; what only makes ready does not.
    done = _command("prepare" if value == NOT_REACHED else "run", VAR_DIR=str(tmp_path), **{name: value})
    output = done.stdout + done.stderr
    assert done.returncode == 1
    assert "Traceback" not in output
    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(said) == 1, said
    mentioned = "database" if value == NOT_REACHED else name  # a correct address where nothing answers
    assert mentioned.casefold() in said[0].casefold()
    assert "short-secret" not in output


@pytest.fixture(scope="module")
def small_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in a folder of its own, so that a developer's .env stays untouched."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "bot", root / "bot", ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    return root


@pytest.mark.parametrize(
    ("content", "mentioned"),
    [
        (b"PORT=eighty\n", "PORT"),
        (b"DESK_CONTACTS={broken\n", "DESK_CONTACTS"),
        (b"\xff\xfe\x00P\x00O\x00R\x00T", "configuration"),
    ],
    ids=["wrong value", "broken JSON", "not text"],
)
def test_a_broken_env_file_gives_one_clear_line(small_tree: Path, content: bytes, mentioned: str) -> None:
    (small_tree / ".env").write_bytes(content)
    clean = dict.fromkeys((*SETTINGS, "DESK_CONTACTS"), "")
    _assert_one_line(_command("run", small_tree, PYTHONPATH=str(small_tree), **clean), mentioned)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_gives_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    _assert_one_line(_command("run", VAR_DIR=str(tmp_path / "var")), "cannot be used")


def test_a_second_copy_in_the_same_folder_is_refused_or_harmless(tmp_path: Path) -> None:
    with started(tmp_path) as copy:
        port = copy.url.rsplit(":", 1)[1]
        _assert_one_line(_command("run", VAR_DIR=str(tmp_path), PORT=port), f"Port {port} is taken")
        until(copy.is_ready)
        assert copy.supervisor().is_running()
