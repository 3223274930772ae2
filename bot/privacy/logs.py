"""The log of gateway and actions: our own structured lines and those of libraries, through the same cleaning."""

from __future__ import annotations

from typing import Any

import structlog

from bot.common import logs


def install(process: str, level: str) -> None:
    """Call it first thing in a process; nothing is printed past it afterwards."""
    logs.install(process, level)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _to_record],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _to_record(_: Any, __: str, event: Any) -> tuple[tuple[str], dict[str, Any]]:
    """An event with its fields as a record of the standard library."""
    error = event.pop("exc_info", None)
    return (str(event.pop("event")),), {"extra": {"fields": event}, **({"exc_info": error} if error else {})}
