"""A long sentence that asks at its end, and a question of hardly a word after what was told."""

import httpx
import pytest
from rasa_sdk import Tracker

from actions.rambling import asked_last

from .conftest import Call, request_body


def tracker(text: str, intent: str = "nlu_fallback") -> Tracker:
    message = {"text": text, "intent": {"name": intent, "confidence": 0.75}, "intent_ranking": [], "entities": []}
    return Tracker("visitor", {}, message, [], False, None, {}, "action_listen")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("So I buy parts for a small factory in Witten and my boss saw a leaflet somewhere and now I have to find out – when was"
         " this centre shown to the press?", "when was this centre shown to the press?"),
        ("Also ich bin Lehrerin hier in Herne und wir machen gerade ein Projekt mit der Klasse über die Partnerstädte, seit wann"
         " gibt es die Verbindung nach Frankreich?", "seit wann gibt es die Verbindung nach Frankreich?"),
        ("我是在德国读书的学生，最近写论文要用到一些材料，看了很多网页都没找到，跟法国那个城市是哪一年结好的？", "跟法国那个城市是哪一年结好的？"),
    ],
)  # fmt: skip
def test_the_question_at_the_end_of_a_long_sentence_is_found(text: str, question: str) -> None:
    found = asked_last(tracker(text))
    assert found is not None and found.question.latest_message["text"] == question
    assert found.before + question == text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("When was this centre shown to the press?", "nlu_fallback"),
        ("Wann wurde das Zentrum der Presse vorgestellt, und wo war das?", "nlu_fallback"),
        ("I have told you so many things about us and our pumps and our town and our plans, thank you for all of it", "thank"),
    ],
)  # fmt: skip
def test_what_does_not_ramble_is_left_whole(text: str, intent: str) -> None:
    assert asked_last(tracker(text, intent)) is None


def test_a_rambling_question_is_answered(call: Call) -> None:
    text = (
        "Also ich bin Einkäufer in einem kleinen Betrieb in Witten, mein Chef hat irgendwo einen Flyer liegen sehen und jetzt soll"
        " ich bis morgen alles zusammentragen – wann wurde dieses China-Zentrum denn der Presse vorgestellt?"
    )
    answer = call("action_answer", text, intent="nlu_fallback", language="de")
    assert "30. Juli 2019" in str(answer)


@pytest.mark.parametrize(
    ("language", "told", "asked"),
    [
        ("en", "Our firm builds machines and wants to enter the Chinese market.", "How can you help?"),
        ("de", "Unsere Firma baut Maschinen und will auf den chinesischen Markt.", "Was können Sie für uns tun?"),
        ("zh", "我们在维滕生产水泵，想进入中国市场。", "你们能帮我们做什么？"),
    ],
)
def test_what_can_be_done_for_those_who_told_of_their_plans_is_answered_from_facts(
    core: httpx.Client, language: str, told: str, asked: str
) -> None:
    ranking = [{"name": "ask_capabilities", "confidence": 0.97}]
    body = request_body("action_answer", f"{told} {asked}", intent="ask_topic", language=language)
    body["tracker"]["latest_message"]["parts"] = [
        {"text": told, "asks": False, "intent_ranking": [{"name": "ask_topic", "confidence": 0.9}]},
        {"text": asked, "asks": True, "intent_ranking": ranking},
    ]
    answer = core.post("/webhook", json=body).json()
    assert any((message.get("custom") or {}).get("sources") for message in answer["responses"])
