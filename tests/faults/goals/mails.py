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
    """What waited is sent meanwhile; `arrivals` looks at it in the end."""
    found = await books.read_books(stage)
    stage.mails_waiting = {row.message_id for row in found.mails if row.state != "sent"}
    await stage.proxies["gateway-smtp"].set("pass")
    stage.mails_back_since = time.monotonic()
    return []


async def arrivals(stage: Stage, scale: Scale) -> list[Row]:
    """When the mails came that had waited for their server."""
    came = {mail.message_id.strip("<>").split("@")[0]: mail.at for mail in reversed(stage.mailbox.mails)}
    waited = stage.mails_back_since - stage.mails_away_since
    missing = [message_id for message_id in stage.mails_waiting if message_id not in came]
    seconds = [came[one] - stage.mails_back_since for one in stage.mails_waiting if one in came]
    what = f"mail server away for {waited:.0f} s, {len(stage.mails_waiting)} mails waited"
    return [
        none_of("G5", f"{what}: never delivered", missing, len(stage.mails_waiting)),
        slowest("G5", "until the last of them was delivered after its return", seconds, 300),
    ]


async def _request(stage: Stage, number: int) -> Request:
    languages = ("de", "zh", "en")
    visitor = await Visitor(stage, languages[number % 3]).open()
    return await request_person(visitor, f"away-{visitor.conversation[-8:].strip('-_').lower()}@example.org")
