"""Conversations as visitors hold them, in three languages, against the three real processes."""

import re
from collections.abc import Callable, Iterator

import pytest

from bot.replies.problems import LANGUAGES

from .conftest import CITY_MAIL, DESK_MAIL
from .copies import Copy, Visitor, sources, started, words
from .phrases import PERSON

Visit = Callable[[str], Visitor]

AUTOMATED = {"en": "automated assistant", "de": "automatischer Assistent", "zh": "自动助手"}
WHO_CARRIES = {"en": "Who is behind the Centre?", "de": "Wer steht hinter dem Zentrum?", "zh": "谁是中心的承办方？"}
WHO_CARRIES_ANSWER = {"en": "Bochum University", "de": "Hochschule Bochum", "zh": "波鸿应用技术大学"}
PARTNERS_THERE = {
    "en": "Which partners do you have in Düsseldorf?",
    "de": "Welche Partner habt ihr in Düsseldorf?",
    "zh": "杜塞尔多夫有哪些伙伴？",
}
SECOND_ONE = {"en": "the second one", "de": "die zweite", "zh": "第二个"}
ABOUT_CFIE = {"en": "Tell me about CFIE", "de": "Erzähl mir etwas über CFIE", "zh": "介绍一下中国工业经济联合会"}
WHERE = {"en": "and where?", "de": "und wo?", "zh": "他们在哪里？"}
BEIJING = {"en": "Beijing", "de": "Peking", "zh": "北京"}
WHO_ELSE = {"en": "and who else?", "de": "und wer noch?", "zh": "还有谁？"}
OTHER_PARTNERS = {
    "en": "Innobanx|CFIE|Sichuan|WFG",
    "de": "Innobanx|CFIE|Sichuan|WFG",
    "zh": "Innobanx|工业经济联合会|四川|WFG",
}
REVENUE = {
    "en": "What is the annual revenue of Innobanx?",
    "de": "Wie hoch ist der Jahresumsatz von Innobanx?",
    "zh": "Innobanx的年营业额是多少？",
}
SAYS_UNKNOWN = {
    "en": "don't know|outside what I know",
    "de": "weiß ich nicht|außerhalb meines Wissens",
    "zh": "不知道|超出",
}
WHOM = {
    "en": "Whom can I contact at the Centre?",
    "de": "An wen kann ich mich beim Zentrum wenden?",
    "zh": "我可以联系中心的哪个部门？",
}
GENERAL_DESK = {
    "en": "General desk of the China Competence Centre",
    "de": "Allgemeine Anlaufstelle des China-Kompetenz-Zentrums",
    "zh": "中鲁尔地区中国能力中心综合服务处",
}
NOT_STORED = {"en": "stored with me yet", "de": "noch nicht hinterlegt", "zh": "尚未登记"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_contact_says_automated_assistant_before_any_input(visitor: Visit, language: str) -> None:
    opened = visitor(language).opened
    assert opened["language"] == language
    [greeting] = opened["messages"]
    assert greeting["author"] == "assistant"
    assert greeting["language"] == language
    assert AUTOMATED[language] in greeting["text"]
    assert greeting["choices"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_comes_in_the_visitors_language_with_its_sources(visitor: Visit, language: str) -> None:
    answer = visitor(language).ask(WHO_CARRIES[language])
    assert WHO_CARRIES_ANSWER[language] in words(answer)
    assert {message["language"] for message in answer} == {language}
    assert sources(answer)
    for source in sources(answer):
        assert source["title"]
        assert source["url"].startswith(("https://", "http://"))
        assert source["as_of"] is None or re.fullmatch(r"\d{4}(-\d\d){0,2}", source["as_of"])
    assert any(source["as_of"] for source in sources(answer))


def test_the_language_follows_the_visitor_within_one_conversation(visitor: Visit) -> None:
    one = visitor("en")
    for language in ("en", "de", "zh", "en"):
        answer = one.ask(WHO_CARRIES[language])
        assert {message["language"] for message in answer} == {language}
        assert WHO_CARRIES_ANSWER[language] in words(answer)
    said = [m["language"] for m in one.history() if m["author"] == "visitor"]
    assert said == ["en", "de", "zh", "en"]


@pytest.mark.parametrize(
    ("request_text", "language"),
    [("Please answer in German", "de"), ("Bitte antworte auf Englisch", "en"), ("请用中文回答", "zh")],
)
def test_a_language_asked_for_is_kept_whatever_is_written_next(
    visitor: Visit, request_text: str, language: str
) -> None:
    one = visitor("en")
    one.ask(request_text)
    for written in LANGUAGES:
        answer = one.ask(ABOUT_CFIE[written])
        assert {message["language"] for message in answer} == {language}
        assert BEIJING[language] in words(answer), written


@pytest.mark.parametrize("language", LANGUAGES)
def test_and_where_asks_about_what_was_just_said(visitor: Visit, language: str) -> None:
    one = visitor(language)
    assert "CFIE" in words(one.ask(ABOUT_CFIE[language]))
    answer = one.ask(WHERE[language])
    assert BEIJING[language] in answer[0]["text"]
    assert sources(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_one_is_the_second_of_the_list(visitor: Visit, language: str) -> None:
    one = visitor(language)
    listed = one.ask(PARTNERS_THERE[language])
    lines = {m.group(1): m.group(2) for m in re.finditer(r"^(\d+)\. (.+?) – ", listed[0]["text"], re.MULTILINE)}
    assert len(lines) == 2
    answer = one.ask(SECOND_ONE[language])
    assert lines["2"] in words(answer)
    assert lines["1"] not in answer[0]["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_else_names_others_than_those_just_named(visitor: Visit, language: str) -> None:
    one = visitor(language)
    one.ask(WHO_CARRIES[language])
    answer = one.ask(WHO_ELSE[language])
    assert re.search(OTHER_PARTNERS[language], answer[0]["text"])


@pytest.mark.parametrize(
    ("language", "statement", "correction"),
    [
        ("en", "Luzhou is in Yunnan, right?", "Sichuan"),
        ("de", "Luzhou liegt in Yunnan, stimmt das?", "Sichuan"),
        ("zh", "泸州在云南省，对吗？", "四川"),
        ("en", "Herne and Luzhou have been twin cities since 2015, correct?", "2019"),
        ("de", "Herne und Luzhou sind seit 2015 Partnerstädte, richtig?", "2019"),
        ("zh", "黑尔讷和泸州2015年结为友好城市，对吗？", "2019"),
    ],
)
def test_a_false_premise_is_corrected(visitor: Visit, language: str, statement: str, correction: str) -> None:
    answer = visitor(language).ask(statement)
    assert correction in answer[0]["text"]
    assert not answer[0]["text"].startswith(("Yes", "Ja", "是的"))
    assert sources(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_said_plainly_without_a_source(visitor: Visit, language: str) -> None:
    answer = visitor(language).ask(REVENUE[language])
    assert re.search(SAYS_UNKNOWN[language], answer[0]["text"])
    assert not sources(answer)
    assert not re.search(r"\d", answer[0]["text"])
    assert answer[0]["choices"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pressed_choices_lead_on(visitor: Visit, language: str) -> None:
    one = visitor(language)
    greeting = one.opened["messages"][0]
    answer = one.press(greeting)
    assert sources(answer)
    pressed = next(m for m in one.history() if m["author"] == "visitor")
    assert pressed["text"] == greeting["choices"][0]["title"]
    listed = one.press(greeting, 1)
    introduced = one.press(listed[0])
    assert listed[0]["choices"][0]["title"] in words(introduced)
    assert {m["language"] for m in introduced} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_to_the_offer_of_a_person_gets_one_answer_with_the_desk(visitor: Visit, language: str) -> None:
    one = visitor(language)
    one.ask({"en": "What is the lottery number of Innobanx?", "de": REVENUE["de"], "zh": REVENUE["zh"]}[language])
    answer = one.ask({"en": "yes", "de": "ja", "zh": "好的"}[language])
    assert len(answer) == 1, [message["text"] for message in answer]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_without_meaning_after_an_answer_do_not_end_the_conversation(visitor: Visit, language: str) -> None:
    one = visitor(language)
    one.ask(ABOUT_CFIE[language])
    for text in ("restart", "12345", "asdf qwer", "OK"):
        assert len(one.ask(text)) == 1, text
        assert BEIJING[language] in words(one.ask(ABOUT_CFIE[language])), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_asking_for_a_person_names_the_configured_desk(visitor: Visit, language: str) -> None:
    answer = visitor(language).ask(PERSON[language])
    assert len(answer) == 1
    assert GENERAL_DESK[language] in words(answer)
    assert DESK_MAIL in words(answer)
    assert NOT_STORED[language] not in words(answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_follows_the_subject_of_the_conversation(visitor: Visit, language: str) -> None:
    one = visitor(language)
    one.ask({"en": "Where is Luzhou?", "de": "Wo liegt Luzhou?", "zh": "泸州在哪里？"}[language])
    answer = one.ask(PERSON[language])
    # The twin-city desk answers in German and English; the general one takes what is written in Chinese.
    assert (DESK_MAIL if language == "zh" else CITY_MAIL) in words(answer)


@pytest.fixture(scope="module")
def bare_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A second copy beside the shared one, with no desk configured."""
    with started(tmp_path_factory.mktemp("bare"), DESK_CONTACTS="{}") as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_configuration_it_is_said_plainly_that_no_contact_is_stored(bare_copy: Copy, language: str) -> None:
    for text in (WHOM[language], PERSON[language]):
        answer = Visitor(bare_copy, language).ask(text)
        assert GENERAL_DESK[language] in words(answer)
        assert (NOT_STORED[language] in words(answer)) == (text == WHOM[language])
        assert "@" not in words(answer)


def test_two_copies_side_by_side_do_not_know_each_other(copy: Copy, bare_copy: Copy) -> None:
    here, there = Visitor(copy, "en"), Visitor(bare_copy, "en")
    assert DESK_MAIL in words(here.ask(PERSON["en"]))
    assert DESK_MAIL not in words(there.ask(PERSON["en"]))
    there.http.headers["Authorization"] = f"Bearer {here.token}"
    assert there.http.get("/api/messages").status_code == 401
    assert copy.secret("CORE_SECRET") != bare_copy.secret("CORE_SECRET")
