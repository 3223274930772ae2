"""Records that a question describes instead of naming them."""

from __future__ import annotations

import pytest

from bot.partners.arbitration import decide
from bot.partners.descriptions import described
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Context, Turn

LUZHOU, OMETEPE = Context(subject=("luzhou",)), Context(subject=("ometepe",))


def named(text: str, context: Context, snapshot: Snapshot) -> set[str]:
    asked = described(snapshot.ranking.ask(text), context, snapshot)
    return {i for m in asked.mentions if m.strength > 1 for i in m.record_ids}


@pytest.mark.parametrize(
    "text",
    [
        "Since when has the Russian twin town been a partner?",
        "Wie heißt Hernes Partnerstadt in Russland?",
        "黑尔讷的俄罗斯友好城市叫什么？",
    ],
)
def test_the_only_twin_town_of_a_country_is_meant_by_it(text: str, snapshot: Snapshot) -> None:
    assert named(text, Context(), snapshot) == {"belgorod"}


@pytest.mark.parametrize(
    ("text", "before", "meant"),
    [
        ("Since when does the partnership exist?", OMETEPE, "ometepe"),
        ("Seit wann besteht die Partnerschaft?", OMETEPE, "ometepe"),
        ("Hat die Stadt einen Flughafen?", LUZHOU, "luzhou"),
        ("这座城市有机场吗？", LUZHOU, "luzhou"),
    ],
)
def test_the_city_and_the_partnership_are_those_that_were_spoken_of(
    text: str, before: Context, meant: str, snapshot: Snapshot
) -> None:
    assert meant in named(text, before, snapshot)
    assert meant not in named(text, Context(), snapshot)


@pytest.mark.parametrize("text", ["How many twin towns are in Germany?", "Which is the oldest twin town in France?"])
def test_a_question_for_a_list_describes_no_single_one(text: str, snapshot: Snapshot) -> None:
    assert named(text, Context(), snapshot) <= {"herne"}


def test_what_is_named_is_not_described_again(snapshot: Snapshot) -> None:
    assert named("Does the city of Wakefield still keep the partnership?", OMETEPE, snapshot) == {"wakefield"}


def test_a_description_that_asks_for_nothing_more_is_answered_with_what_is_known_of_it(snapshot: Snapshot) -> None:
    answer = decide(Turn("Wie heißt Hernes Partnerstadt in Russland?", "de", "ask_place"), snapshot)
    assert isinstance(answer, Answer) and answer.context.subject[0] == "belgorod"
