"""An update of the Bot API becomes an event of ours; what concerns nobody becomes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.channels.messengers.records import COMMANDS, Event, Received

if TYPE_CHECKING:
    from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update, User

UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
PREFIX = "tg:"
ADDRESSED = "addressed"  # in a group: by a mention of its id or an answer to it, no name needed
_COMMAND = re.compile(r"/([a-z]{1,20})(?:@\w{1,64})?(?:\s|$)", re.IGNORECASE)
_NAMED = re.compile(r"@(\w{1,64})")

# What a visitor means to show. Everything else without text is a note of the service, such as a pinned message.
SHOWN = frozenset(
    {
        "animation", "audio", "document", "live_photo", "paid_media", "photo", "sticker", "story", "video", "video_note",
        "voice", "checklist", "contact", "dice", "game", "poll", "venue", "location", "invoice", "gift", "unique_gift",
        "giveaway", "users_shared", "chat_shared", "user_shared", "passport_data", "web_app_data", "rich_message", "unknown",
    }
)  # fmt: skip


def read(update: Update, bot_id: int) -> Received | None:
    """The event, or None when there is nothing to do."""
    if update.message:
        return _message(update.update_id, update.message, bot_id)
    if update.edited_message:
        return _edited(update.update_id, update.edited_message)
    if update.callback_query:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    return None


def _message(update_id: int, message: Message, bot_id: int) -> Received | None:
    sender = message.from_user
    if sender is None or sender.is_bot:
        return None
    if message.chat.type in ("group", "supergroup"):
        return _in_group(update_id, message, bot_id)
    if message.chat.type != "private":
        return None
    event = _said(message)
    return _received(update_id, sender, message.chat.id, event) if event else None


def _said(message: Message) -> Event | None:
    number = str(message.message_id)
    if message.text:
        command = _COMMAND.match(message.text)
        if command and command.group(1).lower() in COMMANDS:
            return Event("command", command.group(1).lower(), number)
        return Event("text", message.text, number)
    if message.content_type not in SHOWN:
        return None
    return Event("unreadable", message.caption or "", number, album=message.media_group_id or "")


def _edited(update_id: int, message: Message) -> Received | None:
    sender = message.from_user
    if sender is None or sender.is_bot or message.chat.type != "private" or not message.text:
        return None
    age = max(0, int((message.edit_date or 0) - message.date.timestamp()))
    event = Event("edited", message.text, str(message.message_id), age=age)
    return _received(update_id, sender, message.chat.id, event)


def _press(update_id: int, query: CallbackQuery) -> Received | None:
    message = query.message
    if message is not None and message.chat.type != "private":
        return None
    chat = message.chat.id if message else query.from_user.id
    extra = f"{query.id} {message.message_id if message else 0}"
    event = Event("press", query.data or "", extra=extra)
    return _received(update_id, query.from_user, chat, event)


def _membership(update_id: int, change: ChatMemberUpdated) -> Received | None:
    if change.chat.type != "private":
        return None
    kind: Any = "gone" if change.new_chat_member.status in ("kicked", "left") else "back"
    return _received(update_id, change.from_user, change.chat.id, Event(kind))


def _in_group(update_id: int, message: Message, bot_id: int) -> Received | None:
    """Only what may be addressed to us is kept, and of that only the names in it."""
    text = message.text or message.caption or ""
    answered = message.reply_to_message and message.reply_to_message.from_user
    named = [entity.user.id for entity in message.entities or () if entity.user]
    to_us = bot_id in named or bool(answered and answered.id == bot_id)
    names = ADDRESSED if to_us else " ".join(name.lower() for name in _NAMED.findall(text))
    if not names or message.from_user is None:
        return None
    chat = str(message.chat.id)
    event = Event("aside", extra=names[:200])
    return Received(
        str(update_id), f"{PREFIX}{chat}:group", chat, event, update_id, message.from_user.language_code or ""
    )


def _received(update_id: int, sender: User, chat: int, event: Event) -> Received:
    return Received(
        str(update_id), f"{PREFIX}{chat}:{sender.id}", str(chat), event, update_id, sender.language_code or ""
    )
