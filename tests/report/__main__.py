"""Asks the question sets through the chat API and prints how many answers hold, by language, set, kind, way and noise.

`python -m tests.report` starts a copy of its own on free ports; `--url` asks a running one. Exits 1 below the floors.
The question sets were written apart from the training data and are not to be used for training.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.partners.knowledge import take_snapshot
from bot.partners.loader import load
from bot.store import Store, migrate
from tests.crossvalidate import cross_validated
from tests.noise import LEVELS, Level
from tests.provenance import Provenance
from tests.report.asking import NO_LIMITS, Task, ask_all, turn_times
from tests.report.document import DOCUMENT, renewed
from tests.report.judging import KNOWLEDGE, Outcome
from tests.report.questions import LANGUAGES, SETS, Entry, read_set
from tests.report.shares import FACTS_FLOOR, below_floors
from tests.report.tables import Section, sections
from tests.running import running_copy

QUICK_STEP = 5  # every fifth entry


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line, checked."""
    parser = argparse.ArgumentParser(prog="python -m tests.report", description=__doc__)
    parser.add_argument("--url", help="a running copy without limits; otherwise one is started")
    parser.add_argument(
        "--sets", default=",".join(SETS), help="of plain, breadth, dialogues, blind; comma between (default all)"
    )
    parser.add_argument("--questions", type=Path, help="a folder with {en,de,zh}.yml, instead of --sets")
    parser.add_argument("--noise", default="none,light", help="of none, light, heavy; single questions (default two)")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--quick", action="store_true", help="every fifth question, clean, and nothing else")
    parser.add_argument("--answers", action="store_true", help="without the cross-validation of the intents")
    parser.add_argument("--write", action="store_true", help="renew the figures in docs/quality.md")
    options = parser.parse_args(arguments)
    options.folders = {name: SETS.get(name) for name in options.sets.split(",")}
    if options.questions:
        options.folders = {options.questions.name: options.questions}
    options.levels = ["none"] if options.quick else options.noise.split(",")
    options.languages = tuple(options.language or LANGUAGES)
    if None in options.folders.values():
        parser.error(f"--sets: of {', '.join(SETS)}")
    if not set(options.levels) <= set(LEVELS):
        parser.error(f"--noise: of {', '.join(LEVELS)}")
    if options.write and (
        options.quick or options.answers or options.language or options.questions or set(options.folders) != set(SETS)
    ):
        parser.error("--write needs all sets and languages")
    return options


def tasks_of(entries: list[Entry], levels: list[Level]) -> list[Task]:
    """Everything as it was written, and again with noise what is a single question and not hidden."""
    found = []
    for level in levels:
        noisy = level != "none"
        found += [Task(entry, level) for entry in entries if not (noisy and (entry.is_dialogue or entry.is_hidden))]
    return found


def provenance_of_files() -> Provenance:
    """What a reply may be made of: the knowledge files as a fresh copy loads them."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/knowledge.db"
        migrate(url)
        store = Store(url)
        try:
            if refused := load(store, KNOWLEDGE).refused:
                sys.exit(f"The knowledge files cannot be loaded: {refused[0]}")
            return Provenance(take_snapshot(store, KNOWLEDGE))
        finally:
            store.close()


def ask(url: str, tasks: list[Task], quick: bool) -> tuple[list[Outcome], tuple[float, float] | None]:
    """All outcomes, and the turn times unless it has to be quick."""
    provenance = provenance_of_files()
    with Progress(transient=True) as progress:
        bar = progress.add_task("Asking", total=len(tasks))
        outcomes = ask_all(url, tasks, lambda: progress.advance(bar), provenance)
    return outcomes, None if quick else turn_times(url, (task.entry for task in tasks if task.noise == "none"))


def failures(outcomes: list[Outcome]) -> list[str]:
    """A line for each turn that does not hold; of the noisy ones only those that hold without noise."""
    clean = {o.entry.id for o in outcomes if o.noise == "none" and not o.right}
    found = []
    for o in outcomes:
        marks = [word for word, is_so in (("CONFIRMED", o.confirms_falsely), ("WRONG", o.wrong)) if is_so][:1]
        if o.invented:
            marks.append(f"INVENTED {list(o.invented)}")
        if o.without_origin:
            marks.append(f"WITHOUT ORIGIN {o.without_origin!r}")
        if o.entry.is_hidden:
            found += [f"{o.entry.set}: {mark}" for mark in marks if mark.startswith(("INVENTED", "WITHOUT"))]
        elif o.invented or o.without_origin or (not o.right and not (o.noise != "none" and o.entry.id in clean)):
            if o.noise != "none":
                marks.append(f"{o.noise} noise")
            found.append(f"{' '.join([*marks, o.entry.id])}: {o.asked} -> {o.complaint} | {o.said[:200]!r}")
    return found


def show(found: list[Section], console: Console) -> None:
    """The tables one after the other."""
    for section in found:
        table = Table(*section.head, title=f"{section.title} ({section.counts})", title_justify="left")
        for row in section.rows:
            table.add_row(*row)
        console.print(table)


def main(arguments: list[str] | None = None) -> None:
    """Asks, shows, writes; ends the process."""
    options = options_of(arguments)
    console = Console(width=160, soft_wrap=True)
    entries: list[Entry] = []
    for name, folder in options.folders.items():
        try:
            entries += read_set(name, folder, options.languages)
        except FileNotFoundError as error:
            sys.exit(f"The question set {name} is not complete: {error.filename} is missing.")
    tasks = tasks_of(entries[::QUICK_STEP] if options.quick else entries, options.levels)
    if options.url:
        outcomes, times = ask(options.url, tasks, options.quick)
    else:
        with running_copy(**NO_LIMITS) as url:
            outcomes, times = ask(url, tasks, options.quick)
    for line in failures(outcomes):
        console.print(line, markup=False)
    found = sections(outcomes, times)
    if not (options.quick or options.answers):
        found += cross_validated(options.languages)
    show(found, console)
    if options.write:
        DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8"), found, datetime.now(UTC).date()), "utf-8")
    below = below_floors(outcomes, 0 if options.quick or options.language else FACTS_FLOOR)
    for line in below:
        console.print(f"FLOOR {line}", markup=False)
    sys.exit(1 if below else 0)


if __name__ == "__main__":
    main()
