"""`python -m actions`: the action server of one copy of the assistant."""

from actions import lazy
from bot.privacy import logs
from bot.settings import load_settings

if __name__ == "__main__":
    settings = load_settings()
    logs.install("actions", settings.log_level)
    lazy.install()
    from actions.server import serve

    serve(settings)
