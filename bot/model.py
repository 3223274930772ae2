"""The trained model of the core: made when its inputs changed, found again by their hash."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.settings import ROOT, Settings, process_environment

INPUTS = (
    "domain.yml", "config.yml", "data/nlu/**/*.yml", "data/rules/*.yml", "data/stories/*.yml", "data/responses/*.yml",
    "bot/core/**/*.py", "bot/common/*.py", "bot/core/requirements.lock",
)  # fmt: skip
CORE_PYTHON = ROOT / "bot" / "core" / ".venv" / "bin" / "python"
KEPT_MODELS = 3


class ModelError(Exception):
    """The model could not be trained or is not what was trained; the text says where the log is."""


def inputs_hash(names_file: Path) -> str:
    """Hash (16 hex digits) of everything the model is trained from, the names of the partner database included."""
    digest = hashlib.sha256()
    for pattern in INPUTS:
        for path in sorted(ROOT.glob(pattern)):
            if ".venv" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    extra = asked_file(names_file)
    if extra.exists():
        digest.update(extra.read_bytes())
    if names_file.exists():
        names = json.loads(names_file.read_text(encoding="utf-8"))["names"]
        digest.update(json.dumps(names, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def asked_file(names_file: Path) -> Path:
    """The training sentences that come from the partner database."""
    return names_file.with_name("nlu") / "asked.yml"


def model_path(settings: Settings) -> Path:
    """Where the model for today's inputs is or will be."""
    return settings.models_dir / f"core-{inputs_hash(settings.names_file)}.tar.gz"


def find_model(settings: Settings) -> Path | None:
    """The model for today's inputs, from the models folder or the cache; None when it must be trained.

    Raises ModelError when a file is there that differs from what was trained.
    """
    path = model_path(settings)
    if not path.exists() and settings.model_cache:
        for kept in (settings.model_cache / path.name, settings.model_cache / f"{path.name}.sha256"):
            if kept.exists():
                settings.models_dir.mkdir(parents=True, exist_ok=True)
                shutil.copy2(kept, settings.models_dir / kept.name)
    if not path.exists():
        return None
    verify(path)
    return path


def verify(path: Path) -> None:
    """Raises ModelError unless the archive is byte for byte the one that was trained."""
    note = path.with_name(f"{path.name}.sha256")
    if not note.exists() or note.read_text(encoding="utf-8").strip() != digest(path):
        raise ModelError(f"{path.name} is not the model that was trained: delete it and start again.")


def train(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Train the model for today's inputs; blocks for about half a minute. Raises ModelError."""
    path = model_path(settings)
    log = settings.var_dir / "train.log"
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(settings.models_dir), tempfile.TemporaryDirectory(dir=settings.models_dir) as folder:
        if path.exists():
            return path  # another copy trained it while this one waited
        command = [
            str(CORE_PYTHON), "-m", "bot.core", "train", "--data", "data", str(asked_file(settings.names_file).parent),
            "--out", folder, "--fixed-model-name", path.name.removesuffix(".tar.gz"),
        ]  # fmt: skip
        with log.open("wb") as out:
            done = subprocess.run(
                command, cwd=ROOT, env={**process_environment(), **environment}, stdout=out, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, timeout=1800, check=False,
            )  # fmt: skip
        made = Path(folder) / path.name
        if done.returncode or not made.exists():
            raise ModelError(f"Training the model failed; see {log}.")
        path.with_name(f"{path.name}.sha256").write_text(digest(made) + "\n", encoding="utf-8")
        made.replace(path)
    if settings.model_cache:
        settings.model_cache.mkdir(parents=True, exist_ok=True)
        for file in (path, path.with_name(f"{path.name}.sha256")):
            shutil.copy2(file, settings.model_cache / file.name)
    _forget_old(settings.models_dir)
    return path


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two copies that start together train once."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_old(folder: Path) -> None:
    models = sorted(folder.glob("core-*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in models[KEPT_MODELS:]:
        old.unlink(missing_ok=True)
        old.with_name(f"{old.name}.sha256").unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
