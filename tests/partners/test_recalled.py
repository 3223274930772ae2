"""What the last answer already says is taken from it: a part of a figure, a place or year held against it."""

from __future__ import annotations

import pytest

from bot.partners.arbitration import decide
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Context, Turn

from .conftest import fact_ids

COMPANIES = Context(
    subject=("north-rhine-westphalia",),
    said=("nrw-chinese-companies",),
    question="How many Chinese companies are in NRW?",
)
SIGNED = Context(
    subject=("herne-luzhou-twin-city", "luzhou"), said=("link-twin-signed",), question="Where was the agreement signed?"
)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "How many of them in Düsseldorf?"),
        ("de", "Wie viele davon in Düsseldorf?"),
        ("zh", "其中有多少在杜塞尔多夫？"),
    ],
)
def test_a_part_of_what_was_said_is_found_in_it(language: str, text: str, snapshot: Snapshot) -> None:
    answer = decide(Turn(text, language, "ask_followup", context=COMPANIES), snapshot)
    assert isinstance(answer, Answer) and fact_ids(answer) == ["nrw-chinese-companies"]


@pytest.mark.parametrize(
    ("language", "text", "verdict"),
    [
        ("en", "In Berlin, yes?", "yes"), ("de", "In Berlin, ja?", "yes"), ("zh", "在柏林，对吧？", "yes"),
        ("en", "In Dortmund, yes?", "no"), ("de", "In Dortmund, ja?", "no"), ("zh", "在多特蒙德，对吧？", "no"),
    ],
)  # fmt: skip
def test_a_place_alone_is_held_against_what_was_just_said(
    language: str, text: str, verdict: str, snapshot: Snapshot
) -> None:
    answer = decide(Turn(text, language, "check_statement", context=SIGNED), snapshot)
    assert isinstance(answer, Answer) and answer.verdict == verdict


def test_when_that_was_is_asked_of_what_the_last_question_was_about(snapshot: Snapshot) -> None:
    question = Turn("Who signed the friendship agreement between Herne and Luzhou in 2018?", "en", "ask_link")
    first = decide(question, snapshot)
    assert isinstance(first, Answer)
    then = decide(Turn("And when was that?", "en", "ask_followup", context=first.context), snapshot)
    assert isinstance(then, Answer) and "2018" in then.facts[0].text["en"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Who reported that?"),
        ("en", "source?"),
        ("de", "Wer sagt das?"),
        ("de", "Quelle?"),
        ("zh", "这是谁报道的？"),
    ],
)
def test_who_says_so_is_answered_with_the_sentence_and_its_source(language: str, text: str, snapshot: Snapshot) -> None:
    answer = decide(Turn(text, language, "nlu_fallback", context=SIGNED), snapshot)
    assert isinstance(answer, Answer) and fact_ids(answer) == ["link-twin-signed"]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "and the other way round?"), ("de", "und umgekehrt?"), ("zh", "那反过来呢？")]
)
def test_both_figures_of_a_sentence_answer_the_other_way_round(language: str, text: str, snapshot: Snapshot) -> None:
    first = decide(Turn("What did NRW import from China in 2022?", "en", "ask_topic"), snapshot)
    assert isinstance(first, Answer)
    answer = decide(Turn(text, language, "ask_followup", context=first.context), snapshot)
    assert isinstance(answer, Answer) and "11.6" in answer.facts[0].text["en"]
