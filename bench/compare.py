"""Measures the light core against the stock Rasa pipeline in one run: `make bench`, or `python -m bench.compare --help`."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import sides, visitors
from bench.processes import Failed, Server, run
from bench.result import VISITORS, Figures, Result, bars, markdown, table
from bench.sides import Side
from bench.split import SEED, Sentence, divide, sentences, write_project
from bot.commands.preparing import load_knowledge
from bot.settings import ROOT, Settings, ensure_secrets, load_settings
from bot.store import migrate
from bot.supervisor import free_port, public_url

DOCUMENT = ROOT / "docs" / "benchmark.md"
TRAINING_LIMIT, PARSING_LIMIT = 6 * 3600.0, 900.0
WARM_UP_TURNS = 100
STARTS = 2

console = Console(highlight=False, soft_wrap=True)


def own_copy(folder: Path) -> Settings:
    """Settings of a copy on free ports with a fresh database, all below `folder`."""
    settings = ensure_secrets(
        load_settings(
            host="127.0.0.1", port=free_port(), core_port=free_port(), actions_port=free_port(), var_dir=folder / "var",
            database_url="", tracker_url="", redis_url=None, log_level="WARNING",
        )
    )  # fmt: skip
    migrate(settings.database)
    load_knowledge(settings)
    return settings


def understood(side: Side, model: Path, asked: list[Sentence], folder: Path) -> dict[str, float]:
    """Share of the sentences whose intent the trained model finds, by language."""
    texts, found = folder / f"{side.name}-texts.json", folder / f"{side.name}-intents.json"
    texts.write_text(json.dumps([sentence.text for sentence in asked]), encoding="utf-8")
    run(
        side.parse_command(model, texts, found),
        side.environment,
        folder / f"{side.name}-parse.log",
        PARSING_LIMIT,
        console.print,
    )
    right: dict[str, list[bool]] = defaultdict(list)
    for sentence, intent in zip(asked, json.loads(found.read_text(encoding="utf-8")), strict=True):
        right[sentence.language].append(intent == sentence.intent)
    return {language: sum(each) / len(each) for language, each in right.items()}


def train(side: Side, figures: Figures, asked: list[Sentence], folder: Path) -> Path:
    """The side's model; training time and accuracy are noted."""
    console.print(f"Training {side.name} ...")
    log = folder / f"{side.name}-train.log"
    figures.training = run(
        side.train_command(folder, folder / "models"), side.environment, log, TRAINING_LIMIT, console.print
    )
    console.print(f"  {figures.training:.1f} s")
    model = folder / "models" / f"{side.name}.tar.gz"
    figures.accuracy = understood(side, model, asked, folder)
    console.print(
        "  understood: " + ", ".join(f"{language} {share:.1%}" for language, share in figures.accuracy.items())
    )
    return model


def start(stack: ExitStack, side: Side, figures: Figures, model: Path, folder: Path) -> Server:
    """The running core; the faster of two starts is noted."""
    with side.core(model, folder / f"{side.name}.log") as first:
        pass
    server = stack.enter_context(side.core(model, folder / f"{side.name}.log"))
    figures.load = min(first.seconds, server.seconds)
    console.print(f"  {side.name} answers after {first.seconds:.1f} and {server.seconds:.1f} s")
    return server


def trained(side: Side, figures: Figures, asked: list[Sentence], folder: Path, kept: Path | None) -> tuple[Path, str]:
    """(the model of a side, when it was trained): now, or earlier with the same data when `kept` has it."""
    if kept is None:
        return train(side, figures, asked, folder), _now_and_load()
    inputs = [side.config, *sorted(path for path in (folder / "data").rglob("*.yml"))]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()[:16]
    store = kept / f"{side.name}-{key}"
    told, model = store / "figures.json", store / f"{side.name}.tar.gz"
    if not told.exists():
        store.mkdir(parents=True, exist_ok=True)
        shutil.copy(train(side, figures, asked, folder), model)
        known = {"training": figures.training, "accuracy": figures.accuracy, "when": _now_and_load()}
        told.write_text(json.dumps(known), encoding="utf-8")
    known = json.loads(told.read_text(encoding="utf-8"))
    figures.training, figures.accuracy = known["training"], known["accuracy"]
    return model, known["when"]


def _now_and_load() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} (load {os.getloadavg()[1]:.1f})"


def measure(folder: Path, epochs: int, seconds: float, kept: Path | None = None) -> Result:
    """All steps, one after the other. Raises Failed."""
    begun = datetime.now(UTC)
    settings = own_copy(folder)
    learnt, asked = divide(sentences())
    write_project(learnt, folder)
    texts = [sentence.text for sentence in asked]
    random.Random(SEED).shuffle(texts)
    result = Result(Figures(), Figures(), begun, epochs, len(learnt), len(asked))
    console.print("Stock environment ...")
    sides.make_stock_environment()
    light = sides.light(settings, folder)
    stock = sides.stock(settings, folder, free_port(), epochs)
    models = {}
    for side, figures in ((light, result.light), (stock, result.stock)):
        models[side.name], result.trained[side.name] = trained(side, figures, asked, folder, kept)
    with ExitStack() as stack:
        actions = stack.enter_context(sides.actions(settings, light.environment, folder / "actions.log"))
        result.note_load("starting")
        cores = {side.name: start(stack, side, figures, models[side.name], folder)
                 for side, figures in ((stock, result.stock), (light, result.light))}  # fmt: skip
        gateway = stack.enter_context(sides.gateway(settings, light.environment, folder / "gateway.log"))
        crowds = [(light, result.light, public_url(settings)), (stock, result.stock, f"http://127.0.0.1:{stock.port}")]
        for side, figures, url in crowds:
            visitors.take_turns(url, side.new_chat, WARM_UP_TURNS, texts)
            figures.memory = cores[side.name].resident_mb()
            console.print(f"  {side.name}: {figures.memory:.0f} MB")
        for number in VISITORS:
            result.note_load(f"{number} visiting")
            for side, figures, url in crowds:
                timing = figures.turns[number] = visitors.measure(url, side.new_chat, number, seconds, texts)
                console.print(
                    f"  {side.name}, {number} visiting: {timing.median:.0f} ms, {timing.per_second:.1f} turns/s"
                )
        result.note_load("long conversation")
        result.short_turn, result.long_turn = visitors.conversation_lengths(crowds[0][2], light.new_chat, texts)
        result.three_processes = sum(server.resident_mb() for server in (gateway, cores["light"], actions))
    return result


def main() -> int:
    """Runs everything; exit code 1 when a bar is not met or a step fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument(
        "--epochs",
        type=int,
        default=100,
        help="epochs of stock Rasa's networks (default 100, hours on a small machine)",
    )
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="how long each crowd of visitors writes (default 20)"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep what was trained there, and use it again with the same data"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        try:
            result = measure(Path(name), options.epochs, options.seconds, options.keep)
        except Failed as error:
            console.print(f"[red]{error}[/red]")
            return 1
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(markdown(result), encoding="utf-8")
    Console().print(table(result))
    return 0 if all(bar.met for bar in bars(result)) else 1


if __name__ == "__main__":
    sys.exit(main())
