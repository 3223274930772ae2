"""What words point at: positions in a list, corrections, things left out, several questions in one message."""

import pytest

from bot.common.sentences import parts, questions
from bot.common.text import fold
from bot.partners.knowledge import Snapshot
from bot.partners.negation import positive
from bot.partners.references import corrects, ordinal, with_ordinal
from bot.partners.turn import Context


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("where is the second one", 2), ("Wo sitzt der zweite?", 2), ("第二家在哪个城市？", 2), ("the last one please", -1),
        ("Nummer 3", 3), ("when was the first visit", None), ("wann war die letzte Reise", None), ("最后一次访问", None),
    ],
)  # fmt: skip
def test_a_position_stands_for_a_listed_thing_only_without_a_noun(text: str, number: int | None) -> None:
    found = ordinal(fold(text))
    assert (found[0] if found else None) == number


def test_a_question_about_the_second_one_is_about_the_second_listed_record(snapshot: Snapshot) -> None:
    asked = with_ordinal(
        snapshot.ranking.ask("Where is the second one?"), Context(listed=("cfie", "innobanx")), snapshot
    )
    assert asked.mentions[0].record_ids == ("innobanx",) and "second" not in asked.masked


@pytest.mark.parametrize(
    "text",
    ["No, I meant the one in Shanghai", "Nein, ich meinte die in Bochum", "我说的是上海的那个", "sorry, wrong one"],
)
def test_a_correction_is_recognised(snapshot: Snapshot, text: str) -> None:
    assert corrects(snapshot.ranking.ask(text), snapshot)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("not Luzhou, the other twin towns", "the other twin towns"),
        ("Partnerstädte außer Luzhou", "partnerstadte"),
        ("towns that are neither German nor Chinese", "towns that are"),
        ("除了泸州还有哪些友好城市", "还有哪些友好城市"),
        ("Isn't Luzhou in Sichuan?", "isn t luzhou in sichuan"),
        ("not only Luzhou", "not only luzhou"),
    ],
)
def test_what_is_shut_out_is_left_out(text: str, left: str) -> None:
    assert positive(fold(text)) == left


def test_a_town_that_is_shut_out_is_not_listed(snapshot: Snapshot) -> None:
    asked = snapshot.ranking.ask("twin towns, but not Luzhou")
    assert "luzhou" in asked.excluded and not asked.mentions


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Where is CFIE and when was it founded?", ["Where is CFIE", "when was it founded?"]),
        ("Wo sitzt die IHK und wie viele Mitglieder hat sie?", ["Wo sitzt die IHK", "wie viele Mitglieder hat sie?"]),
        ("泸州有多少人口？什么时候结好的？", ["泸州有多少人口？", "什么时候结好的？"]),
        ("Hi there, we make pumps in Bochum. Who can help us?", ["Who can help us?"]),
    ],
)
def test_each_question_of_a_message_is_found(text: str, asked: list[str]) -> None:
    assert [part.text for part in questions(text) if part.asks] == asked


@pytest.mark.parametrize("text", ["When and where was ruhrvalley founded?", "Luzhou is in Yunnan. Right?", "hello", ""])
def test_one_question_stays_whole(text: str) -> None:
    assert questions(text) == [] and len(parts(text)) == 1
