"""data/responses and data/nlu: each reply and each intent is there in three languages."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest

from bot.settings import ROOT

LANGUAGES = ("en", "de", "zh")
MISSION = frozenset(
    {
        "ask_centre",
        "ask_partner",
        "list_partners",
        "ask_place",
        "ask_link",
        "list_twin_cities",
        "ask_topic",
        "ask_contact",
        "talk_to_human",
        "ask_followup",
        "ask_more",
        "check_statement",
    }
)
Responses = dict[str, list[dict[str, Any]]]
Sentences = dict[str, dict[str, list[str]]]
HAN = re.compile(r"[\u3400-\u9fff]")


def language_of(variant: dict[str, Any]) -> str:
    """The language a variant is bound to; English when it has no condition."""
    conditions = [c["value"] for c in variant.get("condition", ()) if c["name"] == "language"]
    return conditions[0] if conditions else "en"


def test_every_response_has_an_english_default_a_german_and_a_chinese_variant(responses: Responses) -> None:
    wrong = {
        name: found
        for name, variants in responses.items()
        if set(found := [language_of(v) for v in variants]) != set(LANGUAGES)
    }
    assert wrong == {}
    assert all("condition" not in variants[0] for variants in responses.values())


def test_a_variant_for_one_channel_keeps_its_language_condition(responses: Responses) -> None:
    for name, variants in responses.items():
        by_channel: dict[str, set[str]] = defaultdict(set)
        for variant in variants:
            if "channel" in variant:
                by_channel[variant["channel"]].add(language_of(variant))
        assert all(found == set(LANGUAGES) for found in by_channel.values()), name


def test_variants_of_a_response_offer_the_same_buttons(responses: Responses) -> None:
    wrong = []
    for name, variants in responses.items():
        by_language = {language_of(v): v for v in variants if "channel" not in v}
        payloads = [[b["payload"] for b in by_language[language].get("buttons", ())] for language in LANGUAGES]
        if not payloads[0] == payloads[1] == payloads[2]:
            wrong.append(name)
    assert wrong == []


def test_buttons_of_responses_send_intents_of_the_domain(responses: Responses, domain_intents: set[str]) -> None:
    for name, variants in responses.items():
        for button in (b for v in variants for b in v.get("buttons", ())):
            sent = button["payload"].replace("{{", "{").replace("}}", "}")  # as Rasa fills in its templates
            found = re.match(r"^/([a-z_]+)(\{.*\})?$", sent)
            assert found and found.group(1) in domain_intents, (name, button)
            json.loads(found.group(2) or "{}")
            assert button["title"].strip()


def test_texts_are_in_the_language_of_their_variant(responses: Responses) -> None:
    for name, variants in responses.items():
        for variant in variants:
            assert bool(HAN.search(variant["text"])) == (language_of(variant) == "zh"), (name, variant["text"])


def test_every_response_that_rules_and_stories_name_exists(responses: Responses, used_actions: set[str]) -> None:
    assert {a for a in used_actions if a.startswith("utter_")} <= set(responses)


def test_every_response_is_used(responses: Responses, used_actions: set[str]) -> None:
    said_by_the_core = {"utter_default", "utter_action_failed"}
    said_by_actions = {
        name for path in (ROOT / "actions").glob("*.py") for name in re.findall(r"utter_\w+", path.read_text("utf-8"))
    }
    assert set(responses) - used_actions - said_by_the_core - said_by_actions == set()


def test_every_custom_action_of_the_rules_is_in_the_domain_and_registered(
    domain: dict[str, Any], used_actions: set[str]
) -> None:
    from actions.server import ACTIONS

    registered = {action.action_name for action in ACTIONS}
    assert registered == set(domain["actions"])
    known = registered | set(domain["forms"]) | {"action_listen"}
    assert {a for a in used_actions if not a.startswith("utter_")} <= known
    assert {f"validate_{form}" for form in domain["forms"]} <= registered


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_enough_sentences(sentences: Sentences, domain_intents: set[str], language: str) -> None:
    short = {
        intent: count
        for intent in domain_intents - {"nlu_fallback"}
        if (count := len(set(sentences[language].get(intent, [])))) < (60 if intent in MISSION else 30)
    }
    assert short == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_intent_is_trained_that_the_domain_does_not_know(
    sentences: Sentences, domain_intents: set[str], language: str
) -> None:
    assert set(sentences[language]) <= domain_intents


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_under_two_intents(sentences: Sentences, language: str) -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for intent, examples in sentences[language].items():
        for example in examples:
            plain = re.sub(r"\[([^\]]*)\][({][^)}]*[)}]", r"\1", example)
            where[plain.casefold().strip(" ?!.？！。")].add(intent)
    assert {text: intents for text, intents in where.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_twice(sentences: Sentences, language: str) -> None:
    twice = [
        (intent, example)
        for intent, examples in sentences[language].items()
        for example in set(examples)
        if examples.count(example) > 1
    ]
    assert twice == []


def test_the_three_languages_are_trained_on_the_same_intents(sentences: Sentences) -> None:
    assert set(sentences) == set(LANGUAGES)
    assert set(sentences["en"]) == set(sentences["de"]) == set(sentences["zh"])
