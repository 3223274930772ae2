"""YAML by the fast C parser and emitter where PyYAML has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read_yaml(path: Path) -> Any:
    """The document in `path`. Raises yaml.YAMLError, UnicodeDecodeError or OSError."""
    return yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe loader either way


def yaml_text(document: Any) -> str:
    """`document` as YAML, in its own order and without broken lines."""
    text: str = yaml.dump(document, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=1_000_000)
    return text
