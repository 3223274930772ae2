"""`python -m bot wechat`: the menu as the platform takes it, and a status that says what is wrong."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.channels.wechat.menu import ENTRY_BYTES, KEY_BYTES, NAME_BYTES, event_of_key, menu
from bot.replies.problems import LANGUAGES
from bot.replies.wechat import COMMAND_WORDS, LAST_ONE, MENU, MORE_WORDS, STILL_WORKING, THERE_IS_MORE
from tests.gateway.fake_core import RunningServer

from .fake_platform import APP_ID, SECRET, TOKEN, FakePlatform

runner = CliRunner()


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePlatform]:
    fake = FakePlatform()
    server = RunningServer(fake.app())
    given = {
        "WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": SECRET, "WECHAT_TOKEN": TOKEN, "WECHAT_API_URL": server.url,
        "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/assistant.db", "PUBLIC_URL": "https://chat.example.org",
        "WECHAT_TIMEOUT_SECONDS": "5",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    yield fake
    server.stop()


def call(*arguments: str) -> tuple[int, str]:
    done = runner.invoke(app, ["wechat", *arguments])
    return done.exit_code, done.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_is_made_shown_and_taken_away(platform: FakePlatform, language: str) -> None:
    status, told = call("menu", "--language", language)
    assert status == 0, told
    assert platform.menu == menu(language, "https://chat.example.org")
    assert MENU[language]["human"] in call("menu", "--show")[1]
    assert call("menu", "--remove")[0] == 0 and platform.menu is None


def test_a_dry_run_needs_no_account_and_sends_nothing(platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WECHAT_APP_ID", "")
    status, told = call("menu", "--dry-run")
    assert status == 0 and json.loads(told) == menu("zh", "https://chat.example.org")
    assert platform.menu is None and platform.token_calls == []


def test_status_says_what_is_there(platform: FakePlatform) -> None:
    call("menu")
    status, told = call("status")
    assert status == 0, told
    for part in ("https://chat.example.org/hooks/wechat", "plain", "pushing: yes", "chats: 0", "answers", "menu: yes"):
        assert part in told
    assert SECRET not in told and "token-" not in told


WRONG = [("WECHAT_APP_SECRET", "wrong", "WECHAT_APP_SECRET is wrong"), ("WECHAT_APP_ID", "wx0", "WECHAT_APP_ID"),
         ("WECHAT_TOKEN", "", "not configured"), ("WECHAT_API_URL", "http://127.0.0.1:9", "did not do it")]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_status_is_one_clear_line_when_something_is_wrong(
    platform: FakePlatform, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    status, told = call("status")
    assert status == 1 and said in told and "Traceback" not in told and SECRET not in told


def test_status_of_an_account_that_may_only_answer_asks_nobody(
    platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECHAT_APP_SECRET", "")
    status, told = call("status")
    assert status == 0 and "answers only" in told and platform.token_calls == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_and_key_fits_and_every_key_is_understood(language: str) -> None:
    body = menu(language, "https://chat.example.org")
    assert len(body["button"]) <= 3
    for button in body["button"]:
        assert len(button["name"].encode()) <= NAME_BYTES
        for entry in button.get("sub_button", [button]):
            assert len(entry["name"].encode()) <= ENTRY_BYTES
            if entry["type"] == "click":
                assert len(entry["key"].encode()) <= KEY_BYTES
                event = event_of_key(entry["key"])
                assert event.kind == "text" or event.text == entry["key"].split(":")[1]


def test_all_words_stand_in_all_languages_and_none_means_two_things() -> None:
    groups: list[Mapping[str, object]] = [
        MENU,
        STILL_WORKING,
        THERE_IS_MORE,
        LAST_ONE,
        MORE_WORDS,
        *COMMAND_WORDS.values(),
    ]
    for words in groups:
        assert set(words) == set(LANGUAGES) and all(words.values())
    assert all(set(MENU[language]) == set(MENU["en"]) for language in LANGUAGES)
    meanings = [
        (word, name) for name, by_language in COMMAND_WORDS.items() for words in by_language.values() for word in words
    ]
    more = {word for words in MORE_WORDS.values() for word in words}
    assert all(len({name for one, name in meanings if one == word}) == 1 for word, _ in meanings)
    assert not more & {word for word, _ in meanings}
