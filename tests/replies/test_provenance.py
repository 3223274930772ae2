"""The check that nothing in a reply is without origin: it must let through what has one and name what has none."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from bot.partners.answers import respond
from bot.partners.knowledge import Snapshot
from bot.partners.records import LANGUAGES, Language
from bot.partners.turn import Turn
from bot.replies.compose import compose
from bot.replies.phrases import phrase
from tests.provenance import Provenance


@pytest.fixture(scope="module")
def provenance(snapshot: Snapshot) -> Provenance:
    return Provenance(snapshot)


def told(snapshot: Snapshot, fact_id: str, language: str) -> dict[str, Any]:
    """A message that tells one fact and names it."""
    return {"text": snapshot.facts[fact_id].text[language], "sources": [{"facts": [fact_id]}]}


@pytest.mark.parametrize("language", get_args(Language))
def test_a_fact_that_is_named_has_an_origin(snapshot: Snapshot, provenance: Provenance, language: str) -> None:
    assert provenance.rest(told(snapshot, "sichuan-capital", language), "") == ""


@pytest.mark.parametrize("language", get_args(Language))
def test_a_fact_that_is_not_named_has_none(snapshot: Snapshot, provenance: Provenance, language: str) -> None:
    message = told(snapshot, "sichuan-capital", language) | {"sources": []}
    assert provenance.rest(message, "") == message["text"]


def test_an_added_sentence_is_named(snapshot: Snapshot, provenance: Provenance) -> None:
    message = told(snapshot, "sichuan-capital", "en")
    assert provenance.rest(message | {"text": f"Yes. {message['text']} It is big."}, "") == "It is big."


def test_a_fact_with_another_figure_is_named(snapshot: Snapshot, provenance: Provenance) -> None:
    fact = next(fact for fact in snapshot.facts.values() if "2019" in fact.text["en"])
    message = told(snapshot, fact.id, "en")
    assert provenance.rest(message | {"text": message["text"].replace("2019", "2018")}, "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", ["list_partners", "list_twin_cities"])
def test_lists_are_lines_made_of_records(
    snapshot: Snapshot, provenance: Provenance, language: str, intent: str
) -> None:
    text = compose(respond(Turn("", language, intent), snapshot), snapshot, language).text
    assert provenance.rest({"text": text}, "") == ""
    assert "Atlantis" in provenance.rest({"text": f"{text}\n9. Atlantis – {language}"}, "")


def test_a_list_line_may_not_give_a_record_another_place(snapshot: Snapshot, provenance: Provenance) -> None:
    text = compose(respond(Turn("", "en", "list_partners"), snapshot), snapshot, "en").text
    assert "Düsseldorf" in text
    assert provenance.rest({"text": text.replace("Düsseldorf", "Konin")}, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gap_of_a_phrase_takes_no_free_text(provenance: Provenance, language: str) -> None:
    known = {"en": "Luzhou", "de": "Luzhou", "zh": "泸州"}[language]
    assert provenance.rest({"text": phrase("nothing_more", language, name=known)}, "") == ""
    assert provenance.rest({"text": phrase("nothing_more", language, name="Atlantis")}, "")


def test_only_the_visitors_own_words_are_quoted(provenance: Provenance) -> None:
    message = {"text": phrase("part_unknown", "en", question="who pays for it")}
    assert provenance.rest(message, "Where is Konin and who pays for it?") == ""
    assert provenance.rest(message, "Where is Konin?")


def test_pinyin_is_quoted_in_characters(provenance: Provenance) -> None:
    message = {"text": phrase("part_unknown", "zh", question="谁付钱")}
    assert provenance.rest(message, "luzhou zai nali, shui fu qian") == ""


def test_a_card_holds_only_what_records_hold(snapshot: Snapshot, provenance: Provenance) -> None:
    card = {"title": "Luzhou", "rows": [{"label": "Place", "value": "Moon"}]}
    assert provenance.rest({"text": "", "card": card}, "") == "Moon"
