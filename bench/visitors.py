"""Visitors who write one message after the other and wait for each answer, as people do, only faster."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx

TURN_SECONDS = 120.0
TURNS_PER_CHAT = 20
SHORT, LONG = 10, 1000


class Chat(Protocol):
    """One conversation with one of the two sides."""

    async def open(self) -> None: ...

    async def say(self, text: str) -> None: ...


class GatewayChat:
    """Through the public chat API, session and all."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._headers: dict[str, str] = {}

    async def open(self) -> None:
        answer = await self._client.post("/api/session", json={"language": "en", "notice_accepted": True})
        answer.raise_for_status()
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    async def say(self, text: str) -> None:
        body = {"id": str(uuid.uuid4()), "text": text}
        answer = await self._client.post("/api/messages", json=body, headers=self._headers)
        answer.raise_for_status()


class RestChat:
    """Through Rasa's own `rest` channel, straight to the core."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._sender = ""

    async def open(self) -> None:
        self._sender = uuid.uuid4().hex

    async def say(self, text: str) -> None:
        answer = await self._client.post("/webhooks/rest/webhook", json={"sender": self._sender, "message": text})
        answer.raise_for_status()


NewChat = Callable[[httpx.AsyncClient], Chat]


@dataclass(frozen=True)
class Timing:
    """Milliseconds per turn, and turns per second over all visitors."""

    median: float
    p95: float
    per_second: float
    turns: int


def measure(url: str, new_chat: NewChat, visitors: int, seconds: float, texts: Sequence[str]) -> Timing:
    """Let this many visitors write for this long. Raises httpx.HTTPError at the first turn that fails."""

    async def visit(client: httpx.AsyncClient, number: int, until: float) -> list[float]:
        taken: list[float] = []
        chat = new_chat(client)
        position = number * len(texts) // visitors
        while not taken or time.perf_counter() < until:
            if len(taken) % TURNS_PER_CHAT == 0:
                chat = new_chat(client)
                await chat.open()
            taken.append(await timed(chat, texts[(position + len(taken)) % len(texts)]))
        return taken

    async def everyone() -> Timing:
        async with client_for(url) as client:
            begun = time.perf_counter()
            taken = await asyncio.gather(*(visit(client, number, begun + seconds) for number in range(visitors)))
            elapsed = time.perf_counter() - begun
        return timing([each for of_one in taken for each in of_one], elapsed)

    return asyncio.run(everyone())


def take_turns(url: str, new_chat: NewChat, count: int, texts: Sequence[str]) -> None:
    """This many turns by one visitor, ten in each conversation."""

    async def one_visitor() -> None:
        async with client_for(url) as client:
            chat = new_chat(client)
            for number in range(count):
                if number % SHORT == 0:
                    chat = new_chat(client)
                    await chat.open()
                await chat.say(texts[number % len(texts)])

    asyncio.run(one_visitor())


def conversation_lengths(url: str, new_chat: NewChat, texts: Sequence[str]) -> tuple[float, float]:
    """Median milliseconds in conversations of 10 turns and in the last 100 of 1,000, same texts, measured by turns."""

    async def compare() -> tuple[float, float]:
        short: list[float] = []
        long: list[float] = []
        async with client_for(url) as client:
            old = new_chat(client)
            await old.open()
            for number in range(LONG - 10 * SHORT):
                await old.say(texts[number % len(texts)])
            for start in range(0, 10 * SHORT, SHORT):
                now = [texts[number % len(texts)] for number in range(start, start + SHORT)]
                young = new_chat(client)
                await young.open()
                short += [await timed(young, text) for text in now]
                long += [await timed(old, text) for text in now]
        return statistics.median(short), statistics.median(long)

    return asyncio.run(compare())


async def timed(chat: Chat, text: str) -> float:
    """Milliseconds until the answer is there."""
    begun = time.perf_counter()
    await chat.say(text)
    return (time.perf_counter() - begun) * 1000


def timing(taken: list[float], elapsed: float) -> Timing:
    """Sum up turns (milliseconds) that together took `elapsed` seconds."""
    ordered = sorted(taken)
    return Timing(
        statistics.median(ordered),
        ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        len(taken) / elapsed,
        len(taken),
    )


def client_for(url: str) -> httpx.AsyncClient:
    """A client that keeps its connections and waits long enough for the slower side."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    return httpx.AsyncClient(base_url=url, timeout=TURN_SECONDS, limits=limits, trust_env=False)
