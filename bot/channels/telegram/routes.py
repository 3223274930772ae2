"""The webhook: only calls with the secret, answered as soon as the update is kept; unknown kinds are taken and dropped."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.channels.telegram.secret import HEADER, webhook_secret
from bot.gateway.edge import TOO_LARGE
from bot.gateway.problems import Problem

if TYPE_CHECKING:
    from bot.channels.telegram.service import TelegramMessenger

router = APIRouter(prefix="/hooks", include_in_schema=False)


@router.post("/telegram")
async def webhook(request: Request) -> Response:
    """200 when it is kept or too large to be, 401 without the secret, 404 while not configured, 503 to be sent again."""
    messenger: TelegramMessenger | None = request.app.state.messengers.get("telegram")
    if messenger is None:
        raise Problem("not_found")
    given = request.headers.get(HEADER, "").encode(errors="replace")
    if not hmac.compare_digest(given, webhook_secret(request.app.state.gateway.settings).encode()):
        messenger.refused()
        return Response(status_code=401)
    if TOO_LARGE in request.scope:
        messenger.too_large()
        return Response()
    try:
        update = json.loads(await request.body())
    except (ValueError, RecursionError):
        update = None
    if not isinstance(update, dict):
        raise Problem("bad_request")
    await messenger.intake.take(update)
    return Response()
