"""What the hand-off gives to the rest: frozen records, and the refusals of its functions. Times are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["waiting", "human", "closed"]
ConversationState = Literal["bot", "waiting", "human", "closed"]
Trigger = Literal["asked", "misunderstood", "topic", "feedback"]
Reach = Literal["chat", "email"]
CloseReason = Literal["answered", "referred", "unreachable", "duplicate", "spam", "withdrawn", "other"]
DueKind = Literal["reminder", "escalation"]

MOST_QUESTION = 4000  # characters
MOST_LINE = 320  # characters of name, company, e-mail address


class HandoffRefused(Exception):
    """A change that cannot be made as things stand; nothing was written."""


class UnknownConversation(HandoffRefused):
    """The conversation was never opened, or is erased."""


class UnknownCase(HandoffRefused):
    """No case has this number."""


class TooManyCases(HandoffRefused):
    """This conversation has opened as many cases within the hour as it may."""


class Taken(HandoffRefused):
    """Somebody else holds the case."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class Changed(HandoffRefused):
    """The case is not what it was when the page was loaded: another version, or a state that does not allow this."""


@dataclass(frozen=True)
class Contact:
    """What the visitor told about themselves, and their question in their words."""

    question: str
    email: str | None = None
    name: str | None = None
    company: str | None = None

    def __post_init__(self) -> None:
        if len(self.question) > MOST_QUESTION:
            raise ValueError("the question is too long")
        if any(len(line) > MOST_LINE for line in (self.email, self.name, self.company) if line):
            raise ValueError("a line of the contact data is too long")

    def __repr__(self) -> str:
        return "Contact(...)"  # records end up in logs and tracebacks


@dataclass(frozen=True)
class Request:
    """What a case is opened with. `idem_key` is the message or form that asked for it: the same key, the same case.

    `consent_text` is the version of the text that was consented to; `shown` are ids the assistant had shown, the latest
    first; `reach` is email only when an address is given.
    """

    conversation: str
    idem_key: str
    language: str
    contact: Contact
    trigger: Trigger = "asked"
    reach: Reach = "chat"
    topic: str | None = None
    shown: tuple[str, ...] = ()
    consent_text: str | None = None

    def __post_init__(self) -> None:
        if self.reach == "email" and not self.contact.email:
            raise ValueError("an answer by e-mail needs an address")
        if not 0 < len(self.idem_key) <= 160:
            raise ValueError("the key has 1 to 160 characters")


@dataclass(frozen=True)
class Case:
    """A case without what the visitor said, which `reading.contact_of` gives and writes down as read."""

    id: int
    number: str
    conversation: str
    state: State
    version: int
    trigger: Trigger
    channel: str
    language: str
    topic: str | None
    shown: tuple[str, ...]
    reach: Reach
    has_email: bool
    transcript_until: str | None
    desk: str
    deputy: str | None
    desk_since: datetime
    claimed_by: str | None
    consent_text: str | None
    consent_at: datetime | None
    opened_at: datetime
    claimed_at: datetime | None
    first_answer_at: datetime | None
    unanswered_since: datetime | None
    reminded_at: datetime | None
    escalated_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None


@dataclass(frozen=True)
class Opened:
    """The case for a request. `new` is False for a repeat, and when another case of the conversation is open."""

    case: Case
    new: bool


@dataclass(frozen=True)
class Note:
    """One internal note."""

    id: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class AuditEntry:
    """One line of the audit trail."""

    at: datetime
    number: str
    by: str
    action: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """A visitor has waited too long: the desk is to be reminded, or the deputy asked. `at` is when it fell due."""

    case: Case
    kind: DueKind
    at: datetime
