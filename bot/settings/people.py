"""Settings of the hand-off to people: desks, cases and the help desk software in use."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from bot.settings.kinds import ROOT, FilePath, Limit, Seconds, WebAddress

HELPDESK_NEEDS = {
    "builtin": (),
    "chatwoot": ("chatwoot_url", "chatwoot_token", "chatwoot_account", "chatwoot_inbox", "chatwoot_webhook_secret"),
    "zammad": ("zammad_url", "zammad_token", "zammad_group", "zammad_customer", "zammad_webhook_secret"),
}


class DeskContact(BaseModel):
    """How one contact desk is reached; every part may be left out."""

    email: str | None = None
    phone: str | None = None
    url: str | None = None
    hours: str | None = None


class PeopleSettings(BaseModel):
    """Who answers, and for how long what they answered is kept."""

    desk_contacts: dict[str, DeskContact] = Field(default_factory=dict)  # desk id -> how it is reached, as JSON
    handoff_dir: FilePath = ROOT / "data" / "handoff"  # office hours, calendar and routing
    case_days: Limit = 180
    cases_on_erase: Literal["erase", "anonymise"] = "erase"
    visitor_away_seconds: Annotated[int, Field(ge=0)] = 180
    answer_mail_wait_seconds: Annotated[int, Field(ge=0)] = 60  # answers within this time go into one mail
    resume_days: Limit = 14  # how long the link in a mail reopens the conversation

    helpdesk_poll_seconds: Seconds = 120.0  # how often answers are looked for beside the webhook
    helpdesk_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    chatwoot_url: WebAddress = ""
    chatwoot_token: SecretStr = SecretStr("")
    chatwoot_account: Annotated[int, Field(ge=0)] = 0
    chatwoot_inbox: Annotated[int, Field(ge=0)] = 0
    chatwoot_webhook_secret: SecretStr = SecretStr("")
    zammad_url: WebAddress = ""
    zammad_token: SecretStr = SecretStr("")
    zammad_group: str = ""
    zammad_customer: str = ""  # account in whose name tickets are opened
    zammad_webhook_secret: SecretStr = SecretStr("")
    helpdesk: Literal["builtin", "chatwoot", "zammad"] = "builtin"

    @field_validator("helpdesk")
    @classmethod
    def _knows_its_helpdesk(cls, value: str, info: ValidationInfo) -> str:
        missing = [name for name in HELPDESK_NEEDS[value] if not _plain(info.data.get(name))]
        if missing:
            raise ValueError(f"{value} needs {', '.join(missing).upper()}")
        return value


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
