"""A fact without the sort of thing asked for is no answer: no date, no place, no length of time, another deed."""

import pytest

from bot.partners.arbitration import decide
from bot.partners.knowledge import Snapshot
from bot.partners.ranking import Asked
from bot.partners.records import Fact
from bot.partners.sorts import lacks, leaves_out
from bot.partners.turn import Answer, Turn


def fact_with(snapshot: Snapshot, *words: str) -> Fact:
    return next(f for f in snapshot.facts.values() if all(word in f.text["en"] for word in words))


def asked(snapshot: Snapshot, text: str) -> Asked:
    return snapshot.ranking.ask(text)


@pytest.mark.parametrize(
    ("text", "words", "lacking"),
    [
        ("When was the office set up?", ("Sichuan", "is based in D"), True),
        ("Seit wann gibt es CFIE?", ("CFIE was set up in 1988",), False),
        ("How long did the trip last?", ("From 17 to 22 September 2019",), False),
        ("Wie lange dauerte der Besuch?", ("Du Chunguo",), True),
        ("Where was the agreement signed?", ("signed in Berlin",), False),
        ("Who opened the offices?", ("attended the opening",), True),
        ("Who attended the opening?", ("attended the opening",), False),
        ("Wie heißen die alle", ("seven universities, 21",), True),
        ("In what terms does CFIE work?", ("CFIE was set up in 1988",), False),
    ],
)  # fmt: skip
def test_what_a_fact_lacks_is_seen(snapshot: Snapshot, text: str, words: tuple[str, ...], lacking: bool) -> None:
    assert lacks(asked(snapshot, text), fact_with(snapshot, *words), ("luzhou", "herne"), snapshot) is lacking


def test_a_fact_about_none_of_the_named_is_seen(snapshot: Snapshot) -> None:
    train = fact_with(snapshot, "test train from Lianyungang")
    assert leaves_out(asked(snapshot, "How many kilometres from Konin to Herne?"), train, snapshot)
    assert not leaves_out(asked(snapshot, "How long did the train to Herne take?"), train, snapshot)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "When was the Sichuan office in Düsseldorf opened?"), ("de", "Wie viele Kilometer sind es von Konin nach Herne?"),
        ("zh", "科宁离黑尔讷有多少公里？"), ("de", "Gibt es einen Direktflug von Düsseldorf nach Luzhou?"),
    ],
)  # fmt: skip
def test_a_near_fact_is_not_said_instead(snapshot: Snapshot, language: str, text: str) -> None:
    answer = decide(Turn(text, language, "nlu_fallback"), snapshot)
    assert isinstance(answer, Answer) and answer.kind == "unknown"
