"""Settings of mail: what is refused, and what relay comes of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.handoff.relay import make_relay
from bot.replies.notices import Notices
from bot.settings import Settings, SettingsError, load_settings
from bot.store import Store

from .mail_server import Desk

SMTP = {"MAIL_MODE": "smtp", "SMTP_HOST": "mail.example.org", "MAIL_FROM": "Centre <assistant@example.org>"}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting in the environment, and a project folder without .env."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr("bot.settings.reading.ROOT", tmp_path)


@pytest.mark.parametrize(
    ("named", "values"),
    [
        ("MAIL_MODE", {"MAIL_MODE": "pigeon"}),
        ("MAIL_MODE", {"MAIL_MODE": "smtp", "SMTP_HOST": "mail.example.org"}),
        ("MAIL_MODE", {"MAIL_MODE": "smtp", "MAIL_FROM": "assistant@example.org"}),
        ("SMTP_STARTTLS", {**SMTP, "SMTP_USER": "assistant", "SMTP_STARTTLS": "false"}),
        ("MAIL_FROM", {"MAIL_FROM": "assistant"}),
        ("MAIL_FROM", {"MAIL_FROM": "a@example.org, b@example.org"}),
        ("MAIL_FROM", {"MAIL_FROM": "Centre\nBcc: x <a@example.org>"}),
        ("MAIL_REPLY_TO", {"MAIL_REPLY_TO": "Team team@example.org"}),
        ("MAIL_REPLY_TO", {"MAIL_REPLY_TO": "Team <team@example.org>"}),
        ("MAIL_BOUNCE", {"MAIL_BOUNCE": "bounce@example.org"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "chat.example.org"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "javascript:alert(1)"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "https://chat.example.org/?a=b"}),
        ("OUTBOX_LEASE_SECONDS", {"OUTBOX_LEASE_SECONDS": "70"}),
        ("OUTBOX_WORKERS", {"OUTBOX_WORKERS": "0"}),
        ("SMTP_PORT", {"SMTP_PORT": "0"}),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, named: str, values: dict[str, str]
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        load_settings()


def test_a_password_is_taken_with_encryption_of_either_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SMTP, "SMTP_USER": "assistant", "SMTP_PASSWORD": "open-sesame"}.items():
        monkeypatch.setenv(name, value)
    assert load_settings().smtp_starttls and "open-sesame" not in repr(load_settings())
    monkeypatch.setenv("SMTP_PORT", "465")
    monkeypatch.setenv("SMTP_STARTTLS", "false")
    assert load_settings().smtp_port == 465


def test_links_lead_to_the_configured_address_or_to_this_machine() -> None:
    assert load_settings(public_url="https://chat.example.org/").public_address == "https://chat.example.org"
    assert load_settings(port=8180).public_address == "http://127.0.0.1:8180"


def test_mail_that_is_off_leaves_rows_waiting_and_file_mode_needs_no_other_setting(
    open_store: Callable[[str], Store], tmp_path: Path
) -> None:
    desk = Desk(open_store(f"sqlite:///{tmp_path}/outbox.db"))
    compose = Notices("https://chat.example.org").compose
    assert make_relay(load_settings(mail_mode="off"), desk.store, compose) is None
    row_id = desk.enqueue(to="desk:city-twinning", template="desk_notice")
    contacts = {"city-twinning": {"email": "twinning@example.org"}}
    config = load_settings(var_dir=tmp_path / "var", desk_contacts=contacts)

    async def run() -> None:
        relay = make_relay(config, desk.store, compose)
        assert relay is not None
        await relay.drain()
        await relay.stop()

    desk.run(run)
    assert desk.row(row_id).state == "sent"
    [file] = (tmp_path / "var" / "mail").glob("*.eml")
    assert b"From: assistant@localhost\r\nTo: twinning@example.org\r\n" in file.read_bytes()
