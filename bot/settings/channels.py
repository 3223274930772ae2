"""Settings of the messengers; one whose credentials are empty is not configured and does nothing."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from bot.settings.kinds import WebAddress

Patience = Annotated[float, Field(gt=0, le=60)]


class ChannelSettings(BaseModel):
    """Telegram and WeChat: accounts, where their servers are, and how they are used."""

    messenger_case_details: bool = True  # false: what staff write is read on the website only, the messenger tells so

    telegram_token: SecretStr = SecretStr("")  # of the bot, from @BotFather
    telegram_secret: SecretStr = SecretStr("")  # signs the webhook; empty: derived from SESSION_KEY
    telegram_api_url: WebAddress = "https://api.telegram.org"
    telegram_timeout_seconds: Patience = 10.0
    telegram_polling: bool = False  # the gateway asks for updates itself, where no public address is at hand

    wechat_app_id: str = ""
    wechat_app_secret: SecretStr = SecretStr("")
    wechat_token: SecretStr = SecretStr("")  # signs what the platform sends
    wechat_aes_key: SecretStr = SecretStr("")  # EncodingAESKey of the safe mode; empty: plain mode
    wechat_aes_key_previous: SecretStr = SecretStr("")
    wechat_api_url: WebAddress = "https://api.weixin.qq.com"
    wechat_timeout_seconds: Patience = 10.0
    wechat_verified: bool = True  # false: the account may only answer, not push

    @field_validator("telegram_token")
    @classmethod
    def _token_of_a_bot(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(r"\d{1,20}:[\w-]{8,120}", value.get_secret_value()):
            raise ValueError("must be a token like 123456:ABC-DEF, as @BotFather gives it")
        return value

    @field_validator("telegram_secret")
    @classmethod
    def _secret_as_telegram_takes_it(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("must be 16 to 256 letters, digits, _ and -")
        return value

    @field_validator("wechat_aes_key", "wechat_aes_key_previous")
    @classmethod
    def _encoding_key(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(r"[A-Za-z0-9+/]{43}", value.get_secret_value()):
            raise ValueError("must be the 43 letters and digits of an EncodingAESKey")
        return value
