"""A real HTTP server on 127.0.0.1 in the words of a help desk, which can refuse, hang, lose answers and go away."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.waiting import SECONDS, free_port

HANG, LOST = "hang", "lost"  # no answer at all; carried out, and the answer never arrives


@dataclass(frozen=True)
class Refuse:
    """An answer other than 2xx."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class FakeServer:
    """`handle` answers a call with status and JSON; `plan` is what happens to the next writing calls, None: nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.calls: list[Call] = []
        self.plan: list[Refuse | str | None] = []
        self.lock = threading.RLock()
        self.released = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._next = 100

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle(self, call: Call) -> tuple[int, Any]:
        raise NotImplementedError

    def new_id(self) -> int:
        self._next += 1
        return self._next

    def written(self, part: str = "") -> list[Call]:
        """Calls that change something whose path has this part."""
        return [call for call in self.calls if call.method != "GET" and part in call.path]

    def start(self) -> None:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                where = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.command, where.path, dict(parse_qsl(where.query)), body, headers)
                with fake.lock:
                    fault = fake.plan.pop(0) if fake.plan and call.method != "GET" else None
                    fake.calls.append(call)
                    if isinstance(fault, Refuse):
                        self.answer(fault.status, {"error": "no"}, fault.headers)
                        return
                    status, found = (0, None) if fault == HANG else fake.handle(call)
                if fault == HANG:
                    fake.released.wait(SECONDS)
                if fault in (HANG, LOST):
                    self.close_connection = True
                    return
                self.answer(status, found, {})

            do_GET = do_POST = do_PUT = do_DELETE = do

            def answer(self, status: int, found: Any, headers: Mapping[str, str]) -> None:
                data = b"" if found is None else json.dumps(found).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": len(data), **headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Nothing: tests look at `calls`."""

        self.released.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Go away; on the same port again with `start`."""
        self.released.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self._server = None
