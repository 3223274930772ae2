"""G8: odd and hostile input over every endpoint: texts in three languages, bodies, broken HTTP, and what the schema allows."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import aiohttp
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error

from bot.gateway.app import create_app
from bot.replies.problems import LANGUAGES
from bot.settings import load_settings

from ..corpus import BODIES, LEAKS, ODD, texts
from ..figures import Row, none_of, slowest
from ..scale import Scale
from ..stage import PROCESSES, Stage
from ..visitors import Visitor

AT_ONCE = 6
PER_VISITOR = 18  # below the limit of a session
HUNG_SECONDS = 15.0
PATHS = (
    "/api/session",
    "/api/messages",
    "/api/typing",
    "/desk/login",
    "/desk/language",
    "/hooks/chatwoot",
    "/hooks/zammad",
    "/x",
)
BROKEN_HTTP = (
    b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
    b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: x\r\n\r\n",
    b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{", "GET /\u6cf8 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
)  # fmt: skip


class _Seen:
    def __init__(self) -> None:
        self.count = 0
        self.errors: list[str] = []
        self.empty: list[str] = []
        self.leaks: list[str] = []
        self.hung: list[str] = []
        self.seconds: list[float] = []

    def response(self, what: str, status: int, text: str, seconds: float) -> None:
        self.count += 1
        self.seconds.append(seconds)
        if status == 599 and seconds > HUNG_SECONDS:
            self.hung.append(what)
        elif status >= 500:
            self.errors.append(f"{status} to {what}")
        if found := LEAKS.search(text):
            self.leaks.append(f"{found.group()} in the answer to {what}")


async def bad_input(stage: Stage, scale: Scale) -> list[Row]:
    """Everything at once; the same processes must be there afterwards and answer."""
    before = {name: process.pid for name in PROCESSES if (process := stage.find(name))}
    seen = _Seen()
    for language in LANGUAGES:
        wanted = list(texts(language, scale.bad_inputs))
        groups = [wanted[start : start + PER_VISITOR] for start in range(0, len(wanted), PER_VISITOR)]
        for start in range(0, len(groups), AT_ONCE):
            await asyncio.gather(*[_type(stage, language, group, seen) for group in groups[start : start + AT_ONCE]])
    await _bodies(stage, seen)
    broken = [await _broken(stage, data) for data in BROKEN_HTTP]
    by_schema, tried = await asyncio.to_thread(
        _by_schema, stage, (await Visitor(stage, "de").open()), scale.bad_inputs // 3
    )
    after = {name: process.pid for name in PROCESSES if (process := stage.find(name))}
    ready = await stage.is_ready()
    ended = [name for name in before if before[name] != after.get(name)] + ([] if ready else ["not ready"])
    return [
        none_of("G8", f"{seen.count} texts and bodies: answers 5xx", seen.errors, seen.count, least=scale.bad_inputs),
        none_of("G8", "empty replies", seen.empty, seen.count),
        none_of("G8", "replies with traces of the inside or open braces", seen.leaks, seen.count),
        none_of("G8", "requests that never end", [*seen.hung, *(f"broken HTTP {n}" for n, ok in enumerate(broken) if not ok)],
                seen.count + len(broken)),
        none_of("G8", "made from the schema: 5xx or no answer", by_schema, tried, least=len(LANGUAGES)),
        none_of("G8", "processes that ended", ended, len(before)),
        slowest("G8", "the longest answer", seen.seconds, 8.0),
    ]  # fmt: skip


async def _type(stage: Stage, language: str, group: list[str], seen: _Seen) -> None:
    visitor = await Visitor(stage, language).open()
    for text in group:
        status, answer, seconds = await _post(
            stage, visitor, "/api/messages", _json({"id": str(uuid.uuid4()), "text": text})
        )
        said = "" if status != 200 else " ".join(m["text"] for m in json.loads(answer)["messages"])
        # A reply may show what was typed, for example in the form; only what is ours counts.
        seen.response(f"{text[:40]!r}", status, said.replace(text, "") if status == 200 else answer, seconds)
        if status == 200 and not said.strip():
            seen.empty.append(f"{text[:40]!r}")


async def _bodies(stage: Stage, seen: _Seen) -> None:
    visitor = await Visitor(stage, "zh").open()
    types = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data")
    for number, body in enumerate((*BODIES, *(_json(text) for text in ODD[:10]))):
        for path in PATHS:
            if number % PER_VISITOR == 0:
                visitor = await Visitor(stage, LANGUAGES[number % 3]).open()
            status, answer, seconds = await _post(stage, visitor, path, body, types[number % len(types)])
            seen.response(f"{body[:30]!r} at {path}", status, answer, seconds)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


async def _post(
    stage: Stage, visitor: Visitor, path: str, body: bytes, kind: str = "application/json"
) -> tuple[int, str, float]:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        headers = visitor.headers | {"Content-Type": kind}
        async with stage.http.post(stage.url + path, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(errors="replace"), loop.time() - begun
    except (aiohttp.ClientError, TimeoutError):
        # A connection that is closed on a body nobody wants to read is an answer as well.
        seconds = loop.time() - begun
        return (599 if seconds > HUNG_SECONDS else 400), "", seconds


async def _broken(stage: Stage, data: bytes) -> bool:
    """Whether the gateway lets go of a connection by which nothing sensible comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports["gateway"])
    try:
        async with asyncio.timeout(HUNG_SECONDS + 5):
            writer.write(data)
            await writer.drain()
            while await reader.read(65536):
                pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True
    finally:
        writer.close()


def _by_schema(stage: Stage, visitor: Visitor, count: int) -> tuple[list[str], int]:
    """What schemathesis makes of the API's description, sent to the real process; what it found and how many it sent."""
    settings = load_settings(var_dir=stage.var_dir)
    loaded = schemathesis.openapi.from_dict(create_app(settings).openapi())
    loaded.config.update(base_url=stage.url)
    found: list[str] = []
    sent = 0
    calls = [(path, method) for path, methods in loaded.raw_schema["paths"].items() for method in methods]
    for path, method in calls:
        if (path, method) in (("/api/session", "delete"), ("/api/stream", "get")):
            continue  # the one ends the session that the others need, the other does not end

        @seed(11)
        @given(loaded[path][method].as_strategy())
        @hypothesis_settings(
            max_examples=max(3, count // len(calls)), deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def holds(case: schemathesis.Case[Any]) -> None:
            nonlocal sent
            sent += 1
            case.call_and_validate(headers=visitor.headers, timeout=20, checks=[not_a_server_error])

        try:
            holds()
        except Exception as error:
            found.append(f"{method} {path}: {type(error).__name__} {str(error)[:80]}")
    return found, sent
