"""The files of the conversation side: domain, responses, rules, training sentences."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.fixture(scope="session")
def domain() -> dict[str, Any]:
    return read(ROOT / "domain.yml")  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def domain_intents(domain: dict[str, Any]) -> set[str]:
    return {next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain["intents"]}


@pytest.fixture(scope="session")
def responses() -> dict[str, list[dict[str, Any]]]:
    """Response -> its variants, from all files of data/responses."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for name, variants in read(path)["responses"].items():
            assert name not in found, f"{name} stands in two files; the second would replace the first"
            found[name] = variants
    return found


@pytest.fixture(scope="session")
def used_actions() -> set[str]:
    """Actions and responses that rules and stories name."""
    found: set[str] = set()
    for folder, key in (("rules", "rules"), ("stories", "stories")):
        for path in (ROOT / "data" / folder).glob("*.yml"):
            for row in read(path).get(key) or ():
                found |= {step["action"] for step in row["steps"] if "action" in step}
    return found


@pytest.fixture(scope="session")
def sentences() -> dict[str, dict[str, list[str]]]:
    """language -> intent -> training sentences."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*/*.yml")):
        for row in read(path)["nlu"]:
            if "intent" not in row:
                continue
            lines = [line[2:].strip() for line in row["examples"].splitlines() if line.startswith("- ")]
            found.setdefault(path.parent.name, {}).setdefault(row["intent"], []).extend(lines)
    return found
