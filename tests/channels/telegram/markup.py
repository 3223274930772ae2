"""Telegram's HTML as the Bot API reads it: which tags it knows, and in which words it refuses."""

from __future__ import annotations

import re

TAGS = frozenset(
    {
        "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "span", "a", "code", "pre", "blockquote",
        "tg-emoji",
    }
)  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-z-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*)\s*>")
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class CannotParse(Exception):
    """What the Bot API says behind "Bad Request: "."""


def visible(html: str) -> tuple[str, list[str]]:
    """The text that is shown and the addresses of links. Raises CannotParse."""
    shown: list[str] = []
    links: list[str] = []
    open_tags: list[str] = []
    at = 0
    while at < len(html):
        if html[at] != "<":
            end = html.find("<", at)
            end = len(html) if end < 0 else end
            shown.append(_ENTITY.sub(_character, html[at:end]))
            at = end
            continue
        match = _TAG.match(html, at)
        offset = len(html[:at].encode())
        if not match:
            name = re.match(r"<\/?([^\s>]*)", html[at:])
            raise CannotParse(f'Unsupported start tag "{name.group(1) if name else ""}" at byte offset {offset}')
        closing, name_of, attributes = match.group(1), match.group(2).lower(), match.group(3)
        if name_of not in TAGS:
            raise CannotParse(f'Unsupported start tag "{name_of}" at byte offset {offset}')
        if closing:
            if not open_tags or open_tags.pop() != name_of:
                raise CannotParse(f'Unmatched end tag at byte offset {offset}, expected "</b>", found "</{name_of}>"')
        else:
            open_tags.append(name_of)
            href = re.search(r"href=\"([^\"]*)\"", attributes)
            if name_of == "a" and href:
                links.append(_ENTITY.sub(_character, href.group(1)))
        at = match.end()
    if open_tags:
        raise CannotParse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"')
    return "".join(shown), links


def _character(match: re.Match[str]) -> str:
    if match.group(1):
        return _NAMED[match.group(1)]
    number = int(match.group(2)) if match.group(2) else int(match.group(3), 16)
    return chr(number) if 0 < number < 0x110000 else match.group()
