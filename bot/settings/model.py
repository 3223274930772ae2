"""The one typed object that all processes are configured by."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings.channels import ChannelSettings
from bot.settings.gateway import GatewaySettings
from bot.settings.kinds import ROOT, FilePath, Port, Seconds
from bot.settings.mail import MailSettings
from bot.settings.operation import OperationSettings
from bot.settings.people import PeopleSettings


class Settings(GatewaySettings, ChannelSettings, PeopleSettings, MailSettings, OperationSettings, BaseSettings):
    """One typed object for all processes; names in the environment are the field names in capitals."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    # where it listens
    host: str = "127.0.0.1"
    port: Port = 8080
    core_port: Port = 5005
    actions_port: Port = 5055

    # where it keeps things
    var_dir: FilePath = ROOT / "var"
    database_url: str = ""
    tracker_url: str = ""
    redis_url: str | None = None
    knowledge_dir: FilePath = ROOT / "data" / "knowledge"
    models_dir: FilePath = ROOT / "models"
    model_cache: Path | None = None  # a second place to keep trained models, e.g. between builds

    # secrets: made at the first start and kept in VAR_DIR/secrets.env when not given
    session_key: SecretStr = SecretStr("")
    core_secret: SecretStr = SecretStr("")
    actions_token: SecretStr = SecretStr("")
    case_key: SecretStr = SecretStr("")  # seals contact data at rest; the first of several seals, all open

    # answers
    names_refresh_seconds: Seconds = 5.0
    log_level: str = "INFO"
    insights_days: Annotated[int, Field(ge=0)] = 90  # how long unanswered questions are kept, redacted; 0: none

    @field_validator("session_key", "core_secret", "actions_token")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("case_key")
    @classmethod
    def _each_long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and any(len(key) < 32 for key in value.get_secret_value().split(",")):
            raise ValueError("must have at least 32 characters in each of its keys")
        return value

    @field_validator("database_url", "tracker_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not re.match(r"(sqlite:///.+|postgresql\+psycopg://.+)", value):
            raise ValueError("must be a database address like sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: str | None) -> str | None:
        if value and not re.match(r"(rediss?|unix)://.+", value):
            raise ValueError("must be an address like redis://HOST:6379/0")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()

    @cached_property
    def database(self) -> str:
        """SQLAlchemy URL of partner database, sessions and history."""
        return self.database_url or f"sqlite:///{self.var_dir / 'assistant.db'}"

    @cached_property
    def tracker(self) -> str:
        """SQLAlchemy URL of the core's transcripts: a file of its own, or the same PostgreSQL."""
        if self.tracker_url:
            return self.tracker_url
        if self.database_url and not self.database_url.startswith("sqlite"):
            return self.database_url
        return f"sqlite:///{self.var_dir / 'tracker.db'}"

    @property
    def core_url(self) -> str:
        return f"http://127.0.0.1:{self.core_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def public_address(self) -> str:
        """Where links in mails lead, without a slash at the end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def names_file(self) -> Path:
        """The names as last written from the database, for training and for a core that starts alone."""
        return self.var_dir / "names.json"
