"""The help desk at work inside the gateway: takes the outbox there, and looks for answers from time to time."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from bot.handoff.adapters.answers import Answers, Staff
from bot.handoff.adapters.configured import make_desk
from bot.handoff.adapters.desk import HandoffDesk
from bot.handoff.adapters.links import BUILTIN
from bot.handoff.adapters.sender import RETRY_MINUTES, HelpdeskSender
from bot.handoff.vault import Vault
from bot.handoff.worker import Pace
from bot.replies.helpdesk import HelpdeskTexts
from bot.settings import Settings
from bot.store import Store

CALLS_OF_ONE_DELIVERY = 12  # opening a case in doubt, each call as slow as it may be

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Helpdesk:
    """`start` and `stop` belong to the gateway's life; `wake` is for whoever has committed a row of the outbox."""

    desk: HandoffDesk
    answers: Answers
    sender: HelpdeskSender
    poll_seconds: float
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.sender.start()
        self._task = asyncio.create_task(self._look())

    def wake(self) -> None:
        self.sender.wake()

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.sender.stop()
        await self.desk.leave()

    async def _look(self) -> None:
        while True:
            try:
                await self.answers.look_at_all()
            except Exception as error:
                # Whatever it was, the next look may go better; nothing may end this.
                logger.warning("answers cannot be looked for: %s", type(error).__name__)
            self.wake()
            await asyncio.sleep(self.poll_seconds)


def make_helpdesk(settings: Settings, store: Store, staff: Staff) -> Helpdesk | None:
    """What HELPDESK names; None for the built-in desk, which needs nothing of this."""
    if settings.helpdesk == BUILTIN:
        return None
    desk = make_desk(settings)
    lease = max(settings.outbox_lease_seconds, CALLS_OF_ONE_DELIVERY * settings.helpdesk_timeout_seconds)
    pace = Pace(
        workers=settings.outbox_workers,
        poll_seconds=settings.outbox_poll_seconds,
        lease=timedelta(seconds=lease),
        keep=timedelta(days=settings.outbox_days),
        retry_minutes=RETRY_MINUTES,
    )
    texts = HelpdeskTexts()
    sender = HelpdeskSender(store, desk, texts, Vault.of(settings), pace)
    return Helpdesk(desk, Answers(store, desk, staff, texts.someone), sender, settings.helpdesk_poll_seconds)
