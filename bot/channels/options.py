"""Choices where there are no buttons: a numbered list, and the number a visitor answers with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

MOST_OPTIONS = 12
_HAN = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12, "两": 2}
_KEYCAP = re.compile("[\ufe0f\u20e3]")
_NUMBER = re.compile(
    r"(?:第|#|no\.? ?|nr\.? ?)?\(?(\d{1,2}|[一二两三四五六七八九十]{1,2})\)?(?:个|個|项|項|号|號)? ?[.)、:,。]*"
)
SHORT = "cb:"


def shortened(choice: str, most: int) -> str:
    """What a button carries where it may carry `most` bytes only: the choice, or a name of it among those shown last."""
    return choice if len(choice.encode()) <= most else SHORT + sha256(choice.encode()).hexdigest()[:32]


def lengthened(carried: str, options: Iterable[dict[str, str]]) -> str:
    """The choice that a button stands for; what is not among those shown last stays as it is."""
    if not carried.startswith(SHORT):
        return carried
    return next((one["choice"] for one in options if shortened(one["choice"], 0) == carried), carried)


def numbered(number: int, title: str) -> str:
    """One line of the list."""
    return f"{number}. {title}"


def picked(text: str, count: int) -> int | None:
    """Which of `count` options a bare number means, counted from 0; None when it is no such number.

    Understood are digits of any width, "2.", "2)", "②", "2️⃣", "第二个", "#2".
    """
    plain = unicodedata.normalize("NFKC", _KEYCAP.sub("", text[:40])).strip().casefold()
    match = _NUMBER.fullmatch(plain)
    if not match or len(text) > 40:
        return None
    sign = match.group(1)
    number = int(sign) if sign.isdecimal() else _HAN.get(sign)
    return number - 1 if number and number <= count else None
