"""How a form ends: with one case, or with nothing stored and nothing promised."""

import httpx
import pytest
from sqlalchemy import text as sql

from bot.replies.handoff_words import word
from bot.store import Store
from tests.handoff.conftest import state_of

from .handoff_talk import LANGUAGES, QUESTION, Start, Talk, away, cases


@pytest.fixture
def talk(core: httpx.Client, database: Store) -> Start:
    return lambda language="en", **slots: Talk(core, database, language, **slots)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_database_that_is_away_promises_nothing_and_sending_again_gives_one_case(
    talk: Start, database: Store, language: str
) -> None:
    one = talk(language)
    one.fill()
    with away(database, "handoff_case"):
        assert one.press("send") == word("store_away", language)
    assert one.step == "handoff_confirmed" and one.slots["handoff_email"] == "anna@example.org"
    told = dict(one.slots)
    first = one.press("send")
    one.slots = told  # the core died before it noted the end, and asks again
    again = one.hear("Send", "talk_to_human", {"handoff_step": "confirmed", "handoff_value": "send"})
    [case] = cases(database, one)
    assert case.number in first and again == first


def test_a_form_begun_under_another_version_goes_on(talk: Start, database: Store) -> None:
    one = talk("en")
    one.fill()
    one.slots["handoff_run"] = {"run": one.slots["handoff_run"]["run"], "of_another_version": 1}
    one.press("send")
    assert len(cases(database, one)) == 1 and one.is_over


def test_a_case_is_never_opened_after_the_core_has_given_up_waiting(talk: Start, database: Store) -> None:
    one = talk("en")
    one.fill()
    one.late = 7.0
    assert one.press("send") == word("store_away", "en") and cases(database, one) == []
    assert state_of(database, one.conversation) == "bot"
    one.late = 0.0
    one.press("send")
    assert len(cases(database, one)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_many_requests_within_an_hour_are_refused_and_the_details_kept(
    talk: Start, database: Store, language: str
) -> None:
    one = talk(language)
    for _ in range(3):
        one.fill("chat")
        one.press("send")
        with database.session() as session:
            session.execute(
                sql("UPDATE handoff_case SET state = 'closed' WHERE conversation = :c"), {"c": one.conversation}
            )
    one.fill("chat")
    assert one.press("send") == word("too_many", language)
    assert one.slots["handoff_question"] == QUESTION[language] and len(cases(database, one)) == 3
    assert [button["title"] for button in one.said[-1]["buttons"]] == [
        word("choice_retry", language), word("choice_cancel", language),
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_waits_already_is_not_asked_everything_again(talk: Start, database: Store, language: str) -> None:
    one = talk(language)
    one.fill()
    one.press("send")
    with database.session() as session:
        session.execute(sql("UPDATE chat_session SET state = 'bot' WHERE conversation = :c"), {"c": one.conversation})
    [case] = cases(database, one)
    assert case.number in one.begin() and one.is_over
    assert state_of(database, one.conversation) == "waiting" and len(cases(database, one)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_of_a_form_that_is_over_opens_nothing(talk: Start, database: Store, language: str) -> None:
    one = talk(language)
    one.fill()
    stale = one.said
    one.press("cancel")
    one.said = stale
    assert one.press("send") == word("stale", language) and one.is_over and cases(database, one) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_no_conversation_is_kept_the_desk_is_named(talk: Start, language: str) -> None:
    one = talk(language)
    one.conversation = "shell:nobody"
    assert {"en": "General desk", "de": "Allgemeine Anlaufstelle", "zh": "综合服务处"}[language] in one.begin()
    assert one.is_over
