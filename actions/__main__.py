"""`python -m actions`: the action server of one copy of the assistant."""

import logging

from actions.server import serve
from bot.settings import load_settings

if __name__ == "__main__":
    settings = load_settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    serve(settings)
