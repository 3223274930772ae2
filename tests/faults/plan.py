"""Which goals there are, and in which order they follow each other on one stage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .figures import Row
from .goals import accounts, actions, bad_input, intrusion, kills, limits, load, mails, messengers, repeats, stores
from .scale import Scale
from .stage import Stage


@dataclass(frozen=True)
class Goal:
    """`name` is the goal's in the table; `run` does the harm and counts.

    `short_on` is the database that the short form asks it on, for what hardly depends on which; empty: both.
    """

    name: str
    title: str
    run: Callable[[Stage, Scale], Awaitable[list[Row]]]
    short_on: str = ""

    def most_seconds(self, scale: Scale) -> float:
        """After which the goal itself counts as broken."""
        return 240 + 3 * max(scale.kill_seconds, scale.load_seconds) + scale.bad_inputs / 5


GOALS = (
    Goal("G6", "duplicates", repeats.duplicates),
    Goal("G7", "bursts", repeats.bursts),
    Goal("G5", "the mail server goes", mails.server_goes),
    Goal("G4", "the action server is away", actions.actions_away),
    Goal("G4", "the action server is slow", actions.actions_slow, "postgresql"),
    Goal("G3", "the database is away", stores.database_away),
    Goal("F09", "Redis is away", stores.redis_away),
    Goal("G5", "the mail server returns", mails.server_returns),
    Goal("G2", "the core is killed", kills.core_kills),
    Goal("G1", "gateway and actions are killed", kills.kill_loop),
    Goal("G15", "Telegram and WeChat are away", messengers.platforms_away, "sqlite"),
    Goal("G6", "deliveries of the messengers come again", messengers.deliveries, "postgresql"),
    Goal("G1", "gateway and actions are killed under the messengers", messengers.kill_chat, "postgresql"),
    Goal("G8", "odd and forged deliveries", messengers.hostile, "postgresql"),
    Goal("F23", "rolling restart", kills.rolling_restart, "postgresql"),
    Goal("mails", "cases, outbox and mailbox are compared", accounts.mails),
    Goal("G5", "mails that waited", mails.arrivals),
    Goal("G12", "exposed surface", intrusion.surface, "sqlite"),
    Goal("G10", "spoofing", intrusion.spoofing, "postgresql"),
    Goal("G13", "limits", limits.limits, "postgresql"),
    Goal("G14", "load", load.load, "sqlite"),
    Goal("G9", "bystanders", load.bystanders, "sqlite"),
    Goal("G8", "bad input", bad_input.bad_input, "sqlite"),
    Goal("G11", "intents typed", intrusion.injection, "sqlite"),
)
