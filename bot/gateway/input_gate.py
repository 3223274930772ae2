"""What a visitor wrote, made safe for everything behind: no control characters, no commands, no endless tokens."""

import re
import unicodedata

MAX_CHARACTERS = 2000
MAX_TOKEN = 200
MAX_PAGE = 200

_DROPPED = frozenset({"Cc", "Cs", "Cn", "Co", "Cf"})
_JOINERS = frozenset("\u200c\u200d")  # ZWNJ and ZWJ carry meaning in emoji and in several scripts
_LINE_BREAKS = re.compile(r"[\r\n\t\v\f\u0085\u2028\u2029]+")
# Chinese is written without spaces, so its characters and punctuation end a token instead of prolonging it.
_LONG_TOKEN = re.compile(rf"[^\s\u3000-\u303f\u3400-\u9fff\uff00-\uffef]{{{MAX_TOKEN + 1},}}")
_SLASHES = "/\\／⁄∕"  # each of them would start a command behind us


class MessageTooLong(ValueError):
    """More than MAX_CHARACTERS characters came in."""


def clean(text: str) -> str:
    """The message as it may be stored and understood; empty when nothing readable is left.

    Raises MessageTooLong. Line breaks become one space, tokens end after MAX_TOKEN characters, NFC.
    """
    if len(text) > MAX_CHARACTERS:
        raise MessageTooLong
    text = _LINE_BREAKS.sub(" ", text)
    text = "".join(c for c in text if unicodedata.category(c) not in _DROPPED or c in _JOINERS)
    text = unicodedata.normalize("NFC", text)
    text = _LONG_TOKEN.sub(lambda token: token.group()[:MAX_TOKEN], text)
    text = _without_commands(text)
    return text if text.strip("\u200c\u200d \u3000") else ""


def _without_commands(text: str) -> str:
    """Slashes go from the front only after the strip that the core will do too, so none can reappear there."""
    text = text.strip()
    while text and (text[0] in _SLASHES or text[0] in _JOINERS):
        text = text[1:].strip()
    return text


def clean_page(page: str | None) -> str | None:
    """The page the chat was opened on: its path only, since queries may hold personal data."""
    if not page:
        return None
    path = clean_line(re.split(r"[?#]", page, maxsplit=1)[0])
    return path[:MAX_PAGE] or None


def clean_line(text: str) -> str:
    """One line without control or invisible characters."""
    return "".join(c for c in text if unicodedata.category(c) not in _DROPPED).strip()
