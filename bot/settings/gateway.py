"""Settings of the public gateway: who may use it, how much, and how long it waits."""

from __future__ import annotations

from ipaddress import ip_network

from pydantic import BaseModel, field_validator

from bot.settings.kinds import Limit, Seconds


class GatewaySettings(BaseModel):
    """Sessions, limits, deadlines and the websites that may embed the chat."""

    session_hours: Limit = 24
    retention_days: Limit = 30
    allowed_origins: str = ""  # other websites that may use the chat API, comma-separated; empty: this one only
    frame_ancestors: str = "'self'"  # who may show the page in a frame, in the words of Content-Security-Policy
    trusted_proxies: str = ""  # addresses or networks whose X-Forwarded-For is believed, comma-separated
    privacy_url: str = ""  # the operator's privacy notice; empty: the short notice only
    api_docs: bool = False
    messages_per_10_seconds: Limit = 20
    messages_per_minute: Limit = 60
    sessions_per_minute: Limit = 30
    reads_per_minute: Limit = 240
    streams_per_session: Limit = 4
    core_timeout_seconds: Seconds = 35.0
    core_patience_seconds: Seconds = 5.0  # how long a turn waits for a core that restarts

    @field_validator("trusted_proxies")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        for part in filter(None, (p.strip() for p in value.split(","))):
            ip_network(part, strict=False)
        return value
