"""G9 and G14: normal visitors while others send the worst they may, and many visitors for a while."""

from __future__ import annotations

import asyncio
import random
import time

import psutil

from bot.replies.problems import LANGUAGES

from ..corpus import ODD
from ..figures import Row, at_most, none_of, percentile
from ..scale import Scale
from ..stage import PROCESSES, Stage
from ..visitors import Visitor
from .talk import ASKED, PLACE, WHERE

NORMAL, HOSTILE = 10, 3
WORST = [text for text in ODD if 1000 <= len(text) <= 2000]
MEGABYTE = 1_000_000


async def bystanders(stage: Stage, scale: Scale) -> list[Row]:
    """G9: waits of normal visitors without and with worst-case input at the allowed rate."""
    await _measure(stage, 3.0)  # warm
    calm = await _measure(stage, scale.bystander_seconds)
    memory = _memory(stage)
    longest: list[float] = []
    attack = [
        asyncio.create_task(_attack(stage, LANGUAGES[n % 3], scale.bystander_seconds, longest)) for n in range(HOSTILE)
    ]
    under = await _measure(stage, scale.bystander_seconds)
    await asyncio.gather(*attack)
    p95 = percentile(calm, 0.95), percentile(under, 0.95)
    grown = max(0.0, (_memory(stage) - memory) / MEGABYTE)
    return [
        at_most("G9", f"worst-case input: p95 of {NORMAL} normal visitors above the {p95[0] * 1000:.0f} ms without",
                (p95[1] - p95[0]) * 1000, 300 * scale.slack, "ms"),
        at_most("G9", f"longest of {len(longest)} worst-case turns", max(longest), 2 * scale.slack),
        at_most("G9", "memory of all processes above before", grown, 50, "MB"),
    ]  # fmt: skip


async def _measure(stage: Stage, seconds: float) -> list[float]:
    """Waits of normal visitors, each of whom asks about once a second."""
    waits: list[float] = []
    end = time.monotonic() + seconds

    async def talk(number: int) -> None:
        visitor = await Visitor(stage, LANGUAGES[number % 3]).open()
        await asyncio.sleep(number / NORMAL)
        while time.monotonic() < end:
            said = await visitor.say(text=random.choice((ASKED, WHERE))[visitor.language])
            waits.append(said.attempts[-1].seconds)
            await asyncio.sleep(1.0)

    await asyncio.gather(*[talk(number) for number in range(NORMAL)])
    return waits


async def _attack(stage: Stage, language: str, seconds: float, longest: list[float]) -> None:
    visitor = await Visitor(stage, language).open()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        said = visitor.message(text=random.choice(WORST))
        longest.append((await visitor.once(said)).seconds)
        await asyncio.sleep(0.5)  # twenty in ten seconds are allowed


def _processes(stage: Stage) -> list[psutil.Process]:
    return [process for name in PROCESSES if (process := stage.find(name))]


def _memory(stage: Stage) -> float:
    return float(sum(process.memory_info().rss for process in _processes(stage)))


async def load(stage: Stage, scale: Scale) -> list[Row]:
    """G14: fifty conversations, some turns a second together; not in the short form."""
    if not scale.load_seconds:
        return []
    visitors = [await Visitor(stage, LANGUAGES[number % 3]).open() for number in range(50)]
    rate = scale.load_per_second
    waits: list[float] = []
    wrong: list[str] = []

    async def turn(visitor: Visitor) -> None:
        said = visitor.message(text=ASKED[visitor.language])
        attempt = await visitor.once(said)
        waits.append(attempt.seconds)
        if attempt.status != 200 or PLACE[visitor.language] not in said.answer:
            wrong.append(f"{attempt.status} {said.answer[:40]}")

    async def drive(seconds: float) -> None:
        running: list[asyncio.Task[None]] = []
        begun = time.monotonic()
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            running.append(asyncio.create_task(turn(visitors[number % len(visitors)])))
        await asyncio.gather(*running)

    await drive(min(30.0, scale.load_seconds / 3))  # warm: caches fill, connections open
    warm, open_files = _memory(stage), sum(process.num_fds() for process in _processes(stage))
    waits.clear()
    await drive(scale.load_seconds)
    grown = 100 * (_memory(stage) - warm) / warm
    files = sum(process.num_fds() for process in _processes(stage)) - open_files
    return [
        none_of(
            "G14",
            f"50 conversations, {rate:g} turns/s, {scale.load_seconds:g} s: errors or wrong answers",
            wrong,
            len(waits),
        ),
        at_most("G14", f"p95 of {len(waits)} turns", percentile(waits, 0.95), 1.5 * scale.slack),
        at_most("G14", "growth of memory", grown, 10, "%"),
        at_most("G14", "growth of open files", files, 20, ""),
    ]
