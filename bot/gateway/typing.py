"""Who is writing at the moment: a sign that ends by itself, kept in this process only and never stored."""

import asyncio
from collections.abc import Callable

SECONDS = 6.0  # a sign is renewed about every three while somebody writes
MOST = 10_000


class TypingSigns:
    """Conversation -> name of who writes there; `changed(conversation)` is called when a sign begins and when it ends."""

    def __init__(self, changed: Callable[[str], None], seconds: float = SECONDS) -> None:
        self._changed = changed
        self._seconds = seconds
        self._signs: dict[str, tuple[str, asyncio.TimerHandle]] = {}

    def mark(self, conversation: str, name: str) -> None:
        """Somebody writes, for some seconds from now on."""
        known = self._signs.pop(conversation, None)
        if known is not None:
            known[1].cancel()
        elif len(self._signs) >= MOST:
            return
        timer = asyncio.get_running_loop().call_later(self._seconds, self.clear, conversation)
        self._signs[conversation] = name, timer
        if known is None or known[0] != name:
            self._changed(conversation)

    def clear(self, conversation: str) -> None:
        """Nobody writes (any more)."""
        known = self._signs.pop(conversation, None)
        if known is not None:
            known[1].cancel()
            self._changed(conversation)

    def name(self, conversation: str) -> str | None:
        """Who writes there now."""
        known = self._signs.get(conversation)
        return known[0] if known else None
