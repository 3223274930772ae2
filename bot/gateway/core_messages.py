"""What the core says, read with suspicion: only what a visitor may see gets through."""

from dataclasses import dataclass
from typing import Any

from bot.gateway.choices import Button, read_button

MAX_BUTTONS = 12


@dataclass(frozen=True)
class CoreMessage:
    """One thing the assistant says: text, buttons still with their meaning, card and sources for display."""

    text: str
    buttons: list[Button]
    card: dict[str, Any] | None
    sources: list[dict[str, Any]] | None


def read_core_message(body: dict[str, Any]) -> CoreMessage | None:
    """The message, or None when it holds nothing a visitor could see."""
    text: Any = body.get("text")
    text = text if isinstance(text, str) else ""
    custom: Any = body.get("custom")
    custom = custom if isinstance(custom, dict) else {}
    card: Any = custom.get("card")
    card = card if isinstance(card, dict) else None
    buttons = [
        read_button(button["title"], button.get("payload") or "")
        for button in body.get("buttons") or []
        if isinstance(button, dict) and isinstance(button.get("title"), str) and button["title"]
    ]
    if not (text or buttons or card):
        return None
    return CoreMessage(text, buttons[:MAX_BUTTONS], card, _sources(custom.get("sources")))


def _sources(sources: Any) -> list[dict[str, Any]] | None:
    """Sources with a title; an address only if it is a web address, so that no other scheme reaches a link."""
    found = []
    for source in sources if isinstance(sources, list) else []:
        if not isinstance(source, dict) or not isinstance(source.get("title"), str):
            continue
        url = source.get("url")
        is_web = isinstance(url, str) and url.startswith(("https://", "http://"))
        as_of = source.get("as_of")
        told = source.get("facts")
        facts = [fact for fact in told if isinstance(fact, str)] if isinstance(told, list) else []
        found.append(
            {
                "title": source["title"],
                "url": url if is_web else None,
                "as_of": str(as_of) if as_of else None,
                "facts": facts,
            }
        )
    return found or None
