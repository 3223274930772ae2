"""What leans on the conversation is answered about it, or not at all; what is counted or priced must be the fact's."""

from __future__ import annotations

import pytest

from bot.partners.arbitration import decide
from bot.partners.counted import something_else
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Context, Turn

from .conftest import fact_ids, record_ids

INNOBANX = Context(subject=("innobanx",), question="What is Innobanx?")
WAKEFIELD = Context(subject=("wakefield", "herne"), question="Where is Wakefield?")
CHINESE_FIRMS = Context(
    subject=("settlement-ruhr", "ruhr-area"),
    said=("topic-settlement-china-255",),
    question="How many Chinese companies are there in the Ruhr area?",
)


def answered(language: str, text: str, context: Context, snapshot: Snapshot, intent: str = "nlu_fallback") -> Answer:
    answer = decide(Turn(text, language, intent, context=context), snapshot)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize(
    ("language", "text", "context"),
    [
        ("en", "revenue?", INNOBANX), ("de", "Umsatz?", INNOBANX), ("zh", "营业额呢？", INNOBANX),
        ("en", "How many people live there?", WAKEFIELD), ("de", "Wie viele Menschen leben dort?", WAKEFIELD),
        ("zh", "那里有多少人口？", WAKEFIELD),
    ],
)  # fmt: skip
def test_what_no_fact_says_of_the_subject_is_not_answered_with_something_near(
    language: str, text: str, context: Context, snapshot: Snapshot
) -> None:
    answer = answered(language, text, context, snapshot)
    assert answer.kind == "unknown" and answer.context.subject[0] == context.subject[0]


@pytest.mark.parametrize(("language", "text"), [("en", "And in Bochum?"), ("de", "Und in Bochum?"), ("zh", "波鸿呢？")])
def test_a_place_alone_asks_the_last_question_about_it(language: str, text: str, snapshot: Snapshot) -> None:
    assert "topic-settlement-bochum" in fact_ids(answered(language, text, CHINESE_FIRMS, snapshot))


def test_after_one_that_a_sentence_named_the_last_one_is_still_found(snapshot: Snapshot) -> None:
    said = Context(subject=("china-competence-centre",), said=("centre-seed-chinese-partners",), question="Who helps?")
    first = answered("en", "Where is the first one?", said, snapshot)
    last = answered("en", "And the last one?", first.context, snapshot)
    assert first.context.subject[0] == "cfie"
    assert last.context.subject[0] not in ("cfie", "china-competence-centre")


@pytest.mark.parametrize(
    ("text", "fact", "other"),
    [
        ("How many patents does ruhrvalley have?", "ruhrvalley-companies-20", True),
        ("Wie viele Patente hat ruhrvalley?", "ruhrvalley-companies-20", True),
        ("鲁尔谷有多少专利？", "ruhrvalley-companies-20", True),
        ("How many companies take part in ruhrvalley?", "ruhrvalley-companies-20", False),
        ("Wie viele Firmen machen bei ruhrvalley mit?", "ruhrvalley-companies-20", False),
        ("有多少企业参加？", "ruhrvalley-companies-20", False),
        ("What does a beer cost in Herne?", "link-offices-opened", True),
        ("Was kostet ein Büro im Shamrockpark?", "link-offices-opened", False),
    ],
)
def test_what_is_counted_or_priced_must_be_in_the_fact(text: str, fact: str, other: bool, snapshot: Snapshot) -> None:
    assert something_else(snapshot.ranking.ask(text), snapshot.facts[fact], snapshot) is other


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Which of the partners are not in Germany?"),
        ("de", "Welche Partner sitzen nicht in Deutschland?"),
        ("zh", "哪些合作伙伴不在德国？"),
    ],
)
def test_a_country_that_is_shut_out_is_not_listed(language: str, text: str, snapshot: Snapshot) -> None:
    answer = answered(language, text, Context(), snapshot, "list_partners")
    assert "cfie" in record_ids(answer) and "innobanx" not in record_ids(answer)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The Centre was presented in Bochum's town hall, right?"),
        ("de", "Das Zentrum wurde im Bochumer Rathaus vorgestellt, oder?"),
        ("zh", "中心是在波鸿市政厅介绍的，对吧？"),
    ],
)
def test_a_false_place_is_not_confirmed_because_another_sentence_names_it(
    language: str, text: str, snapshot: Snapshot
) -> None:
    assert answered(language, text, Context(), snapshot, "check_statement").verdict != "yes"


def test_of_two_named_organisations_the_older_is_told_by_the_years_of_founding(snapshot: Snapshot) -> None:
    answer = answered("de", "Wer ist älter, CFIE oder CDHAW?", Context(), snapshot, "ask_partner")
    assert fact_ids(answer) == ["cfie-founded-1988", "cdhaw-founded-2004"]
