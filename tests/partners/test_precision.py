""" "Since when exactly?": the day where a fact has it, and no other fact where none has."""

import pytest

from bot.partners.arbitration import decide
from bot.partners.exactness import exactness
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Context, Turn


def after(snapshot: Snapshot, language: str, question: str, text: str) -> Answer:
    first = decide(Turn(question, language, "nlu_fallback", context=Context()), snapshot)
    assert isinstance(first, Answer)
    then = decide(Turn(text, language, "nlu_fallback", context=first.context), snapshot)
    assert isinstance(then, Answer)
    return then


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        ("en", "When did Herne and Luzhou become twin towns?", "on what day exactly?"),
        ("de", "Seit wann ist Luzhou Hernes Partnerstadt?", "an welchem Tag genau?"),
        ("zh", "泸州是哪一年成为黑尔讷友城的？", "具体哪一天？"),
    ],
)
def test_the_day_is_told_where_one_is_known(snapshot: Snapshot, language: str, question: str, text: str) -> None:
    assert any("22 May 2019" in fact.text["en"] for fact in after(snapshot, language, question, text).facts)


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        ("en", "Since when is Konin a twin town?", "since when exactly?"),
        ("de", "Seit wann ist Konin Partnerstadt?", "seit wann genau?"),
        ("zh", "科宁是什么时候成为友城的？", "具体是几月几号？"),
    ],
)
def test_a_bare_year_is_not_told_again_as_exact(snapshot: Snapshot, language: str, question: str, text: str) -> None:
    answer = after(snapshot, language, question, text)
    assert answer.kind == "unknown" and "konin" in answer.suggestions


def test_the_first_date_of_a_sentence_counts(snapshot: Snapshot) -> None:
    founded = next(f for f in snapshot.facts_of["hochschule-bochum"] if "1971" in f.text["en"])
    assert "1 September 2007" in founded.text["en"] and exactness(founded) == 1
