"""What the public chat API answers with, for its schema: the routes build these objects themselves."""

from typing import Any, Literal

from pydantic import BaseModel

Language = Literal["en", "de", "zh"]


class OfferedButton(BaseModel):
    """A button: its title, and the opaque id to send back."""

    title: str
    choice: str


class SourceBody(BaseModel):
    """Where an answer comes from; `as_of` is a year, a month or a day, `facts` are ids of what it says."""

    title: str
    url: str | None
    as_of: str | None
    facts: list[str] = []


class MessageBody(BaseModel):
    """One message of the conversation; `name` is the member of staff's who wrote it."""

    id: str
    at: str
    author: Literal["visitor", "assistant", "staff", "system"]
    language: Language
    text: str
    name: str | None = None
    choices: list[OfferedButton] | None = None
    card: dict[str, Any] | None = None
    sources: list[SourceBody] | None = None


class SessionBody(BaseModel):
    """A new conversation."""

    token: str
    expires_at: str
    language: Language
    messages: list[MessageBody]


class TurnBody(BaseModel):
    """The answer to one message."""

    state: str
    messages: list[MessageBody]


class HistoryBody(BaseModel):
    """A part of the conversation."""

    state: str
    language: Language
    messages: list[MessageBody]
    more: bool


class NoticeBody(BaseModel):
    """The notice before the first input."""

    language: Language
    text: str
    privacy_url: str


class ProblemBody(BaseModel):
    """RFC 9457 problem details; `code` is stable, `detail` is in the visitor's language."""

    type: str
    title: str
    status: int
    detail: str
    code: str


_PROBLEM: dict[str, Any] = {
    "description": "Problem details",
    "content": {"application/problem+json": {"schema": ProblemBody.model_json_schema()}},
}
PROBLEMS: dict[int | str, dict[str, Any]] = {"4XX": _PROBLEM, "5XX": _PROBLEM}
