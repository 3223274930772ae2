"""Short messages that live from what was said before, and the context they leave behind."""

import pytest

from bot.partners.contacts import find_desks
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Context, Turn

from .conftest import Ask, fact_ids, record_ids

LANGUAGES = ("en", "de", "zh")
TWIN_CITIES = {
    "en": "Which twin cities does Herne have?",
    "de": "Welche Partnerstädte hat Herne?",
    "zh": "黑尔讷有哪些友好城市？",
}
CHINESE_PARTNERS = {
    "en": "How many Chinese partners are there?",
    "de": "Wie viele chinesische Partner gibt es?",
    "zh": "有多少中方合作伙伴？",
}
MORE = {"en": "Tell me more", "de": "Erzähl mir mehr", "zh": "继续说"}
INNOBANX = Context(subject=("innobanx",), question="Innobanx?")


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_goes_on_without_repeating_until_all_is_said(ask: Ask, language: str) -> None:
    answer = ask(language, "ask_partner", "CFIE")
    told = fact_ids(answer)
    for _ in range(12):
        answer = ask(language, "ask_more", MORE[language], answer.context)
        if answer.kind == "nothing_more":
            break
        assert answer.kind == "facts" and not set(fact_ids(answer)) & set(told)
        told += fact_ids(answer)
    assert answer.kind == "nothing_more" and record_ids(answer) == ["cfie"]
    assert len(told) >= 9


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_without_a_subject_asks_what_is_meant(ask: Ask, language: str) -> None:
    assert ask(language, "ask_more", MORE[language]).kind == "which_one"


@pytest.mark.parametrize(("language", "text"), [("en", "And where is it?"), ("de", "Und wo?"), ("zh", "在哪里？")])
def test_where_is_asked_about_the_subject(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_followup", text, INNOBANX)
    assert "innobanx" in record_ids(answer)
    assert any("Düsseldorf" in fact.text["de"] for fact in answer.facts)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Where are they?"), ("de", "Wo sitzen sie?"), ("zh", "他们在哪里？")]
)
def test_where_after_a_list_names_the_place_of_each(ask: Ask, language: str, text: str) -> None:
    listed = ask(language, "list_partners", CHINESE_PARTNERS[language])
    answer = ask(language, "ask_followup", text, listed.context)
    assert record_ids(answer) == record_ids(listed)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "the second one", "wakefield"), ("de", "die zweite", "wakefield"), ("zh", "第二个", "wakefield"),
        ("en", "the last one", "luzhou"), ("de", "die letzte", "luzhou"), ("zh", "最后一个", "luzhou"),
        ("en", "number 3", "ometepe"), ("de", "Nummer 3", "ometepe"), ("zh", "第三个", "ometepe"),
        ("en", "the one in France", "henin-beaumont"), ("de", "die in Frankreich", "henin-beaumont"),
        ("zh", "法国的那个", "henin-beaumont"), ("en", "Konin", "konin"), ("de", "Konin bitte", "konin"), ("zh", "科宁", "konin"),
    ],
)  # fmt: skip
def test_an_item_of_the_list_is_chosen_by_number_place_or_name(
    ask: Ask, language: str, text: str, expected: str
) -> None:
    listed = ask(language, "list_twin_cities", TWIN_CITIES[language])
    answer = ask(language, "choose_item", text, listed.context)
    assert expected in answer.context.subject and answer.facts


@pytest.mark.parametrize(("language", "text"), [("en", "number 20"), ("de", "Nummer 20"), ("zh", "第二十个")])
def test_a_number_beyond_the_list_asks_again(ask: Ask, language: str, text: str) -> None:
    listed = ask(language, "list_twin_cities", TWIN_CITIES[language])
    answer = ask(language, "choose_item", text, listed.context)
    assert answer.kind == "which_one" and answer.context.listed == listed.context.listed


@pytest.mark.parametrize(("language", "text"), [("en", "the second one"), ("de", "die zweite"), ("zh", "第二个")])
def test_a_choice_without_a_list_asks_what_is_meant(ask: Ask, language: str, text: str) -> None:
    assert ask(language, "choose_item", text).kind == "which_one"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_choice_after_a_question_back_answers_that_question(ask: Ask, language: str) -> None:
    text = {"en": "Tell me about the university", "de": "Erzähl mir von der Hochschule", "zh": "介绍一下大学"}[language]
    back = ask(language, "ask_partner", text)
    second = {"en": "the second one", "de": "die zweite", "zh": "第二个"}[language]
    answer = ask(language, "choose_item", second, back.context)
    assert answer.context.subject == (back.candidates[1],)


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        ("en", "When was CFIE founded?", "And CDHAW?"),
        ("de", "Wann wurde die CFIE gegründet?", "Und die CDHAW?"),
        ("zh", "CFIE是什么时候成立的？", "那CDHAW呢？"),
    ],
)
def test_another_name_alone_repeats_the_question_about_it(ask: Ask, language: str, first: str, then: str) -> None:
    answer = ask(language, "ask_followup", then, ask(language, "ask_partner", first).context)
    assert "cdhaw-founded-2004" in fact_ids(answer)


@pytest.mark.parametrize(("language", "text"), [("en", "And who else?"), ("de", "Und wer noch?"), ("zh", "还有谁？")])
def test_who_else_gives_only_those_not_yet_listed(ask: Ask, language: str, text: str) -> None:
    listed = ask(language, "list_partners", CHINESE_PARTNERS[language])
    answer = ask(language, "ask_followup", text, listed.context)
    assert answer.kind == "organisations" and answer.records
    assert not set(record_ids(answer)) & set(listed.context.listed)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "When was it founded?"), ("de", "Wann wurde sie gegründet?"), ("zh", "它是什么时候成立的？")],
)
def test_a_pronoun_stands_for_the_subject(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_followup", text, Context(subject=("cfie",), question="CFIE?"))
    assert "cfie-founded-1988" in fact_ids(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unanswered_question_keeps_what_was_said(ask: Ask, language: str) -> None:
    text = {"en": "Does it have a swimming pool?", "de": "Hat sie ein Schwimmbad?", "zh": "有游泳池吗？"}[language]
    before = Context(subject=("innobanx",), said=("innobanx-seed-contacts",))
    answer = ask(language, "ask_followup", text, before)
    assert answer.kind == "unknown"
    assert answer.context.subject == ("innobanx",) and answer.context.said == before.said


@pytest.mark.parametrize(
    ("language", "text", "desk"),
    [
        ("en", "Whom do I ask about Luzhou?", "city-twinning"), ("de", "Wer ist für Luzhou zuständig?", "city-twinning"),
        ("zh", "泸州的事找谁？", "city-twinning"), ("en", "Contact for logistics, please", "wfg-settlement"),
        ("de", "Ansprechpartner für Logistik?", "wfg-settlement"), ("zh", "物流方面联系谁？", "wfg-settlement"),
        ("en", "Whom can I call?", "centre-general"), ("de", "Wen kann ich anrufen?", "centre-general"), ("zh", "我可以联系谁？", "centre-general"),
    ],
)  # fmt: skip
def test_the_desk_fits_what_the_question_names(snapshot: Snapshot, language: str, text: str, desk: str) -> None:
    found = find_desks(Turn(text, language, "ask_contact"), snapshot)
    assert found.desks[0].id == desk


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Whom do I ask?"), ("de", "An wen wende ich mich?"), ("zh", "我该联系谁？")]
)
def test_without_a_name_the_desk_follows_the_conversation(snapshot: Snapshot, language: str, text: str) -> None:
    found = find_desks(Turn(text, language, "ask_contact", context=Context(subject=("luzhou",))), snapshot)
    assert found.desks[0].id == "city-twinning" and found.record is not None and found.record.id == "luzhou"
