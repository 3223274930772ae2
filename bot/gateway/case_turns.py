"""What a message leads to while people are responsible, or when its button is the gateway's own: the core is not asked."""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.gateway import history
from bot.gateway.case_lines import kept_for_staff, with_way_back
from bot.gateway.choices import Choices
from bot.gateway.history import Draft
from bot.gateway.inbox import Entry
from bot.gateway.own_choices import COMMENT, RATE, RESUME
from bot.handoff import cases, ratings
from bot.handoff.reading import open_case_of
from bot.handoff.records import UnknownConversation
from bot.handoff.routing import HandoffData
from bot.handoff.vault import Vault
from bot.replies.staff_lines import RATINGS, line

RATINGS_GIVEN = frozenset(str(n) for n in RATINGS)


class CaseTurns:
    """Carries messages out in the transaction that answers them."""

    def __init__(self, choices: Choices, vault: Vault, data: HandoffData) -> None:
        self._choices, self._vault, self._data = choices, vault, data

    def carry_out(self, db: Connection, entry: Entry) -> Sequence[Draft]:
        """What is said to the visitor, maybe nothing. Raises history.ConversationGone."""
        intent = entry.choice["intent"] if entry.choice else None
        if intent == RESUME:
            return [self._resume(db, entry)]
        if intent == RATE:
            return [self._rate(db, entry)]
        if intent == COMMENT:
            kept = ratings.comment(db, self._vault, entry.conversation, entry.text)
            return [Draft("system", entry.language, line("commented" if kept else "thanks", entry.language))]
        if entry.state != "waiting" or not entry.text:
            return []
        history.advance(db, entry.conversation, 0)  # held, so that the line is written once
        case = open_case_of(db, entry.conversation)
        kept_line = case and kept_for_staff(db, self._choices, self._data, case, entry.language)
        return [kept_line] if kept_line else []

    def naming_the_case(self, db: Connection, conversation: str, language: str, drafts: list[Draft]) -> list[Draft]:
        """The number of the case that was opened in a turn, instead of the apology that ends it.

        An action server that dies after it has opened the case leaves the apology that nothing was passed on.
        """
        case = open_case_of(db, conversation)
        if case is None:
            return drafts
        told = with_way_back(db, self._choices, case, language, line("passed_on_anyway", language, number=case.number))
        return [*drafts[:-1], told]

    def _resume(self, db: Connection, entry: Entry) -> Draft:
        try:
            case = cases.resume_assistant(Session(db), entry.conversation)
        except UnknownConversation as error:
            raise history.ConversationGone from error
        key = "resumed" if case is None else "withdrawn" if case.state == "closed" else "still_by_email"
        number = case.number if case else ""
        return Draft("system", entry.language, line(key, entry.language, number=number))

    def _rate(self, db: Connection, entry: Entry) -> Draft:
        told = entry.choice["entities"] if entry.choice else {}
        number, rating = str(told.get("case", "")), str(told.get("rating", ""))
        kept = rating in RATINGS_GIVEN and ratings.rate(db, entry.conversation, number, int(rating))
        key = "rated" if kept and entry.state == "closed" else "thanks"
        return Draft("system", entry.language, line(key, entry.language))
