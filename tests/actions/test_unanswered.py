"""What the action server hands over for editors: fallbacks and thumbs down, and nothing else."""

from collections.abc import Callable

import pytest

from bot.insights import kept
from bot.insights.questions import Question
from bot.store import Store
from tests.waiting import until

from .conftest import Call


@pytest.fixture
def noted(database: Store) -> Callable[[str], Question]:
    """The kept question with this text, as soon as it is there."""

    def noted_(text: str) -> Question:
        return until(lambda: next((q for q in database.run(kept.questions) if q.text == text), None))

    return noted_


def test_an_unknown_question_is_kept_with_the_guess_and_what_was_said(
    call: Call, noted: Callable[[str], Question]
) -> None:
    text = "What is the annual revenue of Innobanx?"
    call("action_answer", text, intent="nlu_fallback", guess="ask_partner")
    question = noted(text)
    assert (question.reason, question.said_kind, question.intent) == ("unknown", "unknown", "ask_partner")


def test_a_declined_question_about_something_known_is_kept_as_off_topic(
    call: Call, noted: Callable[[str], Question]
) -> None:
    text = "What is the yearly turnover of Innobanx in dollars?"
    call("action_answer", text, intent="out_of_scope_knowledge", guess=None)
    assert noted(text).reason == "off_topic"


@pytest.mark.parametrize(
    ("action", "intent"), [("action_feedback_negative", "feedback_negative"), ("action_answer", "nlu_fallback")]
)
def test_thumbs_down_keeps_the_last_question_with_its_answer(
    call: Call, noted: Callable[[str], Question], action: str, intent: str
) -> None:
    text = f"Which country is Konin in? ({intent})"
    call(
        action, "that did not help", intent=intent, guess="feedback_negative", certainty=0.9,
        last_question=text, last_answer=["facts", "konin-poland"],
    )  # fmt: skip
    question = noted(text)
    assert (question.reason, question.said_kind, question.said_facts) == ("thumbs_down", "facts", ("konin-poland",))


def test_a_good_answer_is_not_kept(call: Call, noted: Callable[[str], Question], database: Store) -> None:
    assert call("action_answer", "Where is Konin?", intent="ask_place")["slots"]["last_answer"] == [
        "facts",
        "konin-poland",
    ]
    call("action_answer", "What is the daily revenue of Innobanx?", intent="nlu_fallback")
    noted("What is the daily revenue of Innobanx?")  # written after it, so it would be there by now
    assert "Where is Konin?" not in [q.text for q in database.run(kept.questions)]
