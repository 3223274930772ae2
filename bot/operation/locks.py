"""The lock files: which packages in which versions each process runs, with the hashes of what may be installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT

LOCKS = {
    "gateway and actions": ROOT / "requirements.lock",
    "core": ROOT / "bot" / "core" / "requirements.lock",
}
PYTHONS = {"gateway and actions": "3.12", "core": "3.10"}
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?P<marker>\s*;[^\\]*)?")


@dataclass(frozen=True)
class Package:
    """One pinned package; `hashes` are SHA-256 in hexadecimal, one for each file of it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str = ""


def read_lock(path: Path) -> list[Package]:
    """All packages of a lock; raises ValueError for a line that pins nothing or has no hash."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = _PIN.match(line)
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
        if pin is None or not hashes:
            raise ValueError(f"{path.name}: {line[:60]} is not pinned with a hash")
        marker = (pin["marker"] or "").partition("--hash")[0].strip(" ;")
        found.append(Package(pin["name"].lower().replace("_", "-"), pin["version"], hashes, marker))
    return found
