"""Named questions to the partner database give the same records on SQLite and PostgreSQL."""

from typing import Any

import pytest

from bot.partners import queries
from bot.store import Store

ORGANISATIONS: list[tuple[dict[str, Any], set[str]]] = [
    ({"city": "Düsseldorf"}, {"innobanx", "sichuan-representative-office", "china-consulate-general-duesseldorf"}),
    ({"city": "Shanghai"}, {"cdhaw"}),
    ({"city": "Paris"}, set()),
    ({"country": "China"}, {"cfie", "cdhaw", "swust", "luzhou-high-tech-zone", "german-consulate-general-chengdu"}),
    ({"kinds": ["university"]}, {"hochschule-bochum", "cdhaw", "swust"}),
    ({"kinds": ["university", "consulate"], "country": "Germany"},
     {"hochschule-bochum", "china-consulate-general-duesseldorf"}),
    ({"parts": ["carrier"]}, {"city-of-herne", "wfg-herne", "ihk-mittleres-ruhrgebiet", "hochschule-bochum"}),
    ({"parts": ["partner"]}, {"cfie", "innobanx", "sichuan-representative-office"}),
    ({"parts": ["partner"], "city": "Düsseldorf"}, {"innobanx", "sichuan-representative-office"}),
    ({"topic": "healthcare"}, {"innobanx", "city-of-herne"}),
    ({"topic": "education-research", "city": "Mianyang"}, {"swust"}),
    ({"topic": "no-such-topic"}, set()),
    ({"language": "zh"}, {"china-competence-centre", "hochschule-bochum"}),
    ({"language": "zh", "parts": ["carrier"]}, {"hochschule-bochum"}),
    ({"language": "fr"}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "expected"), ORGANISATIONS, ids=[str(f) for f, _ in ORGANISATIONS])
def test_organisations_fit_every_filter(loaded: Store, filters: dict[str, Any], expected: set[str]) -> None:
    with loaded.session() as session:
        found = queries.organisations(session, **filters)
    assert {record.id for record in found} == expected
    assert all(record.type == "organisation" for record in found)


def test_no_filter_gives_all_organisations_in_the_order_of_the_files(loaded: Store) -> None:
    with loaded.session() as session:
        found = queries.organisations(session)
    assert len(found) == 15
    assert [record.position for record in found] == sorted(record.position for record in found)


def ids_of_links(store: Store, **filters: Any) -> list[str]:
    with store.session() as session:
        return [link.id for link in queries.links(session, **filters)]


def test_links_of_one_record_are_found_from_both_ends(loaded: Store) -> None:
    assert ids_of_links(loaded, record_ids=["cdhaw"]) == ["hochschule-bochum-cdhaw"]
    assert "hochschule-bochum-cdhaw" in ids_of_links(loaded, record_ids=["hochschule-bochum"])


def test_twin_cities_come_oldest_first(loaded: Store) -> None:
    found = ids_of_links(loaded, kinds=["twin_city"])
    assert found[0] == "herne-henin-beaumont" and found[-1] == "herne-luzhou-twin-city" and len(found) == 8


def test_links_without_a_date_come_last(loaded: Store) -> None:
    found = ids_of_links(loaded)
    assert len(found) == 27
    assert set(found[-2:]) == {"innobanx-supports-centre", "hochschule-bochum-ruhrvalley"}


def test_until_a_year_includes_its_last_days(loaded: Store) -> None:
    assert ids_of_links(loaded, kinds=["visit"], since="2019", until="2019") == [
        "herne-delegation-2019-09", "luzhou-delegation-2019-12",
    ]  # fmt: skip


def test_since_and_until_take_days(loaded: Store) -> None:
    within = {"record_ids": ["luzhou"], "kinds": ["visit"]}
    assert ids_of_links(loaded, **within, since="2019-12-19", until="2019-12-19") == ["luzhou-delegation-2019-12"]
    assert ids_of_links(loaded, **within, since="2019-12-20", until="2022") == []


def test_a_record_keeps_its_fields_on_both_databases(loaded: Store) -> None:
    with loaded.session() as session:
        (link,) = queries.records(session, ["herne-luzhou-twin-city"])
        (topic,) = queries.records(session, ["healthcare"])
        (office,) = queries.records(session, ["hochschule-bochum"])
    assert (link.from_id, link.to_id, link.date) == ("city-of-herne", "luzhou", "2019-05-22")
    assert topic.organisations == ("innobanx", "city-of-herne")
    assert office.names["zh"] == "波鸿应用技术大学" and "geodesy" in office.sectors


def test_facts_carry_sentences_source_date_and_variants(loaded: Store) -> None:
    with loaded.session() as session:
        facts = {fact.id: fact for fact in queries.facts(session)}
    fact = facts["luzhou-population-census-2020"]
    assert "4,254,149" in fact.text["en"] and fact.as_of == "2020" and fact.variants == ("luzhou-population",)
    assert fact.source.title and fact.record_id == "luzhou"


def desks(store: Store, record_ids: list[str], language: str | None = None) -> list[str]:
    with store.session() as session:
        return [desk.id for desk in queries.responsible_desks(session, record_ids, language)]


def test_a_record_has_its_desk(loaded: Store) -> None:
    assert desks(loaded, ["luzhou"]) == ["city-twinning"]
    assert desks(loaded, ["smart-mobility"]) == ["university-china"]


def test_desks_that_speak_the_language_come_first(loaded: Store) -> None:
    asked = ["luzhou", "cdhaw"]
    assert desks(loaded, asked, "zh") == ["university-china", "city-twinning"]
    assert desks(loaded, asked, "de") == ["city-twinning", "university-china"]


def test_what_no_desk_answers_for_goes_to_the_general_one(loaded: Store) -> None:
    assert desks(loaded, ["north-rhine-westphalia"]) == ["centre-general"]
    assert desks(loaded, []) == ["centre-general"]


def test_an_empty_database_has_revision_zero_and_no_desk(store: Store) -> None:
    with store.session() as session:
        assert queries.revision(session) == 0
        assert queries.responsible_desks(session, ["luzhou"]) == ()
        assert [*queries.records(session), *queries.facts(session), *queries.names(session)] == []
