""" "The university" fits three of them: asked back, unless what is asked or was said tells which."""

import pytest

from bot.partners.answers import respond
from bot.partners.knowledge import Snapshot
from bot.partners.turn import Context, Turn

from .conftest import Ask

UNIVERSITIES = {"hochschule-bochum", "cdhaw", "swust"}
OPEN = [
    ("en", "where is the university?"), ("en", "when was the uni founded?"), ("de", "Wo liegt die Uni?"),
    ("de", "Wann wurde die Hochschule gegründet?"), ("zh", "大学在哪里？"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text"), OPEN)
def test_which_university_is_meant_is_asked_back(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.kind == "ask_back" and set(answer.candidates) == UNIVERSITIES


@pytest.mark.parametrize(("language", "text"), OPEN)
@pytest.mark.parametrize("context", [Context(("swust",)), Context((), ("swust", "innobanx"))])
def test_the_one_spoken_of_is_meant(snapshot: Snapshot, language: str, text: str, context: Context) -> None:
    answer = respond(Turn(text, language, "ask_partner", context=context), snapshot)
    assert answer.kind != "ask_back" and "swust" in answer.context.subject


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Where is the second campus of the university?"), ("de", "Wo ist der zweite Campus der Hochschule?"),
        ("zh", "大学的第二校区在哪里？"),
    ],
)  # fmt: skip
def test_what_only_one_of_them_has_is_told(ask: Ask, language: str, text: str) -> None:
    answer = ask(language, "ask_partner", text)
    assert answer.kind == "facts" and answer.facts[0].record_id == "hochschule-bochum"
