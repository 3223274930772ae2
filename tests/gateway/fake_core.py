"""A core at the contract, on a port of its own, that can be told to fail in every way the real one can."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.waiting import SECONDS, until

SECRET = "core-secret-core-secret-core-secret-1234"


class Gate:
    """Holds one turn: `reached` is set once the core is asked, and the answer comes after `open`."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    async def passed(self) -> None:
        self.reached.set()
        await asyncio.to_thread(self._open.wait, SECONDS)


class FakeCore:
    """Echoes each message and remembers what it was asked; a repeat of a chat's last id is no second turn, as in the real core."""

    def __init__(self) -> None:
        self.health_asked = 0
        self.turns: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.last: dict[str, tuple[str, dict[str, Any]]] = {}  # conversation -> message id and answer
        self.failures: list[int | tuple[int, str]] = []  # status, and the error named where it is not the usual one
        self.failures_after_turn: list[int] = []
        self.gates: list[Gate] = []
        self.delays: list[float] = []  # seconds that each of the next turns takes
        self.after_turn: list[Callable[[], object]] = []  # done once each, before the answer leaves
        self.next_reply: dict[str, Any] | None = None
        self.language: str | None = None  # None: answers in the language it is given
        self.fixed_language: str | None = None

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/webhooks/gateway/turn", self._turn, methods=["POST"]),
                Route("/webhooks/gateway/health", self._health),
                Route("/health", self._health),
            ]
        )

    def hold(self) -> Gate:
        """Keeps the next turn that nothing holds yet waiting."""
        self.gates.append(Gate())
        return self.gates[-1]

    async def _health(self, request: Request) -> Response:
        self.health_asked += 1
        return JSONResponse({"status": "ok", "model": "test-model", "names_revision": "1"})

    async def _turn(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return JSONResponse({"error": "unauthorized"}, 401)
        body = await request.json()
        self.asked.append(body)
        if self.gates:
            await self.gates.pop(0).passed()
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        if self.failures:
            failure = self.failures.pop(0)
            status, error = (
                failure if isinstance(failure, tuple) else (failure, {503: "store", 504: "deadline"}.get(failure))
            )
            return JSONResponse({"error": error}, status)
        message_id, answer = self.last.get(body["conversation"], (None, None))
        if answer is None or message_id != body["message_id"]:
            self.turns.append(body)
            answer = self._reply(body)
            self.last[body["conversation"]] = (body["message_id"], answer)
            if self.after_turn:
                self.after_turn.pop(0)()
        if self.failures_after_turn:
            return JSONResponse({}, self.failures_after_turn.pop(0))
        return JSONResponse(answer)

    def _reply(self, body: dict[str, Any]) -> dict[str, Any]:
        reply, self.next_reply = self.next_reply, None
        message: dict[str, Any] = {"text": f"You said: {body['text']}", "buttons": [], "custom": None}
        language = self.language or body["language"]
        rest = {"language": language, "fixed_language": self.fixed_language, "intent": "greet", "confidence": 1.0}
        return {"messages": [message], **rest} | (reply or {})


class RunningServer:
    """An ASGI application served by uvicorn in a thread on 127.0.0.1; `port` 0 takes a free one."""

    def __init__(self, app: Any, port: int = 0, **options: Any) -> None:
        options |= {"log_level": "error", "access_log": False}
        config = uvicorn.Config(app, host="127.0.0.1", port=port, **options)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(SECONDS)
