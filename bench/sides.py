"""The two sides: how each is set up, trained and started. Everything else is the same for both."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from bench.processes import Server
from bench.visitors import GatewayChat, NewChat, RestChat
from bot.model import CORE_PYTHON, digest
from bot.settings import ROOT, Settings, process_environment
from bot.supervisor import answers, child_environment, public_url

STOCK = ROOT / "bench" / "stock"
STOCK_PYTHON = STOCK / ".venv" / "bin" / "python"
# One machine plays all visitors: limits that protect against a single busy one must not be what is measured.
NO_LIMITS = dict.fromkeys(
    ("MESSAGES_PER_10_SECONDS", "MESSAGES_PER_MINUTE", "SESSIONS_PER_MINUTE", "READS_PER_MINUTE"), "1000000"
)


@dataclass(frozen=True)
class Side:
    """One core: its interpreter, its Rasa command line, its pipeline, and the way visitors reach it."""

    name: str
    python: Path
    rasa: tuple[str, ...]
    config: Path
    environment: Mapping[str, str]
    run_options: tuple[str, ...]
    port: int
    new_chat: NewChat

    def train_command(self, project: Path, models: Path) -> list[str]:
        """Train from scratch; nothing is taken from an earlier training."""
        return [
            str(self.python), *self.rasa, "train", "--force", "--config", str(self.config), "--domain", str(project / "domain.yml"),
            "--data", str(project / "data"), "--out", str(models), "--fixed-model-name", self.name,
        ]  # fmt: skip

    def parse_command(self, model: Path, texts: Path, result: Path) -> list[str]:
        return [str(self.python), "-m", "bench.core.parse_sentences", str(model), str(texts), str(result)]

    def core(self, model: Path, log: Path) -> Server:
        """The core process; it counts as started when it has answered a first message."""
        command = [
            str(self.python),
            *self.rasa,
            "run",
            "--model",
            str(model),
            "--port",
            str(self.port),
            *self.run_options,
        ]
        # Our core loads only what its starter vouches for; stock Rasa does not look at it.
        return Server(command, {**self.environment, "MODEL_SHA256": digest(model)}, log, self._answers)

    def _answers(self) -> bool:
        identity, url = uuid.uuid4().hex, f"http://127.0.0.1:{self.port}/webhooks"
        turn = {
            "conversation": identity,
            "message_id": identity,
            "text": "hello",
            "choice": None,
            "language": "en",
            "channel": "web",
        }
        headers = {"Authorization": f"Bearer {self.environment['CORE_SECRET']}"}
        try:
            if self.new_chat is RestChat:
                answer = httpx.post(
                    f"{url}/rest/webhook", json={"sender": identity, "message": "hello"}, timeout=60, trust_env=False
                )
            else:
                answer = httpx.post(f"{url}/gateway/turn", json=turn, headers=headers, timeout=60, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200


def light(settings: Settings, folder: Path) -> Side:
    """The core as `make run` starts it."""
    environment = {**process_environment(), **child_environment(settings), **NO_LIMITS}
    environment["RASA_CACHE_DIRECTORY"] = str(folder / "cache-light")
    return Side(
        "light", CORE_PYTHON, ("-m", "bot.core"), ROOT / "config.yml", environment, (), settings.core_port, GatewayChat
    )


def stock(settings: Settings, folder: Path, port: int, epochs: int) -> Side:
    """Rasa as installed: its own pipeline, its `rest` channel, conversations in memory, the same action server."""
    config = yaml.safe_load((ROOT / "config.stock.yml").read_text(encoding="utf-8"))
    for part in (*config["pipeline"], *config["policies"]):
        if "epochs" in part:
            part["epochs"] = epochs
    headers = {"Authorization": f"Bearer {settings.actions_token.get_secret_value()}"}
    endpoints = {"action_endpoint": {"url": f"{settings.actions_url}/webhook", "headers": headers}}
    files = {"config": config, "endpoints": endpoints, "credentials": {"rest": None}}
    paths = {name: folder / f"stock-{name}.yml" for name in files}
    for name, document in files.items():
        paths[name].write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    options = (
        "--interface", "127.0.0.1", "--endpoints", str(paths["endpoints"]), "--credentials", str(paths["credentials"])
    )  # fmt: skip
    environment = {
        **process_environment(), **child_environment(settings), "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2",
        "LOG_LEVEL_LIBRARIES": "ERROR", "RASA_CACHE_DIRECTORY": str(folder / "cache-stock"),
    }  # fmt: skip
    return Side("stock", STOCK_PYTHON, ("-m", "rasa"), paths["config"], environment, options, port, RestChat)


def actions(settings: Settings, environment: Mapping[str, str], log: Path) -> Server:
    """The action server, which both sides call."""
    return Server(
        [sys.executable, "-m", "actions"], environment, log, lambda: answers(f"{settings.actions_url}/health")
    )


def gateway(settings: Settings, environment: Mapping[str, str], log: Path) -> Server:
    """The gateway in front of the light core."""
    return Server(
        [sys.executable, "-m", "bot.gateway"], environment, log, lambda: answers(f"{public_url(settings)}readyz")
    )


def make_stock_environment() -> None:
    """Install stock Rasa with TensorFlow from its lock, unless it is there. Raises CalledProcessError."""
    lock = STOCK / "requirements.lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = STOCK / ".venv" / ".lock-run"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    uv = _uv()
    venv = STOCK_PYTHON.parent.parent
    if not STOCK_PYTHON.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", "3.10", str(venv)], cwd=ROOT, check=True, timeout=300)
    sync = [uv, "pip", "sync", "--quiet", "--python", str(STOCK_PYTHON), "--require-hashes", str(lock)]
    subprocess.run(sync, cwd=ROOT, check=True, timeout=1800)
    stamp.write_text(wanted, encoding="utf-8")


def _uv() -> str:
    """The uv that `make` uses: the machine's if it runs here, else the project's own."""
    try:
        subprocess.run(["uv", "--version"], cwd=ROOT, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return str(ROOT / ".tools" / "bin" / "uv")
    return "uv"
