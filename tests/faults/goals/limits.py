"""G13: who asks too much is told so and others are not concerned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.replies.handoff_words import word
from bot.replies.problems import LANGUAGES

from ..figures import Row, none_of
from ..form import request_person
from ..scale import Scale
from ..stage import Stage
from ..visitors import Attempt, Visitor
from .talk import ASKED, is_ordinary

SENT = 60
MOST_IN_TEN_SECONDS, MOST_SESSIONS, MOST_CASES = 20, 30, 3


async def limits(stage: Stage, scale: Scale) -> list[Row]:
    """Messages of a session, sessions of an address and of an IPv6 network, requests of a session."""
    flooding = [await Visitor(stage, language).open() for language in LANGUAGES]
    bystander = await Visitor(stage, "de").open()
    attempts: dict[str, list[Attempt]] = {}
    calm: list[str] = []
    for visitor in flooding:
        messages = [visitor.message(text=ASKED[visitor.language]) for _ in range(SENT)]
        sending = asyncio.gather(*[visitor.once(said) for said in messages])
        said = await bystander.say(text=ASKED["de"])
        calm += [] if is_ordinary(said.answer, "de") and len(said.attempts) == 1 else [said.answer[:40] or "refused"]
        attempts[visitor.language] = await sending
    passed = [sum(one.status == 200 for one in attempts[language]) for language in LANGUAGES]
    too_many = [f"{count} taken" for count in passed if not MOST_IN_TEN_SECONDS <= count <= 2 * MOST_IN_TEN_SECONDS]
    odd = [f"{one.status} {one.code}" for some in attempts.values() for one in some
           if one.status not in (200, 429) or not one.spoken]  # fmt: skip
    by_network = {
        "one address": await _sessions(stage, lambda number: "192.0.2.7"),
        "one /64": await _sessions(stage, lambda number: f"2001:db8:0:7::{number + 1:x}"),
    }
    wrong = [f"{name}: {count}" for name, count in by_network.items() if count > MOST_SESSIONS]
    apart = await _sessions(stage, lambda number: f"2001:db8:0:{number + 16:x}::1")
    cases, told = await _many_requests(stage)
    return [
        none_of("G13", f"{SENT} messages at once from one session: more than two windows of {MOST_IN_TEN_SECONDS} taken, or fewer than one",
                too_many, len(passed)),
        none_of("G13", "refusals other than 429 in the visitor's language", odd, SENT * len(LANGUAGES)),
        none_of("G13", "bystanders concerned", calm, len(LANGUAGES)),
        none_of("G13", f"more than {MOST_SESSIONS} sessions a minute from one network", wrong, len(by_network)),
        Row("G13", "sessions from as many networks", str(MOST_SESSIONS + 10), str(apart), apart == MOST_SESSIONS + 10),
        Row("G13", "requests of one session within an hour", f"<= {MOST_CASES}", str(cases), 1 <= cases <= MOST_CASES),
        none_of("G13", "a request beyond that is refused in words", told, 1),
    ]  # fmt: skip


async def _sessions(stage: Stage, address: Callable[[int], str]) -> int:
    """How many of a minute's sessions were opened."""
    visitors = [Visitor(stage, "en", address(number)) for number in range(MOST_SESSIONS + 10)]
    opened = await asyncio.gather(*[visitor.open(0) for visitor in visitors], return_exceptions=True)
    return sum(isinstance(one, Visitor) for one in opened)


async def _many_requests(stage: Stage) -> tuple[int, list[str]]:
    """One visitor sends request after request, each closed at once; how many were taken, and what was wrong with the end."""
    visitor = await Visitor(stage, "en").open()
    numbers: list[str] = []
    for _ in range(MOST_CASES + 1):
        request = await request_person(visitor, "", give_up_after=word("too_many", "en"))
        if not request.number:
            return len(numbers), [] if request.refused else [request.broken or "neither taken nor refused"]
        numbers.append(request.number)
        stage.requests.append(request)
        await stage.execute(f"UPDATE handoff_case SET state = 'closed' WHERE number = '{request.number}'")
        await stage.execute(f"UPDATE chat_session SET state = 'bot' WHERE conversation = '{visitor.conversation}'")
    return len(numbers), [f"{len(numbers)} taken"]
