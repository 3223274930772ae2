"""Who may push to us: signatures, time, and no signature twice for something else. Gives what was pushed, or refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from starlette.datastructures import QueryParams

from bot.channels.messengers.tables import messenger_state
from bot.channels.wechat import xml
from bot.channels.wechat.crypto import FRESH, Envelopes, Unreadable, is_fresh, is_signed, signature

CHANNEL = "wechat"
NONCE = "nonce:"
# A signature is worth nothing once its timestamp is too old; clocks may differ by as much in both directions.
REMEMBERED = 2 * FRESH + timedelta(minutes=1)
LONGEST_ECHO = 256
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Forged(Exception):
    """Not from the platform, or not now."""


@dataclass(frozen=True)
class Opened:
    """The fields of one push. `key` is what it was sealed with, None in plain mode; `stamp` is of its signature."""

    fields: dict[str, str]
    key: bytes | None
    stamp: str


class Door:
    """Checks calls for one account; with a key only sealed ones are let in, so that none can be made plain on its way."""

    def __init__(self, token: str, envelopes: Envelopes) -> None:
        self._token, self._envelopes = token, envelopes

    def echo(self, query: QueryParams) -> str:
        """What the URL check wants to read; raises Forged."""
        self._signed(query)
        echo = _one(query, "echostr")
        if not (0 < len(echo) <= LONGEST_ECHO and echo.isascii() and echo.isprintable()):
            raise Forged
        return echo

    def check(self, query: QueryParams) -> None:
        """Whether a call is of the platform, as far as that shows without its body; raises Forged."""
        self._signed(query)

    def open(self, query: QueryParams, body: bytes) -> Opened:
        """Raises Forged, and xml.NotUnderstood for what is signed and is no XML."""
        stamp = self._signed(query)
        if not self._envelopes:
            if query.get("encrypt_type", "raw") != "raw":
                raise Forged
            return self._same_sender(query, Opened(xml.read(body), None, stamp))
        if query.get("encrypt_type") != "aes":
            raise Forged
        sealed = xml.read(body).get("Encrypt", "")
        given = _one(query, "msg_signature")
        if not is_signed(given, self._token, _one(query, "timestamp"), _one(query, "nonce"), sealed):
            raise Forged
        try:
            opened = self._envelopes.open(sealed)
        except Unreadable:
            raise Forged from None
        return self._same_sender(query, Opened(xml.read(opened.content), opened.key, stamp))

    def reply(self, fields: dict[str, str | int], key: bytes | None, nonce: str) -> str:
        """The response in the mode of the push."""
        plain = xml.write(fields)
        if key is None:
            return plain
        sealed, timestamp = self._envelopes.seal(plain.encode(), key), str(int(datetime.now(UTC).timestamp()))
        signed = signature(self._token, timestamp, nonce, sealed)
        return xml.write({"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": timestamp, "Nonce": nonce})

    def _signed(self, query: QueryParams) -> str:
        timestamp, nonce = _one(query, "timestamp"), _one(query, "nonce")
        if not is_signed(_one(query, "signature"), self._token, timestamp, nonce):
            raise Forged
        if not nonce or not is_fresh(timestamp, datetime.now(UTC)):
            raise Forged
        return sha256(f"{timestamp}\0{nonce}".encode()).hexdigest()[:48]

    def _same_sender(self, query: QueryParams, opened: Opened) -> Opened:
        if query.get("openid", opened.fields.get("FromUserName")) != opened.fields.get("FromUserName"):
            raise Forged
        return opened


def admit(db: Connection, opened: Opened, now: datetime) -> bool:
    """Whether this signature was not used for anything else; the same once more is one of the platform's own repeats."""
    carried = sha256(repr(sorted(opened.fields.items())).encode(errors="replace")).hexdigest()
    name = NONCE + opened.stamp
    insert: Any = _INSERTS[db.dialect.name](messenger_state).values(
        channel=CHANNEL, name=name, value=carried, until=now + REMEMBERED
    )
    if db.execute(insert.on_conflict_do_nothing().returning(messenger_state.c.name)).first():
        return True
    this = (messenger_state.c.channel == CHANNEL, messenger_state.c.name == name)
    return db.scalar(select(messenger_state.c.value).where(*this)) == carried


def forget_old(db: Connection, now: datetime) -> None:
    """Delete signatures that are worth nothing any more."""
    old = (messenger_state.c.name.startswith(NONCE, autoescape=True), messenger_state.c.until < now)
    db.execute(delete(messenger_state).where(messenger_state.c.channel == CHANNEL, *old))


def _one(query: QueryParams, name: str) -> str:
    """The only value of a parameter; raises Forged for several, of which each reader might take another."""
    values = query.getlist(name)
    if len(values) > 1:
        raise Forged
    return values[0] if values else ""
