"""Answers from facts: overview, the fitting fact, disagreeing figures, a question back, honest ignorance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.partners.answers import FROM_FACTS
from bot.partners.arbitration import decide
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Answer, Context, Turn

from .conftest import Ask, fact_ids

OVERVIEWS = [
    ("en", "Tell me about Innobanx", "innobanx"), ("de", "Was ist Innobanx?", "innobanx"),
    ("zh", "介绍一下Innobanx", "innobanx"), ("en", "What is the chamber?", "ihk-mittleres-ruhrgebiet"),
    ("de", "Erzähl mir etwas über Luzhou", "luzhou"), ("zh", "请介绍一下泸州", "luzhou"),
]  # fmt: skip
FACTS = [
    ("en", "ask_partner", "When was CFIE founded?", "cfie-founded-1988"),
    ("de", "ask_partner", "Wann wurde die CFIE gegründet?", "cfie-founded-1988"),
    ("zh", "ask_partner", "CFIE是什么时候成立的？", "cfie-founded-1988"),
    ("en", "ask_place", "How many inhabitants does Herne have?", "herne-population-2022"),
    ("de", "ask_place", "Wie viele Einwohner hat Herne?", "herne-population-2022"),
    ("zh", "ask_place", "黑尔讷有多少居民？", "herne-population-2022"),
    ("en", "ask_link", "How did Herne's council vote on the partnership with Luzhou?", "link-vote-figures"),
    ("de", "ask_link", "Wie hat der Herner Rat über die Partnerschaft mit Luzhou abgestimmt?", "link-vote-figures"),
    ("zh", "ask_link", "黑尔讷市议会如何表决与泸州的友好城市关系？", "link-vote-figures"),
    ("en", "ask_place", "What is the capital of Sichuan?", "sichuan-capital"),
    ("de", "ask_place", "Was ist die Hauptstadt von Sichuan?", "sichuan-capital"),
    ("zh", "ask_place", "四川的省会是哪里？", "sichuan-capital"),
    ("en", "ask_topic", "How many electric buses were ordered from BYD?", "topic-mobility-buses"),
    ("de", "ask_topic", "Wie viele Elektrobusse wurden bei BYD bestellt?", "topic-mobility-buses"),
    ("zh", "ask_topic", "向比亚迪订购了多少辆电动公交车？", "topic-mobility-buses"),
]  # fmt: skip
POPULATION = {"luzhou-population-census-2020", "luzhou-population-registered-2022", "luzhou-population-herne-sources"}
DISPUTED = [
    ("en", "What is the population of Luzhou?", POPULATION), ("de", "Wie viele Einwohner hat Luzhou?", POPULATION),
    ("zh", "泸州有多少人口？", POPULATION),
    ("en", "How many companies take part in ruhrvalley?", {"ruhrvalley-companies-20", "ruhrvalley-companies-40"}),
    ("de", "Wie viele Unternehmen machen bei ruhrvalley mit?", {"ruhrvalley-companies-20", "ruhrvalley-companies-40"}),
    ("zh", "鲁尔谷有多少家企业？", {"ruhrvalley-companies-20", "ruhrvalley-companies-40"}),
]  # fmt: skip
NO_FIGURE = [
    ("en", "How many employees does Innobanx have?"), ("de", "Wie viele Mitarbeiter hat Innobanx?"),
    ("zh", "Innobanx有多少员工？"), ("en", "How many customers does Innobanx have?"),
    ("de", "Wie viele Kunden hat Innobanx?"), ("zh", "Innobanx有多少客户？"),
    ("en", "How many cinemas are there in Luzhou?"), ("de", "Wie viele Kinos hat Luzhou?"), ("zh", "泸州有几家电影院？"),
]  # fmt: skip
UNKNOWN = [
    ("en", "Does Innobanx have a swimming pool?"), ("de", "Hat Innobanx ein Schwimmbad?"), ("zh", "Innobanx有游泳池吗？"),
    ("en", "What colour is the roof of CFIE?"), ("de", "Welche Farbe hat das Dach der CFIE?"), ("zh", "CFIE的屋顶是什么颜色？"),
]  # fmt: skip
NEAREST = [
    ("en", "What does Innobanx excel at?", "innobanx-seed-industry-knowledge"),
    ("de", "Worin glänzt Innobanx?", "innobanx-seed-industry-knowledge"),
    ("zh", "Innobanx的本事是什么？", "innobanx-seed-industry-knowledge"),
]
MOST_SUBJECTS = 4
GIBBERISH = [("en", "asdf qwer zxcv"), ("de", "blubb krx fnord"), ("zh", "囧囧囧囧")]


@pytest.mark.parametrize(("language", "text", "record"), OVERVIEWS, ids=[o[1] for o in OVERVIEWS])
def test_a_bare_name_is_introduced(ask: Ask, language: str, text: str, record: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.kind == "overview"
    assert [r.id for r in answer.records] == [record] and answer.context.subject == (record,)
    assert 1 <= len(answer.facts) <= 3


@pytest.mark.parametrize(("language", "intent", "text", "fact"), FACTS, ids=[f[2] for f in FACTS])
def test_a_question_gets_its_fact(ask: Ask, language: str, intent: str, text: str, fact: str) -> None:
    answer = ask(language, intent, text)
    assert answer.kind == "facts" and fact in fact_ids(answer)
    assert fact in answer.context.said


@pytest.mark.parametrize(("language", "text", "variants"), DISPUTED, ids=[d[1] for d in DISPUTED])
def test_where_sources_disagree_every_figure_is_given(ask: Ask, language: str, text: str, variants: set[str]) -> None:
    answer = ask(language, "ask_place", text)
    assert answer.disputed
    assert set(fact_ids(answer)) >= variants


def test_variants_of_a_fact_start_with_the_best_source(snapshot: Snapshot) -> None:
    trust = [fact.confidence for fact in snapshot.variants(snapshot.facts["ihk-seed-30000"])]
    assert len(trust) > 1 and trust == sorted(trust, key=["seed", "official", "press"].index)


def test_an_undisputed_fact_is_its_own_only_variant(snapshot: Snapshot) -> None:
    fact = snapshot.facts["sichuan-capital"]
    assert snapshot.variants(fact) == (fact,)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Tell me about the university"), ("de", "Erzähl mir von der Hochschule"), ("zh", "介绍一下大学")],
)
def test_two_partners_with_one_name_are_offered_as_choices(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.kind == "ask_back"
    assert set(answer.candidates) == {"hochschule-bochum", "cdhaw", "swust"}
    assert answer.context.listed == answer.candidates


@pytest.mark.parametrize(("language", "text"), NO_FIGURE)
def test_how_many_without_a_figure_is_unknown(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.kind == "unknown" and not answer.facts


@pytest.mark.parametrize(("language", "text"), UNKNOWN)
def test_what_no_fact_says_is_unknown_and_the_named_record_is_offered(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.kind == "unknown" and not answer.facts
    assert answer.suggestions and answer.suggestions[0] in ("innobanx", "cfie")


@pytest.mark.parametrize(("language", "text", "fact"), NEAREST, ids=[n[1] for n in NEAREST])
def test_where_no_fact_answers_for_certain_the_nearest_is_told_as_such(
    ask: Ask, language: str, text: str, fact: str
) -> None:
    answer = ask(language, "nlu_fallback", text)
    assert fact in fact_ids(answer) and answer.uncertain


@pytest.mark.parametrize(("language", "text"), GIBBERISH)
def test_gibberish_is_unknown(ask: Ask, language: str, text: str) -> None:
    assert ask(language, "nlu_fallback", text).kind == "unknown"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "When was the university founded?"), ("de", "Wann wurde die Hochschule gegründet?"), ("zh", "大学是什么时候成立的？"),
        ("de", "Wann wurde die Universität gegründet?"),
    ],
)  # fmt: skip
def test_an_answer_never_mixes_the_dates_of_different_organisations(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert len({fact.record_id for fact in answer.facts}) <= 1


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_a_clearly_off_topic_question_is_not_answered_from_facts(ask: Ask, language: str) -> None:
    text = {"en": "How is the weather in Luzhou?", "de": "Wie ist das Wetter in Luzhou?", "zh": "泸州天气怎么样？"}[
        language
    ]
    assert ask(language, "out_of_scope_weather", text, certainty=0.95).kind == "unknown"


def test_a_pressed_choice_of_a_record_introduces_it(ask: Ask) -> None:
    answer = ask("de", "ask_partner", "/ask_partner", record="innobanx")
    assert answer.kind == "overview" and answer.context.subject == ("innobanx",)


def test_a_pressed_choice_of_a_fact_says_it(ask: Ask) -> None:
    assert fact_ids(ask("zh", "ask_place", "/ask_place", fact="sichuan-capital")) == ["sichuan-capital"]


@pytest.mark.parametrize("record", ["no-such-record", "../../etc/passwd", ""])
def test_a_choice_that_no_longer_exists_does_no_harm(ask: Ask, record: str) -> None:
    assert ask("en", "ask_partner", "", record=record).kind


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_every_record_can_be_introduced(ask: Ask, snapshot: Snapshot, language: str) -> None:
    for record in snapshot.records.values():
        answer = ask(language, "ask_partner", "", record=record.id)
        assert answer.kind in ("overview", "unknown"), record.id
        assert answer.facts or answer.suggestions


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=60),
    language=st.sampled_from(["en", "de", "zh"]),
    intent=st.sampled_from(["ask_partner", "ask_followup", "ask_more", "choose_item", "list_partners", "ask_link", "nlu_fallback"]),
    context=st.sampled_from([
        Context(), Context(subject=("innobanx",)), Context(listed=("cfie", "innobanx"), question="who"),
        Context(subject=("gone",), listed=("also-gone",), said=("gone-fact",)),
    ]),
)  # fmt: skip
def test_any_message_in_any_state_gets_an_answer(
    snapshot: Snapshot, text: str, language: str, intent: str, context: Context
) -> None:
    answer = decide(Turn(text, language, intent, context=context), snapshot)
    assert isinstance(answer, Answer), "without a guess of the classifier there is no other intent to turn to"
    assert answer.kind
    assert len(answer.context.subject) <= MOST_SUBJECTS
    assert {*answer.context.subject, *answer.context.listed} <= set(snapshot.records)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=60),
    guess=st.sampled_from(["greet", "deny", "ask_followup", "list_partners", "check_statement", "out_of_scope_chat", ""]),
    certainty=st.floats(0, 1),
    subject=st.sampled_from([(), ("innobanx",), ("gone",)]),
)  # fmt: skip
def test_an_unsure_classifier_leads_to_an_answer_or_to_its_own_guess(
    snapshot: Snapshot, text: str, guess: str, certainty: float, subject: tuple[str, ...]
) -> None:
    turn = Turn(text, "en", "nlu_fallback", certainty, guess, Context(subject=subject))
    answer = decide(turn, snapshot)
    assert isinstance(answer, Answer) or (answer == guess and answer not in FROM_FACTS)
