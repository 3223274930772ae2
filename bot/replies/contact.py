"""The contact desk as a message."""

from __future__ import annotations

from bot.partners.contacts import Found
from bot.partners.knowledge import Snapshot
from bot.partners.records import CENTRE, Desk
from bot.replies.message import Message, sources_of, statement
from bot.replies.phrases import join, phrase


def contact(found: Found, snapshot: Snapshot, language: str, *, wants_person: bool = False) -> Message:
    """The desk that answers, how it is reached, and the general desk where nothing is configured."""
    desks, general, record = found.desks, found.general, found.record
    parts = [phrase("human_intro", language)] if wants_person else [statement(f, language) for f in found.facts]
    items = []
    rows: list[dict[str, str]] = []
    for desk in desks[:2]:
        parts.append(phrase("contact_for", language, desk=desk.name(language)))
        if not desk.reachable:
            parts.append(phrase("contact_not_configured", language))
        items.append(desk)
    if general and not any(desk.reachable for desk in desks) and general.id not in {desk.id for desk in desks}:
        parts.append(phrase("contact_general", language, desk=general.name(language)))
        if not general.reachable:
            parts.append(phrase("contact_not_configured", language))
        items.append(general)
    for desk in items:
        rows += ways(desk, language)
    if record and record.address:
        rows.append({"label": phrase("address", language), "value": record.address})
    if record and record.website:
        rows.append({"label": phrase("website", language), "value": record.website, "url": record.website})
    centre = snapshot.records.get(CENTRE)
    if not rows and centre and centre.website:
        parts.append(phrase("contact_none_at_all", language, url=centre.website))
        rows.append({"label": phrase("website", language), "value": centre.website, "url": centre.website})
    card = {"title": items[0].name(language), "rows": rows} if items else None
    return Message(join(list(dict.fromkeys(parts)), language), (), sources_of(found.facts, language), card)


def ways(desk: Desk, language: str) -> list[dict[str, str]]:
    """How a desk is reached, as rows of a card; none when nothing is configured."""
    rows = []
    if desk.email:
        rows.append({"label": phrase("email", language), "value": desk.email, "url": f"mailto:{desk.email}"})
    if desk.phone:
        rows.append({"label": phrase("phone", language), "value": desk.phone})
    if desk.url:
        rows.append({"label": phrase("website", language), "value": desk.url, "url": desk.url})
    if desk.hours:
        rows.append({"label": phrase("hours", language), "value": desk.hours})
    return rows
