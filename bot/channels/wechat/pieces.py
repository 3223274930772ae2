"""Our messages as WeChat texts: as few as possible, plain, numbered options, each within the bytes a text may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.channels.rendering import Look, Part, render_joined, utf8_bytes
from bot.gateway.history import Message

_LINK = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
LIMIT = 1800  # bytes, 600 Chinese characters; 2,048 are said to be taken, what is between is for our own remarks
WECHAT = Look("wechat", size=utf8_bytes, limit=LIMIT, html=False, buttons=False)


@dataclass(frozen=True)
class Begun:
    """A message longer than one text of which the first `texts` have arrived."""

    message: str = ""
    texts: int = 0


NOTHING = Begun()


@dataclass(frozen=True)
class Group:
    """Texts that together hold whole messages: with the last of them `count` messages have arrived, counted from the first.

    `begun` is how many texts of its first message had arrived before.
    """

    first: str
    texts: tuple[str, ...]
    count: int
    options: list[dict[str, str]] | None
    begun: int = 0


def groups(messages: Sequence[Message], begun: Begun = NOTHING) -> Iterator[Group]:
    """Neighbours in one text as long as they fit; a message that needs several texts stands alone."""
    start = 0
    while start < len(messages):
        end, parts = start + 1, render_joined(messages[start : start + 1], WECHAT)
        done = begun.texts if begun.message == messages[start].id and begun.texts < len(parts) else 0
        while not done and len(parts) <= 1 and end < len(messages):
            longer = render_joined(messages[start : end + 1], WECHAT)
            if len(longer) > 1:
                break
            end, parts = end + 1, longer
        texts = tuple(plain(part.text) for part in parts[done:])
        yield Group(messages[start].id, texts, end, _options(parts), done)
        start = end


def plain(text: str) -> str:
    """The same without the one markup that is followed even in a plain text: `<a href=...>`."""
    return _LINK.sub("(", text)


def _options(parts: Sequence[Part]) -> list[dict[str, str]] | None:
    return list(parts[-1].choices) or None if parts else None
