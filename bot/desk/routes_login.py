"""Logging in and out, and the language of the pages."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from bot.desk import accounts, pages, sessions
from bot.desk.accounts import DESK_LANGUAGES
from bot.desk.doors import (
    COOKIE,
    LOGIN,
    DeskRoute,
    LoginNeeded,
    Refusal,
    cookie_is_secure,
    form,
    gateway_of,
    see_other,
    who,
    who_sends,
)  # fmt: skip
from bot.desk.sessions import utc_now

router = APIRouter(route_class=DeskRoute, include_in_schema=False)
FORM_COOKIE = "desk_form"  # proves that the login form came from us, before there is a session
OWN_PAGE = re.compile(r"/desk(/[A-Za-z0-9/_-]*)?")
AT_ONCE = 2  # passwords checked at the same time: each takes 64 MiB


@router.get("/desk/login")
async def show_login(request: Request) -> Response:
    """The form; whoever is logged in goes on."""
    try:
        await who(request, present=False)
    except LoginNeeded:
        return _login_page(request)
    return see_other(_next(request.query_params.get("next", "")))


@router.post("/desk/login")
async def log_in(request: Request) -> Response:
    """A session for the right login and password; wrong, unknown and locked look alike."""
    fields = await form(request)
    known = request.cookies.get(FORM_COOKIE, "")
    if not known or not hmac.compare_digest(known.encode(), fields.get("csrf", "").encode()):
        return _login_page(request, wrong="form_expired", login=fields.get("login", ""), status=403)
    gateway = gateway_of(request)
    await gateway.limits.login(gateway.address.network(request))
    login, now = fields.get("login", "").strip().lower()[:80], utc_now()
    stored = await gateway.db.read(partial(sessions.password_of, login=login))
    async with _gate(request):
        right = await asyncio.to_thread(accounts.verify_password, stored, fields.get("password", ""))

    def work(db: Connection) -> str | None:
        if right:
            return sessions.open_session(db, login, now)
        sessions.count_wrong(db, login, now)
        return None

    token = await gateway.db.write(work)
    if token is None:
        return _login_page(request, wrong="wrong_login", login=login, status=403)
    response = see_other(_next(fields.get("next", "")))
    response.set_cookie(
        COOKIE, token, path="/desk", httponly=True, samesite="strict", secure=cookie_is_secure(request)
    )  # fmt: skip
    response.delete_cookie(FORM_COOKIE, path="/desk")
    return response


@router.post("/desk/logout")
async def log_out(request: Request) -> Response:
    """End this session."""
    session, _ = await who_sends(request)
    await gateway_of(request).db.write(partial(sessions.end_session, token_hash=session.token_hash))
    response = see_other(LOGIN)
    response.delete_cookie(COOKIE, path="/desk")
    return response


@router.post("/desk/language")
async def choose_language(request: Request) -> Response:
    """The pages in another language, from now on and at the next login."""
    session, fields = await who_sends(request)
    language = fields.get("language", "")
    if language not in DESK_LANGUAGES:
        raise Refusal("not_found", 404)
    work = partial(sessions.set_language, token_hash=session.token_hash, language=language)
    await gateway_of(request).db.write(work)
    return see_other(_next(fields.get("next", "")))


def _gate(request: Request) -> asyncio.Semaphore:
    state = request.app.state
    if not hasattr(state, "desk_gate"):
        state.desk_gate = asyncio.Semaphore(AT_ONCE)
    gate: asyncio.Semaphore = state.desk_gate
    return gate


def _login_page(request: Request, *, wrong: str = "", login: str = "", status: int = 200) -> Response:
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
    target = _next(request.query_params.get("next", ""))
    response = pages.page(
        request, "login.html", None, status=status, wrong=wrong, login=login, form_token=token, next=target
    )
    response.set_cookie(
        FORM_COOKIE, token, path="/desk", httponly=True, samesite="strict", secure=cookie_is_secure(request),
        max_age=3600,
    )  # fmt: skip
    return response


def _next(path: str) -> str:
    """Where to go after this: one of our own pages, whatever the form says."""
    return path if OWN_PAGE.fullmatch(path) and path != LOGIN else "/desk/cases"
