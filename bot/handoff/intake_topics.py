"""What a request is about: guessed from the conversation, read from the visitor's words, and what can be chosen."""

from __future__ import annotations

from dataclasses import replace

from bot.handoff.intake import OTHER
from bot.partners.contacts import find_desks
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Context, Turn


def guessed(turn: Turn, snapshot: Snapshot) -> str | None:
    """The record that the message names, else the conversation's subject; None for neither."""
    found = find_desks(turn, snapshot, wants_person=True).record
    return _end(found.id, snapshot) if found else None


def named(turn: Turn, snapshot: Snapshot) -> str | None:
    """The record that this text alone is about."""
    found = find_desks(replace(turn, record=None, context=Context()), snapshot).record
    return _end(found.id, snapshot) if found else None


def offered(snapshot: Snapshot, guess: str | None) -> tuple[str, ...]:
    """One topic for each desk that answers for any, without the guessed one."""
    first = (
        next((i for i in desk.answers_for if i in snapshot.records and snapshot.records[i].type == "topic"), None)
        for desk in snapshot.desks
    )
    return tuple(dict.fromkeys(topic for topic in first if topic and topic != guess))


def record_id(topic: str | None, snapshot: Snapshot) -> str | None:
    """The id of a topic that is (still) a record."""
    return topic if topic and topic != OTHER and topic in snapshot.records else None


def _end(found: str, snapshot: Snapshot) -> str:
    """A link stands for the place or organisation at its end, which people know by name."""
    record = snapshot.records[found]
    return record.to_id if record.type == "link" and record.to_id and record.to_id in snapshot.records else found
