"""Whether the model is the one that was trained: an archive holds pickled objects, and loading one runs what is in it."""
from __future__ import annotations

import hashlib
from pathlib import Path


def refusal(model: str, expected: str) -> str | None:
    """Returns why this archive may not be loaded; `expected` is its SHA-256, or empty for the note beside the file."""
    path = Path(model)
    if not path.is_file():
        return f"There is no model {path.name}: run `python -m bot prepare`."
    if not expected:
        note = path.with_name(f"{path.name}.sha256")
        expected = note.read_text("utf-8").strip() if note.is_file() else ""
    if not expected:
        return f"{path.name} has no hash beside it: run `python -m bot prepare`, or write {path.name}.sha256."
    if digest(path) != expected:
        return f"{path.name} is not the model that was trained: delete it and run `python -m bot prepare`."
    return None


def digest(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
