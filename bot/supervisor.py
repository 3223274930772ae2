"""Starts gateway, core and actions, waits until they answer, restarts what dies or falls silent, and leaves nothing behind."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from bot.model import CORE_PYTHON, digest
from bot.pulse import Pulse, answers_at_all
from bot.settings import ROOT, Settings, process_environment

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound
START_SECONDS = 180.0  # a small machine under load takes its time
STOP_SECONDS = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """A process that cannot start; the text says what to do, in one line."""


@dataclass
class Child:
    """One supervised process."""

    name: str
    command: list[str]
    ready: Callable[[], bool]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started: float = 0.0
    retry_at: float = field(default=0.0)
    pulse: Pulse = field(default_factory=lambda: Pulse(lambda: True))


class Supervisor:
    """The three processes of one copy of the assistant."""

    def __init__(self, settings: Settings, model: Path, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._stopping = False
        self._environment = {**process_environment(), **child_environment(settings)}
        logs = settings.var_dir / "log"
        logs.mkdir(parents=True, exist_ok=True)
        core_key = {"Authorization": f"Bearer {settings.core_secret.get_secret_value()}"}
        # What was verified is what is loaded, at each restart of the core too.
        self._environment["MODEL_SHA256"] = digest(model)
        core = [str(CORE_PYTHON), "-m", "bot.core", "run", "--model", str(model), "--port", str(settings.core_port)]
        self.children = [
            Child(
                "actions",
                [sys.executable, "-m", "actions"],
                lambda: answers(f"{settings.actions_url}/health"),
                logs / "actions.log",
                pulse=Pulse(lambda: answers_at_all(f"{settings.actions_url}/health")),
            ),
            Child(
                "core",
                core,
                lambda: answers(f"{settings.core_url}/webhooks/gateway/health", core_key),
                logs / "core.log",
                # Without the secret it is refused at once, whether or not the database answers.
                pulse=Pulse(lambda: answers_at_all(f"{settings.core_url}/webhooks/gateway/health")),
            ),
            Child(
                "gateway",
                [sys.executable, "-m", "bot.gateway"],
                lambda: answers(f"{public_url(settings)}readyz"),
                logs / "gateway.log",
                pulse=Pulse(lambda: answers_at_all(f"{public_url(settings)}healthz")),
            ),
        ]
        self._pid_file = settings.var_dir / "run.pid"

    def run(self) -> None:
        """Start all, say where the assistant is, watch until stopped. Raises StartError."""
        check_ports(self._settings)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        self._pid_file.write_text(str(os.getpid()), encoding="utf-8")
        try:
            for child in self.children:
                self._start(child)
            for child in self.children:
                self._wait(child)
                if self._stopping:
                    return
            self._say(f"Ready. Open {public_url(self._settings)} (stop with Ctrl-C or `make stop`)")
            self._watch()
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask all to end, the public side first; end by force what does not within 15 seconds."""
        self._stopping = True
        for child in reversed(self.children):
            child.pulse.stop()
            if child.process and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self.children):
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._pid_file.unlink(missing_ok=True)

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, child: Child) -> None:
        _rotate(child.log)
        with child.log.open("ab") as log:
            child.process = spawn(child.command, self._environment, log)
        child.started = time.monotonic()
        child.pulse.restarted()

    def _wait(self, child: Child) -> None:
        begun = time.monotonic()
        while not self._stopping:
            if child.process is not None and child.process.poll() is not None:
                raise StartError(f"The {child.name} process ended while starting; see {child.log}.")
            if child.ready():
                self._say(f"  {child.name} answers ({time.monotonic() - child.started:.1f} s)")
                return
            if time.monotonic() - begun > START_SECONDS:
                raise StartError(f"The {child.name} process does not answer; see {child.log}.")
            time.sleep(0.1)

    def _watch(self) -> None:
        while not self._stopping:
            now = time.monotonic()
            for child in self.children:
                if child.process is None:
                    continue
                if child.process.poll() is None:
                    if child.pulse.is_silent:
                        self._say(f"The {child.name} process has stopped answering; it is ended.")
                        child.process.kill()
                    continue
                if not child.retry_at:
                    # Only what dies before it ever answered is given time: it would most likely do so again.
                    child.pause = FIRST_PAUSE if child.pulse.answered else min(child.pause * 2, LONGEST_PAUSE)
                    child.retry_at = now + (0.0 if child.pulse.answered else child.pause)
                    self._say(f"The {child.name} process ended ({child.process.returncode}); it is started again.")
                if now >= child.retry_at:
                    child.retry_at = 0.0
                    self._start(child)
            time.sleep(0.2)


def child_environment(settings: Settings) -> dict[str, str]:
    """What the three processes are told: the settings, their secrets, and the names the core knows them by."""
    return {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        # Small matrices gain nothing from more threads, and each thread and arena costs memory.
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        # Readings of single characters are enough; those of phrases, and copies, take 50 MB.
        "PYPINYIN_NO_PHRASES": "1",
        "PYPINYIN_NO_DICT_COPY": "1",
        "HOST": settings.host,
        "PORT": str(settings.port),
        "CORE_PORT": str(settings.core_port),
        "ACTIONS_PORT": str(settings.actions_port),
        "VAR_DIR": str(settings.var_dir),
        "DATABASE_URL": settings.database,
        "SESSION_KEY": settings.session_key.get_secret_value(),
        **core_environment(settings),
    }


def core_environment(settings: Settings) -> dict[str, str]:
    """What the sealed core may know; neither the partner database nor the session key."""
    return {
        "CORE_PORT": str(settings.core_port),
        "CORE_SECRET": settings.core_secret.get_secret_value(),
        "ACTIONS_URL": settings.actions_url,
        "ACTIONS_TOKEN": settings.actions_token.get_secret_value(),
        "LOG_LEVEL": settings.log_level,
        "TRACKER_URL": settings.tracker,
        "NAMES_FILE": str(settings.names_file),
        "NAMES_REFRESH_SECONDS": str(settings.names_refresh_seconds),
    }


def public_url(settings: Settings) -> str:
    """The address to open in a browser on this machine."""
    host = "127.0.0.1" if settings.host in ANY_ADDRESS else settings.host
    return f"http://{host}:{settings.port}/"


def check_ports(settings: Settings) -> None:
    """Raises StartError naming the first port that is taken and the setting that moves it."""
    ports = [
        ("PORT", settings.host, settings.port),
        ("CORE_PORT", "127.0.0.1", settings.core_port),
        ("ACTIONS_PORT", "127.0.0.1", settings.actions_port),
    ]
    if settings.metrics_port:
        ports.append(("METRICS_PORT", settings.metrics_host, settings.metrics_port))
    for name, host, port in ports:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                raise StartError(
                    f"Port {port} is taken: stop what uses it (`make stop` for a running copy) "
                    f"or choose another, e.g. {name}={port + 1} make run."
                ) from None


def stop_running(settings: Settings) -> bool:
    """Stop the copy that runs from this VAR_DIR; False when none does."""
    pid_file = settings.var_dir / "run.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8"))
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        pid_file.unlink(missing_ok=True)
        return False
    deadline = time.monotonic() + STOP_SECONDS + 10
    while time.monotonic() < deadline:
        if not pid_file.exists():  # its last act
            return True
        time.sleep(0.1)
    raise StartError(f"The running copy (process {pid}) does not stop.")


def answers(url: str, headers: Mapping[str, str] | None = None) -> bool:
    try:
        return httpx.get(url, headers=dict(headers or {}), timeout=2.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def spawn(command: list[str], environment: Mapping[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        start_new_session=True, preexec_fn=_die_with_parent,
    )  # fmt: skip


def _die_with_parent() -> None:
    """On Linux a killed supervisor takes its processes along, so that no copy is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _rotate(log: Path, largest: int = 5_000_000) -> None:
    if log.exists() and log.stat().st_size > largest:
        log.replace(log.with_suffix(".log.1"))


def free_port() -> int:
    """A port on loopback that nothing uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
