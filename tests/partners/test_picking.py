"""What the last list offers is picked by kind, country, place, or as the other one; it stays while one of it is spoken of."""

from __future__ import annotations

import pytest

from bot.partners.arbitration import decide
from bot.partners.knowledge import Snapshot
from bot.partners.picking import picked
from bot.partners.turn import Answer, Context, Turn

from .conftest import fact_ids

LISTED = Context(listed=("innobanx", "sichuan-representative-office", "cfie"), question="Which partners are there?")
SCHOOLS = Context(listed=("hochschule-bochum", "cdhaw", "swust"), question="Which universities are there?")


def meant(text: str, context: Context, snapshot: Snapshot) -> set[str]:
    asked = picked(snapshot.ranking.ask(text), context, snapshot)
    return {i for m in asked.mentions if m.strength > 1 for i in m.record_ids}


@pytest.mark.parametrize(
    ("text", "context", "record"),
    [
        ("the company: what does it know about?", LISTED, "innobanx"),
        ("Womit kennt sich die Firma aus?", LISTED, "innobanx"),
        ("那家公司擅长什么？", LISTED, "innobanx"),
        ("how old is the one in Mianyang?", SCHOOLS, "swust"),
        ("wann wurde die in Shanghai gegründet?", SCHOOLS, "cdhaw"),
        ("上海的那所是哪年成立的？", SCHOOLS, "cdhaw"),
        ("the German university", SCHOOLS, "hochschule-bochum"),
        ("und die deutsche Hochschule?", SCHOOLS, "hochschule-bochum"),
    ],
)
def test_one_thing_of_the_list_is_known_by_its_kind_country_or_place(
    text: str, context: Context, record: str, snapshot: Snapshot
) -> None:
    assert record in meant(text, context, snapshot)


@pytest.mark.parametrize("text", ["and the other one?", "und die andere?", "另一个呢？"])
def test_the_other_one_of_two_is_the_one_that_was_not_spoken_of(text: str, snapshot: Snapshot) -> None:
    context = Context(subject=("innobanx",), listed=("innobanx", "cfie"), question="Innobanx?")
    assert meant(text, context, snapshot) == {"cfie"}


@pytest.mark.parametrize(
    "text", ["which universities are there?", "Wie viele Hochschulen gibt es?", "the Chinese universities"]
)
def test_several_of_a_kind_pick_none(text: str, snapshot: Snapshot) -> None:
    assert not meant(text, SCHOOLS, snapshot)


def test_what_describes_is_not_part_of_what_is_asked(snapshot: Snapshot) -> None:
    asked = picked(snapshot.ranking.ask("the company: what does it know about?"), LISTED, snapshot)
    assert "company" not in asked.masked and "know" in asked.masked


def test_the_list_stays_while_one_of_it_is_spoken_of(snapshot: Snapshot) -> None:
    answer = decide(Turn("What does Innobanx know about?", "en", "ask_partner", context=LISTED), snapshot)
    assert isinstance(answer, Answer) and answer.context.listed == LISTED.listed
    other = decide(Turn("How many people live in Wakefield?", "en", "ask_place", context=LISTED), snapshot)
    assert isinstance(other, Answer) and not other.context.listed


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("en", "Which of them is the oldest?", "hsbo-founded-1971"),
        ("de", "Welche davon ist die älteste?", "hsbo-founded-1971"),
        ("zh", "哪所最早成立？", "hsbo-founded-1971"),
        ("en", "And which is the youngest university?", "cdhaw-founded-2004"),
    ],
)
def test_the_oldest_and_the_youngest_are_found_by_their_years(
    language: str, text: str, first: str, snapshot: Snapshot
) -> None:
    answer = decide(Turn(text, language, "nlu_fallback", context=SCHOOLS), snapshot)
    assert isinstance(answer, Answer) and fact_ids(answer)[0] == first and len(answer.facts) > 1
