"""What the operator's commands ask of a gateway that runs: erasing, which must not happen in the middle of a turn.

Only callers on this machine who know a secret of this copy are heard; to everybody else the path does not exist.
"""

from __future__ import annotations

import hmac
import ipaddress
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StrictStr
from starlette.responses import Response

from bot.gateway.problems import Problem
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.gateway.app import Gateway

ERASE_PATH = "/operator/erase"
PURPOSE = b"operator of this copy"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]  # all get the same answer: there is nothing

router = APIRouter(include_in_schema=False)


class Erasure(BaseModel):
    """Which conversation."""

    conversation: Annotated[StrictStr, Field(min_length=1, max_length=128)]


def token(settings: Settings) -> str:
    """Known to whoever can read the settings of this copy, and sent to nobody else."""
    return hmac.new(settings.session_key.get_secret_value().encode(), PURPOSE, sha256).hexdigest()


@router.api_route(ERASE_PATH, methods=METHODS, status_code=204, response_class=Response)
async def erase(request: Request) -> Response:
    """Erase a conversation as its visitor could; 204 also when there is none."""
    gateway: Gateway = request.app.state.gateway
    if request.method != "POST" or not _is_operator(request, token(gateway.settings)):
        raise Problem("not_found")
    try:
        wanted = Erasure.model_validate_json(await request.body())
    except ValueError:
        raise Problem("bad_request") from None
    await gateway.turns.erase(wanted.conversation)
    return Response(status_code=204)


def _is_operator(request: Request, expected: str) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        near = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
    given = request.headers.get("authorization", "")
    return near and hmac.compare_digest(given.encode(), f"Bearer {expected}".encode())
