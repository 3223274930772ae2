"""Messages built from answers: complete, sourced, with choices that can be pressed, in three languages."""

import json
import re
from dataclasses import replace
from typing import Any, get_args

import pytest

from bot.partners.answers import respond
from bot.partners.contacts import Found
from bot.partners.knowledge import Snapshot
from bot.partners.records import CENTRE, Desk
from bot.partners.turn import PLAIN, Answer, Context, Filters, Kind, Turn
from bot.replies.compose import compose, off_topic, what_next
from bot.replies.contact import contact
from bot.replies.message import Message, payload, sources_of, statement
from bot.replies.phrases import phrase

LANGUAGES = ("en", "de", "zh")
PAYLOAD = re.compile(r"^/([a-z_]+)(\{.*\})?$")
TWINS = {
    "en": "Which twin cities does Herne have?",
    "de": "Welche Partnerstädte hat Herne?",
    "zh": "黑尔讷有哪些友好城市？",
}
VISITS = {"en": "Which visits were there?", "de": "Welche Besuche gab es?", "zh": "有哪些访问？"}


def answers(snapshot: Snapshot, language: str) -> dict[str, Answer]:
    """One answer of every kind and state, as the partner database gives them."""

    def ask(intent: str, text: str, **others: Any) -> Answer:
        return respond(Turn(text, language, intent, **others), snapshot)

    fact = snapshot.facts["sichuan-capital"]
    undated = next(f for f in snapshot.facts.values() if f.as_of is None and not f.variants)
    about = (snapshot.records["sichuan"],)
    said = Answer("facts", (fact,), about, context=Context(("sichuan",), said=(fact.id,)))
    partial = replace(said, facts=(replace(fact, text={"de": fact.text["de"]}),))
    variants = snapshot.variants(snapshot.facts["luzhou-population-census-2020"])
    filters = Filters(cities=("Bochum",), countries=("China",), kinds=("company",), topic="healthcare", year="2019")
    return {
        "overview": ask("ask_partner", "Innobanx", record="innobanx"),
        "overview of a topic": ask("ask_topic", "", record="healthcare"),
        "overview of a link": ask("ask_link", "", record="herne-luzhou-twin-city"),
        "facts": said,
        "facts confirmed": replace(said, verdict="yes"),
        "facts denied": replace(said, verdict="no"),
        "facts differing": replace(said, verdict="differs"),
        "facts undated": Answer("facts", (undated,), (snapshot.records[undated.record_id],)),
        "facts in one language only": partial,
        "facts disputed": Answer("facts", variants, (snapshot.records["luzhou"],), disputed=True),
        "all partners": ask("list_partners", ""),
        "chinese partners": ask(
            "list_partners", {"en": "Chinese partners", "de": "chinesische Partner", "zh": "中方合作伙伴"}[language]
        ),
        "carriers": ask("list_partners", {"en": "who is behind you", "de": "Träger", "zh": "承办方"}[language]),
        "one organisation": ask("list_partners", "Shanghai"),
        "no organisation": Answer("organisations", filters=filters),
        "filtered organisations": Answer("organisations", records=(snapshot.records["innobanx"],) * 2, filters=filters),
        "twin cities": ask("list_twin_cities", TWINS[language]),
        "twin city in one country": ask(
            "list_twin_cities", {"en": "in France", "de": "in Frankreich", "zh": "法国"}[language]
        ),
        "no twin city": Answer("twin_cities", filters=Filters(countries=("France",))),
        "oldest twin city": ask("list_twin_cities", {"en": "oldest", "de": "älteste", "zh": "最早"}[language]),
        "newest twin city": ask("list_twin_cities", {"en": "newest", "de": "neueste", "zh": "最新"}[language]),
        "suspended twin city": ask("list_twin_cities", {"en": "suspended", "de": "ausgesetzt", "zh": "暂停"}[language]),
        "events": ask("ask_link", VISITS[language]),
        "events of a year": ask("ask_link", VISITS[language] + " 2019"),
        "which of these": ask("ask_partner", {"en": "the university", "de": "die Hochschule", "zh": "大学"}[language]),
        "which one": Answer("which_one"),
        "which one of eight": Answer("which_one", candidates=tuple(list(snapshot.records)[:8])),
        "nothing more": Answer("nothing_more", records=(snapshot.records["innobanx"],)),
        "nothing more on a link": Answer("nothing_more", records=(snapshot.records["herne-konin"],)),
        "unknown": Answer("unknown"),
        "unknown with suggestions": Answer("unknown", suggestions=("innobanx", "cfie")),
    }


CASES = """overview|overview of a topic|overview of a link|facts|facts confirmed|facts denied|facts differing|facts undated
facts in one language only|facts disputed|all partners|chinese partners|carriers|one organisation|no organisation
filtered organisations|twin cities|twin city in one country|no twin city|oldest twin city|newest twin city
suspended twin city|events|events of a year|which of these|which one|which one of eight|nothing more
nothing more on a link|unknown|unknown with suggestions"""
CASE_NAMES = [name for line in CASES.splitlines() for name in line.split("|")]


def test_the_cases_are_all_tested(every_answer: dict[str, dict[str, Answer]]) -> None:
    assert all(set(found) == set(CASE_NAMES) for found in every_answer.values())
    assert {answer.kind for answer in every_answer["en"].values()} == set(get_args(Kind))


@pytest.fixture(scope="module")
def every_answer(snapshot: Snapshot) -> dict[str, dict[str, Answer]]:
    return {language: answers(snapshot, language) for language in LANGUAGES}


def check(message: Message) -> None:
    """What holds for every message there is."""
    assert message.text.strip()
    assert not re.search(r"[{}]|None|\bnull\b|  ", message.text), message.text
    assert len(message.buttons) <= 4
    for button in message.buttons:
        assert button.title.strip() and "{" not in button.title
        found = PAYLOAD.match(button.payload)
        assert found, button.payload
        entities = json.loads(found.group(2) or "{}")
        assert all(isinstance(value, str) and value for value in entities.values())
    for source in message.sources:
        assert set(source) == {"title", "url", "as_of", "facts"} and source["facts"]
        assert source["title"] and source["url"].startswith("http")
    if message.card:
        assert message.card["title"]
        assert all(row["label"] and row["value"] for row in message.card["rows"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASE_NAMES)
def test_every_kind_of_answer_becomes_a_whole_message(
    every_answer: dict[str, dict[str, Answer]], snapshot: Snapshot, case: str, language: str
) -> None:
    answer = every_answer[language][case]
    message = compose(answer, snapshot, language)
    check(message)
    if answer.facts:
        assert message.sources, "a factual reply carries its sources"
        assert len({(s["url"], s["as_of"]) for s in message.sources}) == len(message.sources)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_that_a_button_sends_is_in_the_domain(
    every_answer: dict[str, dict[str, Answer]], snapshot: Snapshot, language: str, domain_intents: set[str]
) -> None:
    sent = {
        button.payload.split("{")[0][1:]
        for case, answer in every_answer[language].items()
        if case != "facts in one language only"
        for button in (*compose(answer, snapshot, language).buttons, *what_next(language).buttons)
    }
    assert sent and sent <= domain_intents


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_of_every_record_can_be_said(snapshot: Snapshot, language: str) -> None:
    for fact in snapshot.facts.values():
        answer = Answer("facts", (fact,), (snapshot.records[fact.record_id],), context=Context((fact.record_id,)))
        message = compose(answer, snapshot, language)
        check(message)
        assert fact.text[language] in message.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_disagreeing_figures_come_each_with_who_says_so_and_when(
    every_answer: dict[str, dict[str, Answer]], snapshot: Snapshot, language: str
) -> None:
    answer = every_answer[language]["facts disputed"]
    lines = compose(answer, snapshot, language).text.splitlines()
    assert len(lines) == 1 + len(answer.facts)
    assert all(re.search(r"\[.+[,，] .+\]$", line) for line in lines[1:])


@pytest.mark.parametrize(("language", "mark"), [("en", "only in German"), ("de", ""), ("zh", "仅有德文")])
def test_a_fact_that_is_missing_in_a_language_is_marked(snapshot: Snapshot, language: str, mark: str) -> None:
    fact = replace(snapshot.facts["sichuan-capital"], text={"de": "Die Hauptstadt ist Chengdu."}, as_of=None)
    said = statement(fact, language)
    assert said.startswith("Die Hauptstadt ist Chengdu.")
    assert mark in said and (mark != "" or said == "Die Hauptstadt ist Chengdu.")


def test_a_source_that_says_when_keeps_its_date(snapshot: Snapshot) -> None:
    (source,) = sources_of([snapshot.facts["luzhou-location"], snapshot.facts["luzhou-location"]], "en")
    assert source["url"].startswith("http")
    (dated,) = sources_of([snapshot.facts["cfie-founded-1988"]], "de")
    fact = snapshot.facts["cfie-founded-1988"]
    assert dated["as_of"] == (fact.as_of or fact.source.published)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_and_third_miss_are_answered_differently(snapshot: Snapshot, language: str) -> None:
    said = [compose(Answer("unknown"), snapshot, language, misses).text for misses in range(4)]
    assert len(set(said[:3])) == 3 and said[3] == said[2]


def nearest(snapshot: Snapshot, certainty: float, kind: Kind = "facts", **others: Any) -> Answer:
    """What comes nearest to a question, as the partner database gives it."""
    fact = snapshot.facts["sichuan-capital"]
    context = Context(("sichuan",), said=(fact.id,))
    return Answer(kind, (fact,), (snapshot.records["sichuan"],), certainty=certainty, context=context, **others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_that_may_not_be_the_answer_are_said_with_a_reservation_and_their_source(
    snapshot: Snapshot, language: str
) -> None:
    fact = statement(snapshot.facts["sichuan-capital"], language)
    plain = compose(nearest(snapshot, PLAIN), snapshot, language)
    unsure = compose(nearest(snapshot, PLAIN - 0.01), snapshot, language)
    assert plain.text == fact
    assert unsure.text.startswith(phrase("unsure", language)) and unsure.text.endswith(fact)
    assert unsure.sources == plain.sources and unsure.buttons == plain.buttons


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_that_was_checked_gets_its_yes_or_no_without_a_reservation(
    snapshot: Snapshot, language: str
) -> None:
    message = compose(nearest(snapshot, PLAIN - 0.1, verdict="no"), snapshot, language)
    assert message.text.startswith(phrase("no", language)) and phrase("unsure", language) not in message.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_comes_nearest_to_an_unknown_is_shown_with_its_source_and_the_way_to_a_person(
    snapshot: Snapshot, language: str
) -> None:
    said = [compose(nearest(snapshot, 0.1, "unknown"), snapshot, language, misses) for misses in range(4)]
    assert len({message.text for message in said[:3]}) == 3
    for message in said:
        assert message.text.endswith(statement(snapshot.facts["sichuan-capital"], language))
        assert message.sources and message.buttons[-1].payload == "/talk_to_human"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_always_offers_a_person(snapshot: Snapshot, language: str) -> None:
    assert compose(Answer("unknown"), snapshot, language).buttons[-1].payload == "/talk_to_human"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", ["weather", "places", "travel", "knowledge"])
def test_an_off_topic_question_is_declined_with_a_way_on(language: str, topic: str) -> None:
    message = off_topic(f"out_of_scope_{topic}", language)
    check(message)
    assert message.buttons[-1].payload == "/talk_to_human"


def found(*desks: Desk, snapshot: Snapshot, general: bool = True) -> Found:
    """What a question leads to that names no record."""
    return Found(desks, snapshot.desks[0] if general else None, None, (), Context())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wants_person", [False, True])
def test_a_desk_without_configured_ways_says_so_and_names_the_website(
    snapshot: Snapshot, language: str, wants_person: bool
) -> None:
    desk = snapshot.desks[1]
    message = contact(found(desk, snapshot=snapshot), snapshot, language, wants_person=wants_person)
    check(message)
    assert desk.names[language] in message.text and "http" in message.text
    assert snapshot.desks[0].names[language] in message.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_configured_desk_shows_how_it_is_reached(snapshot: Snapshot, language: str) -> None:
    desk = replace(snapshot.desks[1], email="desk@example.org", phone="+49 (0) 000", hours="9-12")
    message = contact(found(desk, snapshot=snapshot), snapshot, language)
    check(message)
    assert message.card is not None and message.card["title"] == desk.names[language]
    assert [row["value"] for row in message.card["rows"]][:3] == ["desk@example.org", "+49 (0) 000", "9-12"]
    assert message.card["rows"][0]["url"] == "mailto:desk@example.org"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_any_desk_the_website_is_named(snapshot: Snapshot, language: str) -> None:
    message = contact(found(snapshot=snapshot, general=False), snapshot, language)
    check(message)
    assert (snapshot.records[CENTRE].website or "no website") in message.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_address_asked_for_comes_before_the_desk_with_its_source(snapshot: Snapshot, language: str) -> None:
    fact = snapshot.facts["luzhou-location"]
    asked = replace(found(snapshot.desks[1], snapshot=snapshot), record=snapshot.records["luzhou"], facts=(fact,))
    message = contact(asked, snapshot, language)
    check(message)
    assert message.text.startswith(fact.text[language]) and message.sources == sources_of([fact], language)
    assert contact(asked, snapshot, language, wants_person=True).text.find(fact.text[language]) == -1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_record_asked_about_is_shown_with_its_own_address_and_website(snapshot: Snapshot, language: str) -> None:
    record = next(r for r in snapshot.records.values() if r.address and r.website)
    message = contact(replace(found(snapshot.desks[1], snapshot=snapshot), record=record), snapshot, language)
    check(message)
    assert message.card is not None
    assert {record.address, record.website} <= {row["value"] for row in message.card["rows"]}


def test_a_payload_is_rasas_own_form() -> None:
    assert payload("list_partners") == "/list_partners"
    assert payload("ask_place", record="luzhou") == '/ask_place{"record": "luzhou"}'
