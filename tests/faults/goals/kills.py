"""G1, G2, F12, F23: processes are killed or asked to end while visitors talk and hand over."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sys
import time

import psutil

from bot.replies.problems import LANGUAGES

from .. import books
from ..figures import Row, none_of, slowest
from ..form import Request, request_person
from ..scale import Scale
from ..stage import Stage
from ..visitors import Attempt, Visitor, several
from .talk import ASKED, chat_until

WORKERS = ("gateway", "actions")  # the relay lives in the gateway's process
EVERY_SECONDS = (4.0, 10.0)


async def kill_loop(stage: Stage, scale: Scale) -> list[Row]:
    """G1 without its mails, which are counted when all goals are done."""
    ended = time.monotonic() + scale.kill_seconds
    killer = asyncio.create_task(kill_until(stage, ended))
    requests = [
        asyncio.create_task(_request_later(stage, number, random.uniform(0, scale.kill_seconds * 0.8)))
        for number in range(scale.requests)
    ]
    chatters = [asyncio.create_task(chat_until(stage, LANGUAGES[n % 3], ended)) for n in range(scale.chatters)]
    finished = await asyncio.gather(*requests, return_exceptions=True)
    talks = await asyncio.gather(*chatters, return_exceptions=True)
    kills = await killer
    await stage.until_ready()
    broken = [f"{type(one).__name__}: {one}" for one in (*finished, *talks) if isinstance(one, BaseException)]
    told = [one for one in finished if isinstance(one, Request)]
    broken += [one.broken for one in told if one.broken]
    stage.requests += told
    for request in told:
        if not request.stayed_in_step:
            print(f"Lost its step, {stage.backend}:\n{request.trail()}", file=sys.stderr)
    visitors = [one.visitor for one in told] + [one for one in talks if isinstance(one, Visitor)]
    found = await books.read_books(stage)
    turns = books.acknowledged(visitors)
    what = f"{kills} kills of gateway and actions in {scale.kill_seconds:g} s, {turns} turns"
    return [
        none_of("G1", f"{what}: hand-offs or turns never answered", broken, len(finished) + len(talks), least=scale.requests),
        none_of("G1", "acknowledged hand-offs lost", books.lost_cases(found, told), len(told), least=scale.requests),
        none_of("G1", "hand-offs that became two cases", books.doubled_cases(found, told), len(told)),
        none_of("G1", "forms that lost their step", [r.steps for r in told if not r.stayed_in_step], len(told)),
        none_of("G1", "acknowledged turns missing", books.lost_turns(found, visitors), turns),
        none_of("G1", "turns done twice", books.doubled_turns(found, visitors), turns),
        none_of("G1", "refusals not in the visitor's language", _unspoken(visitors), turns),
        Row("G1", "kills that met a process", f">= {int(scale.kill_seconds / 20)}", str(kills), kills >= int(scale.kill_seconds / 20)),
    ]  # fmt: skip


async def kill_until(stage: Stage, end: float) -> int:
    """Kill gateway and action server by turns; how often one was met."""
    count, number = 0, 0
    while time.monotonic() < end:
        await asyncio.sleep(random.uniform(*EVERY_SECONDS))
        if number % 4 == 0:  # every other kill of the gateway meets a mail that is being handed over
            with contextlib.suppress(TimeoutError):
                await stage.until(lambda: stage.mailbox.dialogues, 3, every=0.01)
        worker = WORKERS[number % len(WORKERS)]
        while not await stage.answers(worker) and time.monotonic() < end:
            await asyncio.sleep(0.2)  # where a start takes longer than the pause, nothing would ever be up
        count += await stage.kill(worker)
        number += 1
    return count


async def _request_later(stage: Stage, number: int, seconds: float) -> Request:
    await asyncio.sleep(seconds)
    visitor = await Visitor(stage, LANGUAGES[number % len(LANGUAGES)]).open()
    address = f"visitor-{visitor.conversation[-6:].lower().strip('-_')}-{number}@example.org" if number % 4 else ""
    return await request_person(visitor, address)


def _unspoken(visitors: list[Visitor]) -> list[str]:
    return [
        f"{attempt.status} {attempt.code}"
        for visitor in visitors
        for attempt in (*visitor.opening, *(a for said in visitor.said for a in said.attempts))
        if not attempt.spoken
    ]


async def core_kills(stage: Stage, scale: Scale) -> list[Row]:
    """G2 and F12: the core dies within turns."""
    visitors = await several(stage, 6)
    notices: list[Attempt] = []
    back: list[float] = []
    for _ in range(scale.core_kills):
        begun = time.monotonic()
        talking = [asyncio.create_task(visitor.say(text=ASKED[visitor.language])) for visitor in visitors]
        await asyncio.sleep(random.uniform(0, 0.05))
        await stage.kill("core")
        await asyncio.gather(*talking)
        await stage.until_ready()
        back.append(time.monotonic() - begun)
    for visitor in visitors:
        notices += [attempt for said in visitor.said for attempt in said.attempts]
    found = await books.read_books(stage)
    turns = books.acknowledged(visitors)
    return [
        none_of("G2", f"{scale.core_kills} kills of the core: acknowledged turns missing", books.lost_turns(found, visitors), turns),
        none_of("G2", "turns done twice", books.doubled_turns(found, visitors), turns),
        none_of("G2", "turns in another order", books.out_of_order(found, visitors), len(visitors)),
        slowest("G2", "until the answer or a notice", [one.seconds for one in notices], 10),
        none_of("G2", "refusals not in the visitor's language", _unspoken(visitors), len(notices)),
        slowest("G2", "until everything answers again (core start + 5 s)", back, stage.core_start_seconds + 5),
    ]  # fmt: skip


async def rolling_restart(stage: Stage, scale: Scale) -> list[Row]:
    """F23: each process is asked to end, one after the other, at about three turns a second."""
    ended = time.monotonic() + scale.rolling_seconds
    talking = [asyncio.create_task(chat_until(stage, LANGUAGES[n % 3], ended, pause=1.0)) for n in range(3)]
    exits: list[float] = []
    for name in ("actions", "core", "gateway"):
        await asyncio.sleep(1.0)
        await stage.until(lambda name=name: stage.find(name), 60)  # type: ignore[misc]
        process = stage.find(name)
        assert process is not None
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(psutil.NoSuchProcess):
            await stage.until(lambda process=process: _is_gone(process), 60)  # type: ignore[misc]
        exits.append(time.monotonic() - begun)
        await stage.until_ready()
    visitors = await asyncio.gather(*talking, return_exceptions=True)
    broken = [str(one) for one in visitors if isinstance(one, BaseException)]
    talked = [one for one in visitors if isinstance(one, Visitor)]
    found = await books.read_books(stage)
    turns = books.acknowledged(talked)
    return [
        none_of("F23", "rolling restart by SIGTERM: turns unanswered after repeats", broken, turns, least=3),
        none_of("F23", "acknowledged turns missing or done twice",
                books.lost_turns(found, talked) + books.doubled_turns(found, talked), turns),
        slowest("F23", "until a process has ended", exits, 20),
    ]  # fmt: skip


def _is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
