"""G4: the action server is away, silent or wrong just when a request is sent; nothing may be promised."""

from __future__ import annotations

import asyncio

from bot.replies.problems import LANGUAGES

from .. import books
from ..figures import Row, none_of, slowest
from ..form import Request, finish, request_person, send_of
from ..proxy import Mode
from ..scale import Scale
from ..stage import Stage
from ..visitors import Said, Visitor
from .talk import ASKED

CUT: tuple[Mode, ...] = ("refuse", "swallow", "reset", "error")
STOPPED = "stopped"
HOLDING = ("swallow", STOPPED)
LATE_SECONDS = 2.0  # in which what was held back would do its harm


async def actions_away(stage: Stage, scale: Scale) -> list[Row]:
    """Each kind of failure meets requests that were filled in while all was well."""
    told: list[Request] = []
    answers: list[tuple[str, Visitor, Said]] = []
    early: list[str] = []
    silent_after: list[str] = []
    for kind in (*CUT, STOPPED):
        filled = await asyncio.gather(*[_fill(stage, number) for number in range(scale.requests_in_outage)])
        asking = [await Visitor(stage, language).open() for language in LANGUAGES]
        await _cut(stage, kind)
        try:
            sends = [send_of(request) for request in filled]
            asked = [visitor.message(text=ASKED[visitor.language]) for visitor in asking]
            await asyncio.gather(
                *[r.visitor.insist(send) for r, send in zip(filled, sends, strict=True)],
                *[visitor.insist(said) for visitor, said in zip(asking, asked, strict=True)],
            )
        finally:
            await _mend(stage, kind)
        answers += [(kind, r.visitor, send) for r, send in zip(filled, sends, strict=True)]
        answers += [(kind, visitor, said) for visitor, said in zip(asking, asked, strict=True)]
        if kind in HOLDING:
            await asyncio.sleep(LATE_SECONDS)
        found = await books.read_books(stage)
        held = set(found.cases.values())
        early += [f"{kind}: {r.visitor.conversation}" for r in filled if r.visitor.conversation in held]
        await stage.until_ready()
        await asyncio.gather(*[finish(request) for request in filled])
        silent_after += [f"{kind}: {r.broken or 'no number'}" for r in filled if not r.number]
        told += filled
    stage.requests += told
    found = await books.read_books(stage)
    wrong = [f"{kind}: {said.answer[:50]}" for kind, visitor, said in answers if not visitor.is_apology(said)]
    silent = [kind for kind, _, said in answers if not said.answer.strip()]
    seconds = [attempt.seconds for _, _, said in answers for attempt in said.attempts]
    kinds = ", ".join((*CUT, STOPPED))
    return [
        none_of("G4", f"action server away ({kinds}): answers that are no apology", wrong, len(answers)),
        none_of("G4", "silent turns", silent, len(answers)),
        none_of("G4", "cases though the visitor was told that nothing was passed on", early, len(told)),
        slowest("G4", "until the apology", seconds, 10),
        none_of("G4", "requests that could not be sent afterwards", silent_after, len(told)),
        none_of("G4", "requests that became two cases, or a number without a case",
                books.doubled_cases(found, told) + books.lost_cases(found, told), len(told)),
    ]  # fmt: skip


async def actions_slow(stage: Stage, scale: Scale) -> list[Row]:
    """A slow way to the action server delays and harms nothing."""
    await stage.proxies["core-actions"].set("delay")
    try:
        requests = await asyncio.gather(
            *[_request(stage, number) for number in range(min(3, scale.requests_in_outage))], return_exceptions=True
        )
    finally:
        await stage.proxies["core-actions"].set("pass")
    told = [one for one in requests if isinstance(one, Request)]
    stage.requests += told
    wrong = [str(one) for one in requests if isinstance(one, BaseException)]
    wrong += [one.broken or "an apology" for one in told if one.broken or one.apologies]
    return [none_of("G4", "a slow way to the action server: requests that failed", wrong, len(requests))]


async def _request(stage: Stage, number: int) -> Request:
    visitor = await Visitor(stage, LANGUAGES[number % 3]).open()
    return await request_person(visitor, "")


async def _fill(stage: Stage, number: int) -> Request:
    visitor = await Visitor(stage, LANGUAGES[number % 3]).open()
    return await request_person(visitor, f"filled-{number}@example.org", up_to="confirm_ask")


async def _cut(stage: Stage, kind: Mode | str) -> None:
    if kind == STOPPED:
        process = stage.find("actions")
        assert process is not None
        process.suspend()
        return
    for mode in CUT:
        if mode == kind:
            await stage.proxies["core-actions"].set(mode)


async def _mend(stage: Stage, kind: str) -> None:
    if kind == STOPPED and (process := stage.find("actions")):
        process.resume()
    await stage.proxies["core-actions"].set("pass")
