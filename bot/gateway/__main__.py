"""`python -m bot.gateway`: the public process alone, without the operator's commands and what these load."""

import sys

from bot.gateway.server import serve
from bot.handoff.offices import HandoffDataError
from bot.privacy import logs
from bot.settings import SettingsError, load_settings


def main() -> None:
    """Serve until stopped; a broken setting is one clear line."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit(str(error))
    logs.install("gateway", settings.log_level)
    try:
        serve(settings)
    except HandoffDataError as error:
        sys.exit("\n".join(error.faults))


if __name__ == "__main__":
    main()
