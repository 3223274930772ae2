"""What the platform pushes to us, read into events: words, buttons of the menu, coming and going; the rest is left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from bot.channels.messengers.records import Event
from bot.channels.wechat.menu import event_of_key
from bot.channels.wechat.xml import NotUnderstood
from bot.replies.wechat import UNSHOWN, command_of_word

type Window = Literal["message", "event"]

_OPEN_ID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_UNREADABLE = frozenset({"image", "voice", "video", "shortvideo", "location", "link", "file"})
_SCENE = "qrscene_"
MAX_UPDATE_ID = 110


@dataclass(frozen=True)
class Push:
    """One message or event. `event` None: nothing is to be done; `window` is what it lets us push afterwards."""

    update_id: str
    open_id: str
    account: str
    created: int
    event: Event | None
    window: Window | None

    @property
    def chat(self) -> str:
        return f"wx:{self.open_id}"


def read_push(fields: Mapping[str, str]) -> Push:
    """Raises NotUnderstood when sender, account, kind or time are missing or of another form."""
    open_id, account, kind = fields.get("FromUserName", ""), fields.get("ToUserName", ""), fields.get("MsgType", "")
    created = fields.get("CreateTime", "").strip()
    if not (_OPEN_ID.fullmatch(open_id) and account and kind and _NUMBER.fullmatch(created) and len(created) <= 12):
        raise NotUnderstood
    if kind == "event":
        event, window = _event(fields)
        told = (open_id, created, fields.get("Event", ""), fields.get("EventKey", ""))
        update_id = f"{open_id}-{created}-{_short(*told)}"
        return Push(update_id, open_id, account, int(created), event, window)
    message_id = fields.get("MsgId", "").strip()
    if not _NUMBER.fullmatch(message_id):
        raise NotUnderstood
    return Push(f"{open_id}-{message_id}", open_id, account, int(created), _message(kind, fields), "message")


def _message(kind: str, fields: Mapping[str, str]) -> Event | None:
    """Words, also spoken ones that the platform has understood; a sentence that there is only text otherwise."""
    spoken = fields.get("Recognition", "").strip() if kind == "voice" else ""
    words = fields.get("Content", "") if kind == "text" else spoken
    if words.strip() in UNSHOWN:
        return Event("unreadable")
    if kind == "text" or spoken:
        command = command_of_word(words)
        return Event("command", command) if command else Event("text", words)
    return Event("unreadable") if kind in _UNREADABLE else None


def _event(fields: Mapping[str, str]) -> tuple[Event | None, Window | None]:
    name, key = fields.get("Event", "").strip().lower(), fields.get("EventKey", "").strip()
    match name:
        case "subscribe":
            return Event("command", "start", extra=_scene(key)), "event"
        case "scan":
            return Event("command", "start", extra=_scene(key)), "event"
        case "unsubscribe":
            return Event("gone"), None
        case "click":
            return event_of_key(key), "event"
    return None, None  # VIEW, positions, what became of mails to all ...: nobody waits for an answer


def _scene(key: str) -> str:
    """What the operator named a code to scan, as it may stand in a log."""
    return re.sub(r"[^\w.-]", "", key.removeprefix(_SCENE))[:64]


def _short(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:12]
