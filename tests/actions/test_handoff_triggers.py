"""What leads to the form, and why a person was wanted."""

from typing import Any

import httpx
import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.knowledge import answer
from bot.partners.knowledge import Snapshot
from bot.replies.handoff_words import word
from bot.store import Store

from .conftest import Call, request_body
from .handoff_talk import LANGUAGES, Start, Talk, cases


@pytest.fixture
def talk(core: httpx.Client, database: Store) -> Start:
    return lambda language="en", **slots: Talk(core, database, language, **slots)


@pytest.mark.parametrize(
    ("slots", "trigger"),
    [
        ({"misses": 2, "offer": "person"}, "misunderstood"), ({"misses": 1, "offer": "person"}, "asked"),
        ({"offer": "feedback"}, "feedback"),
    ],
)  # fmt: skip
def test_a_case_says_why_a_person_was_wanted(talk: Start, database: Store, slots: dict[str, Any], trigger: str) -> None:
    one = talk("en", last_question="What is the annual revenue of Innobanx?", **slots)
    one.hear("Speak with a person", "talk_to_human", {})
    assert "annual revenue" in one.press("other") and one.slots["misses"] == 0
    one.press("draft")
    one.press("chat")
    one.press("skip")
    one.press("yes")
    one.press("send")
    assert [case.trigger for case in cases(database, one)] == [trigger]


def test_a_person_offered_for_a_topic_is_noted_as_such(talk: Start) -> None:
    one = talk("en")
    one.hear("Speak with a person", "talk_to_human", {"handoff_trigger": "topic"})
    assert one.slots["handoff_run"]["trigger"] == "topic"


@pytest.mark.parametrize("offer", ["person", "feedback"])
def test_a_yes_to_the_offered_person_begins_the_form(core: httpx.Client, offer: str) -> None:
    for action, intent in (("action_affirm", "affirm"), ("action_answer", "talk_to_human")):
        body = core.post("/webhook", json=request_body(action, "yes", intent=intent, offer=offer)).json()
        assert [e["name"] for e in body["events"] if e["event"] == "followup"] == ["handoff_form"]
        assert body["responses"] == []


def test_a_bad_answer_leads_to_the_offer_of_a_person(call: Call) -> None:
    done = call("action_feedback_negative", "not helpful", intent="feedback_negative", last_answer=["facts"])
    assert done["slots"] == {"offer": "feedback"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_named_desk_can_be_written_to(call: Call, language: str) -> None:
    text = {"en": "Whom do I ask about Luzhou?", "de": "Wer ist für Luzhou zuständig?", "zh": "泸州的事找谁？"}[
        language
    ]
    [said] = call("action_show_contact", text, intent="ask_contact", language=language)["said"]
    assert said["buttons"] == [
        {"title": word("choice_write", language), "payload": '/talk_to_human{"record": "luzhou"}'}
    ]


LOGISTICS = {
    "en": "What does Herne offer in logistics?",
    "de": "Was bietet Herne in der Logistik?",
    "zh": "黑尔讷在物流方面有什么？",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("marked", [True, False])
def test_on_a_topic_that_always_needs_one_a_person_is_offered_beside_the_answer(
    snapshot: Snapshot, language: str, marked: bool
) -> None:
    message = request_body("action_answer", LOGISTICS[language], intent="ask_topic", language=language)["tracker"]
    tracker = Tracker("c", message["slots"], message["latest_message"], [], False, None, {}, "action_listen")
    said = CollectingDispatcher()
    answer(said, tracker, snapshot, lambda _: None, lambda topics, _: marked and "logistics" in set(topics))
    payloads = [button["payload"] for button in said.messages[-1]["buttons"]]
    assert said.messages[-1]["custom"]["sources"] and payloads[:-1]
    assert (payloads[-1] == '/talk_to_human{"handoff_trigger": "topic"}') == marked


def with_parts(text: str, *parts: tuple[str, str]) -> dict[str, Any]:
    """A message of several questions, each with its sure intent, as the core sends it."""
    body = request_body("action_answer", text, intent="nlu_fallback")
    body["tracker"]["latest_message"]["parts"] = [
        {"text": part, "asks": True, "intent_ranking": [{"name": intent, "confidence": 1.0}]} for part, intent in parts
    ]
    return body


def test_a_person_wanted_beside_a_question_comes_after_its_answer(core: httpx.Client) -> None:
    wish = ("Can I talk to someone?", "talk_to_human")
    known = core.post("/webhook", json=with_parts("x", ("What is Innobanx?", "ask_partner"), wish)).json()
    assert "young company" in known["responses"][0]["text"]
    unknown = core.post("/webhook", json=with_parts("x", ("Who sells blubb krx?", "nlu_fallback"), wish)).json()
    assert unknown["responses"] == []
    for body in (known, unknown):
        assert [event["name"] for event in body["events"] if event["event"] == "followup"] == ["handoff_form"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Do we need a visa to visit Luzhou, and where is it?"),
        ("de", "Brauchen wir ein Visum für Luzhou, und wo liegt es?"),
        ("zh", "去泸州需要签证吗？它在哪里？"),
    ],
)
def test_where_the_words_call_for_one_a_person_is_offered_once_beside_the_answer(
    call: Call, language: str, text: str
) -> None:
    for action_text in (text, f"{text} {text}"):
        said = call("action_answer", action_text, intent="ask_place", language=language)["said"]
        payloads = [button["payload"] for message in said for button in message.get("buttons") or ()]
        assert sum(payload.startswith("/talk_to_human") for payload in payloads) == 1, payloads
