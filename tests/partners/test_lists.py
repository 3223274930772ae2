"""Lists: filtered, counted, ordered by age, in three languages alike."""

import pytest

from .conftest import Ask, record_ids

CARRIERS = ["city-of-herne", "hochschule-bochum", "ihk-mittleres-ruhrgebiet", "wfg-herne"]
PARTNERS = ["cfie", "innobanx", "sichuan-representative-office"]
ORGANISATIONS = [
    (PARTNERS, "Who are your Chinese partners?", "Wer sind eure chinesischen Partner?", "有哪些中方合作伙伴？"),
    (PARTNERS, "How many Chinese partners do you have?", "Wie viele chinesische Partner gibt es?", "有多少中方合作伙伴？"),
    (["innobanx", "sichuan-representative-office"], "Which partners are in Düsseldorf?",
     "Welche Partner sitzen in Düsseldorf?", "杜塞尔多夫有哪些合作伙伴？"),
    (["hochschule-bochum", "cdhaw", "swust"], "Which universities are in the network?",
     "Welche Hochschulen gehören zum Netzwerk?", "网络中有哪些大学？"),
    (["cdhaw"], "Which partners are in Shanghai?", "Welche Partner gibt es in Shanghai?", "上海有哪些合作伙伴？"),
    (CARRIERS, "Which organisations are behind the Centre?", "Welche Einrichtungen stehen hinter dem Zentrum?",
     "中心背后有哪些机构？"),
    (["city-of-herne", "innobanx"], "Who works on healthcare?", "Wer arbeitet zum Gesundheitswesen?", "谁从事医疗健康？"),
    (CARRIERS + PARTNERS, "Who are your partners?", "Wer sind eure Partner?", "有哪些合作伙伴？"),
    ([], "Which companies are in Bochum?", "Welche Firmen sitzen in Bochum?", "波鸿有哪些企业？"),
]  # fmt: skip
OTHER_TOWNS = ["henin-beaumont", "wakefield", "ometepe", "eisleben", "belgorod", "konin", "besiktas"]
TWIN_CITIES = [
    ([*OTHER_TOWNS, "luzhou"], "Which twin cities does Herne have?", "Welche Partnerstädte hat Herne?", "黑尔讷有哪些友好城市？"),
    (["henin-beaumont"], "Which twin city is the oldest?", "Welche Partnerstadt ist die älteste?", "最早的友好城市是哪个？"),
    (["luzhou"], "Which twin city is the newest?", "Welche Partnerstadt ist die jüngste?", "最新的友好城市是哪个？"),
    (["belgorod"], "Which twinning is on hold?", "Welche Städtepartnerschaft ruht?", "哪个友好城市关系暂停了？"),
    (["henin-beaumont"], "Which twin cities are in France?", "Welche Partnerstädte liegen in Frankreich?", "法国有哪些友好城市？"),
    (["luzhou"], "Does Herne have a twin city in China?", "Hat Herne eine Partnerstadt in China?", "黑尔讷在中国有友好城市吗？"),
    (["eisleben"], "Which twin towns are in Germany?", "Welche Partnerstädte liegen in Deutschland?", "在德国有哪些友好城市？"),
    (["konin"], "The Polish twin city?", "Die polnische Partnerstadt?", "波兰的友好城市是哪个？"),
]  # fmt: skip


def in_each_language(rows: list[tuple[list[str], str, str, str]]) -> list[tuple[str, str, list[str]]]:
    return [
        (language, text, expected)
        for expected, *texts in rows
        for language, text in zip(("en", "de", "zh"), texts, strict=True)
    ]


@pytest.mark.parametrize(("language", "text", "expected"), in_each_language(ORGANISATIONS))
def test_organisations_are_listed_by_what_is_named(ask: Ask, language: str, text: str, expected: list[str]) -> None:
    answer = ask(language, "list_partners", text)
    assert answer.kind == "organisations"
    assert set(record_ids(answer)) == set(expected)
    assert answer.context.listed == tuple(record_ids(answer))


@pytest.mark.parametrize(("language", "text", "expected"), in_each_language(TWIN_CITIES))
def test_twin_cities_are_listed_oldest_first_by_what_is_named(
    ask: Ask, language: str, text: str, expected: list[str]
) -> None:
    answer = ask(language, "list_twin_cities", text)
    assert answer.kind == "twin_cities"
    assert [link.to_id for link in answer.records] == expected
    assert answer.context.listed == tuple(expected)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "How many twin cities are there?"),
        ("de", "Wie viele Partnerstädte gibt es?"),
        ("zh", "有多少个友好城市？"),
    ],
)
def test_a_count_is_asked_for(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "list_twin_cities", text)
    assert answer.counted and len(answer.records) == 8


def test_one_found_city_becomes_the_subject(ask: Ask) -> None:
    assert ask("en", "list_twin_cities", "Which twin cities are in France?").context.subject == ("henin-beaumont",)


def test_the_newest_twin_city_comes_with_its_date(ask: Ask) -> None:
    facts = ask("en", "list_twin_cities", "Which twin city is the newest?").facts
    assert any("2019" in fact.text["en"] and "sign" in fact.text["en"] for fact in facts)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Which visits were there in 2019?"),
        ("de", "Welche Delegationen gab es 2019?"),
        ("zh", "2019年有哪些代表团访问？"),
    ],
)
def test_events_are_listed_by_kind_and_year(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_link", text)
    assert answer.kind == "events" and answer.filters.year == "2019"
    assert record_ids(answer) == ["herne-delegation-2019-09", "luzhou-delegation-2019-12"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "What happened in 2018?"), ("de", "Was geschah 2018?"), ("zh", "2018年发生了什么？")],
)
def test_all_events_of_a_year_are_listed_by_date(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_link", text)
    assert answer.kind == "events"
    dates = [record.date or "" for record in answer.records]
    assert len(dates) >= 3 and dates == sorted(dates) and all(date.startswith("2018") for date in dates)


def test_each_listed_event_has_a_sourced_statement(ask: Ask) -> None:
    answer = ask("en", "ask_link", "Which visits were there between Herne and Luzhou?")
    assert answer.kind == "events" and answer.facts
    assert all(fact.source.url for fact in answer.facts)
