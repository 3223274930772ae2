"""The form against the three real processes, in three languages, also when one of them dies at the last step."""

import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest

from bot.replies.handoff_words import word
from bot.replies.problems import LANGUAGES

from .copies import Copy, Visitor, replies, sources, started, until, words
from .phrases import PERSON

Message = dict[str, Any]

QUESTION = {
    "en": "I want to export pumps to China. Who in Luzhou would buy them?",
    "de": "Ich möchte Pumpen nach China ausführen. Wer in Luzhou würde sie kaufen?",
    "zh": "我想向中国出口水泵，泸州有谁会买？",
}
WHERE = {"en": "where is Luzhou?", "de": "Wo liegt Luzhou?", "zh": "泸州在哪里？"}
SICHUAN = {"en": "Sichuan", "de": "Sichuan", "zh": "四川"}
WRONG = {"en": "my e-mail is wrong", "de": "meine E-Mail ist falsch", "zh": "我的邮箱写错了"}
NAME = {"en": "Anna Example, Example Ltd", "de": "Anna Beispiel, Beispiel GmbH", "zh": "王伟，泸州水泵公司"}
GIBBERISH = {"en": "blubb krx fnord", "de": "blubb krx fnord", "zh": "blubb krx fnord"}
UNHAPPY = {"en": "that was not helpful", "de": "das war nicht hilfreich", "zh": "没有帮助"}
YES = {"en": "yes please", "de": "ja bitte", "zh": "好的"}
CLOSING = {"en": "Somebody is there|people are back", "de": "Dort ist jemand|wieder da", "zh": "值班至|恢复时间"}


class Writer(Visitor):
    """A visitor who presses choices by their title."""

    said: list[Message]

    def say(self, text: str) -> str:
        self.said = self.ask(text)
        return words(self.said)

    def choose(self, key: str, **values: str) -> str:
        title = word(key, self.language, **values)
        return self.choose_title(title)

    def choose_title(self, title: str) -> str:
        self.said = replies(self.post(choice=self.choice(title)))
        return words(self.said)

    def choice(self, title: str) -> str:
        """What stands behind the choice with this title in the last message."""
        offered = {choice["title"]: str(choice["choice"]) for choice in self.said[-1]["choices"]}
        assert title in offered, offered
        return offered[title]

    def up_to(self, step: str, reach: str = "email") -> None:
        """From the wish to the question of a step."""
        language = self.language
        moves: dict[str, Callable[[], str]] = {
            "topic": lambda: self.say(PERSON[language]),
            "question": lambda: self.choose("choice_topic_other"),
            "reach": lambda: self.say(QUESTION[language]),
            "email": lambda: self.choose(f"choice_{reach}"),
            "name": lambda: self.say("anna@example.org"),
            "consent": lambda: self.say(NAME[language]),
            "confirmed": lambda: self.choose("choice_agree"),
        }
        if reach == "chat":
            del moves["name"]
        for name, move in moves.items():
            move()
            if name == step:
                return


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy of this module's own, since it is harmed; the desk has an address."""
    contacts = '{"centre-general": {"email": "general-desk@example.org"}}'
    with started(tmp_path_factory.mktemp("form"), DESK_CONTACTS=contacts, MAIL_MODE="file") as running:
        yield running


@pytest.fixture
def write(copy: Copy) -> Iterator[Callable[[str], Writer]]:
    """Opens conversations once everything is up."""
    until(lambda: answering(copy), 120)
    opened: list[Writer] = []

    def visit(language: str) -> Writer:
        opened.append(Writer(copy, language))
        return opened[-1]

    yield visit
    for one in opened:
        one.http.close()


Write = Callable[[str], Writer]


def cases(copy: Copy, visitor: Visitor) -> list[tuple[str, str, str, str]]:
    """Number, reach, language and topic of the cases of a conversation, straight from the database."""
    with closing(sqlite3.connect(copy.var_dir / "assistant.db", timeout=60)) as db:
        query = "SELECT number, reach, language, topic FROM handoff_case WHERE conversation = ?"
        return list(db.execute(query, (visitor.conversation,)))


def answering(copy: Copy) -> bool:
    """Whether the action server answers for itself and the gateway finds all others."""
    try:
        up = httpx.get(f"{copy.actions_url}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
    return up and copy.is_ready()


def form_slots(copy: Copy, visitor: Visitor) -> str:
    """What the core remembers of a conversation, as text."""
    with closing(sqlite3.connect(copy.var_dir / "tracker.db", timeout=60)) as db:
        query = "SELECT state FROM conversations WHERE sender_id = ?"
        return str(db.execute(query, (visitor.conversation,)).fetchone()[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_by_e_mail_is_asked_for_in_single_messages_and_becomes_one_case(
    copy: Copy, write: Write, language: str
) -> None:
    one = write(language)
    assert SICHUAN[language] in one.say(WHERE[language])
    place = {"zh": "泸州"}.get(language, "Luzhou")
    assert word("topic_confirm", language, topic=place) in one.say(PERSON[language]) and len(one.said) == 1
    assert word("question_ask", language) in one.choose("choice_topic_yes", topic=place)
    assert word("reach_ask", language) in one.say(QUESTION[language])
    assert word("email_ask", language) in one.choose("choice_email")
    assert word("name_ask", language) in one.say("anna@example.org")
    assert word("consent_ask", language) in one.say(NAME[language])
    summary = one.choose("choice_agree")
    assert QUESTION[language] in summary and "anna@example.org" in summary and cases(copy, one) == []
    done = one.choose("choice_send")
    assert len(one.said) == 1
    [(number, reach, spoken, topic)] = cases(copy, one)
    assert (reach, spoken, topic) == ("email", language, "luzhou")
    assert number in done and "anna@example.org" in done and word("choice_resume", language) in done
    assert any(part in done for part in CLOSING[language].split("|"))
    assert "anna@example.org" not in form_slots(copy, one)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_in_the_chat_needs_no_address(copy: Copy, write: Write, language: str) -> None:
    one = write(language)
    one.up_to("email", "chat")
    assert word("name_ask", language) in words(one.said)
    one.choose("choice_skip")
    assert word("not_given", language) in one.choose("choice_agree")
    assert word("sent_chat", language) in one.choose("choice_send")
    assert [(reach, spoken) for _, reach, spoken, _ in cases(copy, one)] == [("chat", language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_goes_on_with_the_assistant_finds_the_request_again(copy: Copy, write: Write, language: str) -> None:
    one = write(language)
    one.up_to("confirmed")
    one.choose("choice_send")
    resumed = one.post(choice=one.choice(word("choice_resume", language)))
    assert resumed.status_code == 200 and resumed.json()["state"] == "bot"
    assert SICHUAN[language] in one.say(WHERE[language])
    [(number, *_)] = cases(copy, one)
    assert number in one.say(PERSON[language]) and len(cases(copy, one)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_refuses_the_consent_is_told_that_nothing_is_stored(copy: Copy, write: Write, language: str) -> None:
    one = write(language)
    one.up_to("consent")
    assert word("refused", language) in one.choose("choice_refuse")
    assert cases(copy, one) == [] and "anna@example.org" not in form_slots(copy, one)
    assert SICHUAN[language] in one.say(WHERE[language]) and sources(one.said) and len(one.said) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cancelled_form_is_over_and_can_be_begun_again(copy: Copy, write: Write, language: str) -> None:
    one = write(language)
    one.up_to("confirmed")
    assert word("cancelled", language) in one.say({"en": "cancel", "de": "Bitte abbrechen", "zh": "取消"}[language])
    assert cases(copy, one) == []
    assert word("topic_ask", language) in one.say(PERSON[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_back_a_correction_and_a_question_in_between_keep_the_rest(copy: Copy, write: Write, language: str) -> None:
    one = write(language)
    one.up_to("email")
    reply = one.say(WHERE[language])
    assert SICHUAN[language] in reply and word("email_ask", language) in one.said[-1]["text"] and len(one.said) == 2
    assert word("reach_ask", language) in one.choose("choice_back")
    one.choose("choice_email")
    one.say("anna@example.org")
    one.say(NAME[language])
    one.choose("choice_agree")
    assert word("email_ask", language) in one.say(WRONG[language])
    summary = one.say("maria@example.org")
    assert "maria@example.org" in summary and QUESTION[language] in summary and NAME[language][:2] in summary


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_invalid_addresses_show_a_way_out(copy: Copy, write: Write, language: str) -> None:
    one = write(language)
    one.up_to("email")
    for text in ("anna.example.org", "anna@", "a@example.org b@example.org"):
        reply = one.say(text)
    assert "general-desk@example.org" in reply and word("choice_cancel", language) in reply
    assert word("name_ask", language) in one.say("anna@example.org")


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_two_misunderstandings_and_after_a_bad_answer_a_yes_leads_to_the_form(
    copy: Copy, write: Write, language: str
) -> None:
    one = write(language)
    one.say(GIBBERISH[language])
    one.say(GIBBERISH[language])
    assert word("topic_ask", language) in one.say(YES[language])
    other = write(language)
    other.say(WHERE[language])
    other.say(UNHAPPY[language])
    assert word("choice_cancel", language) in other.say(YES[language])


def test_the_language_may_change_in_the_middle(copy: Copy, write: Write) -> None:
    one = write("en")
    one.up_to("question")
    one.language = "de"
    assert word("reach_ask", "de") in one.say(QUESTION["de"])
    assert word("name_ask", "de") in one.choose("choice_chat")
    assert word("consent_ask", "de") in one.say("王伟")


def test_a_repeated_last_message_gives_one_case_and_the_same_answer(copy: Copy, write: Write) -> None:
    one = write("en")
    one.up_to("confirmed")
    choice, message_id = one.choice(word("choice_send", "en")), str(uuid.uuid4())
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: replies(one.post(id=message_id, choice=choice)), range(3)))
    assert len(cases(copy, one)) == 1 and answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_action_server_away_at_the_last_step_promises_nothing_and_one_case_follows(
    copy: Copy, write: Write, language: str
) -> None:
    one = write(language)
    one.up_to("confirmed")
    choice = one.choice(word("choice_send", language))
    copy.process("actions").kill()
    said = words(replies(one.post(choice=choice)))
    known = [number for number, *_ in cases(copy, one)]
    # Either it was up again in time, or nothing may be promised.
    assert all(number in said for number in known) and (known or word("choice_resume", language) not in said)
    until(lambda: answering(copy), 120)
    if not known:
        done = words(replies(one.post(choice=choice)))
        [(number, *_)] = cases(copy, one)
        assert number in done and "anna@example.org" in done
    assert len(cases(copy, one)) == 1


def test_an_action_server_that_hangs_at_the_last_step_leads_to_one_case(copy: Copy, write: Write) -> None:
    one = write("en")
    one.up_to("confirmed")
    choice = one.choice(word("choice_send", "en"))
    actions = copy.process("actions")
    actions.suspend()
    try:
        said = words(replies(one.post(choice=choice)))
        assert word("choice_resume", "en") not in said and cases(copy, one) == []
    finally:
        actions.resume()
    until(lambda: answering(copy), 60)
    time.sleep(2)
    assert cases(copy, one) == [], "what the visitor was told had failed must not happen after all"
    done = words(replies(one.post(choice=choice)))
    [(number, *_)] = cases(copy, one)
    assert number in done


def test_a_core_killed_in_the_middle_goes_on_at_the_same_step(copy: Copy, write: Write) -> None:
    one = write("de")
    one.up_to("email")
    copy.process("core").kill()
    answer = one.insist("anna@example.org", str(uuid.uuid4()))
    assert word("name_ask", "de") in words(answer)
