"""Every fixed text stands in English, German and Chinese, with the same placeholders."""

import re
from string import Formatter

import pytest

from bot.replies.dates import date_text
from bot.replies.greeting import GREETING, GREETING_CHOICES, NOTICE, chat_notice, greeting
from bot.replies.phrases import LIST_SEPARATOR, PHRASES, SENTENCE_SEPARATOR, join, listing, phrase
from bot.replies.problems import NOTICES, PROBLEMS, notice, problem_status, problem_text
from bot.replies.web_page import WEB_PAGE
from bot.replies.web_page_widget import LABELS, WIDGET

LANGUAGES = {"en", "de", "zh"}
HAN = re.compile(r"[\u3400-\u9fff]")
TEXTS: dict[str, dict[str, str]] = {
    **{f"phrase {key}": texts for key, texts in PHRASES.items()},
    **{f"problem {code}": texts for code, (_, texts) in PROBLEMS.items()},
    **{f"notice {key}": texts for key, texts in NOTICES.items()},
    **{
        f"{name} {key}": {language: words[language].get(key, "") for language in words}
        for name, words in (("web page", WEB_PAGE), ("chat", WIDGET), ("button", LABELS))
        for key in words["en"]
    },
    **{f"greeting choice {intent}": titles for intent, titles in GREETING_CHOICES},
    "greeting": GREETING,
    "greeting notice": NOTICE,
}
NAMES_OF_LANGUAGES = {"web page language_name", "chat language_name", "web page organisation"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_text_stands_in_three_languages() -> None:
    assert {key: set(texts) for key, texts in TEXTS.items() if set(texts) != LANGUAGES} == {}


def test_no_text_is_empty_in_some_of_the_languages_only() -> None:
    filled = {key: {language for language, text in texts.items() if text.strip()} for key, texts in TEXTS.items()}
    assert {key: found for key, found in filled.items() if found not in (LANGUAGES, set())} == {}


def test_every_text_takes_the_same_values_in_each_language() -> None:
    values = {key: {language: placeholders(text) for language, text in texts.items()} for key, texts in TEXTS.items()}
    assert {key: found for key, found in values.items() if not found["en"] == found["de"] == found["zh"]} == {}
    assert all(name.isidentifier() for found in values.values() for name in found["en"])


def test_chinese_texts_are_written_in_chinese_and_the_others_are_not() -> None:
    wrong = [
        key
        for key, texts in TEXTS.items()
        if HAN.search(texts["en"] + texts["de"])
        or (not HAN.search(texts["zh"]) and len(texts["zh"]) > 12 and key not in NAMES_OF_LANGUAGES)
    ]
    assert wrong == []


def test_the_page_has_the_same_words_in_each_language() -> None:
    for words in (WEB_PAGE, WIDGET, LABELS):
        assert set(words) == LANGUAGES
        assert set(words["de"]) == set(words["en"]) == set(words["zh"])


def test_separators_stand_in_three_languages() -> None:
    assert set(LIST_SEPARATOR) == set(SENTENCE_SEPARATOR) == LANGUAGES


def test_every_kind_of_answer_that_has_fixed_words_finds_them() -> None:
    assert {"unknown", "unknown_again", "unknown_third", "ask_back", "which_one", "nothing_more", "disputed"} <= set(
        PHRASES
    )
    assert {"yes", "no", "differs"} <= set(PHRASES)


def test_phrases_are_filled_in_and_put_together_as_the_language_does_it() -> None:
    assert phrase("near_known", "en", names="Herne") == "I can tell you about Herne."
    assert join(["Ja.", "", "So ist es."], "de") == "Ja. So ist es."
    assert join(["是的。", "如此。"], "zh") == "是的。如此。"
    assert listing(["黑尔讷", "泸州"], "zh") == "黑尔讷、泸州" and listing(["A", "B"], "en") == "A, B"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_greeting_offers_three_choices_in_the_language(language: str) -> None:
    text, choices = greeting(language)
    assert text and [set(choice) for choice in choices] == [{"title", "intent", "entities"}] * 3
    assert "30" in chat_notice(language, 30) and "{" not in chat_notice(language, 30)


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_has_a_status_and_reads_english_for_other_languages(code: str) -> None:
    assert 400 <= problem_status(code) < 600
    assert problem_text(code, "fr") == problem_text(code, "en") != problem_text(code, "zh")


def test_a_notice_reads_english_for_other_languages() -> None:
    assert all(notice(key, "fr") == notice(key, "en") for key in NOTICES)


@pytest.mark.parametrize(
    ("date", "english", "german", "chinese"),
    [
        ("2019-05-22", "22 May 2019", "22. Mai 2019", "2019年5月22日"),
        ("2018-03", "March 2018", "März 2018", "2018年3月"),
        ("1954", "1954", "1954", "1954年"),
        ("2020-12-01", "1 December 2020", "1. Dezember 2020", "2020年12月1日"),
    ],
)
def test_dates_are_written_as_each_language_writes_them(date: str, english: str, german: str, chinese: str) -> None:
    assert [date_text(date, language) for language in ("en", "de", "zh")] == [english, german, chinese]
