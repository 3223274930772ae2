"""G6 and G7: the same message many times, late repeats, and five messages at once."""

from __future__ import annotations

import asyncio
import json

from bot.replies.problems import LANGUAGES

from .. import books
from ..figures import Row, none_of
from ..form import Request, request_person, send_of
from ..scale import Scale
from ..stage import Stage
from ..visitors import Said, Visitor
from .talk import ASKED, WHERE

AT_ONCE = 3
HELD_SECONDS = 4.0
GAP_SECONDS = 0.04


async def duplicates(stage: Stage, scale: Scale) -> list[Row]:
    """Each message three times at once, then once more after a later one; every third is the end of a request."""
    wrong: list[str] = []
    visitors: list[Visitor] = []
    requests: list[Request] = []

    async def one(number: int) -> None:
        visitor = await Visitor(stage, LANGUAGES[number % 3]).open()
        visitors.append(visitor)
        if number % 3 == 0:
            request = await request_person(visitor, f"twice-{number}@example.org", up_to="confirm_ask")
            first = send_of(request)
            requests.append(request)
        else:
            first = visitor.message(text=ASKED[visitor.language])
        copies = [Said(first.id, first.content) for _ in range(AT_ONCE)]
        await asyncio.gather(*[visitor.insist(copy) for copy in copies])
        first.replies = copies[0].replies
        if number % 3:
            await visitor.say(text=WHERE[visitor.language])
        late = Said(first.id, first.content)
        await visitor.insist(late)
        heard = {json.dumps(copy.replies, sort_keys=True) for copy in (*copies, late)}
        if len(heard) > 1:
            wrong.append(f"{len(heard)} different answers")

    for start in range(0, scale.duplicates, 6):
        await asyncio.gather(*[one(number) for number in range(start, min(start + 6, scale.duplicates))])
    found = await books.read_books(stage)
    cases = set(found.cases.values())
    missing = [r.visitor.conversation for r in requests if r.visitor.conversation not in cases]
    turns = books.acknowledged(visitors)
    return [
        none_of("G6", f"{scale.duplicates} messages, each {AT_ONCE} times at once and once late: different answers", wrong, scale.duplicates),
        none_of("G6", "extra or missing turns", books.doubled_turns(found, visitors) + books.lost_turns(found, visitors), turns),
        none_of("G6", "extra or missing cases", books.doubled_cases(found, requests) + missing, len(requests)),
    ]  # fmt: skip


async def bursts(stage: Stage, scale: Scale) -> list[Row]:
    """Five messages of one session in 200 ms; in every other burst the first one's action takes four seconds."""
    visitors = [await Visitor(stage, LANGUAGES[number % 3]).open() for number in range(scale.bursts)]
    unanswered: list[str] = []
    for slow in (False, True):
        group = visitors[slow::2]
        if slow:
            await stage.proxies["core-actions"].set("swallow")
        sending = [asyncio.create_task(_burst(visitor)) for visitor in group]
        if slow:
            await asyncio.sleep(HELD_SECONDS)
            await stage.proxies["core-actions"].set("pass")
        for said in [one for task in sending for one in await task]:
            if not said.answer.strip() or any(attempt.status != 200 for attempt in said.attempts):
                unanswered.append(f"{said.attempts[-1].status} {said.attempts[-1].code}")
    found = await books.read_books(stage)
    turns = books.acknowledged(visitors)
    return [
        none_of("G7", f"{scale.bursts} bursts of 5: messages refused or without an answer", unanswered, 5 * len(visitors)),
        none_of("G7", "lost or doubled", books.lost_turns(found, visitors) + books.doubled_turns(found, visitors), turns),
        none_of("G7", "taken in another order than shown", books.taken_otherwise(found, visitors), len(visitors)),
    ]  # fmt: skip


async def _burst(visitor: Visitor) -> list[Said]:
    texts = [ASKED, WHERE, ASKED, WHERE, ASKED]
    said = [visitor.message(text=text[visitor.language]) for text in texts]
    sending = []
    for one in said:
        sending.append(asyncio.create_task(visitor.insist(one)))
        await asyncio.sleep(GAP_SECONDS)
    await asyncio.gather(*sending)
    return said
