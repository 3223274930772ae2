"""Settings of the core; the only place in bot/core that reads the environment."""
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Settings:
    """Values from environment variables of the same name in capitals; every one has a default."""

    core_port: int = 5005
    # Shared with the gateway; empty refuses every request.
    core_secret: str = ""
    actions_url: str = "http://127.0.0.1:5055"
    actions_token: str = ""
    # SQLAlchemy URL of the transcripts.
    tracker_url: str = "sqlite:///var/tracker.db"
    # Snapshot of the names list, for training and for starting without the action server.
    names_file: str = "var/names.json"
    names_refresh_seconds: float = 5.0
    # Events of a conversation held in memory and read back after a restart.
    core_history_events: int = 60
    # Conversations kept in memory.
    core_live_conversations: int = 500
    # Seconds: one action call < one turn.
    action_timeout: float = 8.0
    turn_timeout: float = 30.0
    store_timeout: float = 5.0
    log_level: str = "WARNING"
    # SHA-256 of the model archive, from whoever starts the core; empty: what stands in the file beside it.
    model_sha256: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Reads the settings; raises ValueError naming the variable whose value does not fit."""
        environment = os.environ if environment is None else environment
        values = {}
        for field in fields(cls):
            raw = environment.get(field.name.upper(), "")
            if raw == "":
                continue
            try:
                values[field.name] = type(field.default)(raw)
            except ValueError:
                raise ValueError(f"{field.name.upper()} must be a {type(field.default).__name__}") from None
        return cls(**values)

    def rasa_environment(self) -> dict[str, str]:
        """Returns the variables that Rasa and its configuration files expect to be set."""
        return {
            "ACTIONS_URL": self.actions_url,
            "ACTIONS_TOKEN": self.actions_token,
            "TRACKER_URL": self.tracker_url,
            "LOG_LEVEL": self.log_level,
            "LOG_LEVEL_LIBRARIES": "ERROR",
            "RASA_TELEMETRY_ENABLED": "false",
            "SANIC_BACKLOG": "1024",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "SQLALCHEMY_WARN_20": "0",
        }

    def export(self) -> None:
        """Puts these values into the environment, where Rasa looks for them."""
        os.environ.update(self.rasa_environment())


_current: Settings | None = None


def current() -> Settings:
    """Returns the settings of this process, read once."""
    global _current
    if _current is None:
        _current = Settings.from_environment()
    return _current
