"""What is stated to be checked, in a few words after something was said, is held against the facts of what is spoken of."""

from __future__ import annotations

import pytest

from bot.partners.arbitration import decide
from bot.partners.knowledge import Snapshot
from bot.partners.premises import states
from bot.partners.turn import Answer, Context, Turn

from .conftest import fact_ids

BILDUNGSWERK = Context(
    subject=("deutsch-chinesisches-bildungswerk",), question="Is there a German-Chinese educational association?"
)
CONSULATE = Context(subject=("china-consulate-general-duesseldorf",), question="When did the consulate general open?")
AGREEMENT = Context(
    subject=("hochschule-bochum-swust", "swust", "hochschule-bochum"),
    said=("link-swust-2010",),
    question="Which university in Mianyang has an agreement with Bochum?",
)
AIRPORT = Context(subject=("luzhou",), said=("luzhou-airport",), question="Does Luzhou have an airport?")


def answered(language: str, text: str, context: Context, snapshot: Snapshot, intent: str = "nlu_fallback") -> Answer:
    answer = decide(Turn(text, language, intent, context=context), snapshot)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize(
    ("language", "text"), [("en", "founded in 2015?"), ("de", "2015 gegründet?"), ("zh", "2015年成立的吧？")]
)
def test_a_wrong_year_in_a_few_words_is_denied(language: str, text: str, snapshot: Snapshot) -> None:
    answer = answered(language, text, BILDUNGSWERK, snapshot)
    assert answer.verdict == "no" and fact_ids(answer)[0] == "bildungswerk-founded-2017"


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("founded in 2015?", True), ("eröffnet 2018?", True), ("Luzhou is in Yunnan, right?", True),
        ("Which were founded in 2015?", False), ("What happened in 2019?", False), ("visits in 2019", False),
    ],
)  # fmt: skip
def test_a_year_beside_a_deed_states_and_does_not_ask(text: str, stated: bool, snapshot: Snapshot) -> None:
    assert states(snapshot.ranking.ask(text), snapshot) is stated


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "so it is in charge of North Rhine-Westphalia, correct?"),
        ("zh", "它负责北莱茵-威斯特法伦州，对吗？"),
    ],
)
def test_a_pronoun_before_a_name_means_what_is_spoken_of(language: str, text: str, snapshot: Snapshot) -> None:
    assert "consulate-district" in fact_ids(answered(language, text, CONSULATE, snapshot))


@pytest.mark.parametrize(("language", "text"), [("en", "students?"), ("de", "Studierende?"), ("zh", "学生呢？")])
def test_a_bare_noun_asks_how_many_of_the_other_side_of_an_agreement(
    language: str, text: str, snapshot: Snapshot
) -> None:
    assert fact_ids(answered(language, text, AGREEMENT, snapshot))[:1] == ["swust-mianyang"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "since when does it exist?"), ("de", "Seit wann gibt es den?"), ("zh", "什么时候启用的？")],
)
def test_since_when_is_asked_of_what_the_last_question_was_about(language: str, text: str, snapshot: Snapshot) -> None:
    assert fact_ids(answered(language, text, AIRPORT, snapshot))[:1] == ["luzhou-airport"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "which year are these figures from?"),
        ("de", "Aus welchem Jahr sind die Zahlen?"),
        ("zh", "这些数据是哪年的？"),
    ],
)
def test_the_year_of_figures_is_that_of_the_sentence_that_gave_them(
    language: str, text: str, snapshot: Snapshot
) -> None:
    trade = Context(subject=("trade", "north-rhine-westphalia"), said=("topic-trade-nrw-2022",), question="Imports?")
    assert fact_ids(answered(language, text, trade, snapshot)) == ["topic-trade-nrw-2022"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Herne has an island as a twin town, which one is it?"),
        ("de", "Herne hat doch auch ne Insel als Partner, welche war das noch mal?"),
        ("zh", "黑尔讷有个友好城市是个岛，是哪个？"),
    ],
)
def test_the_one_twin_that_is_an_island_is_found_by_that(language: str, text: str, snapshot: Snapshot) -> None:
    assert "ometepe" in answered(language, text, Context(), snapshot).context.subject
