"""What the assistant asks of any help desk, and what it hears from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class WrongSignature(Exception):
    """A call of our webhook that the help desk has not signed, or not lately."""


class NotUnderstood(Exception):
    """A call of our webhook that is signed and no message of the contract."""


@dataclass(frozen=True)
class Opening:
    """A case for a help desk: title and `note` for staff, the visitor's question and how to reach them."""

    number: str
    language: str
    topic: str | None
    title: str
    note: str
    question: str
    name: str | None = None
    email: str | None = None

    def __repr__(self) -> str:
        return f"Opening({self.number}, ...)"  # records end up in logs and tracebacks


@dataclass(frozen=True)
class Opened:
    """The conversation there, and the highest id of what we wrote into it."""

    remote: str
    reached: int


@dataclass(frozen=True)
class Answer:
    """What somebody of the staff wrote to the visitor there; ids grow with time."""

    id: int
    name: str
    text: str


@dataclass(frozen=True)
class News:
    """What happened there behind an id: answers in order, the highest id looked at, whether it is closed."""

    answers: tuple[Answer, ...]
    seen: int
    closed: bool


@dataclass(frozen=True)
class Call:
    """A call of our webhook about one conversation: with an answer, with its closing, or with neither of interest."""

    remote: str
    answer: Answer | None = None
    closed: bool = False

    @property
    def matters(self) -> bool:
        return self.answer is not None or self.closed


class HandoffDesk(Protocol):
    """Where cases are worked on. Every call has a timeout and raises mailers.NotSent.

    `in_doubt` means that an earlier attempt may have gone through: look before writing again.
    """

    @property
    def name(self) -> str:
        """One word; the channel of the outbox, and who acts in the audit trail."""

    async def open(self, case: Opening, *, in_doubt: bool) -> Opened:
        """Open a case there with everything known so far."""

    async def pass_on(self, remote: str, text: str, message_id: str, *, behind: int, in_doubt: bool) -> int:
        """A further message of the visitor; its id there. In doubt it may already stand behind the id `behind`."""

    async def news(self, remote: str, behind: int) -> News:
        """What happened behind an id."""

    async def close(self, remote: str) -> None:
        """The case is closed here."""

    async def erase(self, number: str, remote: str | None) -> None:
        """Delete the case of this number and who it is about, also where it was opened without our knowing its id."""

    async def remark(self, remote: str, text: str, remark_id: str, *, behind: int, in_doubt: bool) -> int:
        """A note for staff alone; its id there, as with `pass_on`."""

    async def check(self) -> None:
        """Whether the help desk takes our calls."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Call:
        """A call of our webhook; raises WrongSignature and NotUnderstood."""

    async def leave(self) -> None:
        """Close connections."""
