"""The platform as its documentation has it: API with errcodes under HTTP 200, its own count of what may be pushed, menus.

Times are those of `clock`, so that a test lets 48 hours pass without waiting.
"""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

APP_ID, SECRET, TOKEN = "wx49f0ab532d5d035a", "app-secret", "AAAAA"
ACCOUNT = "gh_0123456789ab"
TEXT_BYTES = 2048
MESSAGE_WINDOW, MESSAGE_QUOTA = 48 * 3600.0, 5
EVENT_WINDOW, EVENT_QUOTA = 60.0, 3
FORCED_A_DAY = 20
HANG, BREAK = "hang", "break"


@dataclass
class Follower:
    """One WeChat user: what was shown to them, and what may still be pushed."""

    open_id: str
    subscribed: bool = True
    shown: list[str] = field(default_factory=list)
    pushed: int = 0  # how many of `shown` were customer-service messages
    window_until: float = 0.0
    quota: int = 0


class FakePlatform:
    """`plan` is what happens to the next calls of custom/send: an errcode, HANG, BREAK, an HTTP status as "HTTP 502"."""

    def __init__(self) -> None:
        self.clock: Callable[[], float] = time.time
        self.followers: dict[str, Follower] = {}
        self.verified = True
        self.tokens_valid: dict[str, float] = {}
        self.token_lifetime = 7200
        self.token_calls: list[bool] = []
        self.refused_sends: list[int] = []
        self.raw_sends: list[bytes] = []
        self.menu: dict[str, Any] | None = None
        self.plan: list[int | str] = []
        self.away = False
        self.released = threading.Event()  # ends what hangs
        self._numbers = itertools.count(1)
        self._token = ""

    # --- what tests do ---

    def follower(self, open_id: str) -> Follower:
        return self.followers.setdefault(open_id, Follower(open_id))

    def wrote(self, open_id: str) -> None:
        """The user has sent a message."""
        who = self.follower(open_id)
        who.window_until, who.quota = self.clock() + MESSAGE_WINDOW, MESSAGE_QUOTA

    def pressed(self, open_id: str) -> None:
        """The user has pressed a menu entry, followed or scanned."""
        who = self.follower(open_id)
        if who.window_until <= self.clock() or who.quota <= EVENT_QUOTA:
            who.window_until = max(who.window_until, self.clock() + EVENT_WINDOW)
            who.quota = max(who.quota, EVENT_QUOTA)

    def rotate(self) -> None:
        """Somebody else has had a new token made: ours is refused from now on."""
        self.tokens_valid.clear()
        self._token = ""

    # --- the API ---

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/cgi-bin/stable_token", self._stable_token, methods=["POST"]),
                Route("/cgi-bin/message/custom/send", self._send, methods=["POST"]),
                Route("/cgi-bin/menu/create", self._create_menu, methods=["POST"]),
                Route("/cgi-bin/menu/delete", self._delete_menu),
                Route("/cgi-bin/get_current_selfmenu_info", self._read_menu),
            ]
        )

    async def _stable_token(self, request: Request) -> Response:
        if self.away:
            return PlainTextResponse("bad gateway", 502)
        body = await request.json()
        force = bool(body.get("force_refresh"))
        self.token_calls.append(force)
        if body.get("grant_type") != "client_credential" or body.get("appid") != APP_ID:
            return error(40013, "invalid appid")
        if body.get("secret") != SECRET:
            return error(40125, "invalid appsecret")
        if force and self.token_calls.count(True) > FORCED_A_DAY:
            return error(45009, "reach max api daily quota limit")
        now = self.clock()
        if force or self.tokens_valid.get(self._token, 0.0) - 300 < now:
            self._token = f"token-{next(self._numbers)}-{'x' * 100}"
            self.tokens_valid[self._token] = now + self.token_lifetime
        return JSONResponse({"access_token": self._token, "expires_in": int(self.tokens_valid[self._token] - now)})

    async def _send(self, request: Request) -> Response:
        raw = await request.body()
        self.raw_sends.append(raw)
        fault = self.plan.pop(0) if self.plan else None
        if fault == HANG:
            await asyncio.to_thread(self.released.wait, 30)
        if self.away or fault == BREAK:
            return PlainTextResponse("bad gateway", 502)
        if isinstance(fault, str) and fault.startswith("HTTP "):
            return PlainTextResponse("no", int(fault[5:]))
        code = fault if isinstance(fault, int) else self._token_trouble(request) or self._take(raw)
        if code:
            self.refused_sends.append(code)
            return error(code, "refused")
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    def _take(self, raw: bytes) -> int:
        """The errcode, 0 when the user sees it."""
        try:
            body = json.loads(raw.decode("utf-8"))
        except ValueError:
            return 47001
        if b"\\u" in raw:
            return 40033  # the real one takes it and users read \u4f60
        text = body.get("text", {}).get("content") if body.get("msgtype") == "text" else None
        if not isinstance(text, str) or not text:
            return 44004
        if not self.verified:
            return 48001
        who = self.followers.get(body.get("touser", ""))
        if who is None:
            return 40003
        if not who.subscribed or who.window_until <= self.clock():
            return 45015
        if who.quota <= 0:
            return 45047
        if len(text.encode()) > TEXT_BYTES:
            return 45002
        who.quota -= 1
        who.pushed += 1
        who.shown.append(text)
        return 0

    def _token_trouble(self, request: Request) -> int:
        token = request.query_params.get("access_token", "")
        if token not in self.tokens_valid:
            return 40001
        return 42001 if self.tokens_valid[token] <= self.clock() else 0

    async def _create_menu(self, request: Request) -> Response:
        if code := self._token_trouble(request):
            return error(code, "refused")
        raw = await request.body()
        body = json.loads(raw.decode("utf-8"))
        if b"\\u" in raw:
            return error(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            return error(40016, "invalid button size")
        for button in buttons:
            below = button.get("sub_button", [])
            if len(button["name"].encode()) > 16:
                return error(40018, "invalid button name size")
            if len(below) > 5:
                return error(40023, "invalid sub button size")
            for entry in below or [button]:
                if code := _entry_fault(entry, 60 if below else 16):
                    return error(code, "invalid button")
        self.menu = body
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def _delete_menu(self, request: Request) -> Response:
        if code := self._token_trouble(request):
            return error(code, "refused")
        self.menu = None
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def _read_menu(self, request: Request) -> Response:
        if code := self._token_trouble(request):
            return error(code, "refused")
        info = {"button": self.menu["button"]} if self.menu else {}
        return JSONResponse({"is_menu_open": int(bool(self.menu)), "selfmenu_info": info})


def _entry_fault(entry: dict[str, Any], name_bytes: int) -> int:
    if len(entry.get("name", "").encode()) > name_bytes or not entry.get("name"):
        return 40025
    if entry.get("type") == "click":
        return 0 if 0 < len(entry.get("key", "").encode()) <= 128 else 40019
    if entry.get("type") == "view":
        return 0 if entry.get("url", "").startswith(("http://", "https://")) else 40020
    return 40017


def error(code: int, text: str) -> Response:
    """HTTP 200, as always."""
    return JSONResponse({"errcode": code, "errmsg": f"{text} rid: 0"})
