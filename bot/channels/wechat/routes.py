"""The address that the platform calls: the URL check, and each push, answered within its five seconds."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.channels.wechat import door
from bot.channels.wechat.answers import Answers
from bot.channels.wechat.door import Forged, Opened
from bot.channels.wechat.push import read_push
from bot.channels.wechat.xml import NotUnderstood
from bot.gateway.edge import TOO_LARGE

if TYPE_CHECKING:
    from bot.channels.messengers.service import Messenger
    from bot.channels.wechat.platform import WeChat
    from bot.gateway.app import Gateway

PATH = "/hooks/wechat"
SUCCESS = "success"


class _Reply(Response):
    """A reply in XML; the chat is let go of when it has been sent, so that what is pushed then comes after it."""

    media_type = "text/xml"

    def __init__(self, body: str, held: AsyncExitStack) -> None:
        super().__init__(body)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await super().__call__(scope, receive, send)


router = APIRouter(include_in_schema=False)
logger = logging.getLogger(__name__)


@router.get(PATH)
async def check(request: Request) -> Response:
    """Tells the platform that this address is ours."""
    messenger = _messenger(request)
    if messenger is None:
        return Response(status_code=404)
    platform = cast("WeChat", messenger.platform)
    try:
        return PlainTextResponse(platform.door.echo(request.query_params))
    except Forged:
        return Response(status_code=403)


@router.post(PATH)
async def push(request: Request) -> Response:
    """403 for what is not signed, 400 for what is no XML, 503 to be repeated; else a reply or `success`.

    What is too large to be read is `success` too, when the call is signed: refused it would only come again.
    """
    messenger, gateway = _messenger(request), _gateway(request)
    if messenger is None:
        return Response(status_code=404)
    platform = cast("WeChat", messenger.platform)
    try:
        if TOO_LARGE in request.scope:
            platform.door.check(request.query_params)
            messenger.too_large()
            return PlainTextResponse(SUCCESS)
        opened = platform.door.open(request.query_params, await request.body())
    except Forged:
        logger.warning("a call in the name of WeChat was not signed as it must be")
        return Response(status_code=403)
    except NotUnderstood:
        return Response(status_code=400)
    if not await gateway.db.write(lambda db: _admitted(db, opened), synced=False):
        logger.warning("a signature of WeChat was used for something else")
        return Response(status_code=403)
    try:
        pushed = read_push(opened.fields)
    except NotUnderstood:
        return PlainTextResponse(SUCCESS)  # of a kind that came up after this was written
    if pushed.event is None:
        return PlainTextResponse(SUCCESS)
    if pushed.event.extra:
        logger.info("somebody came by the code %s", pushed.event.extra)
    async with AsyncExitStack() as stack:
        text = await Answers(gateway.db, messenger, platform).answer(pushed, stack)
        if not text:
            return PlainTextResponse(SUCCESS)
        fields: dict[str, str | int] = {
            "ToUserName": pushed.open_id,
            "FromUserName": pushed.account,
            "CreateTime": int(datetime.now(UTC).timestamp()),
            "MsgType": "text",
            "Content": text,
        }
        body = platform.door.reply(fields, opened.key, request.query_params.get("nonce", ""))
        return _Reply(body, stack.pop_all())


def _admitted(db: Connection, opened: Opened) -> bool:
    now = datetime.now(UTC)
    door.forget_old(db, now)
    return door.admit(db, opened, now)


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


def _messenger(request: Request) -> Messenger | None:
    messenger: Messenger | None = request.app.state.messengers.get("wechat")
    return messenger
