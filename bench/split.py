"""One fixed division of the training sentences, so that both sides learn from and are asked the same."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml
from sklearn.model_selection import train_test_split

from bot.settings import ROOT

SEED = 7
HELD_OUT = 0.2
# What both sides are made from, copied at the start so that an edit during the run does not reach one side only.
SHARED = ("domain.yml", "data/rules", "data/stories", "data/responses")


@dataclass(frozen=True)
class Sentence:
    """One training sentence with the intent it was written for."""

    language: str
    intent: str
    text: str


def sentences(folder: Path = ROOT / "data" / "nlu") -> list[Sentence]:
    """All hand-written training sentences below `folder`/<language>."""
    found = []
    for path in sorted(folder.glob("*/*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = (line.strip() for line in block["examples"].splitlines())
            found += [Sentence(path.parent.name, block["intent"], line[2:]) for line in lines if line.startswith("- ")]
    return found


def divide(found: list[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """(to learn from, held out): four to one within each language and intent, always the same way."""
    strata = [f"{sentence.language} {sentence.intent}" for sentence in found]
    learnt, held_out = train_test_split(found, test_size=HELD_OUT, random_state=SEED, stratify=strata)
    return learnt, held_out


def write_project(learnt: list[Sentence], folder: Path) -> None:
    """Lay out domain, rules, stories, responses and these sentences below `folder` for `rasa train`."""
    for name in SHARED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    by_intent: dict[str, list[str]] = {}
    for sentence in learnt:
        by_intent.setdefault(sentence.intent, []).append(sentence.text)
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in sorted(by_intent.items())
    ]
    document = yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False, width=10_000)
    (folder / "data" / "nlu.yml").write_text(document, encoding="utf-8")
