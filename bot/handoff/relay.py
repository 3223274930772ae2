"""Takes due rows of the outbox and hands them to the mail server, inside the gateway or as a process of its own."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.handoff import outbox
from bot.handoff.mail import Content, NotAnAddress, Sender, build
from bot.handoff.mailers import FolderMailer, Mailer, NotSent, SmtpMailer
from bot.handoff.outbox import AWAY, Delivery
from bot.handoff.vault import Vault
from bot.settings import Settings
from bot.store import Store, StoreUnavailable

CHANNEL = "mail"
DESK = "desk:"
AWAY_FOR = timedelta(seconds=10)  # how long one failed connection speaks for the mails that come next
KEEP_HOUSE_SECONDS = 60.0
STOP_SECONDS = 10.0
DATABASE_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)

logger = logging.getLogger(__name__)

type Compose = Callable[[str, str, Mapping[str, Any]], Content]


@dataclass(frozen=True)
class RelayOptions:
    """How a relay works. The lease must outlast the longest dialogue with the server."""

    sender: Sender
    reply_to: str = ""  # empty: the sender
    desk_addresses: Mapping[str, str] | None = None
    workers: int = 2
    poll_seconds: float = 2.0
    lease: timedelta = timedelta(minutes=2)
    keep: timedelta = timedelta(days=90)


def utc_now() -> datetime:
    return datetime.now(UTC)


def make_relay(settings: Settings, store: Store, compose: Compose) -> Relay | None:
    """The relay that the settings describe; None when MAIL_MODE is off, and rows wait until it is not."""
    if settings.mail_mode == "off":
        return None
    sender = Sender.parse(settings.mail_from, settings.mail_bounce)
    desks = {desk: contact.email for desk, contact in settings.desk_contacts.items() if contact.email}
    options = RelayOptions(
        sender=sender,
        reply_to=settings.mail_reply_to,
        desk_addresses=desks,
        workers=settings.outbox_workers,
        poll_seconds=settings.outbox_poll_seconds,
        lease=timedelta(seconds=settings.outbox_lease_seconds),
        keep=timedelta(days=settings.outbox_days),
    )
    mailer: Mailer = FolderMailer(settings.var_dir / "mail")
    if settings.mail_mode == "smtp":
        mailer = SmtpMailer(
            settings.smtp_host,
            settings.smtp_port,
            starttls=settings.smtp_starttls,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
            ca_file=settings.smtp_ca_file,
            seconds=settings.smtp_timeout_seconds,
            our_domain=sender.domain,
        )
    return Relay(store, mailer, compose, options, vault=Vault.of(settings))


class Relay:
    """Several workers on one event loop; SQL runs in threads. Several relays may share one database.

    `compose(template, language, params)` writes the mail; `clock` gives the time in UTC; `vault` opens sealed rows.
    """

    def __init__(
        self,
        store: Store,
        mailer: Mailer,
        compose: Compose,
        options: RelayOptions,
        clock: Callable[[], datetime] = utc_now,
        vault: Vault | None = None,
    ) -> None:
        self._store, self._mailer, self._compose, self._options = store, mailer, compose, options
        self._vault = vault or Vault(())
        self._clock = clock
        self.owner = secrets.token_hex(8)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="outbox")
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._away: tuple[datetime, str] | None = None
        self._unreadable = False

    def start(self) -> None:
        """Begin to work in the background of the running event loop."""
        workers = [self._work() for _ in range(self._options.workers)]
        self._tasks = [asyncio.create_task(job) for job in (*workers, self._keep_house())]

    def wake(self) -> None:
        """Look at once; for whoever has just committed a row."""
        self._wake.set()

    async def stop(self) -> None:
        """Finish what is under way, for ten seconds at most; the rest is taken over when its lease ends."""
        self._stopping.set()
        self._wake.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def drain(self) -> int:
        """Attempt all that is due now, one after the other; how many. Raises StoreUnavailable."""
        count = 0
        while not self._stopping.is_set() and await self._attempt_one():
            count += 1
        return count

    async def keep_house(self) -> None:
        """What is done every minute: see whether a server that was away is back, and delete what is old."""
        now = self._clock()
        await self._write(lambda db: outbox.purge(db, now - self._options.keep))
        if not await self._write(lambda db: outbox.waits_for_server(db, CHANNEL, now)):
            return
        try:
            await self._mailer.check()
        except NotSent as refused:
            logger.warning("mails wait: the server is still away (%s)", refused.error)
            return
        self._away = None
        count = await self._write(lambda db: outbox.server_is_back(db, CHANNEL, now))
        logger.info("the mail server is back: %d mails are sent now", count)
        self.wake()

    async def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            busy = await self._spoken(self._attempt_one())
            if not busy and not self._stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._options.poll_seconds)

    async def _keep_house(self) -> None:
        while not self._stopping.is_set():
            await self._spoken(self.keep_house())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), KEEP_HOUSE_SECONDS)

    async def _spoken[T](self, work: Awaitable[T]) -> T | None:
        """What `work` gives, or None when it broke: nothing may end a worker."""
        try:
            done = await work
            self._unreadable = False
            return done
        except (StoreUnavailable, SQLAlchemyError) as error:
            if not self._unreadable:
                logger.warning("the outbox cannot be read: %s", type(error).__name__)
            self._unreadable = True
        except Exception as error:
            logger.error("the relay stumbled: %s", type(error).__name__)
        return None

    async def _attempt_one(self) -> bool:
        """Take one due row and try to deliver it; False when none is due."""
        options, now = self._options, self._clock()
        delivery = await self._write(
            lambda db: outbox.claim(db, channel=CHANNEL, owner=self.owner, now=now, lease=options.lease)
        )
        if delivery is None:
            return False
        try:
            await self._deliver(delivery)
        except NotSent as refused:
            await self._not_sent(delivery, refused)
        else:
            await self._persistently(lambda db: outbox.mark_sent(db, delivery, self._clock()))
            logger.info("outbox row %d (%s) is sent", delivery.id, delivery.template)
        return True

    async def _deliver(self, delivery: Delivery) -> None:
        if delivery.attempts > outbox.MOST_ATTEMPTS:
            raise NotSent("relay:ended during every attempt")
        now, options = self._clock(), self._options
        sender = options.sender
        try:
            delivery = outbox.opened(delivery, self._vault)
            to = self._address(delivery.to)
            content = self._compose(delivery.template, delivery.language, delivery.params)
            mail = build(
                content,
                sender=sender,
                to=to,
                reply_to=self._reply_to(delivery),
                message_id=delivery.message_id,
                language=delivery.language,
                at=now,
            )
        except NotAnAddress as error:
            raise NotSent(f"address:{error}", permanent=True) from None
        except Exception as error:
            # A text that cannot be filled in today cannot be tomorrow either.
            raise NotSent(f"compose:{type(error).__name__}", permanent=True) from None
        if self._away and now < self._away[0]:
            raise NotSent(self._away[1])
        try:
            await self._mailer.deliver(
                mail, sender=sender.envelope(delivery.message_id), to=to, name=delivery.message_id
            )
        except NotSent as refused:
            if refused.error.startswith(AWAY):
                self._away = now + AWAY_FOR, refused.error
            raise
        self._away = None

    def _address(self, to: str) -> str:
        if not to.startswith(DESK):
            return to
        found = (self._options.desk_addresses or {}).get(to.removeprefix(DESK))
        if not found:
            raise NotAnAddress("desk without e-mail")
        return found

    def _reply_to(self, delivery: Delivery) -> str:
        """The box of the desk that the mail is about, else the team's."""
        own = (self._options.desk_addresses or {}).get(str(delivery.params.get("desk", "")))
        return own or self._options.reply_to or self._options.sender.address

    async def _not_sent(self, delivery: Delivery, refused: NotSent) -> None:
        state = await self._persistently(
            lambda db: outbox.mark_not_sent(
                db,
                delivery,
                owner=self.owner,
                error=refused.error,
                permanent=refused.permanent,
                now=self._clock(),
            )
        )
        # Of a server that is away one line a minute speaks; of a mail that is given up, always one of its own.
        waiting = logging.INFO if refused.error.startswith(AWAY) else logging.WARNING
        level = logging.ERROR if state in (outbox.FAILED, outbox.DEAD) else waiting
        tried = f"attempt {delivery.attempts}, {refused.error}"
        logger.log(level, "outbox row %d (%s) is %s: %s", delivery.id, delivery.template, state or "taken over", tried)

    async def _write[T](self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._store.write, work)

    async def _persistently[T](self, work: Callable[[Connection], T]) -> T:
        """Write what came of an attempt even if the database is away for a while: a mail that is sent and not marked
        is sent again. Raises StoreUnavailable when that lasts."""
        for pause in DATABASE_PAUSES:
            try:
                return await self._write(work)
            except StoreUnavailable:
                await asyncio.sleep(pause)
        return await self._write(work)
