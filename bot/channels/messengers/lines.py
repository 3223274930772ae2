"""What the shared mechanism itself says to visitors, as drafts of messages: notice, help, privacy, the way to the website."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot.channels.messengers import codes
from bot.channels.messengers.records import Chat, Received
from bot.gateway.choices import Button, Choices
from bot.gateway.history import Draft, Message
from bot.replies.explore_card import NETWORK, TIMELINE
from bot.replies.greeting import chat_notice, greeting
from bot.replies.handoff_words import word
from bot.replies.messengers import choice, command_lines, line, provider
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_explore import EXPLORE
from bot.settings import Settings

__all__ = [
    "choice",
    "first_notice",
    "greeting_of",
    "guessed",
    "help_text",
    "privacy",
    "web_address",
    "web_link",
    "with_page",
]


def guessed(received: Received, chat: Chat | None = None) -> str:
    """The language to begin in: the chat's own, else what the platform says of the visitor, else English."""
    if chat and chat.language in LANGUAGES:
        return chat.language
    code = received.language.lower().replace("_", "-").split("-")[0]
    return code if code in LANGUAGES else "en"


def first_notice(settings: Settings, channel: str, language: str) -> Draft:
    """That an assistant answers, what happens to the messages, who carries them, and where else it can be reached."""
    return Draft("system", language, "\n\n".join(_notice(settings, channel, language)))


def greeting_of(db: Connection, choices: Choices, conversation: str, language: str) -> Draft:
    """The first words of the assistant, with their choices."""
    text, buttons = greeting(language)
    offered = choices.offer(db, conversation, [Button(**button) for button in buttons])
    return Draft("assistant", language, text, choices=offered)


def help_text(language: str, words: dict[str, str]) -> Draft:
    """What can be asked, and the commands."""
    return Draft("system", language, line("help", language, commands=command_lines(words, language)))


def privacy(settings: Settings, channel: str, language: str, words: dict[str, str]) -> Draft:
    """The notice again, and what the visitor can do about the own data."""
    ways = command_lines({name: words[name] for name in ("web", "delete") if name in words}, language)
    parts = [*_notice(settings, channel, language), line("privacy_rights", language), ways]
    return Draft("system", language, "\n\n".join(part for part in parts if part))


def web_link(db: Connection, settings: Settings, conversation: str, language: str) -> Draft:
    """A link that carries the conversation over to the website, once."""
    url = web_address(settings, codes.make(db, conversation))
    return Draft("system", language, line("web_link", language, url=url, minutes=codes.MINUTES))


def web_address(settings: Settings, code: str) -> str:
    """Where a code is used; behind the #, so that no preview of the link and no log uses it up or keeps it."""
    return f"{settings.public_address}/#resume={code}"


def with_page(settings: Settings, message: Message) -> Message:
    """A message that comes with a picture, as it is where there are no pictures: with the address of its page."""
    name = (message.card or {}).get("picture")
    if name not in (TIMELINE, NETWORK):
        return message
    title = EXPLORE[message.language]["in_full"].format(title=EXPLORE[message.language][name])
    url = f"{settings.public_address}/explore?lang={message.language}#{name}"
    return replace(message, card={"rows": [{"value": title, "url": url}]})


def _notice(settings: Settings, channel: str, language: str) -> list[str]:
    parts = [
        chat_notice(language, settings.retention_days),
        line("third_country", language, provider=provider(channel, language), url=settings.public_address),
    ]
    if settings.privacy_url:
        parts.append(word("consent_notice", language, url=settings.privacy_url))
    return parts
