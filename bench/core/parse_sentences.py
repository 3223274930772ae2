"""The intent a trained model gives to each sentence; runs in either side's environment.

`python -m bench.core.parse_sentences MODEL SENTENCES RESULT`: both files are JSON lists of strings.
"""
from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from pathlib import Path

FALLBACK = "nlu_fallback"


def best_intent(parsed: dict) -> str:
    """Returns the likeliest intent; as in `rasa test nlu`, the fallback does not hide what was recognised."""
    ranking = [parsed["intent"], *parsed.get("intent_ranking", ())]
    return next((entry["name"] for entry in ranking if entry.get("name") not in (None, FALLBACK)), FALLBACK)


async def parse(model: str, texts: list[str]) -> list[str]:
    """Returns one intent for each text."""
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    return [best_intent(await agent.parse_message(text)) for text in texts]


def main() -> None:
    """Parses the file of sentences."""
    if importlib.util.find_spec("tensorflow") is None:
        from bot.core import absent

        absent.install()
    model, source, target = sys.argv[1:]
    intents = asyncio.run(parse(model, json.loads(Path(source).read_text("utf-8"))))
    Path(target).write_text(json.dumps(intents), encoding="utf-8")


if __name__ == "__main__":
    main()
