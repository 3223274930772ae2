"""Settings of the operator: how long things are kept beyond what the other groups say, backups, metrics."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from bot.settings.kinds import Limit


class OperationSettings(BaseModel):
    """What runs beside the chat: retention, backups, figures for monitoring."""

    audit_days: Annotated[int, Field(ge=90)] = 365  # the database itself refuses to lose younger lines
    backup_days: Limit = 30
    backup_recipients: str = ""  # public keys of age, separated by commas; without any, backups are not sealed
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0  # 0: none
    metrics_host: str = "127.0.0.1"
    webhook_calls_per_minute: Limit = 600
    logins_per_minute: Limit = 20

    @property
    def sealed_for(self) -> tuple[str, ...]:
        """The public keys that backups are sealed for."""
        return tuple(key for one in self.backup_recipients.split(",") if (key := one.strip()))
