"""G1 and G5, mails: when all faults are over, every case has told everyone once."""

from __future__ import annotations

import asyncio
import time

from .. import books
from ..figures import Row, none_of, slowest
from ..scale import Scale
from ..stage import Stage

SETTLE_SECONDS = 150.0


async def mails(stage: Stage, scale: Scale) -> list[Row]:
    """Waits until the outbox is empty, then compares cases, outbox and mailbox."""
    begun = time.monotonic()
    while (found := await books.read_books(stage)) and any(row.state in ("queued", "sending") for row in found.mails):
        if time.monotonic() - begun > SETTLE_SECONDS:
            break
        await asyncio.sleep(0.5)
    waited = time.monotonic() - begun
    came = stage.mailbox.mails
    told = stage.requests
    doubled = books.doubled_mails(came)
    gateways = stage.kills.get("gateway", 0)
    most = stage.kills_in_dialogue
    return [
        none_of("G1", "acknowledged hand-offs of all goals lost at the end", books.lost_cases(found, told), len(told)),
        none_of("G1", "(case, recipient, event) without exactly one Message-ID", books.unlike_mails(found, came), len(found.mails)),
        none_of("G1", "mails not sent at the end", [r.idem_key for r in found.mails if r.state != "sent"], len(found.mails)),
        Row("G1", f"mails that came twice, of {len(came)}, with {gateways} kills of the gateway", f"<= {most} (kills within a dialogue)",
            str(doubled), doubled <= most),
        slowest("G1", "until the outbox is empty after the last fault", [waited], SETTLE_SECONDS),
    ]  # fmt: skip
