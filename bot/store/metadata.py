"""Names every module that declares tables, so that migrations see all of them."""

from __future__ import annotations

from importlib import import_module

TABLE_MODULES = (
    "bot.partners.tables",
    "bot.gateway.tables",
    "bot.channels.messengers.tables",
    "bot.insights.tables",
    "bot.handoff.tables",
    "bot.handoff.outbox_tables",
    "bot.handoff.adapters.tables",
    "bot.desk.tables",
)


def import_tables() -> None:
    """Register all tables on Base.metadata."""
    for module in TABLE_MODULES:
        import_module(module)
