"""The two word lists: concepts (what is asked) and vocabulary (what lists are filtered by), in three languages."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.common.text import fold
from bot.partners.concepts import Concepts, read_concepts
from bot.partners.knowledge import Snapshot
from bot.partners.languages import wanted_language
from bot.partners.vocabulary import FLAGS, GROUPS, Vocabulary


@pytest.fixture(scope="module")
def small() -> Concepts:
    return Concepts({
        "founding": ["found*", "set up", "gegründet", "成立"],
        "city": ["town", "*stadt"],
        "pair": ["twin cit*"],
        "nothing": ["*"],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When was it founded?", {"founding"}), ("a foundation", {"founding"}), ("who set up the office", {"founding"}),
        ("Wann wurde sie gegruendet?", {"founding"}), ("何时成立的", {"founding"}), ("town", {"city"}), ("towns", {"city"}),
        ("Partnerstadt", {"city"}), ("twin cities", {"pair"}), ("twin citizens", {"pair"}), ("twins", set()), ("", set()),
        ("set it up", set()), ("reset up", set()),
    ],
)  # fmt: skip
def test_a_concept_is_found_in_any_of_its_words(small: Concepts, text: str, expected: set[str]) -> None:
    assert small.find(fold(text)) == expected


def test_without_a_file_there_are_no_concepts(tmp_path: Path) -> None:
    assert read_concepts(tmp_path).find("anything") == frozenset()


@pytest.mark.parametrize(
    ("english", "german", "chinese"),
    [
        ("When was it founded?", "Wann wurde es gegründet?", "什么时候成立的？"),
        ("How many members are there?", "Wie viele Mitglieder gibt es?", "有多少会员？"),
        ("Where is it located?", "Wo liegt es?", "位于哪里？"),
    ],
)
def test_one_question_touches_a_common_concept_in_all_languages(
    knowledge_dir: Path, english: str, german: str, chinese: str
) -> None:
    concepts = read_concepts(knowledge_dir)
    assert concepts.find(fold(english)) & concepts.find(fold(german)) & concepts.find(fold(chinese))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_searched(snapshot: Snapshot, text: str) -> None:
    vocabulary = snapshot.vocabulary
    assert vocabulary.flags.find(fold(text)) <= set(FLAGS)
    assert all(vocabulary.values(group, fold(text)) is not None for group in GROUPS)
    vocabulary.says_nothing_special(fold(text))


@pytest.fixture(scope="module")
def vocabulary(snapshot: Snapshot) -> Vocabulary:
    return snapshot.vocabulary


@pytest.mark.parametrize(
    ("group", "value", "texts"),
    [
        ("kinds", "university", ["which universities", "welche Hochschulen", "哪些大学"]),
        ("kinds", "company", ["which companies", "welche Firmen", "哪些企业"]),
        ("kinds", "consulate", ["the consulate", "das Konsulat", "领事馆"]),
        ("countries", "France", ["a French town", "in Frankreich", "法国"]),
        ("countries", "Poland", ["Polish towns", "in Polen", "波兰"]),
        ("cities", "Düsseldorf", ["in Dusseldorf", "in Düsseldorf", "杜塞尔多夫"]),
        ("cities", "Beijing", ["in Beijing", "in Peking", "北京"]),
        ("link_kinds", "visit", ["which visits", "welche Besuche", "哪些代表团"]),
        ("parts", "partner", ["your Chinese partners", "chinesische Partner", "中方合作伙伴"]),
        ("parts", "partner", ["Chinese partners", "eure chinesischen Partner", "中国的合作伙伴"]),
    ],
)
def test_a_filter_is_named_in_all_languages(vocabulary: Vocabulary, group: str, value: str, texts: list[str]) -> None:
    assert [text for text in texts if value not in vocabulary.values(group, fold(text))] == []


@pytest.mark.parametrize(
    ("flag", "texts"),
    [
        ("count", ["how many are there", "wie viele gibt es", "有几家"]),
        ("oldest", ["the oldest one", "die älteste", "最早的"]),
        ("newest", ["the newest one", "die jüngste", "最新的"]),
        ("suspended", ["which are on hold", "welche ruht", "哪个暂停了"]),
        ("else", ["and who else", "und wer noch", "还有谁"]),
        ("where", ["and where", "und wo", "在哪里"]),
        ("yes_no", ["is it true", "stimmt das", "对吗"]),
    ],
)
def test_a_turn_of_phrase_is_known_in_all_languages(vocabulary: Vocabulary, flag: str, texts: list[str]) -> None:
    assert [text for text in texts if flag not in vocabulary.flags.find(fold(text))] == []


def test_every_label_stands_in_three_languages(vocabulary: Vocabulary) -> None:
    missing = [
        (group, value)
        for group in GROUPS
        for value, label in vocabulary.labels[group].items()
        if set(label) != {"en", "de", "zh"} or not all(label.values())
    ]
    assert missing == []


def test_every_kind_country_and_city_of_the_records_has_a_label(snapshot: Snapshot) -> None:
    labels = snapshot.vocabulary.labels
    organisations = [r for r in snapshot.records.values() if r.type == "organisation"]
    placed = [r for r in snapshot.records.values() if r.type in ("organisation", "place")]
    assert {r.kind for r in placed} <= set(labels["kinds"])
    assert {r.country for r in placed} <= set(labels["countries"])
    assert {r.city for r in organisations if r.city} <= set(labels["cities"])


@pytest.mark.parametrize("text", ["tell me about", "Was ist das?", "erzähl mir etwas über", "请介绍一下", ""])
def test_a_bare_introduction_asks_for_nothing_special(vocabulary: Vocabulary, text: str) -> None:
    assert vocabulary.says_nothing_special(fold(text))


@pytest.mark.parametrize("text", ["when was founded", "wie viele Mitglieder", "多少会员", "phone number"])
def test_a_particular_question_is_something_special(vocabulary: Vocabulary, text: str) -> None:
    assert not vocabulary.says_nothing_special(fold(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please answer in German", "de"), ("Kannst du Englisch?", "en"), ("请说中文", "zh"), ("auf Deutsch bitte", "de"),
        ("请用英语回答", "en"), ("Können wir Chinesisch sprechen?", "zh"), ("Mandarin, please", "zh"), ("德语", "de"),
        ("qing shuo zhongwen", "zh"), ("not in German but in English", "en"), ("parlez-vous français", None), ("", None),
    ],
)  # fmt: skip
def test_the_wanted_language_is_read_from_the_request(text: str, language: str | None) -> None:
    assert wanted_language(text) == language
