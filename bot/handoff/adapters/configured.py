"""The help desk that the settings name."""

from __future__ import annotations

from bot.handoff.adapters.builtin import BuiltinDesk
from bot.handoff.adapters.chatwoot import Chatwoot
from bot.handoff.adapters.desk import HandoffDesk
from bot.handoff.adapters.zammad import Zammad
from bot.settings import Settings


def make_desk(settings: Settings) -> HandoffDesk:
    """The one of HELPDESK; nothing is called yet."""
    seconds = settings.helpdesk_timeout_seconds
    if settings.helpdesk == "chatwoot":
        return Chatwoot(
            settings.chatwoot_url,
            settings.chatwoot_token.get_secret_value(),
            settings.chatwoot_account,
            settings.chatwoot_inbox,
            settings.chatwoot_webhook_secret.get_secret_value(),
            seconds,
        )
    if settings.helpdesk == "zammad":
        return Zammad(
            settings.zammad_url,
            settings.zammad_token.get_secret_value(),
            settings.zammad_group,
            settings.zammad_customer,
            settings.zammad_webhook_secret.get_secret_value(),
            seconds,
        )
    return BuiltinDesk()
