"""Every message id is taken in once: written before anything is done with it, and answered from here when repeated."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.gateway import history
from bot.gateway.choices import Choices
from bot.gateway.own_choices import COMMENT, OWN, RATE, WITH_PEOPLE
from bot.gateway.sessions import as_utc, set_state
from bot.gateway.tables import REFUSED, chat_session, inbox_entry
from bot.handoff import cases, ratings
from bot.handoff.tables import OPEN_STATES, handoff_case

# A message whose outcome is unknown goes to the core again before a later one does; a message that never comes to an
# end may hold its conversation up for so long, not for ever.
UNSETTLED_FOR = timedelta(minutes=15)

_OF_THIS = inbox_entry.c.conversation == bindparam("this")
_THIS = _OF_THIS & (inbox_entry.c.message_id == bindparam("message"))
_OPEN = inbox_entry.c.answered_at.is_(None)
_ENTER = {
    "sqlite": sqlite.insert(inbox_entry).on_conflict_do_nothing().returning(inbox_entry.c.message_id),
    "postgresql": postgresql.insert(inbox_entry).on_conflict_do_nothing().returning(inbox_entry.c.message_id),
}
_ENTRIES = select(inbox_entry, chat_session.c.language, chat_session.c.channel, chat_session.c.state.label("now")).join(
    chat_session, chat_session.c.conversation == inbox_entry.c.conversation
)
_FIND = _ENTRIES.where(_THIS)
_UNSETTLED = _ENTRIES.where(
    _OF_THIS,
    _OPEN,
    inbox_entry.c.state.is_(None),
    inbox_entry.c.received_at >= bindparam("since"),
    inbox_entry.c.received_at < bindparam("until"),
).order_by(inbox_entry.c.received_at)
_STATE_NOW = select(chat_session.c.state).where(chat_session.c.conversation == bindparam("this")).scalar_subquery()
_SET_ANSWERED = update(inbox_entry).where(_THIS, _OPEN).values(answered_at=bindparam("at"), state=_STATE_NOW)
_SET_ANSWERED_STATE = update(inbox_entry).where(_THIS).values(state=bindparam("stood"))
_SET_INTENT = update(inbox_entry).where(_THIS).values(intent=bindparam("meant"))
_SET_STATE = update(inbox_entry).where(_THIS, _OPEN).values(state=bindparam("stood"))


@dataclass(frozen=True)
class Incoming:
    """One message from a visitor on any channel: words (already cleaned) or a pressed button."""

    conversation: str
    message_id: str
    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Entry:
    """A message as taken in, with where its conversation stands; `fresh` if this was the first time.

    `refused` when the core has certainly not taken it, `for_people` when it was written to people and the core never may;
    none of these leaves open whether the core has taken it.
    """

    conversation: str
    message_id: str
    received_at: datetime
    text: str
    choice: dict[str, Any] | None
    answered: bool
    answered_state: str | None
    refused: bool
    fresh: bool
    language: str
    channel: str
    state: str
    for_people: bool = False


def receive(db: Connection, choices: Choices, incoming: Incoming) -> Entry:
    """Take a message in, or find it again. Raises history.ConversationGone, choices.ChoiceUnavailable."""
    conversation, message_id = incoming.conversation, incoming.message_id
    text, intent, entities = incoming.text or "", None, None
    if incoming.choice is not None:
        known = _row(db, conversation, message_id)  # its repeat is answered even when the button is no longer offered
        if known is not None:
            return _entry(known)
        pressed = choices.resolve(db, conversation, incoming.choice)
        text, intent, entities = pressed.title, pressed.intent, pressed.entities
    now = datetime.now(UTC)
    row = {
        "conversation": conversation,
        "message_id": message_id,
        "received_at": now,
        "text": text,
        "intent": intent,
        "entities": entities,
    }
    if db.execute(_ENTER[db.dialect.name], row).first() is None:
        return find(db, conversation, message_id)
    chat = history.advance(db, conversation, 1 if text else 0)
    if text:
        said = history.Draft("visitor", chat.language, text, id=message_id)
        history.write(db, conversation, chat.last_position, [said])
    state = chat.state
    if state != "bot" and text:
        state, intent = _with_people(db, conversation, message_id, text, state, intent)
    choice, for_people = _choice(intent, entities), state in WITH_PEOPLE and bool(text) and intent not in OWN
    return Entry(
        conversation, message_id, now, text, choice, False, None, False, True, chat.language, chat.channel, state,
        for_people,
    )  # fmt: skip


def _with_people(
    db: Connection, conversation: str, message_id: str, text: str, state: str, intent: str | None
) -> tuple[str, str | None]:
    """State and intent of a message that came while people are, or were, responsible; kept for them if they are."""
    if state in WITH_PEOPLE:
        if intent not in OWN:
            db.execute(_SET_STATE, {"this": conversation, "message": message_id, "stood": state})
            cases.visitor_wrote(db, conversation, message_id)
        return state, intent
    if intent == RATE:
        return state, intent
    if intent is None and not text.endswith(("?", "？")) and ratings.awaits_comment(db, conversation):
        intent = COMMENT
        db.execute(_SET_INTENT, {"this": conversation, "message": message_id, "meant": intent})
    set_state(db, conversation, "bot")
    return "bot", intent


def find(db: Connection, conversation: str, message_id: str) -> Entry:
    """The message as it stands now; raises history.ConversationGone."""
    row = _row(db, conversation, message_id)
    if row is None:
        raise history.ConversationGone
    return _entry(row)


def unsettled(db: Connection, entry: Entry) -> list[Entry]:
    """Messages received before this one of which nobody knows whether the core has taken them, oldest first."""
    since = entry.received_at - UNSETTLED_FOR
    rows = db.execute(_UNSETTLED, {"this": entry.conversation, "since": since, "until": entry.received_at})
    return [_entry(row) for row in rows]


def mark_answered(db: Connection, conversation: str, message_id: str) -> bool:
    """From now on a repeat of this id gets the stored answer, with the state as it is now; False if it did before."""
    values = {"this": conversation, "message": message_id, "at": datetime.now(UTC)}
    return bool(db.execute(_SET_ANSWERED, values).rowcount)


def mark_answered_state(db: Connection, conversation: str, message_id: str, state: str) -> None:
    """The answer itself has changed where the conversation stands."""
    db.execute(_SET_ANSWERED_STATE, {"this": conversation, "message": message_id, "stood": state})


def opened_the_case(db: Connection, entry: Entry) -> bool:
    """Whether an open message is the one in whose turn the conversation's open case was opened, as far as can be known.

    It came before the case, and nothing that came before it was answered since: it is then still owed its answer, with
    the number of the case.
    """
    mine = (handoff_case.c.conversation == entry.conversation, handoff_case.c.state.in_(OPEN_STATES))
    opened_at = db.execute(select(handoff_case.c.opened_at).where(*mine)).scalar()
    if opened_at is None or entry.refused or as_utc(opened_at) < entry.received_at:
        return False
    settled = (
        inbox_entry.c.conversation == entry.conversation,
        inbox_entry.c.received_at < entry.received_at,
        inbox_entry.c.answered_at >= opened_at,
    )
    return db.execute(select(inbox_entry.c.message_id).where(*settled).limit(1)).first() is None


def mark_refused(db: Connection, conversation: str, message_id: str) -> None:
    """Note that the core has certainly not taken an open message."""
    db.execute(_SET_STATE, {"this": conversation, "message": message_id, "stood": REFUSED})


def mark_open(db: Connection, conversation: str, message_id: str) -> None:
    """Forget a refusal, before the core is asked again."""
    db.execute(_SET_STATE, {"this": conversation, "message": message_id, "stood": None})


def _row(db: Connection, conversation: str, message_id: str) -> Row[Any] | None:
    return db.execute(_FIND, {"this": conversation, "message": message_id}).first()


def _entry(row: Row[Any]) -> Entry:
    answered = row.answered_at is not None
    return Entry(
        row.conversation,
        row.message_id,
        as_utc(row.received_at),
        row.text,
        _choice(row.intent, row.entities),
        answered,
        row.state if answered else None,
        not answered and row.state == REFUSED,
        False,
        row.language,
        row.channel,
        row.now,
        not answered and row.state in WITH_PEOPLE,
    )


def _choice(intent: str | None, entities: dict[str, Any] | None) -> dict[str, Any] | None:
    return {"intent": intent, "entities": entities or {}} if intent else None
