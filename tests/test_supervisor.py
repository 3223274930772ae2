"""Processes that die or fall silent are started again; a start waits for a database that does not answer yet."""

import os
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from bot import supervisor as supervising
from bot.pulse import MOST_MISSED, Pulse, answers_at_all
from bot.settings import load_settings
from bot.standin import wait_for_database
from bot.store import Store, is_reachable
from bot.supervisor import Child, Supervisor, answers
from tests.e2e.copies import until
from tests.postgres import Cluster
from tests.waiting import free_port

SERVER = "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()"


@contextmanager
def watched(tmp_path: Path, command: list[str], port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    """A supervisor of one small process, watching in a thread."""
    model = tmp_path / "model"
    model.write_bytes(b"model")
    said: list[str] = []
    one = Supervisor(load_settings(var_dir=tmp_path), model, said.append)
    url = f"http://127.0.0.1:{port}/"
    child = Child(
        "small", command, lambda: answers(url), tmp_path / "small.log", pulse=Pulse(lambda: answers_at_all(url), 0.2)
    )
    one.children = [child]
    monkeypatch.setattr("signal.signal", lambda *_: None)  # only the main thread may
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        # The pulse may be heard before the start is over, and what ends in a start ends the start.
        until(lambda: any(line.startswith("Ready.") for line in said) and child.pulse.answered, 60)
        yield child
    finally:
        if child.process:
            psutil.Process(child.process.pid).resume() if child.process.poll() is None else None
        one._stopping = True
        thread.join(60)


def test_a_process_that_was_killed_after_it_answered_is_started_again_at_once_however_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with watched(tmp_path, [sys.executable, "-c", SERVER, str(port)], port, monkeypatch) as child:
        for _ in range(4):
            until(lambda: child.pulse.answered, 60)
            assert child.process
            killed = child.process
            killed.kill()
            until(lambda killed=killed: child.process is not killed, 60)  # type: ignore[misc]
            assert child.pause == supervising.FIRST_PAUSE


def test_a_process_that_hangs_is_ended_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setattr("bot.pulse.ASK_SECONDS", 0.3)
    with watched(tmp_path, [sys.executable, "-c", SERVER, str(port)], port, monkeypatch) as child:
        assert child.process
        hanging = child.process
        os.kill(hanging.pid, signal.SIGSTOP)
        until(lambda: child.process is not hanging and child.pulse.answered, 120)
        assert answers(f"http://127.0.0.1:{port}/")


def test_a_process_that_never_answered_is_given_more_and_more_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 0.01)
    with watched(tmp_path, [sys.executable, "-c", SERVER, str(port)], port, monkeypatch) as child:
        child.command = [sys.executable, "-c", "raise SystemExit(1)"]
        assert child.process
        child.process.kill()
        until(lambda: child.pause >= 0.08, 60)


def test_a_few_missed_questions_are_no_silence() -> None:
    answer = [True]
    pulse = Pulse(lambda: answer[0], 0.01)
    assert not pulse.is_silent
    pulse._missed = MOST_MISSED
    assert not pulse.is_silent, "what never answered is still starting"
    pulse.restarted()
    until(lambda: pulse.answered, 60)
    answer[0] = False
    until(lambda: pulse.is_silent, 60)
    answer[0] = True
    until(lambda: not pulse.is_silent, 60)
    pulse.stop()


def test_a_database_that_does_not_answer_is_waited_for_and_visitors_are_told(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, database = free_port(), postgres.database()
    away = free_port()
    url = database.replace(f":{postgres.port}/", f":{away}/")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    keys = {f"{name}_key" if name != "core" else "core_secret": "k" * 40 for name in ("session", "case", "core")}
    config = load_settings(var_dir=tmp_path, database_url=url, port=port, actions_token="k" * 40, **keys)
    waiting = threading.Thread(target=wait_for_database, args=(config, lambda _: None))
    assert not is_reachable(url)
    waiting.start()
    address = f"http://127.0.0.1:{port}"
    until(lambda: _status(f"{address}/healthz") == 200, 120)
    assert _status(f"{address}/readyz") == 503
    refused = httpx.post(
        f"{address}/api/session", json={"notice_accepted": True, "language": "de"}, timeout=30, trust_env=False
    )
    assert refused.status_code == 503 and refused.json()["code"] == "store_away"
    with _forwarding(away, postgres.port):
        waiting.join(120)
    assert not waiting.is_alive()
    until(lambda: _status(f"{address}/healthz") == 0, 60)


def test_a_database_server_that_refuses_us_for_good_is_not_waited_for(postgres: Cluster) -> None:
    assert is_reachable(postgres.database())
    assert is_reachable(f"postgresql+psycopg://postgres@127.0.0.1:{postgres.port}/no_such_database")
    assert is_reachable("sqlite:///nowhere/at-all.db")


def test_a_database_file_that_somebody_holds_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.engine.BUSY_TIMEOUT_MS", 100)
    url = f"sqlite:///{tmp_path / 'assistant.db'}"
    Store(url).ping()
    holder = sqlite3.connect(tmp_path / "assistant.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert not is_reachable(url)
    holder.execute("COMMIT")
    assert is_reachable(url)


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=10, trust_env=False).status_code
    except httpx.HTTPError:
        return 0


@contextmanager
def _forwarding(port: int, target: int) -> Iterator[None]:
    """Makes what listens on `target` reachable on `port`."""
    listener = socket.create_server(("127.0.0.1", port))
    ends: list[Callable[[], None]] = [listener.close]

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        sink.close()

    def accept() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            behind = socket.create_connection(("127.0.0.1", target))
            for one, other in ((caller, behind), (behind, caller)):
                threading.Thread(target=pump, args=(one, other), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        for end in ends:
            end()
