"""Which desk takes which case: rules, who answers for a topic, who speaks the language, and who is left."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.handoff.offices import HandoffDataError
from bot.handoff.routing import HandoffData, Route, faults_with, read_handoff, route
from bot.partners import queries
from bot.settings import ROOT
from bot.store import Store

from .conftest import DESKS, a_desk

DELIVERED = ROOT / "data" / "handoff"


def routed(data: HandoffData, *topics: str, language: str = "de") -> tuple[str, str | None, str]:
    found = route(data, DESKS, topics, language)
    return found.desk, found.deputy, found.why


@pytest.fixture
def changed(tmp_path: Path) -> Any:
    """What is delivered with other parts in routing.yml."""

    def change(**parts: Any) -> HandoffData:
        for name in ("offices.yml", "calendar.yml"):
            (tmp_path / name).write_bytes((DELIVERED / name).read_bytes())
        table = yaml.safe_load((DELIVERED / "routing.yml").read_text(encoding="utf-8")) | parts
        (tmp_path / "routing.yml").write_text(yaml.safe_dump(table), encoding="utf-8")
        return read_handoff(tmp_path)

    return change


def test_a_topic_goes_to_the_desk_that_answers_for_it(data: HandoffData) -> None:
    assert routed(data, "luzhou") == ("city-twinning", "centre-general", "topic")
    assert routed(data, "trade", language="en") == ("ihk-international", "centre-general", "topic")


def test_of_several_topics_the_nearest_decides(data: HandoffData) -> None:
    assert routed(data, "nothing-known", "trade", "luzhou")[0] == "ihk-international"


def test_without_a_known_topic_it_is_the_default(data: HandoffData) -> None:
    assert routed(data) == routed(data, "nothing-known") == ("centre-general", "ihk-international", "default")


def test_a_desk_that_does_not_speak_the_language_hands_on(data: HandoffData) -> None:
    assert routed(data, "luzhou", language="zh") == ("centre-general", "ihk-international", "language")


def test_a_desk_that_speaks_the_language_keeps_it(data: HandoffData) -> None:
    assert routed(data, "swust", language="zh") == ("university-china", "centre-general", "topic")


def test_a_rule_for_topic_and_language_comes_before_one_for_either(changed: Any) -> None:
    rules = [
        {"language": "zh", "desk": "university-china"},
        {"topic": "luzhou", "desk": "ihk-international"},
        {"topic": "luzhou", "language": "zh", "desk": "city-twinning", "deputy": "university-china"},
    ]
    data = changed(rules=rules)
    assert routed(data, "luzhou", language="zh") == ("city-twinning", "university-china", "rule")
    assert routed(data, "luzhou", language="en") == ("ihk-international", "centre-general", "rule")
    assert routed(data, "trade", language="zh") == ("university-china", "centre-general", "rule")
    assert routed(data, "trade", language="de") == ("ihk-international", "centre-general", "topic")


def test_a_desk_that_is_gone_is_passed_over(data: HandoffData) -> None:
    left = [d for d in DESKS if d.id != "city-twinning"]
    assert route(data, left, ["luzhou"], "de").desk == "centre-general"
    only = [a_desk("new-desk", "de")]
    assert route(data, only, ["luzhou"], "de").desk == "new-desk"
    assert route(data, [], ["luzhou"], "de") == Route(
        "centre-general", None, "centre-general", data.offices.by_id["middle-ruhr"], "default"
    )


def test_topics_can_be_marked_for_a_person(changed: Any, data: HandoffData) -> None:
    assert changed(always_person=["trade"]).needs_person(["luzhou", "trade"])
    assert not changed(always_person=["trade"]).needs_person(["luzhou"]) and not data.needs_person(["trade"])


@pytest.mark.parametrize(
    "text",
    [
        "Do I need a VISA for Luzhou?", "our lawyers ask about Herne", "I am a journalist and write about the Centre",
        "Brauche ich für Luzhou ein Visum?", "Das ist eine Beschwerde über die IHK", "Presseanfrage: wer leitet das Zentrum?",
        "去泸州需要办签证吗？", "我要投诉中心", "我是记者，想了解中心",
    ],
)  # fmt: skip
def test_words_call_for_a_person_whatever_the_topic(data: HandoffData, text: str) -> None:
    assert data.needs_person([], text)


@pytest.mark.parametrize(
    "text",
    [
        "", "When was the contract with Luzhou signed?", "What did the newspapers report about the Centre?",
        "Who advises companies?", "Wann wurde der Vertrag mit Luzhou unterschrieben?", "Was berichtete die Presse?",
        "Wer berät Unternehmen?", "协议是什么时候签的？", "媒体是怎么报道的？", "Is Herne an advisable place?",
    ],
)  # fmt: skip
def test_other_words_do_not(data: HandoffData, text: str) -> None:
    assert not data.needs_person([], text)


def test_each_concern_has_words_in_three_languages_and_each_topic_is_one(data: HandoffData, real_store: Store) -> None:
    for concern, words in data.routing.always_person_words.items():
        assert set(words) == {"en", "de", "zh"}, concern
    known = {record.id for record in real_store.run(queries.records) if record.type == "topic"}
    assert set(data.routing.always_person) <= known


def test_what_is_delivered_fits_the_desks_of_the_partner_database(data: HandoffData, real_store: Store) -> None:
    desks = {d.id: d for d in real_store.run(queries.desks)}
    assert faults_with(data.routing, desks) == [] and set(data.routing.desks) == set(desks)
    for language in ("en", "de", "zh"):
        for topic in {topic for d in desks.values() for topic in d.answers_for}:
            found = route(data, list(desks.values()), [topic], language)
            assert language in desks[found.desk].languages and found.deputy


def test_a_desk_that_the_partner_database_lacks_is_named(data: HandoffData) -> None:
    assert faults_with(data.routing, {d.id: d for d in DESKS}) == ["routing.yml: wfg-settlement: there is no such desk"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"default": "nobody"}, "nobody: has no line under desks"),
        ({"remind_after": 400}, "must not come before"),
        ({"remind_after": 0}, "remind_after"),
        ({"rules": [{"desk": "centre-general"}]}, "needs a topic or a language"),
        ({"rules": [{"topic": "trade", "desk": "nobody"}]}, "nobody: has no line"),
        ({"desks": {"centre-general": {"office": "moon"}}}, "no office moon"),
        ({"desks": {"centre-general": {"office": "china", "deputy": "centre-general"}}}, "its own deputy"),
        ({"desk": {}}, "desk"),
    ],
)
def test_a_fault_in_the_table_is_named(changed: Any, parts: dict[str, Any], said: str) -> None:
    with pytest.raises(HandoffDataError, match=said):
        changed(**parts)
