"""The one place where a message of ours (text, card, sources, choices) becomes what a platform can show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Any
from urllib.parse import urlsplit

from bot.channels.options import MOST_OPTIONS, numbered, picked
from bot.channels.splitting import Size, cut, pack, utf8_bytes, utf16_units
from bot.gateway.history import Message
from bot.replies.dates import date_text
from bot.replies.messengers import LABELS, label

__all__ = ["Look", "Part", "picked", "render", "render_joined", "utf8_bytes", "utf16_units"]

MOST_SOURCES = 6
LONGEST_URL = 1000
_UNSAFE_URL = re.compile(r"[\s<>\"'`\\^{|}\x00-\x20\x7f]")


@dataclass(frozen=True)
class Look:
    """What a platform can show: how it counts, up to how much, and whether it has markup and buttons."""

    name: str
    size: Size
    limit: int
    html: bool
    buttons: bool


@dataclass(frozen=True)
class Part:
    """One message as a platform gets it; `plain` is the same without markup, `choices` are on the last part only."""

    text: str
    plain: str
    choices: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class _Span:
    text: str
    bold: bool = False
    url: str | None = None


type _Line = tuple[_Span, ...]


@dataclass(frozen=True)
class _Block:
    """Lines that belong together; an empty line stands between blocks."""

    lines: tuple[_Line, ...] = field(default_factory=tuple)


def render(message: Message, look: Look) -> list[Part]:
    """One message as the platform's messages, at least one unless there is nothing to show."""
    return render_joined([message], look)


def render_joined(messages: Sequence[Message], look: Look) -> list[Part]:
    """Several messages in as few of the platform's as possible; choices are those of the last message that has any."""
    choices = next((tuple(m.choices[:MOST_OPTIONS]) for m in reversed(messages) if m.choices), ())
    last = next((m for m in reversed(messages) if m.choices), None)
    blocks = [block for message in messages for block in _blocks(message, look, options=message is last)]
    parts = [_part(group, look) for group in pack(_fitting(blocks, look), partial(_length, look), look.limit)]
    if parts and choices:
        parts[-1] = Part(parts[-1].text, parts[-1].plain, choices)
    return parts


def _blocks(message: Message, look: Look, *, options: bool) -> list[_Block]:
    language = message.language
    paragraphs = [part for part in re.split(r"\n\s*\n", message.text) if part.strip()]
    blocks = [_Block(tuple((_Span(line),) for line in part.split("\n") if line.strip())) for part in paragraphs]
    if message.author == "staff":
        head = (_Span(label("staff", language, name=_one_line(message.name or "")), bold=True),)
        blocks = [_Block((head, *blocks[0].lines)), *blocks[1:]] if blocks else [_Block((head,))]
    blocks += _card(message.card, language)
    blocks += _sources(message.sources, language)
    if message.choices and options:
        titles = [_one_line(choice["title"]) for choice in message.choices[:MOST_OPTIONS]]
        if not look.buttons:
            lines = [label("options", language), *(numbered(n, title) for n, title in enumerate(titles, 1))]
            blocks.append(_Block(tuple((_Span(line),) for line in lines)))
        elif not blocks:  # a keyboard needs words above it
            blocks.append(_Block(((_Span(label("choose", language)),),)))
    return blocks


def _card(card: dict[str, Any] | None, language: str) -> list[_Block]:
    if not card:
        return []
    lines: list[_Line] = []
    if card.get("title"):
        lines.append((_Span(_one_line(card["title"]), bold=True),))
    if card.get("subtitle"):
        lines.append((_Span(_one_line(card["subtitle"])),))
    colon = LABELS["colon"][language]
    for row in card.get("rows") or ():
        if isinstance(row, dict) and row.get("value"):
            value = _Span(_one_line(row["value"]), url=web_address(row.get("url")))
            lines.append(
                (_Span(f"{_one_line(row.get('label') or '')}{colon}"), value) if row.get("label") else (value,)
            )
    return [_Block(tuple(lines))] if lines else []


def _sources(sources: Sequence[dict[str, Any]] | None, language: str) -> list[_Block]:
    lines: list[_Line] = []
    for source in (sources or ())[:MOST_SOURCES]:
        title = _Span(_one_line(source.get("title") or ""), url=web_address(source.get("url")))
        if title.text:
            when = _date(source.get("as_of"), language)
            lines.append((_Span("– "), title, *((_Span(when),) if when else ())))
    return [_Block(((_Span(label("sources", language)),), *lines))] if lines else []


def _date(as_of: Any, language: str) -> str:
    try:
        return label("as_of", language, date=date_text(str(as_of), language)) if as_of else ""
    except (ValueError, IndexError):
        return ""


def _fitting(blocks: Sequence[_Block], look: Look) -> list[_Block]:
    """The same with every block small enough for one message: cut between lines, else inside a line."""
    found: list[_Block] = []
    for block in blocks:
        if _length(look, [block]) <= look.limit:
            found.append(block)
            continue
        lines = [short for line in block.lines for short in _short(line, look)]
        found += [
            _Block(tuple(group)) for group in pack(lines, lambda g: _length(look, [_Block(tuple(g))]), look.limit)
        ]
    return found


def _short(line: _Line, look: Look) -> list[_Line]:
    if _length(look, [_Block((line,))]) <= look.limit:
        return [line]
    lines: list[_Line] = []
    for span in line:
        address = look.size(f" ({span.url})") if span.url and not look.html else 0
        if address >= look.limit // 2:
            span = _Span(span.text, span.bold)
            address = 0
        lines += [(_Span(piece, span.bold, span.url),) for piece in cut(span.text, look.limit - address, look.size)]
    return lines


def _length(look: Look, blocks: Sequence[_Block]) -> int:
    """What the platform counts: with markup only what is seen of it."""
    return look.size(_plain(blocks, addresses=not look.html))


def _part(blocks: Sequence[_Block], look: Look) -> Part:
    plain = _plain(blocks, addresses=not look.html)
    return Part(_html(blocks) if look.html else plain, plain)


def _plain(blocks: Sequence[_Block], *, addresses: bool) -> str:
    def text(span: _Span) -> str:
        return f"{span.text} ({span.url})" if addresses and span.url and span.url not in span.text else span.text

    return "\n\n".join("\n".join("".join(text(span) for span in line) for line in block.lines) for block in blocks)


def _html(blocks: Sequence[_Block]) -> str:
    def text(span: _Span) -> str:
        shown = escape(span.text, quote=False)
        if span.url:
            shown = f'<a href="{escape(span.url)}">{shown}</a>'
        return f"<b>{shown}</b>" if span.bold else shown

    return "\n\n".join("\n".join("".join(text(span) for span in line) for line in block.lines) for block in blocks)


def web_address(url: Any) -> str | None:
    """The address if it is one of the web and nothing else."""
    if not isinstance(url, str) or len(url) > LONGEST_URL or _UNSAFE_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())
