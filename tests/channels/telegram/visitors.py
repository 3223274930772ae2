"""People who write to the bot: makes the updates Telegram would send, and brings them to the webhook or the queue."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import httpx

from .fake_bot_api import FakeBotApi, Sent

SECRET = "secret-of-the-webhook-0123456789"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
DEADLINE = 60.0
_people = itertools.count(1000)


def until[T](look: Callable[[], T | None], seconds: float = DEADLINE) -> T:
    """What `look` returns as soon as it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.05)


class Telegram:
    """Numbers updates for all visitors, as the Bot API does."""

    def __init__(self, api: FakeBotApi, url: str) -> None:
        self.api, self.url = api, url
        self.numbers = itertools.count(900_000_000)
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def update(self, **body: Any) -> dict[str, Any]:
        return {"update_id": next(self.numbers), **body}

    def bring(self, update: Any, secret: str | None = SECRET) -> int:
        """Call the webhook once; the status of the answer."""
        headers = [(b"Content-Type", b"application/json")]
        headers += [] if secret is None else [(HEADER.encode(), secret.encode())]
        return self.http.post("/hooks/telegram", content=json.dumps(update), headers=headers).status_code

    def visitor(self, language: str = "en", kind: str = "private") -> Visitor:
        return Visitor(self, next(_people), language, kind)


class Visitor:
    """One person in one chat with the bot."""

    def __init__(self, telegram: Telegram, number: int, language: str, kind: str) -> None:
        self.telegram, self.api, self.language = telegram, telegram.api, language
        self.id = number
        self.chat = number if kind == "private" else -number
        self.kind = kind
        self.api.chats.add(self.chat)

    @property
    def conversation(self) -> str:
        return f"tg:{self.chat}:{self.id}"

    def message(self, **body: Any) -> dict[str, Any]:
        who = {"id": self.id, "is_bot": False, "first_name": "V", "language_code": self.language}
        where = {"id": self.chat, "type": self.kind}
        return {"message_id": next(self.api.message_ids), "date": int(time.time()), "chat": where, "from": who} | body

    def says(self, text: str) -> dict[str, Any]:
        """An update, not brought yet."""
        return self.telegram.update(message=self.message(text=text))

    def say(self, text: str) -> dict[str, Any]:
        """Write; returns the update."""
        return self.bring(self.says(text))

    def presses(self, message: Sent, number: int = 0) -> dict[str, Any]:
        query = f"query-{next(self.api.message_ids)}"
        self.api.queries.add(query)
        shown = self.message(
            message_id=message.message_id,
            text=message.text,
            **{"from": {"id": 4242, "is_bot": True, "first_name": "C"}},
        )
        who = {"id": self.id, "is_bot": False, "first_name": "V", "language_code": self.language}
        data = message.keyboard[number]["callback_data"]
        body = {"id": query, "from": who, "chat_instance": "1", "message": shown, "data": data}
        return self.telegram.update(callback_query=body)

    def press(self, message: Sent, number: int = 0) -> dict[str, Any]:
        return self.bring(self.presses(message, number))

    def bring(self, update: dict[str, Any]) -> dict[str, Any]:
        assert self.telegram.bring(update) == 200
        return update

    def texts(self) -> list[str]:
        return self.api.texts(self.chat)

    def reads(self, text: str) -> Sent:
        """Wait for a message with these words."""
        return until(lambda: next((one for one in self.api.of(self.chat) if text in one.text), None))

    def begin(self) -> None:
        """Say hello, so that notice and first answer are behind."""
        self.say("hello there")
        self.reads("You said: hello there")
