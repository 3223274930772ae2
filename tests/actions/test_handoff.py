"""The form over HTTP as the core calls it: step by step in three languages."""

import httpx
import pytest

from bot.handoff import outbox
from bot.handoff.reading import contact_of
from bot.handoff.vault import Vault
from bot.replies.handoff_words import CONSENT_VERSION, word
from bot.store import Store
from tests.handoff.conftest import state_of

from .handoff_talk import LANGUAGES, QUESTION, WHERE, Start, Talk, cases


@pytest.fixture
def talk(core: httpx.Client, database: Store) -> Start:
    return lambda language="en", **slots: Talk(core, database, language, **slots)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_goes_from_the_wish_to_a_case_with_its_mails(talk: Start, database: Store, language: str) -> None:
    one = talk(language, subject=["luzhou"])
    assert word("topic_confirm", language, topic={"zh": "泸州"}.get(language, "Luzhou")) in one.begin()
    assert word("question_ask", language) in one.press("luzhou")
    assert word("reach_ask", language) in one.hear(QUESTION[language])
    assert word("email_ask", language) in one.press("email")
    assert word("name_ask", language) in one.hear("anna@example.org")
    assert word("consent_ask", language) in one.hear("Anna Beispiel, Pumpen GmbH")
    summary = one.press("yes")
    assert QUESTION[language] in summary and "anna@example.org" in summary and cases(database, one) == []
    done = one.press("send")
    [case] = cases(database, one)
    assert case.number in done and "anna@example.org" in done and one.is_over
    assert (case.topic, case.reach, case.language, case.trigger, case.desk) == (
        "luzhou", "email", language, "asked", "centre-general" if language == "zh" else "city-twinning",
    )  # fmt: skip
    assert case.consent_text == f"{CONSENT_VERSION} {language}" and state_of(database, one.conversation) == "waiting"
    contact = database.run(lambda session: contact_of(session, Vault([]), case.number, "test"))
    assert (contact.question, contact.email) == (QUESTION[language], "anna@example.org")
    assert (contact.name, contact.company) == ("Anna Beispiel", "Pumpen GmbH")
    mails = database.run(lambda session: outbox.by_key(session, f"case:{case.number}:"))
    assert {mail.template for mail in mails} == {"desk_notice", "receipt"}
    assert [button["payload"] for button in one.said[-1]["buttons"]] == ["/resume_assistant"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_in_the_chat_needs_no_address_and_no_name(talk: Start, database: Store, language: str) -> None:
    one = talk(language)
    one.begin()
    one.press("other")
    one.hear(QUESTION[language])
    assert word("name_ask", language) in one.press("chat")
    one.press("skip")
    assert word("reach_chat", language) in one.press("yes")
    assert word("sent_chat", language) in one.press("send")
    [case] = cases(database, one)
    assert case.reach == "chat" and not case.has_email and case.desk == "centre-general" and case.topic is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_consent_stores_nothing_and_says_so(talk: Start, database: Store, language: str) -> None:
    one = talk(language)
    one.begin()
    one.press("other")
    one.hear(QUESTION[language])
    one.press("chat")
    one.press("skip")
    assert one.press("no") == word("refused", language)
    assert one.is_over and cases(database, one) == [] and state_of(database, one.conversation) == "bot"


@pytest.mark.parametrize("language", LANGUAGES)
def test_cancelling_keeps_nothing(talk: Start, database: Store, language: str) -> None:
    one = talk(language)
    one.fill()
    assert one.press("cancel") == word("cancelled", language)
    assert one.is_over and cases(database, one) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_in_between_is_answered_and_the_step_asked_again(talk: Start, language: str) -> None:
    one = talk(language)
    one.begin()
    one.press("other")
    one.hear(QUESTION[language])
    one.press("email")
    before = dict(one.slots)
    reply = one.hear(WHERE[language], "ask_place")
    assert "Sichuan" in reply or "四川" in reply
    assert reply.endswith(word("email_ask", language)) and len(one.said) == 2
    assert one.said[0]["custom"]["sources"] and not one.said[0].get("buttons")
    assert {n: v for n, v in one.slots.items() if n.startswith("handoff_")} == {
        n: v for n, v in before.items() if n.startswith("handoff_")
    }
    assert one.step == "handoff_email" and "luzhou" in one.slots["subject"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_going_back_keeps_what_was_told_before(talk: Start, language: str) -> None:
    one = talk(language)
    one.begin()
    assert word("first_step", language) in one.hear({"en": "back", "de": "zurück", "zh": "返回"}[language])
    one.press("other")
    one.hear(QUESTION[language])
    one.press("email")
    assert word("reach_ask", language) in one.press("back")
    reply = one.press("back")
    assert QUESTION[language] in reply and one.slots["handoff_topic"] == "other"
    assert word("reach_ask", language) in one.press("draft")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "my e-mail is wrong"), ("de", "meine E-Mail-Adresse ist falsch"), ("zh", "我的邮箱写错了")],
)
def test_a_wrong_address_is_corrected_and_the_summary_comes_again(talk: Start, language: str, text: str) -> None:
    one = talk(language)
    one.fill()
    assert word("email_ask", language) in one.hear(text)
    assert "maria@example.org" in one.hear("maria@example.org") and one.step == "handoff_confirmed"


def test_something_can_be_changed_by_choice(talk: Start) -> None:
    one = talk("en")
    one.fill()
    assert one.press("change") == word("change_ask", "en")
    assert word("question_ask", "en") in one.press("question")
    assert "Another question" in one.hear("Another question") and one.step == "handoff_confirmed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_wrong_addresses_show_the_way_out(talk: Start, language: str) -> None:
    one = talk(language, subject=["ihk-mittleres-ruhrgebiet"])
    one.begin()
    one.press("ihk-mittleres-ruhrgebiet")
    one.hear(QUESTION[language])
    one.press("email")
    for _ in range(2):
        reply = one.hear("anna.example.org")
        assert word("invalid_address", language) in reply and word("way_out", language)[:12] not in reply
    reply = one.hear("anna@")
    assert word("way_out", language)[:12] in reply and one.step == "handoff_email"
    if language != "zh":
        assert "international@example.org" in reply
    assert word("name_ask", language) in one.hear("anna@example.org")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_in_the_address_is_offered_right(talk: Start, language: str) -> None:
    one = talk(language)
    one.begin()
    one.press("other")
    one.hear(QUESTION[language])
    one.press("email")
    assert "anna@gmail.com" in one.hear("anna@gmial.com")
    one.press("suggested")
    assert one.slots["handoff_email"] == "anna@gmail.com"


def test_a_name_does_not_change_the_language_but_a_question_does(talk: Start) -> None:
    one = talk("en")
    one.begin()
    one.press("other")
    assert word("reach_ask", "de") in one.hear("Wann fährt die Delegation?", language="de")
    one.slots["language"] = "de"
    one.press("chat")
    assert word("consent_ask", "de") in one.hear("王伟，泸州公司", language="zh")
    assert one.slots["language"] == "de" and one.slots["handoff_name"] == "王伟"


def test_asking_for_another_language_keeps_the_step(talk: Start) -> None:
    one = talk("en")
    one.begin()
    one.press("other")
    one.hear("When does the delegation leave?")
    reply = one.hear("auf Deutsch bitte", "set_language", language="de")
    assert reply.endswith(word("reach_ask", "de")) and one.step == "handoff_reach"
    assert one.slots["fixed_language"] == "de"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_topic_in_the_visitors_words_is_found(talk: Start, language: str) -> None:
    one = talk(language)
    one.begin()
    one.hear({"en": "logistics", "de": "Logistik", "zh": "物流"}[language])
    assert one.slots["handoff_topic"] == "logistics" and one.step == "handoff_question"


def test_words_without_a_topic_are_asked_again_and_a_whole_question_is_kept(talk: Start) -> None:
    one = talk("en")
    one.begin()
    assert word("invalid_topic", "en") in one.hear("blubb krx")
    told = "we bought a blubb krx fnord and it came in pieces"
    assert told in one.hear(told) and one.step == "handoff_question"


def test_what_was_said_beside_the_wish_is_proposed_as_the_question(talk: Start) -> None:
    one = talk("en")
    told = "We build pumps for mines and look for a buyer in Sichuan, could I talk to one of your people about it?"
    one.hear(told, "talk_to_human")
    assert told[:60] in one.press("sichuan")
    assert one.press("draft") and one.slots["handoff_question"] == told
