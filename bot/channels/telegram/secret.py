"""The secret by which Telegram's calls of the webhook are known."""

from __future__ import annotations

import hmac
from hashlib import sha256

from bot.settings import Settings

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def webhook_secret(settings: Settings) -> str:
    """What is set, or one made from the key of this installation, so that there always is one."""
    given = settings.telegram_secret.get_secret_value()
    key = settings.session_key.get_secret_value().encode()
    return given or hmac.new(key, b"telegram webhook", sha256).hexdigest()
