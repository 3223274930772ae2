"""The second oldest, the newest but one: places in an order of age, alone and after a list."""

import pytest

from bot.common.text import fold
from bot.partners.arbitration import decide
from bot.partners.knowledge import Snapshot
from bot.partners.positions import position_in
from bot.partners.turn import Answer, Context, Turn

ALL = ("henin-beaumont", "wakefield", "ometepe", "eisleben", "belgorod", "konin", "besiktas", "luzhou")


def answer_to(snapshot: Snapshot, language: str, text: str, context: Context | None = None) -> Answer:
    answer = decide(Turn(text, language, "nlu_fallback", context=context or Context()), snapshot)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("the second oldest twin town", ("oldest", 2)), ("3rd newest", ("newest", 3)), ("the newest but one", ("newest", 2)),
        ("the last visit but one", ("newest", 2)), ("die zweitälteste", ("oldest", 2)), ("drittjüngste", ("newest", 3)),
        ("die vorletzte Reise", ("newest", 2)), ("第二早的", ("oldest", 2)), ("倒数第二个", ("newest", 2)), ("次新的", ("newest", 2)),
        ("the oldest", None), ("die älteste", None), ("最早的", None), ("the second campus", None), ("第二校区", None),
    ],
)  # fmt: skip
def test_a_place_in_an_order_is_read(text: str, position: tuple[str, int] | None) -> None:
    assert position_in(fold(text)) == position


@pytest.mark.parametrize(
    ("language", "text", "city"),
    [
        ("en", "Which is Herne's second oldest twin town?", "wakefield"),
        ("de", "Welche Partnerstadt ist die drittälteste?", "ometepe"),
        ("zh", "第二早的友好城市是哪个？", "wakefield"),
        ("en", "the newest twin city but one?", "besiktas"),
    ],
)
def test_the_twin_city_at_that_place_is_told(snapshot: Snapshot, language: str, text: str, city: str) -> None:
    assert [link.to_id for link in answer_to(snapshot, language, text).records] == [city]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "and the second oldest?"), ("de", "und die zweitälteste?"), ("zh", "第二早的呢？")]
)
@pytest.mark.parametrize("context", [Context(listed=ALL), Context(("luzhou",), ("luzhou",))])
def test_after_twin_cities_it_is_one_of_these(snapshot: Snapshot, language: str, text: str, context: Context) -> None:
    answer = answer_to(snapshot, language, text, context)
    assert [link.to_id for link in answer.records] == ["wakefield"]
    assert "wakefield" in answer.context.listed


def test_the_last_visit_but_one_is_counted_by_date(snapshot: Snapshot) -> None:
    answer = answer_to(snapshot, "en", "When was the last but one visit from Luzhou?")
    assert [record.id for record in answer.records] == ["luzhou-delegation-2019-12"]


def test_universities_are_ordered_by_founding(snapshot: Snapshot) -> None:
    answer = answer_to(snapshot, "en", "Which is the second oldest of the universities?")
    assert answer.facts[0].record_id == "swust"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "list all university cooperations"), ("de", "Welche Hochschulkooperationen gibt es?"),
        ("zh", "大学合作有哪些？"),
    ],
)  # fmt: skip
def test_agreements_between_universities_are_listed(snapshot: Snapshot, language: str, text: str) -> None:
    answer = answer_to(snapshot, language, text)
    assert [record.id for record in answer.records] == ["hochschule-bochum-cdhaw", "hochschule-bochum-swust"]
