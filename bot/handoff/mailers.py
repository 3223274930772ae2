"""Where a finished mail goes: to an SMTP server, or into a folder for a first try."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import aiosmtplib

from bot.handoff.outbox import AWAY

CONNECT_SECONDS = 10.0
QUIT_SECONDS = 5.0
IMPLICIT_TLS_PORT = 465


class NotSent(Exception):
    """What was not taken, or of which we do not know. `error` is `stage:class code`; never a server's words.

    `after` is how long the server wants to be left alone; being told so is no failed attempt.
    """

    def __init__(self, error: str, *, permanent: bool = False, after: timedelta | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.permanent = permanent
        self.after = after


class Mailer(Protocol):
    """Takes one mail at a time; several may be under way."""

    async def deliver(self, mail: EmailMessage, *, sender: str, to: str, name: str) -> None:
        """Hand the mail over; raises NotSent. `name` is the stable left part of its Message-ID."""

    async def check(self) -> None:
        """Whether mails could be handed over now, without sending one; raises NotSent."""


class FolderMailer:
    """Writes NAME.eml into a folder, whole or not at all; a second attempt replaces the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, mail: EmailMessage, *, sender: str, to: str, name: str) -> None:
        """See Mailer. The envelope is written above the mail, as delivery agents do."""
        data = f"Return-Path: <{sender}>\r\nDelivered-To: {to}\r\n".encode() + mail.as_bytes()
        await self._in_thread(lambda: self._write(name, data))

    async def check(self) -> None:
        """See Mailer."""
        await self._in_thread(self._prepare)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(work)
        except OSError as error:
            raise NotSent(f"{AWAY}{type(error).__name__}") from None

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _write(self, name: str, data: bytes) -> None:
        self._prepare()
        unfinished = self._folder / f".{name}.{os.getpid()}.part"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / f"{name}.eml")


class SmtpMailer:
    """One connection a mail. Without `starttls` nothing is encrypted, which only a server on this machine justifies.

    Port 465 means TLS from the first byte. Certificates are checked against the system's authorities, or `ca_file`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        starttls: bool = True,
        user: str = "",
        password: str = "",
        ca_file: Path | None = None,
        seconds: float = 60.0,
        our_domain: str = "localhost",
    ) -> None:
        self._host, self._port = host, port
        self._implicit = port == IMPLICIT_TLS_PORT
        self._starttls = starttls and not self._implicit
        self._user, self._password = user, password
        self._ca_file = ca_file
        self._seconds = seconds
        self._our_domain = our_domain
        self._leaving: set[asyncio.Task[None]] = set()

    async def deliver(self, mail: EmailMessage, *, sender: str, to: str, name: str) -> None:
        """See Mailer. Returns as soon as the server has taken it; the farewell follows by itself."""
        client = await self._connected()
        taken = False
        try:
            async with asyncio.timeout(self._seconds):
                await client.sendmail(sender, [to], mail.as_bytes())
            taken = True
        except Exception as error:
            # Whatever it is, of this mail nothing is known but that no 250 came.
            raise _refusal(error) from None
        finally:
            if not taken:
                client.close()
        self._leave(client)

    async def check(self) -> None:
        """See Mailer."""
        self._leave(await self._connected())

    async def _connected(self) -> aiosmtplib.SMTP:
        """Greeted, encrypted, logged in. Whatever fails here says nothing about the mail."""
        client = None
        ready = False
        try:
            context = ssl.create_default_context(cafile=self._ca_file) if self._implicit or self._starttls else None
            client = aiosmtplib.SMTP(
                hostname=self._host,
                port=self._port,
                use_tls=self._implicit,
                start_tls=self._starttls,
                tls_context=context,
                local_hostname=self._our_domain,
                timeout=self._seconds,
            )
            async with asyncio.timeout(min(CONNECT_SECONDS, self._seconds)):
                await client.connect()
                if self._user:
                    await client.login(self._user, self._password)
            ready = True
        except Exception as error:
            raise NotSent(f"{AWAY}{_named(error)}") from None
        finally:
            if client is not None and not ready:
                client.close()
        return client

    def _leave(self, client: aiosmtplib.SMTP) -> None:
        task = asyncio.create_task(_farewell(client))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


async def _farewell(client: aiosmtplib.SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(QUIT_SECONDS):
            await client.quit()
    client.close()


def _refusal(error: Exception) -> NotSent:
    """What the server's answer to the mail means: 5xx for good, everything else for now."""
    code = _code(error)
    return NotSent(f"send:{_named(error)}", permanent=code is not None and 500 <= code < 600)


def _code(error: BaseException) -> int | None:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return error.recipients[0].code if error.recipients else None
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else None


def _named(error: BaseException) -> str:
    """Class and SMTP code; the cause's class where the library only wraps it, e.g. a certificate that is not trusted."""
    code = _code(error)
    deepest: BaseException = error
    while isinstance(deepest.__cause__, Exception):
        deepest = deepest.__cause__
    shown = deepest if code is None else error
    return type(shown).__name__ + (f" {code}" if code is not None else "")
