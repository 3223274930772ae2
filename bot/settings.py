"""Everything that can be configured; the only reader of the environment outside the sealed core."""

from __future__ import annotations

import os
import re
import secrets
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValue

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ("session_key", "core_secret", "actions_token", "case_key")

HELPDESK_NEEDS = {
    "builtin": (),
    "chatwoot": ("chatwoot_url", "chatwoot_token", "chatwoot_account", "chatwoot_inbox", "chatwoot_webhook_secret"),
    "zammad": ("zammad_url", "zammad_token", "zammad_group", "zammad_customer", "zammad_webhook_secret"),
}

Port = Annotated[int, Field(ge=1, le=65535)]
Limit = Annotated[int, Field(ge=1)]


class DeskContact(BaseModel):
    """How one contact desk is reached; every part may be left out."""

    email: str | None = None
    phone: str | None = None
    url: str | None = None
    hours: str | None = None


class SettingsError(Exception):
    """Configuration that cannot be used; the text says which setting and what to do."""


class Settings(BaseSettings):
    """One typed object for all processes; names in the environment are the field names in capitals."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    # where it listens
    host: str = "127.0.0.1"
    port: Port = 8080
    core_port: Port = 5005
    actions_port: Port = 5055

    # where it keeps things
    var_dir: Path = ROOT / "var"
    database_url: str = ""
    tracker_url: str = ""
    redis_url: str | None = None
    knowledge_dir: Path = ROOT / "data" / "knowledge"
    handoff_dir: Path = ROOT / "data" / "handoff"  # office hours, calendar and routing
    models_dir: Path = ROOT / "models"
    model_cache: Path | None = None  # a second place to keep trained models, e.g. between builds

    # secrets: made at the first start and kept in VAR_DIR/secrets.env when not given
    session_key: SecretStr = SecretStr("")
    core_secret: SecretStr = SecretStr("")
    actions_token: SecretStr = SecretStr("")
    case_key: SecretStr = SecretStr("")  # seals contact data at rest; the first of several seals, all open

    # people: desk id -> how it is reached, as JSON
    desk_contacts: dict[str, DeskContact] = Field(default_factory=dict)

    # answers
    names_refresh_seconds: Annotated[float, Field(gt=0)] = 5.0
    log_level: str = "INFO"
    insights_days: Annotated[int, Field(ge=0)] = 90  # how long unanswered questions are kept, redacted; 0: none

    # --- gateway ---
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
    core_timeout_seconds: Annotated[float, Field(gt=0)] = 35.0
    core_patience_seconds: Annotated[float, Field(gt=0)] = 5.0  # how long a turn waits for a core that restarts
    # --- end gateway ---

    # --- cases ---
    case_days: Limit = 180
    cases_on_erase: Literal["erase", "anonymise"] = "erase"
    visitor_away_seconds: Annotated[int, Field(ge=0)] = 180
    resume_days: Limit = 14  # how long the link in a mail reopens the conversation
    # --- end cases ---

    # --- help desk ---
    helpdesk_poll_seconds: Annotated[float, Field(gt=0)] = 120.0  # how often answers are looked for beside the webhook
    helpdesk_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    chatwoot_url: str = ""
    chatwoot_token: SecretStr = SecretStr("")
    chatwoot_account: Annotated[int, Field(ge=0)] = 0
    chatwoot_inbox: Annotated[int, Field(ge=0)] = 0
    chatwoot_webhook_secret: SecretStr = SecretStr("")
    zammad_url: str = ""
    zammad_token: SecretStr = SecretStr("")
    zammad_group: str = ""
    zammad_customer: str = ""  # account in whose name tickets are opened
    zammad_webhook_secret: SecretStr = SecretStr("")
    helpdesk: Literal["builtin", "chatwoot", "zammad"] = "builtin"
    # --- end help desk ---

    # --- mail ---
    public_url: str = ""  # where visitors and staff reach the assistant; empty: http://127.0.0.1:PORT
    mail_from: str = ""  # Name <address>; empty: a local address, which only MAIL_MODE=file takes
    mail_reply_to: str = ""  # box of the team; empty: MAIL_FROM
    mail_bounce: str = "bounce"  # envelope sender: this, +, an id, and the domain of MAIL_FROM; -: MAIL_FROM itself
    smtp_host: str = ""
    smtp_port: Port = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = True
    smtp_ca_file: Path | None = None
    smtp_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    mail_mode: Literal["file", "smtp", "off"] = "file"
    outbox_workers: Annotated[int, Field(ge=1, le=16)] = 2
    outbox_poll_seconds: Annotated[float, Field(gt=0)] = 2.0
    outbox_lease_seconds: Annotated[float, Field(gt=0)] = 120.0
    outbox_days: Limit = 90
    # --- end mail ---

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

    @field_validator("trusted_proxies")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        for part in filter(None, (p.strip() for p in value.split(","))):
            ip_network(part, strict=False)
        return value

    @field_validator("public_url", "chatwoot_url", "zammad_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/?#<>\"]+(/[^\s?#<>\"]*)?", value):
            raise ValueError("must be an address like https://chat.example.org")
        return value.rstrip("/")

    @field_validator("mail_from", "mail_reply_to")
    @classmethod
    def _one_address(cls, value: str, info: ValidationInfo) -> str:
        address = r"[!-~]{1,64}@[A-Za-z0-9.-]{1,190}"
        named = rf"|[^<>@,;\r\n]+<{address}>" if info.field_name == "mail_from" else ""
        if value and not re.fullmatch(f"{address}{named}", value.strip()):
            raise ValueError("must be one address" + (", or a name and an address in angle brackets" if named else ""))
        return value.strip()

    @field_validator("mail_bounce")
    @classmethod
    def _bounce(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,24}", value):
            raise ValueError("must be up to 24 letters, digits, dots, dashes")
        return "" if value == "-" else value

    @field_validator("smtp_starttls")
    @classmethod
    def _password_only_encrypted(cls, value: bool, info: ValidationInfo) -> bool:
        if not value and info.data.get("smtp_user") and info.data.get("smtp_port") != 465:
            raise ValueError("must be true while SMTP_USER is set: a password is never sent unencrypted")
        return value

    @field_validator("mail_mode")
    @classmethod
    def _knows_its_server(cls, value: str, info: ValidationInfo) -> str:
        if value == "smtp" and not (info.data.get("smtp_host") and info.data.get("mail_from")):
            raise ValueError("smtp needs SMTP_HOST and MAIL_FROM")
        return value

    @field_validator("helpdesk")
    @classmethod
    def _knows_its_helpdesk(cls, value: str, info: ValidationInfo) -> str:
        missing = [name for name in HELPDESK_NEEDS[value] if not _plain(info.data.get(name))]
        if missing:
            raise ValueError(f"{value} needs {', '.join(missing).upper()}")
        return value

    @field_validator("outbox_lease_seconds")
    @classmethod
    def _longer_than_a_dialogue(cls, value: float, info: ValidationInfo) -> float:
        if value < info.data.get("smtp_timeout_seconds", 0) + 15:
            raise ValueError("must be at least 15 seconds longer than SMTP_TIMEOUT_SECONDS")
        return value

    @field_validator("var_dir", "knowledge_dir", "models_dir", "handoff_dir", "smtp_ca_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value if value is None or value.is_absolute() else (ROOT / value)

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


def load_settings(**overrides: Any) -> Settings:
    """Settings from (weakest first) VAR_DIR/secrets.env, .env, the environment, and `overrides`.

    Raises SettingsError with one line per wrong setting.
    """
    env_file = ROOT / ".env"
    try:
        base = Settings(_env_file=env_file if env_file.exists() else None, **overrides)  # type: ignore[call-arg]
        kept = dotenv_values(base.var_dir / "secrets.env")
        missing = {
            name: SecretStr(kept.get(name.upper()) or "")
            for name in GENERATED
            if not getattr(base, name).get_secret_value()
        }
        return base.model_copy(update=missing)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("Wrong setting in .env or the environment: " + "; ".join(lines)) from None
    except UnreadableValue as error:
        name = re.search(r'field "(\w+)"', str(error))
        which = name.group(1).upper() if name else "A setting"
        raise SettingsError(f"Wrong setting in .env or the environment: {which}: must be valid JSON") from None
    except (ValueError, OSError) as error:
        raise SettingsError(f"The configuration cannot be read: {error}") from None


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def ensure_secrets(settings: Settings) -> Settings:
    """Make the secrets that are not given, keep them in VAR_DIR/secrets.env (mode 0600), return the whole."""
    missing = {name for name in GENERATED if not getattr(settings, name).get_secret_value()}
    if not missing:
        return settings
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    path = settings.var_dir / "secrets.env"
    kept = {k: v for k, v in dotenv_values(path).items() if v}
    fresh = {name: secrets.token_urlsafe(48) for name in missing}
    lines = {**kept, **{name.upper(): value for name, value in fresh.items()}}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in lines.items())
    return settings.model_copy(update={name: SecretStr(value) for name, value in fresh.items()})


def process_environment() -> dict[str, str]:
    """The environment that child processes inherit, as a copy."""
    return dict(os.environ)
