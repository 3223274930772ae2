"""The webhook of the configured help desk: signed calls only, answered quickly, harmless when they come twice."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.gateway.problems import Problem
from bot.handoff.adapters.desk import NotUnderstood, WrongSignature
from bot.handoff.mailers import NotSent
from bot.handoff.records import HandoffRefused
from bot.store import StoreUnavailable

if TYPE_CHECKING:
    from bot.channels.helpdesk.service import Helpdesk

ANSWER_SECONDS = 4.0  # help desks wait for five

router = APIRouter(prefix="/hooks", include_in_schema=False)
logger = logging.getLogger(__name__)
_running: set[asyncio.Task[None]] = set()


@router.post("/{name}")
async def webhook(name: str, request: Request) -> Response:
    """204 when it is carried out, 202 when that goes on, 401 unsigned, 400 not understood, 503 to be repeated."""
    helpdesk: Helpdesk | None = request.app.state.helpdesk
    if helpdesk is None or helpdesk.desk.name != name:
        return Response(status_code=404)
    try:
        call = helpdesk.desk.read(request.headers, await request.body())
    except WrongSignature:
        logger.warning("a call of the webhook of %s was not signed as it must be", name)
        return Response(status_code=401)
    except NotUnderstood:
        return Response(status_code=400)
    task = asyncio.create_task(helpdesk.answers.take(call))
    _running.add(task)
    task.add_done_callback(_finished)
    done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
    if not done:
        return Response(status_code=202)
    try:
        task.result()
    except (NotSent, StoreUnavailable, Problem, HandoffRefused) as error:
        # Whoever repeats its calls may do so; otherwise the next look finds it.
        logger.warning("a call of the webhook of %s waits: %s", name, type(error).__name__)
        return Response(status_code=503, headers={"Retry-After": "30"})
    helpdesk.wake()
    return Response(status_code=204)


def _finished(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()):
        logger.info("a call of the webhook could not be carried out: %s", type(error).__name__)
