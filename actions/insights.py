"""Hands turns that went badly to the recorder, which keeps them for editors without personal data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rasa_sdk import Tracker

from actions.conversation import language_of, turn_of
from bot.insights.questions import Reason, Unanswered
from bot.partners.turn import Answer

Record = Callable[[Unanswered], None]


def note_answer(
    record: Record, tracker: Tracker, answer: Answer, *, low: bool = False, off_topic: bool = False
) -> None:
    """Keep the question when the answer is a fallback, was only just certain enough, or declines. Never raises."""
    missed: Reason | None = (
        "unknown" if answer.kind == "unknown" else "which_one" if answer.kind == "which_one" else None
    )
    reason: Reason | None = "off_topic" if off_topic else missed or ("low" if low else None)
    turn = turn_of(tracker)
    if reason and not (turn.record or turn.fact):
        facts = [fact.id for fact in answer.facts]
        _hand_over(record, tracker, reason, turn.text, answer.kind, facts)


def note_thumbs_down(record: Record, tracker: Tracker) -> None:
    """Keep the last question with what was answered to it. Never raises."""
    kind, *facts = tracker.get_slot("last_answer") or [""]
    _hand_over(record, tracker, "thumbs_down", str(tracker.get_slot("last_question") or ""), kind, facts)


def _hand_over(record: Record, tracker: Tracker, reason: Reason, text: str, kind: str, facts: Sequence[str]) -> None:
    turn = turn_of(tracker)
    record(
        Unanswered(
            text=text, language=language_of(tracker), channel=tracker.get_latest_input_channel() or "",
            conversation=tracker.sender_id, reason=reason, intent=turn.guess or turn.intent, kind=kind,
            facts=tuple(facts), context=turn.context.subject,
        )
    )  # fmt: skip
