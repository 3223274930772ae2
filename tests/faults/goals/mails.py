"""G5: the mail server is away while requests are sent, and comes back."""

from __future__ import annotations

import asyncio
import time

from .. import books
from ..figures import Row, none_of, slowest
from ..form import Request, request_person
from ..scale import Scale
from ..stage import Stage
from ..visitors import Visitor


async def server_goes(stage: Stage, scale: Scale) -> list[Row]:
    """Half of the requests meet a server that refuses, half one that swallows; it stays away while other goals run."""
    requests: list[Request] = []
    for mode in ("refuse", "swallow"):
        await stage.proxies["gateway-smtp"].set("refuse" if mode == "refuse" else "swallow")
        requests += await asyncio.gather(*[_request(stage, number) for number in range(scale.requests_in_outage)])
    stage.requests += requests
    stage.mails_away_since = time.monotonic()
    found = await books.read_books(stage)
    wrong = [one.broken or "no number" for one in requests if not one.number] + books.lost_cases(found, requests)
    return [none_of("G5", "mail server away: requests not taken", wrong, len(requests))]


async def server_returns(stage: Stage, scale: Scale) -> list[Row]:
    """What waited is sent; counted with all others in the end."""
    found = await books.read_books(stage)
    waiting = {row.message_id for row in found.mails if row.state != "sent"}
    away = time.monotonic() - stage.mails_away_since
    await stage.proxies["gateway-smtp"].set("pass")
    back = time.monotonic()
    async with asyncio.timeout(300):
        while waiting - {mail.message_id.strip("<>").split("@")[0] for mail in stage.mailbox.mails}:
            await asyncio.sleep(0.5)
    what = f"mail server away for {away:.0f} s: until {len(waiting)} mails are delivered after its return"
    return [slowest("G5", what, [time.monotonic() - back], 300)]


async def _request(stage: Stage, number: int) -> Request:
    languages = ("de", "zh", "en")
    visitor = await Visitor(stage, languages[number % 3]).open()
    return await request_person(visitor, f"away-{visitor.conversation[-8:].strip('-_').lower()}@example.org")
