"""The account's menu: three buttons with entries below them, each a question or a command of ours."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.messengers.records import COMMANDS, Event
from bot.replies.greeting import GREETING_CHOICES
from bot.replies.problems import LANGUAGES
from bot.replies.wechat import MENU

# What the platform takes: bytes of a name above and below, and of a key.
NAME_BYTES, ENTRY_BYTES, KEY_BYTES = 16, 60, 128
_ASK, _DO = "ask", "do"
_KEY = re.compile(r"(ask|do):([a-z_]{1,40}):([a-z]{2})")
_QUESTIONS = dict(GREETING_CHOICES)
TALK = "talk_to_human"


def menu(language: str, website: str) -> dict[str, Any]:
    """The body of menu/create in one language; `website` is where the last entry leads, without one it is left out."""
    words = MENU[language]
    questions = [
        _click(titles[language], f"{_ASK}:{intent}:{language}") for intent, titles in GREETING_CHOICES if intent != TALK
    ]
    commands = [_command(name, language) for name in ("language", "privacy", "delete")]
    link = [{"type": "view", "name": words["website"], "url": website}] if website else []
    return {
        "button": [
            {"name": words["ask"], "sub_button": questions},
            _command("human", language),
            {"name": words["more"], "sub_button": [_command("help", language), *commands, *link]},
        ]
    }


def event_of_key(key: str) -> Event:
    """What a press means; help for a key of an older menu."""
    match = _KEY.fullmatch(key)
    if match and match.group(3) in LANGUAGES:
        kind, name, language = match.groups()
        if kind == _DO and name in COMMANDS:
            return Event("command", name)
        if kind == _ASK and name in _QUESTIONS:
            return Event("text", _QUESTIONS[name][language])
    return Event("command", "help")


def _command(name: str, language: str) -> dict[str, str]:
    return _click(MENU[language][name], f"{_DO}:{name}:{language}")


def _click(title: str, key: str) -> dict[str, str]:
    return {"type": "click", "name": title, "key": key}
