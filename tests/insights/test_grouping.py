"""Which questions count as one, and what is shown of them."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.insights.grouping import group, open_groups
from bot.insights.questions import Nearness, Question

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Near = Callable[[str, str], Nearness]
Make = Callable[..., Question]
NUMBERS = count(1)


@pytest.fixture(scope="session")
def make(near: Near) -> Make:
    """A kept question with the next id, of a visitor of its own unless one is named."""

    def make_(text: str, language: str = "en", visitor: str = "", **others: object) -> Question:
        number = next(NUMBERS)
        at = NOW + timedelta(minutes=number)
        question = Question(
            number, visitor or f"visitor-{number}", at, at, 1, "unknown", language, "web", "ask_partner", text,
            "unknown", (), near(text, language),
        )  # fmt: skip
        return replace(question, **others)  # type: ignore[arg-type]

    return make_


def together(questions: list[Question]) -> list[list[str]]:
    return [[q.text for q in found.questions] for found in group(questions)]


@pytest.mark.parametrize(
    "same",
    [
        [("en", "What is the annual revenue of Innobanx?"), ("en", "annual revenue innobanx"), ("en", "ANNUAL REVENUE: Innobanx!")],
        [("en", "What is the annual revenue of Innobanx?"), ("de", "Wie hoch ist der Jahresumsatz von Innobanx?")],
        [("en", "How many employees does Innobanx have?"), ("de", "Wieviele Mitarbeiter hat Innobanx?")],
        [("en", "Who is the mayor of Konin?"), ("de", "Wer ist der Bürgermeister von Konin?")],
        [("en", "Do you offer Mandarin courses?"), ("en", "Are there Mandarin courses?")],
        [("zh", "黑尔讷有几家中餐馆？"), ("zh", "黑尔讷有中餐馆吗")],
    ],
)  # fmt: skip
def test_the_same_question_in_other_words_or_languages_is_one_group(make: Make, same: list[tuple[str, str]]) -> None:
    questions = [make(text, language) for language, text in same]
    assert together(questions) == [[text for _, text in same]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who is the mayor of Konin?", "Who is the mayor of Wakefield?"),
        ("What is the annual revenue of Innobanx?", "How many employees does Innobanx have?"),
        ("When was Innobanx sold?", "Who sold Innobanx?"),
        ("Do you offer Mandarin courses?", "Does the Centre have a parking lot?"),
    ],
)
def test_questions_about_something_else_stay_apart(make: Make, one: str, other: str) -> None:
    assert together([make(one), make(other)]) == [[one], [other]]


def test_a_group_counts_visitors_and_not_messages(make: Make) -> None:
    [found] = group([
        make("Who is the mayor of Konin?", visitor="a"),
        make("who is mayor of konin", visitor="a"),
        make("Wer ist der Bürgermeister von Konin?", "de", visitor="b", reason="thumbs_down"),
    ])  # fmt: skip
    assert found.count == 2
    assert found.languages == ("de", "en") and found.reasons == ("thumbs_down", "unknown")
    assert found.first < found.last
    assert found.near_names[0] == "konin"
    assert "konin-poland" in dict(found.near_facts)


def test_a_question_that_can_be_learnt_stands_for_its_group(make: Make) -> None:
    [found] = group([make("My name is [name], who is the mayor of Konin?"), make("Who is the mayor of Konin?")])
    assert found.sample.text == "Who is the mayor of Konin?"


def test_the_most_asked_comes_first_and_the_list_can_be_narrowed(make: Make) -> None:
    questions = [
        make("Do you offer Mandarin courses?"),
        make("Who is the mayor of Konin?"),
        make("Wer ist der Bürgermeister von Konin?", "de", reason="low"),
    ]
    groups = group(questions)
    assert [g.sample.text for g in open_groups(groups)] == [
        "Who is the mayor of Konin?",
        "Do you offer Mandarin courses?",
    ]
    assert [g.sample.text for g in open_groups(groups, language="de")] == ["Who is the mayor of Konin?"]
    assert [g.sample.text for g in open_groups(groups, reason="low")] == ["Who is the mayor of Konin?"]
    assert open_groups(groups, language="zh") == []


def test_a_dismissed_question_stays_off_the_list_when_it_is_asked_again(make: Make) -> None:
    groups = group([make("Who is the mayor of Konin?", state="dismissed"), make("who's the mayor of Konin")])
    assert len(groups) == 1 and open_groups(groups) == []


def test_a_question_that_comes_again_after_it_was_dealt_with_is_open(make: Make) -> None:
    settled = make("Who is the mayor of Konin?", state="done", outcome="fact konin-mayor")
    assert open_groups(group([settled])) == []
    again = make("who is the mayor of Konin please")
    [found] = open_groups(group([settled, again]))
    assert found.sample == again and found.outcome == "fact konin-mayor"


def test_groups_do_not_depend_on_the_order_of_reading_and_last_when_others_come(make: Make) -> None:
    questions = [
        make(f"{words} {name}?")
        for words in ("Who is the mayor of", "How many schools are there in", "Is there a theatre in")
        for name in ("Konin", "Wakefield", "Besiktas", "Ometepe", "Eisleben")
    ]
    whole = {found.id: [q.id for q in found.questions] for found in group(questions)}
    assert len(whole) == len(questions)
    shuffled = random.Random(7).sample(questions, len(questions))
    assert {found.id: [q.id for q in found.questions] for found in group(shuffled)} == whole
    first = {found.id: [q.id for q in found.questions] for found in group(questions[:9])}
    assert {
        key: [i for i in ids if i <= questions[8].id] for key, ids in whole.items() if key <= questions[8].id
    } == first


def test_nothing_kept_is_no_groups() -> None:
    assert group([]) == []


@given(
    st.lists(
        st.tuples(
            st.text(max_size=30),
            st.lists(st.sampled_from(["konin", "herne"]), unique=True),
            st.lists(st.sampled_from(["who", "mayor", "money", "what_is"]), unique=True),
        ),
        max_size=12,
    )
)
def test_every_question_is_in_one_group_and_the_grouping_is_the_same_each_time(
    rows: list[tuple[str, list[str], list[str]]],
) -> None:
    questions = [
        Question(i, f"v{i}", NOW, NOW, 1, "unknown", "en", "web", "", text, "unknown", (),
                 Nearness(text, tuple(named), tuple(concepts), (("fact", 1.0),)))
        for i, (text, named, concepts) in enumerate(rows)
    ]  # fmt: skip
    groups = group(questions)
    assert sorted(q.id for found in groups for q in found.questions) == [q.id for q in questions]
    assert [[q.id for q in g.questions] for g in group(questions)] == [[q.id for q in g.questions] for g in groups]
