"""A Bot API at its published contract: validates as strictly, refuses in the same words, and can be told to fail."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .markup import CannotParse, visible

TOKEN = "4242:test-token-of-a-bot-that-does-not-exist"
BOT = {"id": 4242, "is_bot": True, "first_name": "Centre", "username": "CentreTestBot"}
ACTIONS = frozenset({"typing", "upload_photo", "record_video", "upload_document", "choose_sticker", "find_location"})
LONGEST, MOST_CALLBACK_BYTES = 4096, 64


class Refusal(Exception):
    """An answer with ok: false."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class Sent:
    """One message that arrived on a visitor's device."""

    chat: int
    message_id: int
    text: str
    links: list[str]
    keyboard: list[dict[str, Any]]
    html: bool


@dataclass
class Failure:
    """How one call goes wrong: with a refusal, with a page instead of JSON, not in time, or only for its answer."""

    refusal: Refusal | None = None
    page: tuple[int, str] | None = None
    hang: float = 0.0
    after: bool = False  # it is carried out, but the answer is lost
    method: str = "sendMessage"
    chat: int | None = None
    times: int = 1


@dataclass
class FakeBotApi:
    """Its state is read and changed from tests while it serves in a thread of its own."""

    sent: list[Sent] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    chats: set[int] = field(default_factory=set)  # who ever wrote; others cannot be written to
    blocked: set[int] = field(default_factory=set)
    webhook: dict[str, Any] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)  # for getUpdates
    answered: list[str] = field(default_factory=list)
    queries: set[str] = field(default_factory=set)
    commands: dict[str, Any] = field(default_factory=dict)
    message_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    lock: threading.RLock = field(default_factory=threading.RLock)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/bot{token}/{method}", self._serve, methods=["GET", "POST"])])

    def texts(self, chat: int) -> list[str]:
        with self.lock:
            return [one.text for one in self.sent if one.chat == chat]

    def of(self, chat: int) -> list[Sent]:
        with self.lock:
            return [one for one in self.sent if one.chat == chat]

    def count(self, method: str) -> int:
        with self.lock:
            return sum(called == method for called, _ in self.calls)

    async def _serve(self, request: Request) -> Response:
        fields: dict[str, Any] = dict(request.query_params)
        body = await request.body()
        if "json" in request.headers.get("content-type", ""):
            fields |= json.loads(body or b"{}")
        else:
            fields |= {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        method: str = request.path_params["method"]
        failure = self._failure(method, fields)
        if failure and failure.hang:
            await asyncio.sleep(failure.hang)
        if failure and not failure.after:
            if failure.page:
                return Response(failure.page[1], failure.page[0], media_type="text/html")
            if failure.refusal:
                return _refused(failure.refusal)
        try:
            if request.path_params["token"] != TOKEN:
                raise Refusal(401, "Unauthorized")
            work: Callable[[dict[str, Any]], Any] | None = getattr(self, f"_{_snake(method)}", None)
            if work is None:
                raise Refusal(404, "Not Found")
            with self.lock:
                self.calls.append((method, fields))
            if method == "getUpdates":
                result = await self._get_updates_slowly(fields)
            else:
                with self.lock:
                    result = work(fields)
        except Refusal as refusal:
            return _refused(refusal)
        if failure and failure.after:
            return Response("<html>502 Bad Gateway</html>", 502, media_type="text/html")
        return JSONResponse({"ok": True, "result": result})

    def _failure(self, method: str, fields: dict[str, Any]) -> Failure | None:
        with self.lock:
            for failure in self.failures:
                if failure.method == method and failure.chat in (None, int(fields.get("chat_id", 0) or 0)):
                    failure.times -= 1
                    if failure.times <= 0:
                        self.failures.remove(failure)
                    return failure
        return None

    def _get_me(self, fields: dict[str, Any]) -> Any:
        return BOT

    def _send_message(self, fields: dict[str, Any]) -> Any:
        chat = self._chat(fields)
        text: str = fields.get("text", "")
        links: list[str] = []
        html = fields.get("parse_mode", "") == "HTML"
        if html:
            try:
                text, links = visible(text)
            except CannotParse as error:
                raise Refusal(400, f"Bad Request: can't parse entities: {error}") from error
        text = text.strip()
        if not text:
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > LONGEST:
            raise Refusal(400, "Bad Request: message is too long")
        message = Sent(chat, next(self.message_ids), text, links, _keyboard(fields.get("reply_markup")), html)
        self.sent.append(message)
        where = {"id": chat, "type": "private", "first_name": "Visitor"}
        return {"message_id": message.message_id, "date": 1, "chat": where, "from": BOT, "text": text}

    def _send_chat_action(self, fields: dict[str, Any]) -> Any:
        self._chat(fields)
        if fields.get("action") not in ACTIONS:
            raise Refusal(400, "Bad Request: wrong parameter action in request")
        return True

    def _answer_callback_query(self, fields: dict[str, Any]) -> Any:
        query = fields.get("callback_query_id", "")
        if query not in self.queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered.append(query)
        return True

    def _edit_message_reply_markup(self, fields: dict[str, Any]) -> Any:
        chat, number = self._chat(fields), int(fields.get("message_id") or 0)
        message = next((one for one in self.sent if (one.chat, one.message_id) == (chat, number)), None)
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        keyboard = _keyboard(fields.get("reply_markup"))
        if keyboard == message.keyboard:
            raise Refusal(400, "Bad Request: message is not modified")
        message.keyboard = keyboard
        return True

    def _set_webhook(self, fields: dict[str, Any]) -> Any:
        url = fields.get("url", "")
        if url and urlsplit(url).scheme != "https":
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if fields.get("secret_token") and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", fields["secret_token"]):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = dict(fields) if url else {}
        return True

    def _delete_webhook(self, fields: dict[str, Any]) -> Any:
        self.webhook = {}
        return True

    def _set_my_commands(self, fields: dict[str, Any]) -> Any:
        for one in json.loads(fields["commands"]):
            if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]) or not 1 <= len(one["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[fields.get("language_code", "")] = json.loads(fields["commands"])
        return True

    def _get_webhook_info(self, fields: dict[str, Any]) -> Any:
        known = {"url": self.webhook.get("url", ""), "has_custom_certificate": False}
        return known | {"pending_update_count": len(self.queue)}

    def _get_updates(self, fields: dict[str, Any]) -> Any:
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first",
            )
        offset = int(fields.get("offset") or 0)
        self.queue = [update for update in self.queue if update["update_id"] >= offset]
        return self.queue[: int(fields.get("limit") or 100)]

    async def _get_updates_slowly(self, fields: dict[str, Any]) -> Any:
        """With `timeout` it waits for something, as the real one does, but not longer than a test likes."""
        for _ in range(10):
            with self.lock:
                found = self._get_updates(fields)
            if found or not int(fields.get("timeout") or 0):
                return found
            await asyncio.sleep(0.05)
        return []

    def _chat(self, fields: dict[str, Any]) -> int:
        try:
            chat = int(fields["chat_id"])
        except (KeyError, ValueError):
            raise Refusal(400, "Bad Request: chat_id is empty") from None
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise Refusal(400, "Bad Request: chat not found")
        return chat


def _keyboard(markup: Any) -> list[dict[str, Any]]:
    if not markup:
        return []
    rows = json.loads(markup)["inline_keyboard"]
    buttons = [button for row in rows for button in row]
    for button in buttons:
        if not str(button.get("text", "")).strip():
            raise Refusal(400, "Bad Request: inline keyboard button text must be non-empty")
        data = button.get("callback_data")
        if data is None and not button.get("url"):
            raise Refusal(400, "Bad Request: Text buttons are unallowed in the inline keyboard")
        if data is not None and not 1 <= len(data.encode()) <= MOST_CALLBACK_BYTES:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(buttons) > 100:
        raise Refusal(400, "Bad Request: reply markup is too long")
    return buttons


def flood(seconds: int) -> Refusal:
    """What comes of too many messages."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _refused(refusal: Refusal) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, refusal.code)


def _snake(method: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()
