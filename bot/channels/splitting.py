"""Cuts text to a platform's length: at paragraphs, else sentences, else words, never inside a character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

type Size = Callable[[str], int]

# Each keeps what it separates by, so that the pieces put together are the text again.
_LEVELS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<=\n)(?=[^\n])",
        r"(?<=[.!?…][ \t])(?=\S)|(?<=[。！？；…])(?![。！？；…”’」』）)])",
        r"(?<=\s)(?=\S)|(?<=[，、：])",
    )
)
_JOINERS = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN = range(0x1F3FB, 0x1F400)


def utf16_units(text: str) -> int:
    """What Telegram counts: characters beyond the first plane are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8_bytes(text: str) -> int:
    """What WeChat counts."""
    return len(text.encode("utf-8", errors="replace"))


def cut(text: str, limit: int, size: Size) -> list[str]:
    """Pieces of at most `limit`, none of them blank; only white space at the cuts is lost.

    A single character (with its marks) that is larger than the limit is cut all the same.
    """
    return [piece for piece in (piece.strip() for piece in _cut(text, limit, size, 0)) if piece]


def pack[T](items: Sequence[T], joined: Callable[[Sequence[T]], int], limit: int) -> Iterator[list[T]]:
    """Neighbours together as long as their joint size stays within the limit; a larger item stands alone."""
    group: list[T] = []
    for item in items:
        if group and joined([*group, item]) > limit:
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _cut(text: str, limit: int, size: Size, level: int) -> Iterator[str]:
    if size(text.strip()) <= limit:
        yield text
        return
    pieces = _LEVELS[level].split(text) if level < len(_LEVELS) else list(characters(text))
    if level == len(_LEVELS):
        yield from _packed(pieces, limit, size)
        return
    small: list[str] = []
    for piece in pieces:
        if size(piece.strip()) <= limit:
            small.append(piece)
            continue
        yield from _packed(small, limit, size)
        small = []
        *whole, last = _cut(piece, limit, size, level + 1)
        yield from whole
        small = [last]
    yield from _packed(small, limit, size)


def _packed(pieces: Sequence[str], limit: int, size: Size) -> Iterator[str]:
    group, length = "", 0
    for piece in pieces:
        more = size(piece)
        if group and length + more > limit and size((group + piece).strip()) > limit:
            yield group
            group, length = "", 0
        group, length = group + piece, length + more
    if group:
        yield group


def characters(text: str) -> Iterator[str]:
    """What a reader sees as one character: with its marks, joined emoji and flags as one."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _belongs(text, start, end):
            yield text[start:end]
            start = end


def _belongs(text: str, start: int, end: int) -> bool:
    """Whether the sign at `end` is part of the character that began at `start`."""
    sign, before = text[end], text[end - 1]
    if end - start >= 24:  # endless piles of marks are cut
        return False
    if unicodedata.category(sign) in ("Mn", "Me", "Mc") or sign == _JOINERS or before == _JOINERS:
        return True
    if ord(sign) in _SKIN:
        return True
    return ord(sign) in _REGIONAL and ord(before) in _REGIONAL and end - start == 1
