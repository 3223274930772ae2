"""The whole assistant on one kind of database: real processes under the real supervisor, a proxy between every two parts."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import psycopg

from bot.settings import process_environment
from bot.supervisor import spawn
from tests.e2e.copies import ARGUMENT
from tests.e2e.redis_server import RedisServer
from tests.postgres import Cluster
from tests.waiting import free_port

from .mailbox import Mailbox
from .platforms import Platforms
from .proxy import Mode, Proxy
from .supervised import ADDRESSES

PROCESSES = ("gateway", "core", "actions")
SUPERVISOR = "supervisor"
START_SECONDS = 240.0
DESK_MAIL = "general-desk@example.org"
SETTINGS = {
    "DESK_CONTACTS": json.dumps({"centre-general": {"email": DESK_MAIL}}),
    "TRUSTED_PROXIES": "127.0.0.1",  # each visitor comes from an address of their own, so that the limits may stay
    "MAIL_MODE": "smtp",
    "MAIL_FROM": "China Competence Centre <assistant@example.org>",
    "SMTP_HOST": "127.0.0.1",
    "SMTP_STARTTLS": "false",
    "SMTP_TIMEOUT_SECONDS": "5",
    "OUTBOX_LEASE_SECONDS": "20",
    "OUTBOX_POLL_SECONDS": "0.5",
}


class NotStarted(Exception):
    """The copy did not come up; the text holds what it printed."""


@dataclass
class Stage:
    """Handles on everything that can be harmed, and on everything that is read afterwards."""

    backend: str
    var_dir: Path
    ports: dict[str, int]
    proxies: dict[str, Proxy]
    mailbox: Mailbox
    platforms: Platforms
    http: aiohttp.ClientSession
    environment: dict[str, str]
    database: str  # past the proxies; empty: SQLite
    cluster: Cluster | None = None
    redis: RedisServer | None = None
    kills: dict[str, int] = field(default_factory=dict)
    kills_in_dialogue: int = 0
    core_start_seconds: float = 0.0
    mails_away_since: float = 0.0
    mails_back_since: float = 0.0
    mails_waiting: set[str] = field(default_factory=set)
    requests: list[Any] = field(default_factory=list)  # hand-offs of all goals, for the accounts at the end
    _supervisor: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    @property
    def log(self) -> str:
        return (self.var_dir / "run.log").read_text(encoding="utf-8", errors="replace")

    def spawn(self) -> None:
        """Start the supervisor and return at once."""
        with (self.var_dir / "run.log").open("ab") as out:
            command = [sys.executable, "-m", "tests.faults.supervised"]
            self._supervisor = spawn(command, self.environment, out)

    async def start(self) -> None:
        """Returns when everything is ready. Raises NotStarted."""
        if self._supervisor is None:
            self.spawn()
        await self.until(lambda: "Ready." in self.log or self.ended, START_SECONDS)
        if self.ended:
            raise NotStarted(self.log)
        self.core_start_seconds = float(re.findall(r"core answers \(([\d.]+) s\)", self.log)[-1])

    @property
    def ended(self) -> bool:
        return self._supervisor is None or self._supervisor.poll() is not None

    async def stop(self) -> None:
        """Ask all to end."""
        if self._supervisor and self._supervisor.poll() is None:
            for name in PROCESSES:
                if found := self.find(name):
                    found.resume()
            self._supervisor.terminate()
            await asyncio.to_thread(self._supervisor.wait, 40)
        self._supervisor = None

    def find(self, name: str) -> psutil.Process | None:
        """The running process `core`, `actions` or `gateway`."""
        if self._supervisor is None:
            return None
        for child in psutil.Process(self._supervisor.pid).children():
            try:
                if child.status() != psutil.STATUS_ZOMBIE and ARGUMENT[name] in child.cmdline():
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    async def kill(self, name: str) -> bool:
        """kill -9; False while the process is not running anyway."""
        found = self.find(name)
        if found is None:
            return False
        self.kills[name] = self.kills.get(name, 0) + 1
        found.kill()
        if name == "gateway":
            # What has come and is not noted as sent will come again.
            came = {mail.message_id.strip("<>").split("@")[0] for mail in self.mailbox.mails}
            open_ = await self.query("SELECT message_id FROM outbox WHERE state = 'sending'")
            self.kills_in_dialogue += sum(message_id in came for (message_id,) in open_)
        return True

    async def answers(self, name: str) -> bool:
        """Whether `gateway` or `actions` answers for itself."""
        path = {"gateway": "/healthz", "actions": "/health"}[name]
        try:
            async with asyncio.timeout(5), self.http.get(f"http://127.0.0.1:{self.ports[name]}{path}") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def heal(self) -> None:
        """Undo what a goal that broke off may have left."""
        for proxy in self.proxies.values():
            await proxy.set("pass")
        for name in PROCESSES:
            if found := self.find(name):
                found.resume()

    async def part_from_database(self, mode: Mode, processes: tuple[str, ...] = (*PROCESSES, SUPERVISOR)) -> None:
        """Set the proxies in front of PostgreSQL."""
        for name in processes:
            await self.proxies[f"{name}-database"].set(mode)

    async def get(self, path: str, seconds: float = 5.0) -> tuple[int, Any]:
        """Status and body of a GET; 0 when nothing answers."""
        try:
            async with asyncio.timeout(seconds), self.http.get(self.url + path) as answer:
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0, None

    async def is_ready(self) -> bool:
        return (await self.get("/readyz"))[0] == 200

    async def until_ready(self, seconds: float = 120.0) -> float:
        """How long that took; raises TimeoutError."""
        begun = asyncio.get_running_loop().time()
        async with asyncio.timeout(seconds):
            while not await self.is_ready():
                await asyncio.sleep(0.2)
        return asyncio.get_running_loop().time() - begun

    async def until(self, look: Callable[[], Any], seconds: float, every: float = 0.1) -> None:
        """Returns when `look` is true; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not look():
                await asyncio.sleep(every)

    async def query(self, statement: str, *, transcripts: bool = False) -> list[tuple[Any, ...]]:
        """Rows straight from the database, past every proxy."""
        return await asyncio.to_thread(self._query, statement, transcripts)

    def _query(self, statement: str, transcripts: bool) -> list[tuple[Any, ...]]:
        if self.cluster:
            with psycopg.connect(self.database.replace("+psycopg", "")) as connection:
                return list(connection.execute(statement.encode()))
        file = self.var_dir / ("tracker.db" if transcripts else "assistant.db")
        with closing(sqlite3.connect(file, timeout=10)) as connection_:
            return list(connection_.execute(statement))

    async def execute(self, statement: str) -> None:
        """Change a row by hand, past every proxy."""
        await asyncio.to_thread(self._execute, statement)

    def _execute(self, statement: str) -> None:
        if self.cluster:
            with psycopg.connect(self.database.replace("+psycopg", "")) as connection:
                connection.execute(statement.encode())
            return
        with closing(sqlite3.connect(self.var_dir / "assistant.db", timeout=10)) as connection_:
            connection_.execute(statement)
            connection_.commit()


@asynccontextmanager
async def set_up(
    folder: Path, cluster: Cluster | None, redis: RedisServer | None, **settings: str
) -> AsyncIterator[Stage]:
    """A stage with its proxies and mailbox, not yet started; everything is ended afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {name: free_port() for name in PROCESSES}
    mailbox = Mailbox()
    await mailbox.start()
    targets = {"gateway-core": ports["core"], "core-actions": ports["actions"], "gateway-actions": ports["actions"]}
    if cluster:
        targets |= {f"{name}-database": cluster.port for name in (*PROCESSES, SUPERVISOR)}
    if redis:
        targets["gateway-redis"] = redis.port
    targets["gateway-smtp"] = mailbox.port
    platforms = Platforms(f"http://127.0.0.1:{ports['gateway']}")
    targets |= {f"gateway-{name}": port for name, port in platforms.ports.items()}
    proxies = {name: Proxy(name, ("127.0.0.1", port)) for name, port in targets.items()}
    for proxy in proxies.values():
        await proxy.start()
    database = cluster.database() if cluster else ""
    environment = {
        **process_environment(),
        **SETTINGS,
        "PORT": str(ports["gateway"]),
        "CORE_PORT": str(ports["core"]),
        "ACTIONS_PORT": str(ports["actions"]),
        "VAR_DIR": str(folder),
        "DATABASE_URL": _through(database, cluster, proxies.get(f"{SUPERVISOR}-database")),
        "TRACKER_URL": "",
        "REDIS_URL": f"redis://127.0.0.1:{proxies['gateway-redis'].port}/0" if redis else "",
        "SMTP_PORT": str(proxies["gateway-smtp"].port),
        **platforms.settings({name: proxies[f"gateway-{name}"].port for name in platforms.ports}),
        **settings,
    }
    environment[ADDRESSES] = json.dumps(_addresses(database, proxies, cluster))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=45)) as http:
        backend = "PostgreSQL, Redis" if cluster else "SQLite"
        stage = Stage(backend, folder, ports, proxies, mailbox, platforms, http, environment, database, cluster, redis)
        try:
            yield stage
        finally:
            for proxy in proxies.values():
                await proxy.set("pass")
            await stage.stop()
            for proxy in proxies.values():
                await proxy.stop()
            await mailbox.stop()
            await asyncio.to_thread(platforms.stop)


def _through(database: str, cluster: Cluster | None, proxy: Proxy | None) -> str:
    return database.replace(f":{cluster.port}/", f":{proxy.port}/") if cluster and proxy else database


def _addresses(database: str, proxies: dict[str, Proxy], cluster: Cluster | None) -> dict[str, dict[str, str]]:
    """What each process is told in place of the real addresses."""
    found: dict[str, dict[str, str]] = {
        "gateway": {
            "CORE_PORT": str(proxies["gateway-core"].port),
            "ACTIONS_PORT": str(proxies["gateway-actions"].port),
        },
        "core": {"ACTIONS_URL": f"http://127.0.0.1:{proxies['core-actions'].port}"},
        "actions": {},
    }
    if cluster:
        for name in PROCESSES:
            moved = _through(database, cluster, proxies[f"{name}-database"])
            found[name]["TRACKER_URL" if name == "core" else "DATABASE_URL"] = moved
    return found
