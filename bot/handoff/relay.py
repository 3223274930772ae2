"""Mails of the outbox, handed to the mail server inside the gateway or by a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.handoff import outbox
from bot.handoff.mail import Content, NotAnAddress, Sender, build
from bot.handoff.mailers import FolderMailer, Mailer, NotSent, SmtpMailer
from bot.handoff.outbox import Delivery
from bot.handoff.vault import Vault
from bot.handoff.worker import OutboxWorker, Pace, utc_now
from bot.settings import Settings
from bot.store import Store

CHANNEL = "mail"
DESK = "desk:"

type Compose = Callable[[str, str, Mapping[str, Any]], Content]


@dataclass(frozen=True, kw_only=True)
class RelayOptions(Pace):
    """How a relay works, from whom its mails are, and where desks are reached."""

    sender: Sender
    reply_to: str = ""  # empty: the sender
    desk_addresses: Mapping[str, str] | None = None


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
    return Relay(store, make_mailer(settings, sender), compose, options, vault=Vault.of(settings))


def make_mailer(settings: Settings, sender: Sender) -> Mailer:
    """Who takes the mails: the server, or a folder."""
    if settings.mail_mode != "smtp":
        return FolderMailer(settings.var_dir / "mail")
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        starttls=settings.smtp_starttls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        ca_file=settings.smtp_ca_file,
        seconds=settings.smtp_timeout_seconds,
        our_domain=sender.domain,
    )


class Relay(OutboxWorker):
    """`compose(template, language, params)` writes the mail; `clock` gives UTC; `vault` opens sealed rows."""

    def __init__(
        self,
        store: Store,
        mailer: Mailer,
        compose: Compose,
        options: RelayOptions,
        clock: Callable[[], datetime] = utc_now,
        vault: Vault | None = None,
    ) -> None:
        super().__init__(store, CHANNEL, options, clock)
        self._mailer, self._compose, self._options = mailer, compose, options
        self._vault = vault or Vault(())

    async def _check(self) -> None:
        await self._mailer.check()

    async def _deliver(self, delivery: Delivery) -> None:
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
        self._refuse_while_away()
        await self._mailer.deliver(mail, sender=sender.envelope(delivery.message_id), to=to, name=delivery.message_id)

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
