"""The outermost layer: body size and time, foreign websites, security headers, and no exception ever leaves."""

import asyncio
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.problems import problem_response

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
BODY_SECONDS = 10.0
# A refused body is read on and thrown away up to here, so that the client gets to read the refusal.
DRAIN_BYTES = 8 * 1024 * 1024
DRAIN_SECONDS = 5.0
_EMBEDDED = ("/api/", "/static/", "/widget.js")  # what websites on the list may read
# Platforms that repeat what is refused for its size until it is taken: these routes answer themselves, without the body.
TOO_LARGE = "too_large"  # key of the scope
_ANSWERED_ALL_THE_SAME = ("/hooks/telegram", "/hooks/wechat")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, *, language_of: Callable[[Request], str], allowed_origins: str, frame_ancestors: str
    ) -> None:
        self._app = app
        self._language_of = language_of
        self._allowed = frozenset(origin.strip().rstrip("/") for origin in allowed_origins.split(",") if origin.strip())
        self._headers = _security_headers(frame_ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers.get("origin")
        cross_origin = origin is not None and not _same_origin(origin, request.headers.get("host"))
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                allowed = origin if cross_origin and origin in self._allowed else None
                self._finish_headers(headers, scope["path"], allowed)
            await send(message)

        async def refuse(code: str, *, close: bool = False) -> None:
            response = problem_response(code, self._language_of(request), close=close)
            await response(scope, receive, send_guarded)

        if cross_origin and origin not in self._allowed and scope["path"].startswith("/api/"):
            await refuse("origin_refused", close=True)
            return
        if cross_origin and scope["method"] == "OPTIONS" and "access-control-request-method" in request.headers:
            await _preflight()(scope, receive, send_guarded)
            return
        try:
            await self._app(scope, await _body_of(scope, request.headers, receive), send_guarded)
        except _Refused as refusal:
            await refuse(refusal.code, close=True)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("request.failed", error=type(error).__name__, path=scope["path"][:100], where=_where(error))
            if not started:
                await refuse("internal_error", close=True)

    def _finish_headers(self, headers: MutableHeaders, path: str, allowed_origin: str | None) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)  # the desk's pages bring stricter or other ones of their own
        if path.startswith("/api/"):
            headers["cache-control"] = "no-store"
            headers["vary"] = "Origin, Accept-Language"
        if allowed_origin and path.startswith(_EMBEDDED):
            headers["access-control-allow-origin"] = allowed_origin
            headers["access-control-expose-headers"] = "Retry-After"


def _security_headers(frame_ancestors: str) -> dict[str, str]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, POST, DELETE",
            "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
            "access-control-max-age": "600",
        },
    )


def _same_origin(origin: str, host: str | None) -> bool:
    """Compared by host and port only: behind a proxy the scheme inside differs from the one outside."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and parts.netloc == (host or "").lower()


async def _body_of(scope: Scope, headers: Headers, receive: Receive) -> Receive:
    """The whole body, read before the application does; raises _Refused."""
    try:
        return await _whole_body(scope, headers, receive)
    except _Refused as refusal:
        if refusal.code != "body_too_large" or scope["path"] not in _ANSWERED_ALL_THE_SAME:
            raise
    scope[TOO_LARGE] = True
    return _nothing


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _whole_body(scope: Scope, headers: Headers, receive: Receive) -> Receive:
    """Read the body before the application does; raises _Refused. What follows (a disconnect) is passed on."""
    if scope["method"] not in _WITH_BODY:
        return receive
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length[:20]) > MAX_BODY:
        if "expect" not in headers:
            await _drain(receive)
        raise _Refused("body_too_large")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            first = await _collect(receive)
    except TimeoutError as error:
        raise _Refused("body_timeout") from error

    async def replay() -> Message:
        nonlocal first
        if first is None:
            return await receive()
        message, first = first, None
        return message

    return replay


async def _collect(receive: Receive) -> Message | None:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            if message.get("more_body"):
                await _drain(receive)
            raise _Refused("body_too_large")
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return {"type": "http.request", "body": b"".join(chunks), "more_body": False}


async def _drain(receive: Receive) -> None:
    left = DRAIN_BYTES
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
    except TimeoutError:
        return


def _where(error: BaseException) -> list[str]:
    """Where it happened, without values: a message of an exception may hold what a visitor wrote."""
    frames: list[Any] = traceback.extract_tb(error.__traceback__)[-4:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
