"""Known vulnerabilities of what is locked: two scanners are asked, and what could not be asked is said, never passed over."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.operation.locks import LOCKS, PYTHONS
from bot.settings import ROOT, process_environment

REASONS = ROOT / ".ci" / "open-findings.toml"
SECONDS = 900

Run = Callable[[list[str]], tuple[int, str]]


class NotReachable(Exception):
    """A scanner could not be run, or could not ask; the text says why."""


@dataclass(frozen=True)
class Vulnerability:
    """One finding; `aliases` are its other names, such as a CVE number."""

    id: str
    package: str
    version: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why a finding is left open, until when; afterwards it is as if there were no reason."""

    id: str
    package: str
    why: str
    until: date


def read_reasons(path: Path = REASONS) -> list[Reason]:
    """The reasons file; raises ValueError for an entry without package, reason or day."""
    with path.open("rb") as file:
        entries = tomllib.load(file).get("finding", [])
    found = []
    for entry in entries:
        if (
            set(entry) != {"id", "package", "why", "until"}
            or len(entry["why"]) < 20
            or type(entry["until"]) is not date
        ):
            raise ValueError(f"{path.name}: {entry.get('id')} needs id, package, why (a sentence) and until (a day)")
        found.append(Reason(**entry))
    return found


def open_findings(found: list[Vulnerability], reasons: list[Reason], today: date) -> list[Vulnerability]:
    """What has no reason, or none any more."""
    valid = {(one.id, one.package) for one in reasons if one.until >= today}
    return [one for one in found if not any((name, one.package) in valid for name in (one.id, *one.aliases))]


def scan(uv: str, run: Run | None = None) -> Iterator[tuple[str, list[Vulnerability] | NotReachable]]:
    """(scanner and lock, what it found or why it could not)."""
    run = run or _run
    for what, lock in LOCKS.items():
        pip_audit = [
            uv, "tool", "run", "--quiet", "--python", PYTHONS[what], "pip-audit", "--requirement", str(lock), "--disable-pip",
            "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "20",
        ]  # fmt: skip
        osv = ["osv-scanner", "scan", "source", "--format", "json", "--lockfile", f"requirements.txt:{lock}"]
        for name, command, read in (("pip-audit", pip_audit, from_pip_audit), ("osv-scanner", osv, from_osv_scanner)):
            try:
                yield f"{name}, {what}", read(*run(command))
            except NotReachable as error:
                yield f"{name}, {what}", error


def from_pip_audit(code: int, out: str) -> list[Vulnerability]:
    """Reads its JSON; a package it skipped was not looked at, whatever its exit code says."""
    document = _json(code, out)
    packages = document.get("dependencies") or []
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped or not packages:
        raise NotReachable(f"its source did not know {len(skipped)} of {len(packages)} packages, {skipped[:1]} first")
    return [
        Vulnerability(found["id"], one["name"], one["version"], tuple(found.get("aliases", ())))
        for one in packages
        for found in one.get("vulns", ())
    ]


def from_osv_scanner(code: int, out: str) -> list[Vulnerability]:
    """Reads its JSON: 0 without findings, 1 with some; everything else is no answer."""
    if code not in (0, 1):
        raise NotReachable(f"it ended with {code}")
    document = _json(code, out)
    return [
        Vulnerability(found["id"], one["package"]["name"], one["package"]["version"], tuple(found.get("aliases", ())))
        for result in document.get("results") or []
        for one in result.get("packages") or []
        for found in one.get("vulnerabilities") or []
    ]


def _json(code: int, out: str) -> Mapping[str, Any]:
    try:
        document = json.loads(out)
    except ValueError:
        raise NotReachable(f"it gave no answer (exit code {code})") from None
    if not isinstance(document, dict):
        raise NotReachable("its answer is not understood")
    return document


def _run(command: list[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=process_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise NotReachable(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise NotReachable(f"it did not end within {SECONDS} s") from None
    return done.returncode, done.stdout
