"""The bill of materials (CycloneDX 1.6): every package of every process with its version, hashes and licence."""

from __future__ import annotations

import json
import uuid
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from bot.operation.locks import LOCKS, read_lock
from bot.settings import ROOT

ENVIRONMENTS = {"gateway and actions": ROOT / ".venv", "core": ROOT / "bot" / "core" / ".venv"}
NAME, VERSION = "china-competence-assistant", "0.1.0"


def bill() -> dict[str, Any]:
    """The same locks give the same document. Raises ValueError for a lock with something that is not pinned."""
    components: dict[str, dict[str, Any]] = {}
    dependencies = []
    for what, lock in LOCKS.items():
        licences = _licences(ENVIRONMENTS[what])
        process = f"process:{what.replace(' ', '-')}"
        parts = []
        for package in read_lock(lock):
            purl = f"pkg:pypi/{package.name}@{package.version}"
            known = components.setdefault(
                purl,
                {
                    "type": "library", "bom-ref": purl, "name": package.name, "version": package.version, "purl": purl,
                    "hashes": [{"alg": "SHA-256", "content": one} for one in sorted(package.hashes)],
                },
            )  # fmt: skip
            if licence := licences.get(package.name):
                known["licenses"] = [{"license": {"name": licence}}]
            parts.append(purl)
        components[process] = {"type": "application", "bom-ref": process, "name": what, "version": VERSION}
        dependencies.append({"ref": process, "dependsOn": sorted(parts)})
    found = [components[key] for key in sorted(components)]
    digest = json.dumps([found, dependencies], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": NAME, "name": NAME, "version": VERSION}},
        "components": found,
        "dependencies": [{"ref": NAME, "dependsOn": [one["ref"] for one in dependencies]}, *dependencies],
    }


def _licences(environment: Path) -> dict[str, str]:
    """What installed packages say of themselves; nothing for those that are not installed."""
    found: dict[str, str] = {}
    for path in sorted(environment.glob("lib/python*/site-packages/*.dist-info/METADATA")):
        head = HeaderParser().parsestr(path.read_text(encoding="utf-8", errors="replace"), headersonly=True)
        classifiers = [
            one.rpartition(" :: ")[2] for one in head.get_all("Classifier", []) if one.startswith("License ::")
        ]
        licence = head.get("License-Expression") or " AND ".join(classifiers) or (head.get("License") or "").strip()
        if licence and len(licence) < 200:
            found[str(head["Name"]).lower().replace("_", "-")] = licence.splitlines()[0]
    return found
