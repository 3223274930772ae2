"""The ways facts are asked for, as training sentences for the core's intents."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from sqlalchemy.orm import Session

from bot.common.text import fold
from bot.partners import queries
from bot.partners.records import CENTRE
from bot.partners.yaml_files import yaml_text
from bot.store import Store

# More of them make the training longer and the intents no better; the ranking of facts uses all.
MOST, STEP = 11, 3
ELLIPTIC = re.compile(r"(?:and|und|a|then|dann|what about|was ist mit)\b|那|还有")  # a follow-up, whatever it is about
INTENTS = {"organisation": "ask_partner", "place": "ask_place", "link": "ask_link", "topic": "ask_topic"}


def write_training(store: Store, written: Path, path: Path) -> None:
    """Write `path` (Rasa NLU YAML) anew if it differs; sentences that `written` already holds are left out."""
    known = {
        fold(line.strip().removeprefix("- ")) for file in written.rglob("*.yml") for line in file.open(encoding="utf-8")
    }
    sentences = store.look(lambda session: _sentences(session, known))
    document = {
        "version": "3.1",
        "nlu": [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
            for intent, texts in sorted(sentences.items())
        ],
    }
    text = yaml_text(document)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _sentences(session: Session, known: set[str]) -> dict[str, list[str]]:
    types = {record.id: record.type for record in queries.records(session)}
    found: dict[str, list[str]] = defaultdict(list)
    seen = set(known)
    for fact in queries.facts(session):
        intent = "ask_centre" if fact.record_id == CENTRE else INTENTS[types[fact.record_id]]
        for texts in fact.asked.values():
            for text in [*texts[:MOST], *texts[MOST::STEP]]:
                folded = fold(text)
                if folded not in seen and not ELLIPTIC.match(folded) and not set(text) & set("[]{}()/\\"):
                    seen.add(folded)
                    found[intent].append(text)
    return found
