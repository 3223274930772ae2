"""A visitor of the chat API who repeats a message with its id until it is answered, and remembers every answer and wait."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import yaml

from bot.replies.handoff_words import word
from bot.replies.problems import LANGUAGES, problem_text
from bot.settings import ROOT

from .stage import Stage

Message = dict[str, Any]
PATIENCE_SECONDS = 300.0  # in the kill loop the gateway is there for one second in eight
_numbers = itertools.count(1)


def _apologies() -> dict[str, tuple[str, ...]]:
    """What is said in each language when an action could not do its work."""
    responses = yaml.safe_load((ROOT / "data/responses/fallback.yml").read_text(encoding="utf-8"))["responses"]
    found: dict[str, tuple[str, ...]] = {}
    for variant in responses["utter_action_failed"]:
        language = variant["condition"][0]["value"] if "condition" in variant else "en"
        found[language] = (variant["text"], word("store_away", language))
    return found


APOLOGIES = _apologies()


@dataclass(frozen=True)
class Attempt:
    """One request; status 0 when the connection broke. `spoken` if a refusal was in the visitor's language."""

    status: int
    seconds: float
    code: str = ""
    spoken: bool = True


@dataclass
class Said:
    """One message of a visitor, with everything that came of it."""

    id: str
    content: dict[str, str]
    attempts: list[Attempt] = field(default_factory=list)
    replies: list[Message] | None = None

    @property
    def answer(self) -> str:
        return " ".join(message["text"] for message in self.replies or ())


class Refused(Exception):
    """A refusal that no repeat changes; the text says which."""


class Visitor:
    """One conversation; `opened` must have been awaited before anything is said."""

    def __init__(self, stage: Stage, language: str, address: str = "") -> None:
        self.stage, self.language = stage, language
        number = next(_numbers)
        self.address = address or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.token = ""
        self.conversation = ""
        self.greeting: Message = {}
        self.said: list[Said] = []
        self.opening: list[Attempt] = []

    @property
    def headers(self) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"X-Forwarded-For": self.address, **bearer}

    async def open(self, patience: float = PATIENCE_SECONDS) -> Visitor:
        """Begin the conversation, trying again while the assistant is away."""
        body = {"language": self.language, "notice_accepted": True}
        deadline = time.monotonic() + patience
        while True:
            attempt, document = await self._post("/api/session", body)
            self.opening.append(attempt)
            if attempt.status == 201:
                break
            if attempt.status not in (0, 429, 503, 504) or time.monotonic() > deadline:
                raise Refused(f"session: {attempt.status} {attempt.code}")
            await asyncio.sleep(0.5)
        self.token = document["token"]
        self.greeting = document["messages"][0]
        claims = self.token.split(".")[1]
        self.conversation = f"web:{json.loads(base64.urlsafe_b64decode(claims + '=' * (-len(claims) % 4)))['sub']}"
        return self

    async def once(self, said: Said) -> Attempt:
        """Send a message, or send it again."""
        attempt, document = await self._post("/api/messages", {"id": said.id, **said.content})
        if attempt.status == 200:
            said.replies = document["messages"]
        said.attempts.append(attempt)
        return attempt

    def message(self, **content: str) -> Said:
        """A message with an id of its own, not sent yet; content is text="..." or choice="..."."""
        self.said.append(Said(str(uuid.uuid4()), content))
        return self.said[-1]

    async def say(self, **content: str) -> Said:
        """Say something until it is answered; raises Refused."""
        return await self.insist(self.message(**content))

    async def insist(self, said: Said, patience: float = PATIENCE_SECONDS) -> Said:
        """Repeat a message with its id until it is answered; raises Refused."""
        deadline = time.monotonic() + patience
        while said.replies is None:
            attempt = await self.once(said)
            if attempt.status not in (0, 200, 429, 503, 504) or time.monotonic() > deadline:
                raise Refused(f"{attempt.status} {attempt.code}")
            if attempt.status != 200:
                await asyncio.sleep(2.0 if attempt.status == 429 else 0.4)
        return said

    def is_apology(self, said: Said) -> bool:
        return any(text in said.answer for text in APOLOGIES[self.language])

    async def history(self) -> list[Message]:
        url = f"{self.stage.url}/api/messages?limit=200"
        async with self.stage.http.get(url, headers=self.headers) as answer:
            found: list[Message] = (await answer.json())["messages"]
            return found

    async def _post(self, path: str, body: dict[str, Any]) -> tuple[Attempt, Any]:
        begun = time.monotonic()
        try:
            async with self.stage.http.post(self.stage.url + path, json=body, headers=self.headers) as answer:
                document = await answer.json(content_type=None)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return Attempt(0, time.monotonic() - begun), None
        seconds = time.monotonic() - begun
        if status < 400:
            return Attempt(status, seconds), document
        code = str(document.get("code"))
        spoken = document.get("detail") == _text(code, self.language)
        return Attempt(status, seconds, code, spoken), document


def _text(code: str, language: str) -> str | None:
    try:
        return problem_text(code, language)
    except KeyError:
        return None


async def several(stage: Stage, count: int) -> list[Visitor]:
    """Open conversations, all languages in equal parts."""
    return [await Visitor(stage, LANGUAGES[number % len(LANGUAGES)]).open() for number in range(count)]
