"""Puts a visitor's question into the training data, in the file of its intent and language and in that file's style."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from bot.common.redaction import has_marks
from bot.common.text import fold

MARKUP = frozenset("[]{}()/\\")  # means something else in Rasa's training files
_INTENT = re.compile(r"^- intent: *(\S+)\s*$")
_EXAMPLE = re.compile(r"^(\s*)- (.*)$")


class NotTrainable(ValueError):
    """The sentence or the intent does not fit; the text says why."""


def add_sentence(nlu: Path, language: str, intent: str, sentence: str) -> Path | None:
    """Append `sentence` to the examples of `intent` below `nlu`/`language`; None when a file there already has it.

    Raises NotTrainable: a mark of redaction, characters of Rasa's markup, an empty sentence, an unknown intent.
    """
    sentence = " ".join(sentence.split())
    if has_marks(sentence):
        raise NotTrainable("personal data was taken out of this sentence; write another one with --text")
    if not sentence or set(sentence) & MARKUP:
        raise NotTrainable(
            f"a training sentence may not be empty or hold any of {' '.join(sorted(MARKUP))}; use --text"
        )
    files = sorted((nlu / language).glob("*.yml"))
    contents = {path: path.read_text(encoding="utf-8").splitlines() for path in files}
    homes = {
        match.group(1): path for path, lines in contents.items() for line in lines if (match := _INTENT.match(line))
    }
    if intent not in homes:
        raise NotTrainable(f"no such intent: {intent}; intents are {', '.join(sorted(homes))}")
    folded = fold(sentence)
    examples = (
        m.group(2) for lines in contents.values() for line in lines if (m := _EXAMPLE.match(line)) and m.group(1)
    )
    if any(fold(example) == folded for example in examples):
        return None
    path = homes[intent]
    _replace(path, _with(contents[path], intent, sentence))
    return path


def _with(lines: list[str], intent: str, sentence: str) -> list[str]:
    """The lines with the sentence after the last example of the intent."""
    inside, last, indent = False, -1, "    "
    for number, line in enumerate(lines):
        if match := _INTENT.match(line):
            inside = match.group(1) == intent
        elif inside and (example := _EXAMPLE.match(line)) and example.group(1):
            last, indent = number, example.group(1)
    if last < 0:
        raise NotTrainable(f"intent {intent} has no examples to follow")
    return [*lines[: last + 1], f"{indent}- {sentence}", *lines[last + 1 :]]


def _replace(path: Path, lines: list[str]) -> None:
    """Whole or not at all: a half-written file would stop the next training."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
