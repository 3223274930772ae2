"""Training sentences: into the right file, in its style, once."""

import shutil
from pathlib import Path

import pytest
import yaml

from bot.insights.sentences import NotTrainable, add_sentence
from bot.settings import ROOT


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    """A copy of the real training data."""
    return Path(shutil.copytree(ROOT / "data" / "nlu", tmp_path / "nlu"))


def examples(path: Path, intent: str) -> list[str]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    [row] = [row for row in document["nlu"] if row.get("intent") == intent]
    return [line.removeprefix("- ") for line in row["examples"].splitlines()]


@pytest.mark.parametrize(
    ("language", "intent", "stem", "sentence"),
    [
        ("en", "ask_topic", "topics", "Which grants are there for robots"),
        ("de", "ask_place", "twin_cities", "Wie warm ist es in Luzhou im Winter?"),
        ("zh", "ask_partner", "partners", "这个伙伴有多少员工？"),
    ],
)
def test_a_sentence_is_the_last_of_its_intent_and_nothing_else_changes(
    nlu: Path, language: str, intent: str, stem: str, sentence: str
) -> None:
    home = nlu / language / f"{stem}.yml"
    before = home.read_text(encoding="utf-8")
    had = examples(home, intent)
    assert add_sentence(nlu, language, intent, f"  {sentence} ") == home
    assert examples(home, intent) == [*had, sentence]
    after = home.read_text(encoding="utf-8")
    assert after.replace(f"    - {sentence}\n", "", 1) == before
    assert not [path for path in home.parent.iterdir() if path.suffix != ".yml"]


def test_a_sentence_that_is_there_already_is_not_added_again(nlu: Path) -> None:
    home = nlu / "en" / "topics.yml"
    before = home.read_text(encoding="utf-8")
    assert add_sentence(nlu, "en", "ask_topic", examples(home, "ask_topic")[0].upper()) is None
    assert home.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("intent", "sentence", "why"),
    [
        ("ask_topic", "My name is [name], which grants?", "personal data"),
        ("ask_topic", "which [grants](topic)", "training sentence"),
        ("ask_topic", "/restart", "training sentence"),
        ("ask_topic", "   ", "training sentence"),
        ("ask_topics", "which grants are there", "no such intent: ask_topics; intents are affirm"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(nlu: Path, intent: str, sentence: str, why: str) -> None:
    with pytest.raises(NotTrainable, match=why.replace("[", r"\[")):
        add_sentence(nlu, "en", intent, sentence)


def test_an_intent_without_examples_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "empty.yml").write_text('version: "3.1"\nnlu:\n- intent: bare\n', encoding="utf-8")
    with pytest.raises(NotTrainable, match="no examples"):
        add_sentence(tmp_path, "en", "bare", "a sentence")
