"""What the core prints: our own lines, and Rasa's with everything taken out that may hold what a visitor wrote."""
from __future__ import annotations

from typing import Any

import pluggy

from bot.common import logs

hookimpl = pluggy.HookimplMarker("rasa")


class Masked:
    """Rasa's place for an anonymisation of its own: each field it names as personal leaves nothing in the log."""

    def run(self, event: dict[str, Any]) -> None:
        """Events are stored as they are; the transcript is erased as a whole."""

    def log_run(self, value: Any) -> str:
        return logs.TAKEN_OUT


class Plugin:
    """Hands the above to Rasa."""

    @hookimpl
    def get_anonymization_pipeline(self) -> Masked:
        return Masked()


def install(level: str) -> None:
    """Call it before Rasa sets up its own logging, which then goes through ours."""
    logs.install("core", level, also=("rasa",))
    from rasa.plugin import plugin_manager
    from rasa.utils import io

    # Stock: puts coloured lines for people in the place of what is set up.
    io.configure_colored_logging = lambda loglevel: None
    plugin_manager().register(Plugin())
