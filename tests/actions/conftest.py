"""The action server as a process of its own, on a free port, over a real SQLite database with the real facts."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.partners.loader import load
from bot.settings import ROOT, DeskContact
from bot.store import Store
from tests.waiting import free_port

TOKEN = "actions-token-for-tests-only-0123456789"
START_SECONDS = 180.0
REFRESH_SECONDS = 0.05
CONFIGURED = {"ihk-international": DeskContact(email="international@example.org", hours="9-12")}
Call = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def database(
    open_store: Callable[[str], Store], knowledge_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    """The database of the running server; what a test changes in it, it puts back."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('actions')}/assistant.db")
    assert load(store, knowledge_dir, CONFIGURED).changed
    return store


@pytest.fixture(scope="session")
def server_url(database: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of `python -m actions`, when it answers."""
    with running(database, tmp_path_factory.mktemp("server"), TOKEN) as url:
        yield url


@contextmanager
def running(database: Store, folder: Path, token: str) -> Iterator[str]:
    """The base URL of an action server with this token (may be empty) that keeps its files in `folder`."""
    port = free_port()
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "VAR_DIR": str(folder),
        "DATABASE_URL": str(database.engine.url),
        "ACTIONS_PORT": str(port),
        "ACTIONS_TOKEN": token,
        "NAMES_REFRESH_SECONDS": str(REFRESH_SECONDS),
    }
    log = folder / "actions.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "actions"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"{url}/health", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the action server did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def stranger(server_url: str) -> Iterator[httpx.Client]:
    """Knows the address but not the token."""
    with httpx.Client(base_url=server_url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def core(server_url: str) -> Iterator[httpx.Client]:
    """Calls as the core does: with the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=server_url, timeout=60, trust_env=False, headers=headers) as client:
        yield client


def request_body(
    action: str, text: str = "", *, intent: str = "ask_partner", confidence: float = 1.0, guess: str | None = "ask_partner",
    certainty: float = 0.3, entities: dict[str, str] | None = None, **slots: Any,
) -> dict[str, Any]:  # fmt: skip
    """What the core sends for one action: Rasa's own fields, with the slots of the domain.

    `guess` is what the classifier finds next likely and `certainty` its probability; None leaves the ranking out.
    """
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "intent_ranking": [{"name": intent, "confidence": confidence}, {"name": guess, "confidence": certainty}]
        if guess
        else [],
        "entities": [{"entity": name, "value": value} for name, value in (entities or {}).items()],
    }
    tracker = {
        "sender_id": "conversation-1", "slots": {"language": "en", **slots}, "latest_message": message, "events": [],
        "paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": "action_listen",
    }  # fmt: skip
    return {"next_action": action, "sender_id": "conversation-1", "tracker": tracker, "domain": {}, "version": "3.6.21"}


@pytest.fixture
def call(core: httpx.Client) -> Call:
    """One action: {"said": responses, "slots": set slots}. It may do nothing else: one turn is one action."""

    def call_(action: str, text: str = "", **others: Any) -> dict[str, Any]:
        answer = core.post("/webhook", json=request_body(action, text, **others))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        slots = {e["name"]: e["value"] for e in body["events"] if e["event"] == "slot"}
        assert [e for e in body["events"] if e["event"] != "slot"] == [], "an action queued another or undid something"
        assert body["responses"], "an action says something"
        return {"said": body["responses"], "slots": slots}

    return call_
