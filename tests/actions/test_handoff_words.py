"""The words of the form: complete in three languages, with times by both clocks, and nothing promised too early."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from string import Formatter

import pytest

from bot.handoff.hours import standing
from bot.handoff.intake import STEPS, TRIES, Form, Step
from bot.handoff.routing import read_handoff
from bot.partners.records import Desk
from bot.replies import handoff
from bot.replies.dates import WEEKDAYS
from bot.replies.handoff import Scene
from bot.replies.handoff_times import CLOCKS, closed_text, moment_text
from bot.replies.handoff_words import WORDS, word
from bot.settings import ROOT

LANGUAGES = ("en", "de", "zh")
HAN = re.compile(r"[\u3400-\u9fff]")
DATA = read_handoff(ROOT / "data" / "handoff")
SUNDAY = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Herne
DESK = Desk(
    "city-twinning",
    {"en": "Twin-city desk", "zh": "友城处"},
    ("de",),
    None,
    (),
    "twinning@example.org",
    "0",
    None,
    None,
)
FORM = Form("run", "topic", question="When does the delegation leave?", reach="email", email="anna@example.org")


def scene(language: str, at: datetime = MONDAY, office: str = "middle-ruhr", desk: Desk = DESK) -> Scene:
    zone = DATA.offices.visitor_zones[language]
    return Scene(language, desk, standing(DATA.offices.by_id[office], at, zone))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_word_stands_in_three_languages_with_the_same_values() -> None:
    for key, texts in {**WORDS, **{zone: CLOCKS[zone] for zone in CLOCKS}}.items():
        assert set(texts) == set(LANGUAGES) and all(text.strip() for text in texts.values()), key
        assert placeholders(texts["en"]) == placeholders(texts["de"]) == placeholders(texts["zh"]), key
        assert HAN.search(texts["zh"]) and not HAN.search(texts["en"] + texts["de"]), key
    assert {language: len(days) for language, days in WEEKDAYS.items()} == dict.fromkeys(LANGUAGES, 7)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Monday 23 November, 09:00 Berlin time"),
        ("de", "Montag, 23. November, 09:00 Uhr Berliner Zeit"),
        ("zh", "11月23日（星期一）柏林时间09:00 / 北京时间16:00"),
    ],
)
def test_outside_hours_the_first_message_says_when_people_are_back(language: str, said: str) -> None:
    text = handoff.start(FORM, scene(language, SUNDAY)).text
    assert word("closed", language, back=said) in text
    assert text.index(said) < text.index(word("topic_ask", language))
    assert ("北京" in text) == (language == "zh")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Monday 23 November, 09:00 Beijing time / 02:00 Berlin time"),
        ("de", "Montag, 23. November, 09:00 Uhr Pekinger Zeit / 02:00 Uhr Berliner Zeit"),
        ("zh", "11月23日（星期一）北京时间09:00"),
    ],
)
def test_an_office_in_china_is_told_by_both_clocks_to_visitors_in_europe(language: str, said: str) -> None:
    assert closed_text(scene(language, SUNDAY, "china").standing, language) == word("closed", language, back=said)


def test_a_time_that_falls_on_another_day_elsewhere_names_both_days() -> None:
    late = scene("zh", datetime(2026, 11, 23, 17, 0, tzinfo=UTC), "middle-ruhr").standing
    assert late.back is not None
    elsewhere = replace(late.back, visitor=datetime(2026, 11, 25, 1, 0, tzinfo=late.back.visitor.tzinfo))  # type: ignore[union-attr]
    assert "11月24日" in moment_text(elsewhere, "zh") and "11月25日" in moment_text(elsewhere, "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_within_hours_nothing_is_said_of_being_closed(language: str) -> None:
    text = handoff.start(FORM, scene(language)).text
    assert DESK.name(language) in text and word("closed_unknown", language) not in text
    assert word("closed", language, back="").split("：")[0].split(":")[0] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_office_that_never_opens_again_promises_no_time(language: str) -> None:
    away = replace(scene(language, SUNDAY).standing, back=None)
    assert closed_text(away, language) == word("closed_unknown", language)
    assert handoff.back_texts(away) == {} and handoff.back_texts(scene(language).standing) == {}
    assert set(handoff.back_texts(scene(language, SUNDAY).standing)) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_one_message_with_a_way_back_and_a_way_out(step: Step, language: str) -> None:
    message = handoff.ask(replace(FORM, step=step), scene(language))
    titles = [button.title for button in message.buttons]
    assert message.text and titles[-1] == word("choice_cancel", language)
    assert (word("choice_back", language) in titles) == (step != "topic")
    assert all(button.payload.startswith("/talk_to_human{") for button in message.buttons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_out_is_shown_after_three_tries_with_the_desks_own_address(language: str) -> None:
    form = replace(FORM, step="email", tries=TRIES - 1)
    assert "twinning@example.org" not in handoff.invalid(form, scene(language), "no_at").text
    message = handoff.invalid(replace(form, tries=TRIES), scene(language), "no_at")
    assert "twinning@example.org" in message.text and message.card is not None
    bare = replace(DESK, email=None, phone=None)
    plain = handoff.invalid(replace(form, tries=TRIES), scene(language, desk=bare), "no_at")
    assert word("way_out", language) in plain.text and plain.card is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_holds_all_that_is_passed_on(language: str) -> None:
    form = replace(FORM, step="confirmed", topic="other", name="Anna Beispiel", company="Pumpen", consent=True)
    text = handoff.ask(form, scene(language)).text
    for part in ("delegation", "anna@example.org", "Anna Beispiel", "Pumpen", DESK.name(language)):
        assert part in text
    assert word("not_given", language) in handoff.ask(replace(form, name="", company=None), scene(language)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_curly_brackets_of_a_visitor_are_just_text(language: str) -> None:
    form = replace(FORM, step="question", draft="What is {number} and {0}?")
    assert "{number} and {0}" in handoff.ask(form, scene(language)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_privacy_notice_is_linked_where_there_is_one(language: str) -> None:
    form = replace(FORM, step="consent")
    linked = replace(scene(language), privacy_url="https://example.org/privacy")
    assert "https://example.org/privacy" in handoff.ask(form, linked).text
    assert "http" not in handoff.ask(form, scene(language)).text
