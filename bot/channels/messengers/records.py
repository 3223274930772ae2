"""What platforms and the shared mechanism say to each other: events, chats, and how a delivery can fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from bot.gateway.history import Message

type Kind = Literal["text", "press", "command", "edited", "unreadable", "gone", "back", "aside"]
COMMANDS = ("start", "help", "human", "language", "privacy", "web", "delete")
OLDEST_EDIT_SECONDS = 60


@dataclass(frozen=True)
class Event:
    """What a visitor did, in no platform's words.

    `text`: the words; for a press the choice, for a command its name, for something unreadable its caption.
    `message`: the platform's id of the message, `album` what several unreadable ones belong to, `age` the seconds
    after which a message was edited, `extra` what only the platform itself understands.
    """

    kind: Kind
    text: str = ""
    message: str = ""
    album: str = ""
    age: int = 0
    extra: str = ""


@dataclass(frozen=True)
class Received:
    """One update of a platform. `chat` becomes the conversation's id (`tg:<chat>:<user>`), `address` is written to.

    `place` orders what waits of one chat; `language` is the platform's word for the visitor's (any tag, may be empty).
    """

    update_id: str
    chat: str
    address: str
    event: Event
    place: int = 0
    language: str = ""

    def body(self) -> dict[str, Any]:
        """What is kept until it is done."""
        return {"address": self.address, "language": self.language, "event": asdict(self.event)}


@dataclass(frozen=True)
class Chat:
    """One person on one platform, as stored."""

    channel: str
    chat: str
    address: str
    conversation: str | None
    language: str
    delivered_position: int
    last_visitor_at: datetime | None
    last_message: str | None
    blocked_at: datetime | None
    wait_until: datetime | None
    options: list[dict[str, str]] | None
    window_until: datetime | None
    window_kind: str | None
    quota_left: int | None


@dataclass(frozen=True)
class Delivered:
    """How many of the messages have arrived (at least one), and the choices shown last, if any."""

    count: int
    options: list[dict[str, str]] | None = None


class NotDelivered(Exception):
    """Why nothing more arrived; `delivered` is what did before, if anything."""

    def __init__(self, reason: str, delivered: Delivered | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delivered = delivered


class Later(NotDelivered):
    """Try again in so many seconds; `whole` when the platform itself is away and all its chats wait."""

    def __init__(self, reason: str, seconds: float, *, whole: bool = False, delivered: Delivered | None = None) -> None:
        super().__init__(reason, delivered)
        self.seconds = seconds
        self.whole = whole


class Waits(NotDelivered):
    """Nothing may be pushed before the visitor writes again; the messages stay where they are."""


class Blocked(NotDelivered):
    """The visitor does not want messages any more."""


class Refused(NotDelivered):
    """This one message can never be delivered; the ones behind it may."""


class Platform(Protocol):
    """What a platform brings along; all calls are made in the gateway's event loop."""

    channel: str  # also the channel of its conversations
    prefix: str  # its conversations begin with it, as in "tg:"
    buttons: bool  # without buttons a bare number picks one of the options shown last

    def commands(self, language: str) -> dict[str, str]:
        """How a visitor calls each of COMMANDS (but "start") here."""

    async def deliver(self, chat: Chat, messages: Sequence[Message]) -> Delivered:
        """Send messages in order, never the visitor's own. Raises NotDelivered."""

    async def tell(self, address: str, text: str) -> None:
        """Say something outside any conversation, once, without trying again. Raises NotDelivered."""

    async def typing(self, address: str) -> None:
        """Show for some seconds that an answer is being worked out. Never raises."""

    async def aside(self, received: Received) -> None:
        """Carry out an event of the kind "aside". Raises NotDelivered: Later is tried again, others are not."""

    async def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class HasButtons(Protocol):
    """A platform that wants to know that a press has arrived."""

    async def acknowledge(self, received: Received) -> None:
        """Tell it so; harmless to repeat. Never raises."""
