"""What visitors ask in vain reaches editors without personal data, and what editors make of it reaches visitors."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT

from .copies import Copy, Visitor, sources, started, until, words

SECONDS = 60.0
ASKED = {
    "en": "My name is Max Mustermann (max@example.org), does Konin have a planetarium?",
    "de": "Hat Konin ein Planetarium, fragt Frau Erika Mustermann (erika@example.org)?",
}
AGAIN = {"en": "does konin have a planetarium", "de": "Gibt es in Konin ein Planetarium?"}
SENTENCE = {"en": "Konin has a planetarium with 80 seats.", "de": "Konin hat ein Planetarium mit 80 Plätzen."}


@pytest.fixture(scope="module")
def own_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copy, str]]:
    """A copy of its own, since the test adds to its facts, and the address of its database.

    On SQLite; the parts run on both databases in tests/insights.
    """
    folder: Path = tmp_path_factory.mktemp("unanswered")
    database = f"sqlite:///{folder}/assistant.db"
    with started(folder, DATABASE_URL=database) as running:
        yield running, database


def command(own_copy: tuple[Copy, str], *arguments: str) -> str:
    copy, database = own_copy
    done = subprocess.run(
        [sys.executable, "-m", "bot", "unanswered", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=180,
        check=False, env={**os.environ, "VAR_DIR": str(copy.var_dir), "DATABASE_URL": database},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def groups(own_copy: tuple[Copy, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(command(own_copy, "--format", "json"))
    return found


def test_a_question_nobody_can_answer_is_listed_once_without_personal_data_and_answered_after_to_fact(
    own_copy: tuple[Copy, str],
) -> None:
    copy, _ = own_copy
    visitors = {language: Visitor(copy, language) for language in ASKED}
    for language, visitor in visitors.items():
        assert not sources(visitor.ask(ASKED[language]))

    def twins() -> dict[str, Any] | None:
        return next((g for g in groups(own_copy) if g["count"] == 2 and "anetarium" in g["question"]), None)

    group = until(twins, SECONDS)
    assert group["languages"] == ["de", "en"]
    assert group["near_names"][0]["id"] == "konin"
    shown = command(own_copy, "show", str(group["id"]))
    assert "[name]" in shown and "[email]" in shown
    assert not [word for word in ("Mustermann", "Erika", "example.org", visitors["en"].conversation) if word in shown]

    command(
        own_copy, "to-fact", str(group["id"]), "--record", "konin", "--source", "src-seed", "--by", "editor",
        "--en", SENTENCE["en"], "--de", SENTENCE["de"],
    )  # fmt: skip
    assert twins() is None
    for language, question in AGAIN.items():

        def answered(language: str = language, question: str = question) -> bool:
            return SENTENCE[language] in words(Visitor(copy, language).ask(question))

        until(answered, SECONDS)


def test_thumbs_down_is_listed_with_what_was_said(own_copy: tuple[Copy, str]) -> None:
    visitor = Visitor(own_copy[0], "en")
    assert sources(visitor.ask("Which country is Konin in?"))
    visitor.ask("That did not help me at all")

    def listed() -> dict[str, Any] | None:
        return next((g for g in groups(own_copy) if g["reasons"] == ["thumbs_down"]), None)

    group = until(listed, SECONDS)
    assert group["question"] == "Which country is Konin in?"
    assert "konin-poland" in command(own_copy, "show", str(group["id"]))
