"""Names inside a sentence: those written from right to left keep their own direction and leave the rest in its place."""

from __future__ import annotations

import unicodedata

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
_ISOLATE, _END = "\u2068", "\u2069"


def isolated(name: str) -> str:
    """The name, between Unicode's isolating marks where the direction of its letters asks for them."""
    if any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in name):
        return f"{_ISOLATE}{name}{_END}"
    return name
