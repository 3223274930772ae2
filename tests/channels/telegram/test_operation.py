"""What operators do and see: webhook, polling, status, the list of channels, readiness; and what is not configured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.__main__ import app
from bot.channels.telegram.secret import webhook_secret
from bot.settings import load_settings
from bot.store import migrate
from tests.gateway.conftest import KEY
from tests.gateway.fake_core import FakeCore, RunningServer

from .conftest import Start
from .fake_bot_api import TOKEN, FakeBotApi
from .visitors import SECRET, Telegram, until

runner = CliRunner()


@pytest.fixture
def operator(
    api: FakeBotApi,
    bot_api_server: tuple[list[FakeBotApi], RunningServer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The environment of an operator whose bot is configured."""
    values = {
        "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/assistant.db", "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": bot_api_server[1].url, "SESSION_KEY": KEY, "PUBLIC_URL": "https://chat.example.org",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    migrate(values["DATABASE_URL"])


def call(*arguments: str) -> tuple[int, str]:
    done = runner.invoke(app, list(arguments))
    return done.exit_code, done.output


def test_the_webhook_is_set_with_its_secret_and_the_menu_in_three_languages(operator: None, api: FakeBotApi) -> None:
    code, said = call("telegram", "set-webhook")
    assert code == 0 and "https://chat.example.org/hooks/telegram" in said
    assert api.webhook["url"] == "https://chat.example.org/hooks/telegram"
    assert api.webhook["secret_token"] == webhook_secret(load_settings()) and len(api.webhook["secret_token"]) == 64
    assert json.loads(api.webhook["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]
    assert {language: len(texts) for language, texts in api.commands.items()} == {"": 6, "en": 6, "de": 6, "zh": 6}
    assert call("telegram", "status")[1].splitlines()[1].endswith("https://chat.example.org/hooks/telegram")
    assert call("telegram", "delete-webhook")[0] == 0 and api.webhook == {}


def test_an_address_that_telegram_would_not_call_is_refused_before_it_is_asked(
    operator: None, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "")
    code, said = call("telegram", "set-webhook")
    assert code == 1 and "https" in said and api.calls == []


@pytest.mark.parametrize("command", ["set-webhook", "delete-webhook", "poll", "status"])
def test_without_a_token_each_command_says_so_in_one_line(
    operator: None, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "")
    code, said = call("telegram", command)
    assert code == 1 and said.strip() == "Telegram is not configured: set TELEGRAM_TOKEN."


@pytest.mark.parametrize("command", ["set-webhook", "delete-webhook", "poll", "status"])
def test_a_token_that_is_refused_is_one_line_without_the_token(
    operator: None, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:another-token-that-is-wrong")
    code, said = call("telegram", command)
    assert code == 1 and "the token is refused" in said and "another-token" not in said


def test_a_telegram_that_is_away_is_one_line(operator: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9")
    code, said = call("telegram", "status")
    assert code == 1 and len(said.strip().splitlines()) == 1 and TOKEN not in said


def test_polling_beside_a_webhook_is_refused_with_the_way_out(operator: None, api: FakeBotApi) -> None:
    call("telegram", "set-webhook")
    code, said = call("telegram", "poll", "--once")
    assert code == 1 and "delete-webhook" in said


def test_what_is_fetched_is_kept_once_and_the_offset_goes_on(operator: None, api: FakeBotApi) -> None:
    visitor = Telegram(api, "http://127.0.0.1:9").visitor()
    api.queue = [visitor.says("one"), visitor.says("two"), visitor.telegram.update(something={"new": 1})]
    assert call("telegram", "poll", "--once") == (0, "3 fetched.\n")
    assert api.queue == []
    assert "waiting here: 2" in call("telegram", "status")[1]
    again = visitor.says("three")
    api.queue = [again, again]
    assert call("telegram", "poll", "--once")[1] == "2 fetched.\n"
    assert "waiting here: 3" in call("telegram", "status")[1]


def test_the_list_of_channels_names_what_is_configured_and_what_waits(operator: None, api: FakeBotApi) -> None:
    visitor = Telegram(api, "http://127.0.0.1:9").visitor()
    api.queue = [visitor.says("one")]
    call("telegram", "poll", "--once")
    code, said = call("channels")
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in said.splitlines()}
    assert code == 0 and lines["telegram"] == "configured 0 0 1 0" and lines["wechat"].startswith("not configured")
    assert "https://chat.example.org" in lines["web"]


def test_a_gateway_that_polls_answers_as_one_that_is_called(start: Start, core: FakeCore) -> None:
    bot = start(telegram_polling=True)
    visitor = bot.telegram.visitor()
    updates = [visitor.says(f"message {n}") for n in range(3)]
    bot.api.queue += updates
    visitor.reads("You said: message 2")
    bot.api.queue += updates  # as after a crash before the offset was kept
    visitor.bring(updates[0])
    bot.quiet()
    assert visitor.texts()[1:] == [f"You said: message {n}" for n in range(3)]
    assert len(core.turns) == 3
    until(lambda: not bot.api.queue or None)


def test_what_is_not_configured_is_named_and_nothing_else(start: Start, core: FakeCore) -> None:
    bot = start(telegram_token=SecretStr(""))
    ready = bot.live.http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["channels"] == {"telegram": "not configured", "wechat": "not configured"}
    assert bot.telegram.bring({"update_id": 1}, SECRET) == 404
    assert bot.api.calls == []


def test_the_webhook_takes_nothing_but_calls_with_a_body(start: Start) -> None:
    bot = start()
    for method in ("GET", "PUT", "DELETE"):
        assert bot.live.http.request(method, "/hooks/telegram").status_code == 405
    for path in ("/hooks/telegram/set_webhook", "/set_webhook", "/webhooks/telegram/set_webhook"):
        assert bot.live.http.get(path).status_code == bot.live.http.post(path).status_code == 404


def test_no_secret_and_no_word_of_a_visitor_is_logged(start: Start, core: FakeCore, capfd: Any) -> None:
    bot = start()
    visitor = bot.telegram.visitor()
    visitor.say("canary-4711@example.org")
    visitor.reads("canary-4711")
    bot.api.blocked.add(visitor.chat)
    visitor.say("and one more canary-4711")
    until(lambda: (chat := bot.chat(visitor.conversation)) and chat.blocked_at)
    bot.telegram.bring({"update_id": 3, "message": {"text": "canary-4711"}})
    bot.telegram.bring({"update_id": 3}, "wrong")
    out, err = capfd.readouterr()
    for secret in (TOKEN, SECRET, "canary-4711", str(visitor.id), visitor.conversation):
        assert secret not in out + err
