"""Everything that can be configured; the only reader of the environment outside the sealed core."""

from bot.settings.kinds import ROOT
from bot.settings.model import Settings
from bot.settings.people import DeskContact
from bot.settings.reading import GENERATED, SettingsError, ensure_secrets, load_settings, process_environment

__all__ = [
    "GENERATED",
    "ROOT",
    "DeskContact",
    "Settings",
    "SettingsError",
    "ensure_secrets",
    "load_settings",
    "process_environment",
]
