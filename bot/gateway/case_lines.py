"""What the visitor's chat says about people: written with the change it tells of, in the visitor's language."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.gateway import history
from bot.gateway.choices import Button, Choices
from bot.gateway.history import ConversationGone, Draft, Message
from bot.gateway.own_choices import RATE, RESUME
from bot.handoff import hours
from bot.handoff.records import Case
from bot.handoff.routing import HandoffData
from bot.replies.staff_lines import BACK_TO_ASSISTANT, RATINGS, kept_line, line

Drafts = Callable[[str], Sequence[Draft]]


def say(db: Connection, conversation: str, drafts_in: Drafts) -> list[Message]:
    """Write what `drafts_in(language)` gives at the end of the conversation; nothing when it is erased."""
    try:
        language = history.advance(db, conversation, 0).language
    except ConversationGone:
        return []
    return history.append(db, conversation, drafts_in(language))


def closing_lines(db: Connection, choices: Choices, case: Case, name: str, language: str) -> list[Draft]:
    """That the case is closed, and the question how it was."""
    buttons = [Button(titles[language], RATE, {"case": case.number, "rating": n}) for n, titles in RATINGS.items()]
    offered = choices.offer(db, case.conversation, buttons)
    return [
        Draft("system", language, line("closed", language, name=name, number=case.number)),
        Draft("system", language, line("how_was_it", language), choices=offered),
    ]


def kept_for_staff(db: Connection, choices: Choices, data: HandoffData, case: Case, language: str) -> Draft | None:
    """Once for each time a case waits: that messages are kept, when people are there, and the way back."""
    line_id = f"kept-{case.number}-{case.desk_since:%Y%m%d%H%M%S%f}"
    if history.find(db, case.conversation, line_id):
        return None
    office = hours.standing(data.office_of(case.desk), datetime.now(UTC), data.offices.visitor_zones.get(language))
    text = kept_line(language, case.number, office)
    return replace(with_way_back(db, choices, case, language, text), id=line_id)


def with_way_back(db: Connection, choices: Choices, case: Case, language: str, text: str) -> Draft:
    """A line with the button that leads back to the assistant."""
    offered = choices.offer(db, case.conversation, [Button(BACK_TO_ASSISTANT[language], RESUME, {})])
    return Draft("system", language, text, choices=offered)
