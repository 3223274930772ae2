"""Takes to a help desk what the outbox holds for it, one step of a case after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.handoff import outbox
from bot.handoff.adapters import links
from bot.handoff.adapters.desk import HandoffDesk, Opened
from bot.handoff.adapters.links import Link
from bot.handoff.adapters.transcript import Texts, opening, said
from bot.handoff.mailers import NotSent
from bot.handoff.outbox import Delivery
from bot.handoff.vault import CannotOpen, Vault
from bot.handoff.worker import OutboxWorker, Pace, utc_now
from bot.store import Store

# A visitor may be waiting in the chat, so soon and often; after a day the row is dead and the operator is told.
RETRY_MINUTES = (0.2, 0.5, 1.0, 2.0, *[5.0] * 287)


class HelpdeskSender(OutboxWorker):
    """The rows of a case are carried out in their order. `texts` are the words that staff there read."""

    def __init__(
        self,
        store: Store,
        desk: HandoffDesk,
        texts: Texts,
        vault: Vault,
        pace: Pace,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(store, desk.name, pace, clock, in_order=True)
        self._desk, self._texts, self._vault = desk, texts, vault

    async def _check(self) -> None:
        await self._desk.check()

    async def _deliver(self, delivery: Delivery) -> None:
        self._refuse_while_away()
        number = delivery.to
        in_doubt = delivery.attempts > 1 or delivery.last_error is not None
        if delivery.template == links.OPENED:
            await self._open(delivery, in_doubt)
        elif delivery.template == links.ERASED:
            await self._desk.erase(number, delivery.params.get("remote"))
        elif (link := await self._write(lambda db: links.find(db, number))) is not None:
            if link.remote is None:
                raise NotSent("order:not opened there", permanent=True)
            await self._step(delivery, link, link.remote, in_doubt)

    async def _open(self, delivery: Delivery, in_doubt: bool) -> None:
        number, until = delivery.to, delivery.params.get("until")
        try:
            case = await self._write(
                lambda db: opening(db, self._vault, self._texts, number, until, delivery.language, self._desk.name)
            )
        except CannotOpen:
            raise NotSent("vault:CannotOpen", permanent=True) from None
        if case is not None:
            opened = await self._desk.open(case, in_doubt=in_doubt)
            await self._persistently(lambda db: self._note_opened(db, delivery, opened))

    def _note_opened(self, db: Connection, delivery: Delivery, opened: Opened) -> None:
        outbox.mark_sent(db, delivery, self._clock())
        if not links.mark(db, delivery.to, remote=opened.remote, reached=opened.reached):
            links.erase_there(db, self._desk.name, delivery.to, opened.remote, late=True)

    async def _step(self, delivery: Delivery, link: Link, remote: str, in_doubt: bool) -> None:
        if delivery.template == links.CLOSED:
            await self._desk.close(remote)
            return
        behind = link.reached
        if delivery.template == links.SAID:
            message = str(delivery.params["message"])
            text = await self._write(lambda db: said(db, link.number, message))
            if text is None:
                return
            reached = await self._desk.pass_on(remote, text, message, behind=behind, in_doubt=in_doubt)
        else:
            text = await self._remark(delivery, link)
            if text is None:
                return
            reached = await self._desk.remark(remote, text, delivery.message_id, behind=behind, in_doubt=in_doubt)
        await self._persistently(lambda db: self._note_reached(db, delivery, max(behind, reached)))

    async def _remark(self, delivery: Delivery, link: Link) -> str | None:
        """What staff there are to know; None when it is gone."""
        if delivery.template != links.STAFF:
            return self._texts.late(delivery.language)
        message = str(delivery.params["message"])
        text = await self._write(lambda db: said(db, link.number, message))
        return None if text is None else self._texts.answered_here(text, delivery.language)

    def _note_reached(self, db: Connection, delivery: Delivery, reached: int) -> None:
        # Both or neither: what is behind `reached` is looked through when the row is in doubt.
        outbox.mark_sent(db, delivery, self._clock())
        links.mark(db, delivery.to, reached=reached)
