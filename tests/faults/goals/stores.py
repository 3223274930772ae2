"""G3, F06, F09, F11: the databases or Redis are away in the middle of conversations and forms."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from bot.replies.problems import LANGUAGES

from .. import books
from ..figures import Row, none_of, slowest
from ..form import Request, finish, next_message, request_person
from ..proxy import Mode
from ..scale import Scale
from ..stage import Stage
from ..visitors import Attempt, Said, Visitor
from .talk import ASKED, WHERE, is_ordinary

Outage = Callable[[Stage], AbstractAsyncContextManager[None]]
SETTLING_SECONDS = 0.3  # an answer that was on its way when the database went is no answer without it


@dataclass
class Seen:
    """What visitors met during all outages of one kind of service."""

    refusals: list[Attempt] = field(default_factory=list)
    ordinary: list[str] = field(default_factory=list)
    alive: list[float] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    lost_step: list[str] = field(default_factory=list)


@asynccontextmanager
async def _proxied(stage: Stage, mode: Mode) -> AsyncIterator[None]:
    await stage.part_from_database(mode)
    try:
        yield
    finally:
        await stage.part_from_database("pass")


@asynccontextmanager
async def _server_stopped(stage: Stage) -> AsyncIterator[None]:
    assert stage.cluster
    await asyncio.to_thread(stage.cluster.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(stage.cluster.start)


@asynccontextmanager
async def _locked(stage: Stage, files: tuple[str, ...]) -> AsyncIterator[None]:
    """Another program holds the file for itself alone."""
    held = []
    for file in files:
        other = sqlite3.connect(stage.var_dir / file, isolation_level=None, timeout=20, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
        held.append(other)
    try:
        yield
    finally:
        for other in held:
            other.execute("COMMIT")
            other.close()


def outages(stage: Stage) -> dict[str, Outage]:
    """How the database of a stage can be away."""
    if stage.cluster is None:
        return {
            "gateway's file locked": lambda s: _locked(s, ("assistant.db",)),
            "transcripts locked": lambda s: _locked(s, ("tracker.db",)),
            "both locked": lambda s: _locked(s, ("assistant.db", "tracker.db")),
        }
    return {
        "stopped": _server_stopped,
        "swallowed": lambda s: _proxied(s, "swallow"),
        "refused": lambda s: _proxied(s, "refuse"),
        "reset": lambda s: _proxied(s, "reset"),
    }


async def database_away(stage: Stage, scale: Scale) -> list[Row]:
    """G3: every kind of outage, with visitors in the middle of a conversation and of a form."""
    seen = Seen()
    kinds = outages(stage)
    for _ in range(scale.outages):
        for kind, outage in kinds.items():
            await stage.until_ready()
            await _one_outage(stage, scale, kind, outage, seen)
    stage.requests += seen.requests
    found = await books.read_books(stage)
    visitors = seen.visitors
    turns = books.acknowledged(visitors)
    unspoken = [f"{one.status} {one.code}" for one in seen.refusals if not one.spoken]
    what = f"{scale.outages * len(kinds)} outages of {scale.outage_seconds:g} s ({', '.join(kinds)})"
    return [
        none_of("G3", f"{what}: acknowledged turns lost", books.lost_turns(found, visitors), turns),
        none_of("G3", "turns done twice or in another order",
                books.doubled_turns(found, visitors) + books.out_of_order(found, visitors), turns),
        none_of("G3", "ordinary answers while the database was away", seen.ordinary, len(seen.refusals) + len(seen.ordinary)),
        slowest("G3", "until the apology", [one.seconds for one in seen.refusals], 8),
        none_of("G3", "refusals without an apology in the visitor's language", unspoken, len(seen.refusals)),
        none_of("G3", "liveness not answered", seen.dead, len(seen.alive) + len(seen.dead)),
        slowest("G3", "liveness meanwhile", seen.alive, scale.slack),
        slowest("G3", "ready again without restart", seen.recoveries, 15),
        none_of("F06", "forms that did not go on at their step", seen.lost_step, len(seen.requests)),
        none_of("F06", "acknowledged requests lost or doubled",
                books.lost_cases(found, seen.requests) + books.doubled_cases(found, seen.requests), len(seen.requests)),
    ]  # fmt: skip


async def _one_outage(stage: Stage, scale: Scale, kind: str, outage: Outage, seen: Seen) -> None:
    talkers = [await Visitor(stage, language).open() for language in LANGUAGES]
    for visitor in talkers:
        await visitor.say(text=ASKED[visitor.language])
    forms = [
        await request_person(await Visitor(stage, language).open(), f"outage-{language}@example.org", up_to="email_ask")
        for language in LANGUAGES
    ]
    pending = [(visitor, visitor.message(text=WHERE[visitor.language])) for visitor in talkers]
    pending += [(form.visitor, next_message(form)) for form in forms]
    before = {name: process.pid for name in ("gateway", "core", "actions") if (process := stage.find(name))}
    async with outage(stage):
        begun = time.monotonic()
        end = begun + scale.outage_seconds
        watch = asyncio.create_task(_watch_liveness(stage, end, seen))
        await asyncio.gather(*[_keep_asking(visitor, said, begun, end, kind, seen) for visitor, said in pending])
        await watch
    healed = time.monotonic()
    await stage.until_ready()
    seen.recoveries.append(time.monotonic() - healed)
    for visitor, said in pending:
        await visitor.insist(said)
    await asyncio.gather(*[finish(form) for form in forms])
    after = {name: process.pid for name in before if (process := stage.find(name))}
    seen.dead += [f"{kind}: {name} was restarted" for name in before if before[name] != after.get(name)]
    seen.lost_step += [f"{kind}: {form.steps}" for form in forms if not form.stayed_in_step or not form.number]
    seen.visitors += [*talkers, *(form.visitor for form in forms)]
    seen.requests += forms


async def _keep_asking(visitor: Visitor, said: Said, begun: float, end: float, kind: str, seen: Seen) -> None:
    """Repeats one message while the outage lasts; an answer to it is ordinary or an apology."""
    while time.monotonic() < end and said.replies is None:
        sent = time.monotonic()
        attempt = await visitor.once(said)
        if time.monotonic() > end:
            return
        if attempt.status != 200:
            seen.refusals.append(attempt)
            await asyncio.sleep(0.5)
        elif sent > begun + SETTLING_SECONDS and not visitor.is_apology(said):
            seen.ordinary.append(f"{kind}: {said.answer[:40]}")


async def _watch_liveness(stage: Stage, end: float, seen: Seen) -> None:
    while time.monotonic() < end:
        begun = time.monotonic()
        status, _ = await stage.get("/healthz")
        if status == 200:
            seen.alive.append(time.monotonic() - begun)
        else:
            seen.dead.append(f"status {status}")
        await asyncio.sleep(0.3)


async def redis_away(stage: Stage, scale: Scale) -> list[Row]:
    """F09: without Redis each gateway counts for itself; the chat goes on."""
    if "gateway-redis" not in stage.proxies:
        return []
    visitors = [await Visitor(stage, language).open() for language in LANGUAGES]
    wrong: list[str] = []
    modes: tuple[Mode, ...] = ("refuse", "swallow", "reset")
    for mode in modes:
        await stage.proxies["gateway-redis"].set(mode)
        for visitor in visitors:
            said = await visitor.say(text=ASKED[visitor.language])
            wrong += [] if is_ordinary(said.answer, visitor.language) else [f"{mode}: {said.answer[:40]}"]
        await stage.proxies["gateway-redis"].set("pass")
    attempts = [attempt for visitor in visitors for said in visitor.said for attempt in said.attempts]
    wrong += [f"{one.status} {one.code}" for one in attempts if one.status != 200]
    return [
        none_of("F09", "Redis refused, swallowed, reset: turns not answered at once", wrong, len(attempts)),
        slowest("F09", "until the answer", [one.seconds for one in attempts], 8),
    ]
