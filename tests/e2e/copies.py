"""A running copy of the assistant with handles on its processes, and a visitor who talks to it."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from dotenv import dotenv_values

from tests.running import running_copy
from tests.waiting import free_port
from tests.waiting import until as wait_until

NO_LIMITS = dict.fromkeys(
    ("SESSIONS_PER_MINUTE", "MESSAGES_PER_10_SECONDS", "MESSAGES_PER_MINUTE", "READS_PER_MINUTE", "LOGINS_PER_MINUTE"),
    "1000000",
)
ARGUMENT = {"core": "bot.core", "actions": "actions", "gateway": "bot.gateway"}


@dataclass(frozen=True)
class Copy:
    """Where one copy listens and keeps things."""

    url: str
    var_dir: Path
    core_port: int
    actions_port: int

    @property
    def core_url(self) -> str:
        return f"http://127.0.0.1:{self.core_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def log(self) -> str:
        """What the start printed so far."""
        return (self.var_dir / "run.log").read_text(encoding="utf-8", errors="replace")

    def supervisor(self) -> psutil.Process:
        return psutil.Process(int((self.var_dir / "run.pid").read_text(encoding="utf-8")))

    def process(self, name: str) -> psutil.Process:
        """The process `core`, `actions` or `gateway`; waits while it is being started again."""
        return until(lambda: self._find(name), 120)

    def _find(self, name: str) -> psutil.Process | None:
        for child in self.supervisor().children():
            try:
                if child.status() != psutil.STATUS_ZOMBIE and ARGUMENT[name] in child.cmdline():
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def secret(self, name: str) -> str:
        """One of the secrets made at the first start."""
        value = dotenv_values(self.var_dir / "secrets.env")[name]
        assert value
        return value

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[Copy]:
    """A copy that keeps its things in `folder`; stopped afterwards."""
    core_port, actions_port = free_port(), free_port()
    ports = {"CORE_PORT": str(core_port), "ACTIONS_PORT": str(actions_port)}
    with running_copy(VAR_DIR=str(folder), **ports, **(NO_LIMITS | settings)) as url:
        yield Copy(url, folder, core_port, actions_port)


class Visitor:
    """One conversation through the chat API."""

    def __init__(self, copy: Copy, language: str, timeout: float = 90) -> None:
        self.http = httpx.Client(base_url=copy.url, timeout=timeout, trust_env=False)
        opened = self.http.post("/api/session", json={"language": language, "notice_accepted": True})
        assert opened.status_code == 201, opened.text
        self.opened: dict[str, Any] = opened.json()
        self.language = language
        self.token: str = self.opened["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    @property
    def conversation(self) -> str:
        """The id the core knows this conversation by."""
        return conversation_of(self.token)

    def post(self, **body: Any) -> httpx.Response:
        """POST /api/messages with an id of its own unless one is given."""
        return self.http.post("/api/messages", json={"id": str(uuid.uuid4())} | body)

    def ask(self, text: str) -> list[dict[str, Any]]:
        return replies(self.post(text=text))

    def press(self, message: dict[str, Any], number: int = 0) -> list[dict[str, Any]]:
        """Press a button of a message, counted from 0."""
        return replies(self.post(choice=message["choices"][number]["choice"]))

    def insist(self, text: str, message_id: str, seconds: float = 120) -> list[dict[str, Any]]:
        """Repeat one message with one id until it is answered, as the page does; every refusal must be a 503 or 504."""

        def once() -> list[dict[str, Any]] | None:
            try:
                answer = self.post(id=message_id, text=text)
            except httpx.TransportError:
                return None
            if answer.status_code in (503, 504):
                assert answer.json()["detail"]
                return None
            return replies(answer)

        return until(once, seconds)

    def history(self) -> list[dict[str, Any]]:
        answer = self.http.get("/api/messages", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def turns(self, text: str) -> list[list[str]]:
        """For each time the history holds `text` from the visitor: the authors of what follows up to the next one."""
        found: list[list[str]] = []
        inside = False
        for message in self.history():
            if message["author"] == "visitor":
                inside = message["text"] == text
                if inside:
                    found.append([])
            elif inside:
                found[-1].append(message["author"])
        return found


def conversation_of(token: str) -> str:
    """The conversation that a visitor's token speaks for."""
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return f"web:{claims['sub']}"


def replies(answer: httpx.Response) -> list[dict[str, Any]]:
    """The messages of a turn that went well and said something."""
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    assert messages
    assert all(message["author"] == "assistant" and message["text"].strip() for message in messages)
    return messages


def words(messages: list[dict[str, Any]]) -> str:
    """Everything readable in some messages: texts, card rows, button titles."""
    lines = []
    for message in messages:
        card = message.get("card") or {}
        lines += [message["text"], str(card.get("title", ""))]
        lines += [f"{row['label']}: {row['value']}" for row in card.get("rows", ())]
        lines += [choice["title"] for choice in message.get("choices") or ()]
    return "\n".join(lines)


def sources(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [source for message in messages for source in message.get("sources") or ()]


def until[T](look: Callable[[], T | None], seconds: float = 120) -> T:
    """What `look` returns as soon as it is true; fails after `seconds`, a bound for what would hang."""
    return wait_until(look, seconds, pause=0.2)
