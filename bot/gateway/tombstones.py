"""Which conversations were erased, kept beside the database too: what a backup from before brings back goes again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

FILE = "erasures.log"


def digest(conversation: str) -> str:
    """Stands for a conversation; there is no way back to it, since its id is random."""
    return sha256(conversation.encode()).hexdigest()


def note(var_dir: Path, conversation: str) -> None:
    """Write an erasure down, so that it survives the process and the loss of the database."""
    var_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(var_dir / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"{digest(conversation)} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> dict[str, datetime]:
    """Digest -> when it was erased; a line that is cut short, as by a loss of power, is left out."""
    found: dict[str, datetime] = {}
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return found
    for line in lines:
        name, _, at = line.partition(" ")
        try:
            found[name] = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            continue
    return found


def forget(path: Path, before: datetime) -> int:
    """Drop what was erased before a time, when no backup can bring it back any more; how many."""
    found = read(path)
    kept = {name: at for name, at in found.items() if at >= before}
    if len(kept) < len(found):
        _replace(path, kept.items())
    return len(found) - len(kept)


def _replace(path: Path, items: Iterable[tuple[str, datetime]]) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{name} {at:%Y-%m-%dT%H:%M:%SZ}\n" for name, at in items)
    unfinished.replace(path)
