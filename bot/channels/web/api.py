"""The public chat API: sessions, messages, history, stream, export, erasure."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr
from sqlalchemy import Connection
from sse_starlette import EventSourceResponse
from starlette.responses import Response

from bot.channels.messengers import codes
from bot.channels.web.schemas import PROBLEMS, HistoryBody, NoticeBody, SessionBody, TurnBody
from bot.gateway import history, personal_data, sessions
from bot.gateway.choices import Button
from bot.gateway.history import Draft
from bot.gateway.inbox import Incoming
from bot.gateway.input_gate import MessageTooLong, clean, clean_page
from bot.gateway.own_choices import WITH_PEOPLE
from bot.gateway.problems import Problem, preferred_language
from bot.gateway.sessions import Claims, InvalidToken, SessionRecord
from bot.handoff.vault import CannotOpen
from bot.replies.greeting import chat_notice, greeting
from bot.replies.problems import LANGUAGES

if TYPE_CHECKING:
    from bot.gateway.app import Gateway

HEARTBEAT_SECONDS = 15
LOOK_UP_SECONDS = 0.5
SEND_SECONDS = 30.0
REOPENED_MESSAGES = 200
VISITOR = "visitor"
log = structlog.get_logger(__name__)

router = APIRouter(prefix="/api", responses=PROBLEMS)


class NewSession(BaseModel):
    """Anything else a client sends is dropped. `resume` is what a link in a mail carries: then nothing else is needed."""

    model_config = ConfigDict(extra="ignore")

    language: StrictStr | None = None
    page: StrictStr | None = None
    notice_accepted: StrictBool | None = None
    resume: Annotated[StrictStr, Field(max_length=1000)] | None = None


class NewMessage(BaseModel):
    """Exactly one of text and choice; anything else a client sends is dropped."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    text: StrictStr | None = None
    choice: Annotated[StrictStr, Field(max_length=200)] | None = None


@dataclass(frozen=True)
class Visitor:
    """Whose request it is: what the token says and the conversation as stored."""

    claims: Claims
    chat: SessionRecord


def bearer(request: Request) -> str | None:
    """The token of an Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _gateway(request: Request) -> "Gateway":
    gateway: Gateway = request.app.state.gateway
    return gateway


async def _claims(request: Request) -> Claims:
    try:
        return _gateway(request).signer.read(bearer(request) or "")
    except InvalidToken as error:
        raise Problem("unauthorized") from error


async def _visitor(request: Request) -> Visitor:
    claims = await _claims(request)
    chat = await _gateway(request).db.read(lambda db: sessions.find_session(db, claims.conversation))
    if chat is None:
        raise Problem("session_ended")
    request.state.language = chat.language
    return Visitor(claims, chat)


class _SessionReadWhenRefused(APIRoute):
    """A route that takes the token's word, as its work meets the session anyway; only a refusal looks it up before.

    So a refusal is in the chat's language, or says first that the chat is over.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_or_look_up(request: Request) -> Response:
            try:
                return await handle(request)
            except (Problem, RequestValidationError):
                with suppress(TimeoutError):  # a database that is away may not keep the refusal waiting
                    async with asyncio.timeout(LOOK_UP_SECONDS):
                        await _visitor(request)
                raise

        return handle_or_look_up


CurrentClaims = Annotated[Claims, Depends(_claims)]
CurrentVisitor = Annotated[Visitor, Depends(_visitor)]


@router.get("/notice", response_model=NoticeBody)
async def read_notice(request: Request, language: Annotated[str | None, Query(max_length=35)] = None) -> dict[str, str]:
    """What a visitor reads and accepts before the first input."""
    settings = _gateway(request).settings
    chosen = _known_language(language, request)
    return {
        "language": chosen,
        "text": chat_notice(chosen, settings.retention_days, settings.insights_days),
        "privacy_url": settings.privacy_url,
    }


@router.post("/session", status_code=201, response_model=SessionBody)
async def open_session(request: Request, body: NewSession) -> JSONResponse:
    """Open a conversation, for which the notice must have been accepted, or reopen one by a link from a mail."""
    gateway = _gateway(request)
    language = _known_language(body.language, request)
    request.state.language = language
    await gateway.limits.session(gateway.address.network(request))
    if body.resume is not None:
        return await _reopen(gateway, body.resume)
    if body.notice_accepted is not True:
        raise Problem("notice_not_accepted")
    token, claims = gateway.signer.issue(language)
    page = clean_page(body.page)

    def write(db: Connection) -> list[history.Message]:
        sessions.open_session(
            db, claims.conversation, channel="web", language=language, expires_at=claims.expires_at, page=page
        )
        text, buttons = greeting(language)
        choices = gateway.choices.offer(db, claims.conversation, [Button(**button) for button in buttons])
        return history.append(db, claims.conversation, [Draft("assistant", language, text, choices=choices)])

    return _opened(token, claims, language, await gateway.db.write(write))


async def _reopen(gateway: "Gateway", link: str) -> JSONResponse:
    """By a signed link from a mail, or by a code from a messenger, which is used up with it."""
    try:
        mailed = None if link.startswith(codes.PREFIX) else gateway.signer.read_link(link)
    except InvalidToken as error:
        raise Problem("link_ended") from error

    def write(db: Connection) -> tuple[str, Claims, str, list[history.Message]]:
        conversation = mailed or codes.redeem(db, link)
        chat = sessions.find_session(db, conversation) if conversation else None
        if chat is None:
            raise Problem("link_ended")
        token, claims = gateway.signer.issue(chat.language, chat.conversation)
        sessions.prolong(db, chat.conversation, claims.expires_at)
        return token, claims, chat.language, history.latest(db, chat.conversation, REOPENED_MESSAGES)

    return _opened(*await gateway.db.write(write))


def _opened(token: str, claims: Claims, language: str, messages: list[history.Message]) -> JSONResponse:
    body = {
        "token": token,
        "expires_at": claims.expires_at.isoformat().replace("+00:00", "Z"),
        "language": language,
        "messages": [message.public() for message in messages],
    }
    return JSONResponse(body, 201)


turns = APIRouter(route_class=_SessionReadWhenRefused)


@turns.post("/messages", response_model=TurnBody)
async def send_message(request: Request, body: NewMessage, claims: CurrentClaims) -> JSONResponse:
    """Say something or press a button; a repeated id gives the same answer."""
    gateway = _gateway(request)
    await gateway.limits.message(claims.conversation)
    if (body.text is None) == (body.choice is None):
        raise Problem("bad_request")
    try:
        text = None if body.text is None else clean(body.text)
    except MessageTooLong as error:
        raise Problem("message_too_long") from error
    answer = await gateway.turns.take(Incoming(claims.conversation, str(body.id), text, body.choice))
    return JSONResponse(answer.public())


router.include_router(turns)


@router.get("/messages", response_model=HistoryBody)
async def read_messages(
    request: Request,
    visitor: CurrentVisitor,
    after: Annotated[str | None, Query(max_length=128)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JSONResponse:
    """This conversation behind the message `after`, oldest first; `more` if the limit cut it."""
    gateway, conversation = _gateway(request), visitor.chat.conversation
    await gateway.limits.read(conversation)

    def read(db: Connection) -> list[history.Message]:
        position = history.position_of(db, conversation, after) if after else 0
        if position is None:
            raise Problem("message_not_found")
        return history.after(db, conversation, position, limit + 1)

    messages = await gateway.db.read(read)
    return JSONResponse(
        {
            "state": visitor.chat.state,
            "language": visitor.chat.language,
            "messages": [message.public() for message in messages[:limit]],
            "more": len(messages) > limit,
        }
    )


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    request: Request, visitor: CurrentVisitor, last_event_id: Annotated[str | None, Header(max_length=128)] = None
) -> EventSourceResponse:
    """Server-sent events. Behind `Last-Event-ID`, or from the first message when it is missing or not of this chat."""
    gateway, conversation = _gateway(request), visitor.chat.conversation
    await gateway.limits.read(conversation)
    gateway.streams.admit(conversation)
    known = None
    if last_event_id:
        known = await gateway.db.read(lambda db: history.position_of(db, conversation, last_event_id))
    return EventSourceResponse(
        gateway.streams.events(visitor.claims, known or 0),
        ping=HEARTBEAT_SECONDS,
        send_timeout=SEND_SECONDS,
        headers={"X-Accel-Buffering": "no"},
    )


@router.post("/typing", status_code=204, response_class=Response)
async def show_typing(request: Request, claims: CurrentClaims) -> Response:
    """The visitor is writing: shown to staff for some seconds, kept nowhere. Nothing is sent but the fact."""
    gateway = _gateway(request)
    await gateway.limits.typing(claims.conversation)
    chat = await gateway.db.read(lambda db: sessions.find_session(db, claims.conversation))
    if chat is None:
        raise Problem("session_ended")
    if chat.state in WITH_PEOPLE:
        gateway.staff.visitor_typing.mark(claims.conversation, VISITOR)
    return Response(status_code=204)


@router.get("/export", response_model=dict[str, Any])
async def export(request: Request, visitor: CurrentVisitor) -> JSONResponse:
    """Everything stored of this conversation, as a file."""
    gateway, conversation = _gateway(request), visitor.chat.conversation
    await gateway.limits.read(conversation)
    traces = gateway.turns.traces
    try:
        data = await gateway.db.write(lambda db: personal_data.export(db, conversation, gateway.vault, traces))
    except CannotOpen as error:
        log.error("export.case_key_missing")
        raise Problem("contact_data_sealed") from error
    data["assistant_memory"] = await gateway.memory.events(conversation)
    return JSONResponse(data, headers={"Content-Disposition": 'attachment; filename="chat.json"'})


@router.delete("/session", status_code=204, response_class=Response)
async def erase(request: Request, visitor: CurrentVisitor) -> Response:
    """Erase this conversation; its token is worthless afterwards."""
    await _gateway(request).turns.erase(visitor.chat.conversation)
    return Response(status_code=204)


def _known_language(language: str | None, request: Request) -> str:
    wanted = (language or "").lower().split("-")[0]
    return wanted if wanted in LANGUAGES else preferred_language(request.headers.get("accept-language"))
