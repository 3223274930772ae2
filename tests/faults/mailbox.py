"""A mail server that keeps what it took, and knows in how many dialogues it was when something was killed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

DATA_SECONDS = 0.15  # a mail takes a moment, so that kills meet dialogues


@dataclass(frozen=True)
class Mail:
    """One mail as it was taken; `at` is of the monotonic clock."""

    message_id: str
    to: str
    text: str
    at: float = 0.0


class Mailbox:
    """Runs in the event loop that starts it; takes everything."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[Mail] = []
        self.dialogues = 0  # mails that are being handed over at this moment
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"enable_SMTPUTF8": True, "hostname": "localhost", "loop": loop}
        self._server = await loop.create_server(lambda: SMTP(self, **options), "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server:
            self._server.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd when a mail is there as a whole."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail: Any = BytesParser(policy=default).parsebytes(content)
        body = mail.get_body(("plain",))
        text = f"{mail['Subject']}\n{body.get_content() if body else ''}"
        self.dialogues += 1
        try:
            message_id, to = str(mail["Message-ID"]).strip(), str(envelope.rcpt_tos[0])
            self.mails.append(Mail(message_id, to, text, time.monotonic()))
            await asyncio.sleep(DATA_SECONDS)
        finally:
            self.dialogues -= 1
        return "250 OK"
