"""What a visitor takes for granted: confirmed only when the facts hold it, corrected when they hold something else."""

import pytest

from .conftest import Ask, fact_ids

STATEMENTS = [
    # a figure
    ("en", "Luzhou has 500,000 inhabitants, right?", "no", "luzhou-population-census-2020"),
    ("de", "Luzhou hat 500.000 Einwohner, oder?", "no", "luzhou-population-census-2020"),
    ("zh", "泸州有50万人口，对吗？", "no", "luzhou-population-census-2020"),
    ("en", "The chamber has 30,000 members, right?", "yes", "ihk-seed-30000"),
    ("de", "Die IHK hat 30.000 Mitglieder, stimmt das?", "yes", "ihk-seed-30000"),
    ("zh", "工商会有3万家会员企业，对吗？", "yes", "ihk-seed-30000"),
    # a year
    ("en", "CFIE was founded in 1988, right?", "yes", "cfie-founded-1988"),
    ("de", "Die CFIE wurde 1988 gegründet, oder?", "yes", "cfie-founded-1988"),
    ("zh", "CFIE是1988年成立的，对吗？", "yes", "cfie-founded-1988"),
    ("en", "CFIE was founded in 1975, right?", "no", "cfie-founded-1988"),
    ("de", "Die CFIE wurde 1975 gegründet, oder?", "no", "cfie-founded-1988"),
    ("zh", "CFIE是1975年成立的，对吗？", "no", "cfie-founded-1988"),
    # a place
    ("en", "Innobanx is in Düsseldorf, right?", "yes", "innobanx-seed-young-company"),
    ("de", "Innobanx sitzt in Düsseldorf, richtig?", "yes", "innobanx-seed-young-company"),
    ("zh", "Innobanx在杜塞尔多夫，对吗？", "yes", "innobanx-seed-young-company"),
    ("en", "CFIE is based in Shanghai, right?", "no", "cfie-seed-beijing"),
    ("de", "Die CFIE sitzt in Shanghai, oder?", "no", "cfie-seed-beijing"),
    ("zh", "CFIE总部在上海，对吗？", "no", "cfie-seed-beijing"),
]
NEIGHBOUR_AS_LOCATION = [
    ("en", "Luzhou lies in Yunnan, right?"),
    ("de", "Luzhou liegt in Yunnan, oder?"),
    ("zh", "泸州在云南省，对吗？"),
]
NEIGHBOUR = [
    ("en", "Luzhou borders Yunnan, right?"),
    ("de", "Luzhou grenzt an Yunnan, oder?"),
    ("zh", "泸州与云南接壤，对吗？"),
]
NOT_IN_THE_FACTS = [
    ("en", "Innobanx was founded by a circus, right?"),
    ("de", "Innobanx wurde von einem Zirkus gegründet, oder?"),
    ("zh", "Innobanx是马戏团创办的，对吗？"),
    ("en", "Innobanx has 400 employees, right?"),
    ("de", "Innobanx hat 400 Beschäftigte, oder?"),
    ("zh", "Innobanx有400名员工，对吗？"),
]


@pytest.mark.parametrize(("language", "text", "verdict", "fact"), STATEMENTS, ids=[s[1] for s in STATEMENTS])
def test_a_statement_is_judged_by_the_facts_and_they_are_given(
    ask: Ask, language: str, text: str, verdict: str, fact: str
) -> None:
    answer = ask(language, "check_statement", text)
    assert answer.verdict == verdict
    assert fact in fact_ids(answer)


@pytest.mark.parametrize(("language", "text"), NEIGHBOUR_AS_LOCATION)
def test_a_neighbour_is_not_the_place_where_something_lies(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "check_statement", text)
    assert answer.verdict == "no"
    assert "luzhou-seed-in-sichuan" in fact_ids(answer) or "luzhou-location" in fact_ids(answer)


@pytest.mark.parametrize(("language", "text"), NEIGHBOUR)
def test_a_true_neighbour_is_never_denied(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "check_statement", text)
    assert answer.verdict in (None, "yes")
    assert fact_ids(answer)[:1] == ["luzhou-location"]


@pytest.mark.parametrize(("language", "text"), NOT_IN_THE_FACTS)
def test_what_no_fact_speaks_of_is_neither_confirmed_nor_denied(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "check_statement", text)
    assert answer.verdict is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Why was CFIE founded in 1975?"),
        ("de", "Wozu wurde die CFIE 1975 gegründet?"),
        ("zh", "CFIE在1975年是怎么成立的？"),
    ],
)
def test_a_wrong_year_inside_a_question_is_not_taken_over_in_silence(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.kind == "unknown" or answer.verdict in ("differs", "no")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "When was CFIE founded?"), ("de", "Wann wurde die CFIE gegründet?"), ("zh", "CFIE是什么时候成立的？")],
)
def test_an_open_question_gets_no_yes_or_no(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.verdict is None and "cfie-founded-1988" in fact_ids(answer)
