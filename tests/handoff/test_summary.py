"""What staff read first: language, topic, the last questions, organisations shown."""

from dataclasses import dataclass

from bot.handoff.summary import QUESTION_CHARACTERS, Summary, summarise


@dataclass(frozen=True)
class Line:
    author: str
    language: str
    text: str


def visitor(*texts: str, language: str = "en") -> list[Line]:
    return [Line("visitor", language, text) for text in texts]


def summary(history: list[Line]) -> Summary:
    return summarise(history, fallback_language="de")


def test_the_last_three_questions_are_kept_in_order() -> None:
    history = visitor("Where is Luzhou?", "How big is it?", "Who goes there?", "When is the next trip?")
    assert summary(history).questions == ("How big is it?", "Who goes there?", "When is the next trip?")


def test_what_others_said_is_no_question() -> None:
    history = [
        Line("assistant", "en", "Shall I ask a person?"),
        *visitor("Where is Luzhou?"),
        Line("staff", "en", "Why?"),
    ]
    assert summary(history).questions == ("Where is Luzhou?",)
    assert summary(history).messages == 1


def test_greetings_and_yes_are_left_out_and_repeats_are_one() -> None:
    history = visitor("hello", "Where is Luzhou?", "yes", "Where is  Luzhou?", "ok", "好的", language="zh")
    assert summary(history).questions == ("Where is Luzhou?",)


def test_a_question_without_a_question_mark_counts_in_every_language() -> None:
    history = visitor("泸州在哪里", "Sprechzeiten der Anlaufstelle", "phone number of the chamber")
    assert len(summary(history).questions) == 3


def test_with_nothing_else_even_a_greeting_is_shown() -> None:
    assert summary(visitor("hi", "ok")).questions == ("hi", "ok")


def test_the_language_is_what_the_visitor_wrote_lately() -> None:
    history = [*visitor("Hallo", "Wo?", "Wer?", language="de"), *visitor("你好", "泸州在哪里？", language="zh")]
    assert summary(history).language == "zh"
    assert summary([*visitor("a", "b"), *visitor("c", language="zh")]).language == "en"
    assert summary([*visitor("a"), *visitor("c", language="zh")]).language == "zh"


def test_an_empty_conversation_has_the_language_of_the_session() -> None:
    assert summary([]) == Summary("de", None, (), (), 0)
    assert summary(visitor("  ")).questions == ()


def test_a_long_question_is_cut() -> None:
    [question] = summary(visitor("word " * 500)).questions
    assert len(question) <= QUESTION_CHARACTERS and question.endswith("…")


def test_organisations_shown_are_kept_once_and_places_left_out() -> None:
    shown = ["wfg-herne", "luzhou", "innobanx", "wfg-herne", "a", "b", "c", "d"]
    found = summarise(
        [], fallback_language="en", topic="trade", shown=shown, organisations={"innobanx", "wfg-herne", *"abcd"}
    )
    assert found.organisations == ("wfg-herne", "innobanx", "a", "b", "c") and found.topic == "trade"
