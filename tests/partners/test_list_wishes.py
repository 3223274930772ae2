"""What asks for a list and what only looks like it: sums, staff and one thing of an event are no lists."""

import pytest

from bot.partners.answers import respond
from bot.partners.knowledge import Snapshot
from bot.partners.list_wishes import wanted
from bot.partners.turn import Turn

from .conftest import Ask, fact_ids


@pytest.mark.parametrize(
    "text",
    [
        "四川代表处有几个员工？",
        "小公司加入工商会会费要多少",
        "英诺班克斯公司去年的营业额是多少？",
        "四川代表处负责人工资多少？",
    ],
)
def test_sums_and_staff_are_not_counted_as_organisations(snapshot: Snapshot, text: str) -> None:
    assert wanted(Turn(text, "zh", "nlu_fallback"), snapshot, by_kind=True) is None


@pytest.mark.parametrize("text", ["有多少所大学？", "网络里有几家企业？", "合作的高校有多少所？"])
def test_organisations_of_a_kind_are_counted(snapshot: Snapshot, text: str) -> None:
    assert wanted(Turn(text, "zh", "nlu_fallback"), snapshot, by_kind=True) is not None


def test_clubs_of_a_town_without_organisations_are_not_ours(snapshot: Snapshot) -> None:
    turn = Turn("Which football clubs are there in Wakefield?", "en", "nlu_fallback")
    assert wanted(turn, snapshot, by_kind=True) is None


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("en", "How many Chinese guests did WAZ count at the visit of April 2023?", "17"),
        ("de", "Wer hat im April 2018 die Vereinbarung unterzeichnet?", "Dudda"),
        ("zh", "2018年4月的友好合作协议是谁签的？", "杜达"),
    ],
)
def test_one_thing_of_an_event_is_told_not_listed(ask: Ask, language: str, text: str, word: str) -> None:
    answer = ask(language, "ask_link", text)
    assert answer.kind == "facts" and word in answer.facts[0].text[language]


def test_events_of_a_month_are_told(ask: Ask) -> None:
    answer = ask("de", "ask_link", "Welche Delegationen kamen im April 2023?")
    assert [record.id for record in answer.records] == ["luzhou-delegation-2023-04"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Konin, Eisleben, Wakefield: since when are they partners of Herne?"),
        ("de", "Seit wann sind Konin, Eisleben und Wakefield Partnerstädte von Herne?"),
        ("zh", "科宁、艾斯莱本和韦克菲尔德分别是哪一年与黑尔讷结好的？"),
    ],
)
def test_several_named_side_by_side_are_each_answered(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "nlu_fallback", text)
    assert {fact.record_id for fact in answer.facts} == {"herne-konin", "herne-eisleben", "herne-wakefield"}
    assert answer.context.listed == ("konin", "eisleben", "wakefield")


def test_the_oldest_is_looked_for_among_those_just_named(snapshot: Snapshot, ask: Ask) -> None:
    named = ask("en", "nlu_fallback", "Konin, Eisleben, Wakefield: since when are they partners of Herne?")
    turn = Turn("which of the three is the oldest?", "en", "ask_followup", context=named.context)
    assert [link.to_id for link in respond(turn, snapshot).records] == ["wakefield"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "NRW and Sichuan only became partners in 2008, right?"),
        ("de", "NRW und Sichuan sind seit 2008 Partner, oder?"),
    ],
)
def test_a_wrong_year_is_corrected_even_where_partners_are_spoken_of(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "list_partners", text)
    assert answer.verdict == "no" and "1988" in answer.facts[0].text[language]


def test_members_of_a_named_network_are_counted_by_its_fact(ask: Ask) -> None:
    answer = ask("de", "list_partners", "Wie viele Unternehmen sind am ruhrvalley beteiligt?")
    assert any(
        "companies" in fact_id or "20" in fact.text["de"]
        for fact, fact_id in zip(answer.facts, fact_ids(answer), strict=True)
    )
