"""Reads the settings from `.env`, the environment and VAR_DIR/secrets.env; makes the secrets that are missing."""

from __future__ import annotations

import os
import re
import secrets
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError as UnreadableValue

from bot.settings.kinds import ROOT
from bot.settings.model import Settings

GENERATED = ("session_key", "core_secret", "actions_token", "case_key")


class SettingsError(Exception):
    """Configuration that cannot be used; the text says which setting and what to do."""


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
