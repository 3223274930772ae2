"""What stands before each route of the desk: who is it, did the form come from our page, and refusals as pages."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse

from bot.desk import pages, sessions
from bot.desk.sessions import StaffSession, utc_now
from bot.gateway.problems import Problem
from bot.replies.desk import words
from bot.replies.problems import problem_status, problem_text

if TYPE_CHECKING:
    from bot.gateway.app import Gateway

COOKIE = "desk_session"
LOGIN = "/desk/login"
MOST_FIELDS = 40


class LoginNeeded(Exception):
    """Nobody is logged in, or no longer."""


class Refusal(Exception):
    """A page or a line instead of what was asked for; `key` is in bot.replies.desk."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


class DeskRoute(APIRoute):
    """A route whose refusals are pages for people, and JSON for the scripts of these pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_with_refusals(request: Request) -> Response:
            try:
                return await handle(request)
            except LoginNeeded:
                return _to_login(request)
            except Refusal as refusal:
                return refuse(request, words(_language(request))[refusal.key], refusal.status)
            except Problem as problem:
                return refuse(request, problem_text(problem.code, _language(request)), problem_status(problem.code))
            except RequestValidationError:
                return refuse(request, words(_language(request))["not_found"], 404)

        return handle_with_refusals


def gateway_of(request: Request) -> Gateway:
    """The working parts of the process."""
    gateway: Gateway = request.app.state.gateway
    return gateway


async def who(request: Request, *, present: bool = True) -> StaffSession:
    """The session of this request; `present` is False for what a page does by itself, which keeps nobody logged in.

    Raises LoginNeeded.
    """
    token = request.cookies.get(COOKIE, "")
    gateway, now = gateway_of(request), utc_now()
    found = await gateway.db.read(partial(sessions.find_session, token=token, now=now)) if token else None
    if found is None:
        raise LoginNeeded
    session, due = found
    request.state.desk_session = session
    if present and due:
        await gateway.db.write(partial(sessions.touch, token_hash=session.token_hash, now=now))
    return session


async def who_sends(request: Request) -> tuple[StaffSession, dict[str, str]]:
    """The session and the fields of a form that came from one of our pages. Raises LoginNeeded, Refusal."""
    session, fields = await who(request), await form(request)
    token = request.headers.get("x-csrf-token") or fields.get("csrf", "")
    if not hmac.compare_digest(token.encode(), session.csrf.encode()):
        raise Refusal("form_refused", 403)
    return session, fields


async def form(request: Request) -> dict[str, str]:
    """The fields of a form; of several with one name the last. Raises Refusal for what is no form."""
    try:
        text = (await request.body()).decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Refusal("form_refused", 400) from None


def wants_json(request: Request) -> bool:
    """Whether a script of ours asks, not a person who sees what comes back."""
    return request.headers.get("accept", "").startswith("application/json")


def refuse(request: Request, text: str, status: int) -> Response:
    """A refusal in words."""
    if wants_json(request):
        return JSONResponse({"error": text}, status, headers={"Cache-Control": "no-store"})
    session = getattr(request.state, "desk_session", None)
    return pages.page(request, "refusal.html", session, status=status, text=text)


def see_other(path: str, **query: str) -> Response:
    """To another page, after a form."""
    address = f"{path}?{urlencode(query)}" if query else path
    return RedirectResponse(address, 303, headers=pages.SECURITY)


def cookie_is_secure(request: Request) -> bool:
    return gateway_of(request).settings.public_address.startswith("https://")


def _to_login(request: Request) -> Response:
    if wants_json(request):
        return refuse(request, words(pages.language_of(request))["signed_out"], 401)
    if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
        # A link from elsewhere comes without the cookie, which is SameSite=Strict; the same address asked for by a page
        # of ours comes with it.
        again = f'<!DOCTYPE html><meta http-equiv="refresh" content="0"><title>{words("de")["title"]}</title>'
        return HTMLResponse(again, headers=pages.SECURITY)
    target = request.url.path if request.method == "GET" else ""
    query = f"?next={quote(target)}" if target not in ("", "/desk", "/desk/cases") else ""
    return RedirectResponse(LOGIN + query, 303, headers=pages.SECURITY)


def _language(request: Request) -> str:
    session: StaffSession | None = getattr(request.state, "desk_session", None)
    return session.language if session else pages.language_of(request)
