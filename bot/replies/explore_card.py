"""Which answers come with a picture: the history of the two towns with its timeline, lists of partners with the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.partners.records import CENTRE, Record

if TYPE_CHECKING:  # the gateway, which asks for the constants, knows nothing of answers
    from bot.partners.knowledge import Snapshot
    from bot.partners.turn import Answer

TOWN, TWIN = "herne", "luzhou"
TOWNS = frozenset({TOWN, "city-of-herne", TWIN, "sichuan", "china-consulate-general-duesseldorf"})
TIMELINE, NETWORK = "timeline", "network"
FEWEST_ON_A_MAP = 3


def between_the_towns(link: Record) -> bool:
    """Dated, from one of the towns' sides to the other."""
    return bool(link.date) and {link.from_id, link.to_id} <= TOWNS


def picture_card(answer: Answer, snapshot: Snapshot, language: str) -> dict[str, Any] | None:
    """A card under the name of whom the picture is about; `picture` says which of the two it is."""
    picture = _picture_of(answer, snapshot)
    subject = snapshot.records.get(TWIN if picture == TIMELINE else CENTRE)
    return {"title": subject.name(language), "rows": [], "picture": picture} if picture and subject else None


def _picture_of(answer: Answer, snapshot: Snapshot) -> str | None:
    records = answer.records
    if answer.kind == "organisations":
        filters = answer.filters
        narrowed = filters.cities or filters.kinds or filters.topic or filters.year
        return NETWORK if len(records) >= FEWEST_ON_A_MAP and not narrowed else None
    if answer.kind == "events":
        between = sum(between_the_towns(record) for record in records)
        return TIMELINE if between > 1 and 2 * between > len(records) else None
    if answer.kind in ("facts", "overview"):
        told = [record for fact in answer.facts if (record := snapshot.records.get(fact.record_id))]
        about_the_link = records[0].kind == "twin_city" and between_the_towns(records[0])
        return TIMELINE if about_the_link or sum(map(between_the_towns, told)) > 1 else None
    return None
