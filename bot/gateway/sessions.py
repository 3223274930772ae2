"""Who is writing: a random id made here, handed out signed, and never taken from the client's word."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from sqlalchemy import Connection, bindparam, insert, select, update

from bot.gateway.tables import chat_session

ALGORITHM = "HS256"
WEB = "web:"
MIN_KEY_BYTES = 32
RESUME = "resume"  # audience of links that reopen a conversation; a session token has none

_OF_THIS = chat_session.c.conversation == bindparam("this")
_OPEN = insert(chat_session)
_FIND = select(chat_session).where(_OF_THIS)
_PROLONG = update(chat_session).where(_OF_THIS).values(expires_at=bindparam("until"))
_SET_STATE = update(chat_session).where(_OF_THIS).values(state=bindparam("new_state"))


class InvalidToken(Exception):
    """The token is missing, altered, expired or incomplete."""


@dataclass(frozen=True)
class Claims:
    """What a valid token says: the conversation, its language at the start, and when it ends."""

    conversation: str
    language: str
    expires_at: datetime


@dataclass(frozen=True)
class SessionRecord:
    """One conversation as it stands."""

    conversation: str
    channel: str
    language: str
    state: str
    last_position: int
    created_at: datetime
    expires_at: datetime
    notice_accepted_at: datetime | None
    page: str | None


class Signer:
    """Makes and reads session tokens: HS256 with exp and sub required. Raises ValueError for a short key."""

    def __init__(self, key: str, lifetime: timedelta) -> None:
        if len(key.encode()) < MIN_KEY_BYTES:
            raise ValueError(f"the session key needs at least {MIN_KEY_BYTES} bytes")
        self._key = key
        self._lifetime = lifetime

    def issue(self, language: str, conversation: str | None = None) -> tuple[str, Claims]:
        """A token for a new web conversation, or for one that is reopened or carried over, and what it says."""
        subject = conversation.removeprefix(WEB) if conversation else secrets.token_urlsafe(32)
        now = datetime.now(UTC).replace(microsecond=0)
        claims = Claims(_conversation(subject), language, now + self._lifetime)
        payload = {"sub": subject, "iat": now, "exp": claims.expires_at, "lang": language}
        return jwt.encode(payload, self._key, ALGORITHM), claims

    def read(self, token: str) -> Claims:
        """The claims of a token that is whole and in time; raises InvalidToken."""
        return self._claims(token, verify_exp=True)

    def issue_link(self, conversation: str, lifetime: timedelta) -> str:
        """What a link in a mail carries to reopen one web conversation; worthless as a session token."""
        now = datetime.now(UTC).replace(microsecond=0)
        payload = {"sub": conversation.removeprefix(WEB), "aud": RESUME, "iat": now, "exp": now + lifetime}
        return jwt.encode(payload, self._key, ALGORITHM)

    def read_link(self, token: str) -> str:
        """The conversation that a link reopens; raises InvalidToken."""
        try:
            options: Any = {"require": ["exp", "sub", "aud"]}
            payload = jwt.decode(token, self._key, algorithms=[ALGORITHM], audience=RESUME, options=options)
            return _conversation(payload["sub"])
        except (jwt.InvalidTokenError, ValueError, OverflowError, RecursionError) as error:
            raise InvalidToken from error

    def language_of(self, token: str) -> str | None:
        """The language an authentic token was made for, even if it has expired."""
        try:
            return self._claims(token, verify_exp=False).language
        except InvalidToken:
            return None

    def _claims(self, token: str, *, verify_exp: bool) -> Claims:
        try:
            payload: dict[str, Any] = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], options={"require": ["exp", "sub"], "verify_exp": verify_exp}
            )
            expires_at = datetime.fromtimestamp(payload["exp"], UTC)
            language = payload.get("lang", "en")
            if not isinstance(language, str):
                raise InvalidToken
            return Claims(_conversation(payload["sub"]), language, expires_at)
        except (jwt.InvalidTokenError, ValueError, OverflowError, OSError, RecursionError) as error:
            raise InvalidToken from error


def _conversation(subject: str) -> str:
    """The web's ids are told without their prefix; one with a colon was carried over from a messenger."""
    return subject if ":" in subject else f"{WEB}{subject}"


def open_session(
    db: Connection, conversation: str, *, channel: str, language: str, expires_at: datetime, page: str | None = None
) -> None:
    """Store a new conversation whose visitor has just accepted the notice."""
    now = datetime.now(UTC)
    row = {
        "conversation": conversation,
        "channel": channel,
        "language": language,
        "state": "bot",
        "page": page,
        "last_position": 0,
        "created_at": now,
        "expires_at": expires_at,
        "notice_accepted_at": now,
    }
    db.execute(_OPEN, row)


def find_session(db: Connection, conversation: str) -> SessionRecord | None:
    """The conversation, or None when it was never opened or has been erased."""
    row = db.execute(_FIND, {"this": conversation}).first()
    if row is None:
        return None
    return SessionRecord(
        row.conversation,
        row.channel,
        row.language,
        row.state,
        row.last_position,
        as_utc(row.created_at),
        as_utc(row.expires_at),
        as_utc(row.notice_accepted_at) if row.notice_accepted_at else None,
        row.page,
    )


def prolong(db: Connection, conversation: str, until: datetime) -> None:
    """The conversation was reopened and ends later."""
    db.execute(_PROLONG, {"this": conversation, "until": until})


def set_state(db: Connection, conversation: str, state: str) -> None:
    """Move the conversation to bot, waiting, human or closed; open streams tell the visitor."""
    db.execute(_SET_STATE, {"this": conversation, "new_state": state})


def as_utc(at: datetime) -> datetime:
    """SQLite returns times without a zone; all of ours are UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
