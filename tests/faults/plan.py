"""Which goals there are, and in which order they follow each other on one stage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .figures import Row
from .goals import accounts, kills
from .scale import Scale
from .stage import Stage


@dataclass(frozen=True)
class Goal:
    """`name` is the goal's in the table; `run` does the harm and counts."""

    name: str
    title: str
    run: Callable[[Stage, Scale], Awaitable[list[Row]]]

    def most_seconds(self, scale: Scale) -> float:
        """After which the goal itself counts as broken."""
        return 240 + 3 * max(scale.kill_seconds, scale.load_seconds)


GOALS = (
    Goal("G2", "the core is killed", kills.core_kills),
    Goal("G1", "gateway and actions are killed", kills.kill_loop),
    Goal("F23", "rolling restart", kills.rolling_restart),
    Goal("mails", "cases, outbox and mailbox are compared", accounts.mails),
)
