"""Each action over HTTP as the core calls it: what is said, what is offered, what is remembered."""

import json

import pytest

from bot.partners.knowledge import Snapshot

from .conftest import Call

LANGUAGES = ("en", "de", "zh")
CONTEXT_SLOTS = {"subject", "last_list", "said_facts", "last_question", "misses", "offer"}
INNOBANX = {"en": "Tell me about Innobanx", "de": "Was ist Innobanx?", "zh": "介绍一下Innobanx"}
LUZHOU = {"en": "Luzhou", "de": "Luzhou", "zh": "泸州"}
DESK = {
    "en": "Twin-city desk of the City of Herne",
    "de": "Stelle für Städtepartnerschaften",
    "zh": "黑尔讷市友好城市事务处",
}
YOUNG = {"en": "young company", "de": "junges Unternehmen", "zh": "年轻"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_has_text_buttons_sources_and_a_card(call: Call, language: str) -> None:
    done = call("action_answer", INNOBANX[language], language=language)
    (said,) = done["said"]
    assert YOUNG[language] in said["text"]
    assert 1 <= len(said["buttons"]) <= 3
    for button in said["buttons"]:
        intent, _, entities = button["payload"].partition("{")
        assert intent.startswith("/") and button["title"]
        json.loads("{" + entities if entities else "{}")
    assert said["custom"]["sources"][0]["url"].startswith("http")
    assert set(said["custom"]["sources"][0]) == {"title", "url", "as_of", "facts"}
    assert said["custom"]["card"]["title"].startswith("Innobanx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_remembers_subject_and_what_was_said(call: Call, language: str) -> None:
    slots = call("action_answer", INNOBANX[language], language=language)["slots"]
    assert set(slots) == {*CONTEXT_SLOTS, "last_answer"}
    assert slots["subject"] == ["innobanx"] and len(slots["said_facts"]) >= 2
    assert slots["misses"] == 0 and slots["offer"] == "more"


@pytest.mark.parametrize(("language", "text"), [("en", "Tell me more"), ("de", "Mehr dazu"), ("zh", "继续说")])
def test_remembered_slots_carry_the_conversation_on(call: Call, language: str, text: str) -> None:
    first = call("action_answer", "CFIE", language=language)
    then = call("action_answer", text, intent="ask_more", **{**first["slots"], "language": language})
    assert then["slots"]["subject"] == ["cfie"]
    assert set(then["slots"]["said_facts"]) > set(first["slots"]["said_facts"])
    assert then["said"][0]["text"] != first["said"][0]["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_misses_are_counted_and_a_person_is_offered(call: Call, language: str) -> None:
    done = call("action_answer", "blubb krx fnord", intent="nlu_fallback", language=language, misses=1)
    assert done["slots"]["misses"] == 2 and done["slots"]["offer"] == "person"
    assert done["said"][0]["buttons"][-1]["payload"] == "/talk_to_human"
    first = call("action_answer", "blubb krx fnord", intent="nlu_fallback", language=language)
    assert first["said"][0]["text"] != done["said"][0]["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_off_topic_question_keeps_the_conversation_and_counts_no_miss(call: Call, language: str) -> None:
    text = {"en": "How is the weather?", "de": "Wie wird das Wetter?", "zh": "天气怎么样？"}[language]
    done = call("action_answer", text, intent="out_of_scope_weather", language=language, subject=["luzhou"], misses=2)
    assert done["slots"]["subject"] == ["luzhou"] and done["slots"]["misses"] == 0
    assert done["said"][0]["text"]


def test_a_pressed_choice_shows_its_record(call: Call) -> None:
    done = call(
        "action_answer",
        '/ask_place{"record": "luzhou"}',
        intent="ask_place",
        entities={"record": "luzhou"},
        language="de",
    )
    assert done["slots"]["subject"] == ["luzhou"] and "Sichuan" in done["said"][0]["text"]


def test_a_question_back_offers_the_candidates(call: Call) -> None:
    done = call("action_answer", "Tell me about the university")
    assert set(done["slots"]["last_list"]) == {"hochschule-bochum", "cdhaw", "swust"}
    assert len(done["said"][0]["buttons"]) == 3


@pytest.mark.parametrize(
    "slots", [{}, {"subject": None, "misses": None}, {"subject": "luzhou", "last_list": [1, None], "language": "fr"}]
)
def test_slots_that_are_missing_or_wrong_do_no_harm(call: Call, slots: dict[str, object]) -> None:
    assert call("action_answer", "What is Innobanx?", **slots)["said"][0]["text"]


def test_a_subject_that_was_withdrawn_does_no_harm(call: Call) -> None:
    done = call("action_answer", "and where is it?", intent="ask_followup", subject=["withdrawn-record"])
    assert done["said"][0]["text"]


@pytest.mark.parametrize(
    ("language", "text", "wanted", "said"),
    [
        ("en", "Please answer in German", "de", "Deutsch"), ("de", "Kannst du Englisch?", "en", "English"),
        ("en", "请说中文", "zh", "中文"), ("zh", "请用德语回答", "de", "Deutsch"),
    ],
)  # fmt: skip
def test_the_language_is_fixed_and_the_reply_is_in_it(
    call: Call, language: str, text: str, wanted: str, said: str
) -> None:
    done = call("action_set_language", text, intent="set_language", language=language)
    assert done["slots"] == {"fixed_language": wanted, "language": wanted}
    assert said in done["said"][0]["text"]


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "In German, please: what is Innobanx?", "de"), ("de", "Auf Englisch bitte: Was ist Innobanx?", "en"),
        ("en", "请说中文：Innobanx是什么？", "zh"),
    ],
)  # fmt: skip
def test_a_question_that_comes_with_the_language_is_answered_in_it(
    call: Call, language: str, text: str, wanted: str
) -> None:
    done = call("action_set_language", text, intent="set_language", language=language)
    assert done["slots"]["language"] == done["slots"]["fixed_language"] == wanted
    assert done["slots"]["subject"] == ["innobanx"]
    assert YOUNG[wanted] in done["said"][-1]["text"]


def test_a_pressed_language_button_decides(call: Call) -> None:
    done = call("action_set_language", "/set_language", intent="set_language", entities={"wanted_language": "zh"})
    assert done["slots"]["fixed_language"] == "zh"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_that_is_not_spoken_changes_nothing(call: Call, language: str) -> None:
    done = call("action_set_language", "français", intent="set_language", language=language)
    assert done["slots"] == {} and done["said"][0]["text"]


def test_a_language_that_a_button_makes_up_is_not_fixed(call: Call) -> None:
    done = call("action_set_language", "/set_language", intent="set_language", entities={"wanted_language": "fr"})
    assert done["slots"] == {} and done["said"][0]["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_takes_the_offer_of_more_on_the_subject(call: Call, language: str) -> None:
    done = call("action_affirm", "ok", intent="affirm", offer="more", subject=["luzhou"], language=language)
    assert done["slots"]["subject"] == ["luzhou"] and done["slots"]["said_facts"]
    assert done["said"][0]["text"] and done["said"][0]["custom"]["sources"]
    assert done["slots"]["misses"] == 0 and done["slots"]["offer"] == "more"


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_all_is_said_a_yes_gets_no_further_offer(call: Call, snapshot: Snapshot, language: str) -> None:
    done = call(
        "action_affirm", "ok", intent="affirm", offer="more", subject=["luzhou"], said_facts=list(snapshot.facts), language=language
    )  # fmt: skip
    assert done["slots"]["offer"] == "none" and done["said"][0]["text"]


def test_a_yes_to_more_on_a_withdrawn_subject_asks_what_is_wanted(call: Call) -> None:
    done = call("action_affirm", "yes", intent="affirm", offer="more", subject=["withdrawn-record"])
    assert len(done["said"][0]["buttons"]) == 3


@pytest.mark.parametrize(("language", "text"), [("en", "yes please"), ("de", "ja bitte"), ("zh", "好的")])
def test_more_after_a_yes_is_said_and_not_taken_for_a_question(call: Call, language: str, text: str) -> None:
    first = call("action_answer", "CFIE", language=language)
    slots = {**first["slots"], "language": language}
    for then in (
        call("action_affirm", text, intent="affirm", **slots),
        call("action_answer", text, intent="nlu_fallback", guess="affirm", certainty=0.9, **slots),
    ):
        assert then["slots"]["misses"] == 0
        assert set(then["slots"]["said_facts"]) > set(first["slots"]["said_facts"])


def test_a_message_without_a_ranking_of_intents_gets_an_answer(call: Call) -> None:
    done = call("action_answer", "blubb krx fnord", intent="nlu_fallback", guess=None)
    assert done["said"][0]["text"]


@pytest.mark.parametrize("offer", ["more", "none"])
@pytest.mark.parametrize("certainty", [0.3, 0.9])
@pytest.mark.parametrize(
    ("guess", "action"),
    [
        ("affirm", "action_affirm"), ("deny", "action_deny"),
        ("set_language", "action_set_language"), ("ask_contact", "action_show_contact"),
    ],
)  # fmt: skip
def test_a_guess_is_answered_in_one_action_as_the_intent_itself_would_be(
    call: Call, guess: str, action: str, certainty: float, offer: str
) -> None:
    slots: dict[str, object] = {"offer": offer, "subject": ["luzhou"]}
    done = call("action_answer", "jo mei", intent="nlu_fallback", guess=guess, certainty=certainty, **slots)
    assert done["said"][0]["text"]
    if certainty > 0.5:
        assert done == call(action, "jo mei", intent=guess, **slots)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slots", [{}, {"offer": "none"}, {"offer": "more"}])
def test_yes_to_nothing_asks_what_is_wanted(call: Call, language: str, slots: dict[str, str]) -> None:
    done = call("action_affirm", "ok", intent="affirm", language=language, **slots)
    assert done["slots"] == {} and len(done["said"][0]["buttons"]) == 3


@pytest.mark.parametrize(
    ("language", "text"), [("en", "no, I meant Luzhou"), ("de", "nein, ich meinte Luzhou"), ("zh", "不，我是说泸州")]
)
def test_no_with_another_name_is_a_question_of_its_own(call: Call, language: str, text: str) -> None:
    done = call("action_deny", text, intent="deny", language=language, offer="person", subject=["innobanx"])
    assert done["slots"]["subject"] == ["luzhou"] and done["slots"]["said_facts"]
    assert LUZHOU[language] in done["said"][0]["text"] and done["slots"]["offer"] == "more"


@pytest.mark.parametrize(("language", "text"), [("en", "no"), ("de", "nein"), ("zh", "不")])
def test_a_plain_no_declines_the_offer(call: Call, language: str, text: str) -> None:
    done = call("action_deny", text, intent="deny", language=language, offer="person")
    assert done["slots"] == {"offer": "none"} and len(done["said"][0]["buttons"]) == 3


WHO = {"en": "Whom do I ask about Luzhou?", "de": "Wer ist für Luzhou zuständig?", "zh": "泸州的事找谁？"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_desk_without_configured_ways_is_named_and_says_so(call: Call, language: str) -> None:
    done = call("action_show_contact", WHO[language], intent="ask_contact", language=language)
    (said,) = done["said"]
    assert DESK[language] in said["text"]
    assert "@" not in said["text"] + json.dumps(said["custom"]["card"])
    assert done["slots"]["subject"] == ["luzhou"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Whom do I ask at the chamber?"), ("de", "Wen frage ich bei der IHK?"), ("zh", "工商会找谁？")],
)
def test_a_configured_desk_is_shown_with_its_ways(call: Call, language: str, text: str) -> None:
    (said,) = call("action_show_contact", text, intent="ask_contact", language=language)["said"]
    values = [row["value"] for row in said["custom"]["card"]["rows"]]
    assert values[:2] == ["international@example.org", "9-12"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "yes, Konin is in Poland, right?"), ("de", "Konin liegt in Polen, ja?"), ("zh", "科宁在波兰，对吧？")],
)
def test_what_is_stated_and_asked_back_is_checked_and_takes_no_offer(call: Call, language: str, text: str) -> None:
    done = call("action_affirm", text, intent="affirm", language=language, offer="person", subject=["cfie"])
    assert "1991" in done["said"][0]["text"] or "Konin" in done["said"][0]["text"] or "科宁" in done["said"][0]["text"]
    assert done["slots"]["subject"][0] in ("konin", "herne-konin")
