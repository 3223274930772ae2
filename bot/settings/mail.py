"""Settings of outgoing mail and of the outbox it waits in."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from bot.settings.kinds import FilePath, Limit, Port, Seconds, WebAddress


class MailSettings(BaseModel):
    """From whom mails are, which server takes them, and how often it is asked again."""

    public_url: WebAddress = ""  # where visitors and staff reach the assistant; empty: http://127.0.0.1:PORT
    mail_from: str = ""  # Name <address>; empty: a local address, which only MAIL_MODE=file takes
    mail_reply_to: str = ""  # box of the team; empty: MAIL_FROM
    mail_bounce: str = "bounce"  # envelope sender: this, +, an id, and the domain of MAIL_FROM; -: MAIL_FROM itself
    smtp_host: str = ""
    smtp_port: Port = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = True
    smtp_ca_file: FilePath | None = None
    smtp_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    mail_mode: Literal["file", "smtp", "off"] = "file"
    outbox_workers: Annotated[int, Field(ge=1, le=16)] = 2
    outbox_poll_seconds: Seconds = 2.0
    outbox_lease_seconds: Seconds = 120.0
    outbox_days: Limit = 90

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

    @field_validator("outbox_lease_seconds")
    @classmethod
    def _longer_than_a_dialogue(cls, value: float, info: ValidationInfo) -> float:
        if value < info.data.get("smtp_timeout_seconds", 0) + 15:
            raise ValueError("must be at least 15 seconds longer than SMTP_TIMEOUT_SECONDS")
        return value
