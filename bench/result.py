"""What was measured, the bars it is held to, and how both are shown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import psutil
from rich.table import Table

from bench.visitors import LONG, SHORT, TURNS_PER_CHAT, Timing

VISITORS = (1, 8, 32)
LANGUAGES = ("en", "de", "zh")
LANGUAGE_NAMES = {"en": "English", "de": "German", "zh": "Chinese"}


@dataclass
class Figures:
    """All of one side: seconds, MB, share of held-out sentences understood, turns."""

    training: float = 0.0
    load: float = 0.0
    memory: float = 0.0
    accuracy: dict[str, float] = field(default_factory=dict)
    turns: dict[int, Timing] = field(default_factory=dict)


@dataclass
class Result:
    """One run."""

    stock: Figures
    light: Figures
    begun: datetime
    epochs: int
    learnt: int
    held_out: int
    three_processes: float = 0.0
    short_turn: float = 0.0
    long_turn: float = 0.0
    system_load: dict[str, float] = field(default_factory=dict)
    trained: dict[str, str] = field(default_factory=dict)

    def note_load(self, what: str) -> None:
        """Remember how busy the machine was before a step: processes wanting a core, mean of the last minute."""
        self.system_load[what] = os.getloadavg()[0]


@dataclass(frozen=True)
class Bar:
    """One thing that must hold."""

    what: str
    bound: str
    measured: str
    met: bool


def bars(result: Result) -> list[Bar]:
    """Every bar with the figure it is held to."""
    stock, light = result.stock, result.light
    stock_all, light_all = mean(stock.accuracy), mean(light.accuracy)
    most = VISITORS[-1]
    faster = light.turns[most].per_second / stock.turns[most].per_second
    longer = result.long_turn / result.short_turn
    return [
        _share("Memory of the core", light.memory / stock.memory, 4),
        _share("Load time", light.load / stock.load, 8),
        _share("Training time", light.training / stock.training, 10),
        Bar("Intents understood", "not below stock", f"{light_all:.1%} against {stock_all:.1%}", light_all >= stock_all),
        Bar("Median turn, one visitor", "<= 40 ms", f"{light.turns[1].median:.0f} ms", light.turns[1].median <= 40),
        Bar(f"Turns per second, {most} visitors", ">= 4 x stock", f"{faster:.1f} x", faster >= 4),
        Bar("Memory of all three processes", "<= 600 MB", f"{result.three_processes:.0f} MB", result.three_processes <= 600),
        Bar(f"Turn in a conversation of {LONG:,} turns", f"<= 1.5 x one of {SHORT}", f"{longer:.2f} x", longer <= 1.5),
    ]  # fmt: skip


def _share(what: str, share: float, part: int) -> Bar:
    return Bar(what, f"<= 1/{part} of stock", f"1/{1 / share:.1f}", share <= 1 / part)


def mean(accuracy: dict[str, float]) -> float:
    """The three languages count alike."""
    return sum(accuracy.values()) / len(accuracy)


def rows(result: Result) -> Iterator[tuple[str, str, str, str]]:
    """(what, stock, light, ratio) of every figure that both sides have."""
    stock, light = result.stock, result.light
    for language in LANGUAGES:
        difference = 100 * (light.accuracy[language] - stock.accuracy[language])
        title = f"Intents understood, {LANGUAGE_NAMES[language]}"
        yield title, f"{stock.accuracy[language]:.1%}", f"{light.accuracy[language]:.1%}", f"{difference:+.1f} points"
    yield f"Training, epochs of stock: {result.epochs}", *_pair(stock.training, light.training, "s")
    yield "Process start to first answer", *_pair(stock.load, light.load, "s")
    yield "Memory of the core after 100 turns", *_pair(stock.memory, light.memory, "MB")
    for number in VISITORS:
        who = "1 visitor" if number == 1 else f"{number} visitors"
        yield f"Turn, median, {who}", *_pair(stock.turns[number].median, light.turns[number].median, "ms")
        yield f"Turn, 95th percentile, {who}", *_pair(stock.turns[number].p95, light.turns[number].p95, "ms")
        one, other = stock.turns[number].per_second, light.turns[number].per_second
        yield f"Turns per second, {who}", f"{one:.1f}", f"{other:.1f}", f"{other / one:.1f} x"


def _pair(stock: float, light: float, unit: str) -> tuple[str, str, str]:
    digits = 1 if light < 10 else 0
    return f"{stock:,.{digits}f} {unit}", f"{light:,.{digits}f} {unit}", f"1/{stock / light:.1f}"


def own_rows(result: Result) -> Iterator[tuple[str, str]]:
    """(what, light) of the figures that stock has no counterpart for."""
    yield "Memory of gateway, core and actions after all turns", f"{result.three_processes:.0f} MB"
    yield f"Turn, median, conversations of {SHORT} turns", f"{result.short_turn:.1f} ms"
    yield f"Turn, median, turns 901 to {LONG:,} of one conversation", f"{result.long_turn:.1f} ms"


def table(result: Result) -> Table:
    """Everything in one table for the terminal."""
    shown = Table("figure", "stock Rasa", "light core", "ratio", title="Light core against stock Rasa")
    for row in rows(result):
        shown.add_row(*row)
    for what, figure in own_rows(result):
        shown.add_row(what, "", figure, "")
    shown.add_section()
    for bar in bars(result):
        shown.add_row(bar.what, bar.bound, bar.measured, "[green]met[/green]" if bar.met else "[red]not met[/red]")
    return shown


def markdown(result: Result) -> str:
    """docs/benchmark.md: machine, figures, bars, and what to know when reading them."""
    counts = ", ".join(
        f"{number}: {result.stock.turns[number].turns} and {result.light.turns[number].turns}" for number in VISITORS
    )
    busy = ", ".join(f"{what} {load:.1f}" for what, load in result.system_load.items())
    trained = ", ".join(f"{name} {at}" for name, at in result.trained.items())
    lines = [
        "# Light core against stock Rasa", "",
        "Written by `make bench`; measured in one run, on the same data, by the same client.", "",
        f"{result.begun:%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB of memory, "
        f"{platform.system()} {platform.machine()}; both cores on Python 3.10, gateway and actions on {platform.python_version()}.", "",
        "| figure | stock Rasa | light core | ratio |", "|---|---:|---:|---:|",
        *(f"| {' | '.join(row)} |" for row in rows(result)),
        *(f"| {what} | | {figure} | |" for what, figure in own_rows(result)), "",
        "| bar | bound | measured | |", "|---|---|---|---|",
        *(f"| {bar.what} | {bar.bound} | {bar.measured} | {'met' if bar.met else '**not met**'} |" for bar in bars(result)), "",
        "## How it was measured", "",
        f"- Both learn from the same {result.learnt:,} hand-written sentences of `data/nlu` and are asked the same {result.held_out:,} "
        "others: four to one within each language and intent, seed 7. The sentences that the partner database adds to the training are "
        "left out on both sides.",
        f"- Stock is `config.stock.yml` with {result.epochs} training epochs for both of its networks"
        + ("." if result.epochs == 100 else "; its file says 100. Its training time, and perhaps its share of intents understood, would be higher with all of them."),
        f"- Trained: {trained}, UTC; the load is the mean of the last five minutes of training.",
        "- As in `rasa test nlu`, the fallback threshold does not count: an intent is right when it is the likeliest.",
        "- A turn is one HTTP request and its answer. Light core: `POST /api/messages` of the gateway, with session, limits, inbox and "
        "history on disk. Stock: Rasa's own `rest` channel straight into the core, conversations in memory, nothing in front. "
        "Both call the same action server; the visitors write the held-out sentences, and open a new conversation every "
        f"{TURNS_PER_CHAT} turns.",
        "- Each of the three crowds writes without pause for the same time, the two sides in turn. "
        f"Turns taken by stock and light at each number of visitors: {counts}.",
        "- Memory is resident memory; start is the faster of two. All of it, the visitors too, shares one machine.",
        f"- Load of the machine (processes wanting a core, mean of the minute before) at the start of each step: {busy}. "
        "What stands above 1 before the first step is other work beside this; ratios then say more than single figures.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
