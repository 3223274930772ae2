"""The gateway's request for a turn, field by field."""
import json

import pytest

from bot.core.turn_request import BadTurn, parse_turn, plain_text

INTENTS = frozenset({"greet", "ask_more"})
GOOD = {"conversation": "web:1", "message_id": "m1", "text": "hello", "choice": None, "language": "en", "channel": "web"}


def parse(**changes):
    return parse_turn(json.dumps({**GOOD, **changes}).encode(), INTENTS)


def test_a_good_request_is_taken_as_it_is():
    turn = parse()
    assert (turn.conversation, turn.message_id, turn.text, turn.language, turn.channel) == ("web:1", "m1", "hello", "en", "web")
    assert turn.parse_data() is None


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"5", b"null", b"{", b"\xff\xfe", b"a=b", b"[" * 5000, b'{"conversation":"c"}'])
def test_a_body_that_is_no_request_is_refused(body):
    with pytest.raises(BadTurn):
        parse_turn(body, INTENTS)


@pytest.mark.parametrize("field", ["conversation", "message_id", "text", "language", "channel", "choice"])
@pytest.mark.parametrize("value", [5, 1.5, True, [], ["x"]])
def test_a_field_of_another_type_is_refused(field, value):
    with pytest.raises(BadTurn):
        parse(**{field: value})


@pytest.mark.parametrize("field", ["conversation", "message_id"])
@pytest.mark.parametrize("value", [None, "", "x" * 129, "zähler", "a\nb", "a\0b", {}])
def test_an_id_is_short_printable_ascii(field, value):
    with pytest.raises(BadTurn):
        parse(**{field: value})


@pytest.mark.parametrize(("field", "value"), [("language", "fr"), ("channel", "irc"), ("text", "x" * 8_001)])
def test_an_unknown_value_is_refused(field, value):
    with pytest.raises(BadTurn):
        parse(**{field: value})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/restart", "restart"), ("  /greet", "greet"), ("//greet", "greet"), ("/ /greet", "greet"), ("／greet", "greet"),
        ("⁄greet", "greet"), ("∕greet", "greet"), ("\\greet", "greet"), ("\u2003／ \\/greet{}", "greet{}"), ("/", ""),
        ("a/b", "a/b"), ("24/7", "24/7"), ("\u200b/greet", "\u200b/greet"),
    ],
)
def test_a_slash_in_front_is_never_a_command(text, left):
    assert plain_text(text) == left
    assert parse(text=text).text == left


def test_what_no_database_can_hold_is_dropped_from_a_text():
    assert parse(text="a\0b\ud800c").text == "abc"


def test_a_choice_becomes_an_intent_without_any_command_text():
    turn = parse(text="More", choice={"intent": "ask_more", "entities": {"record": "luzhou"}})
    data = turn.parse_data()
    assert data["intent"] == {"name": "ask_more", "confidence": 1.0}
    assert [(entity["entity"], entity["value"]) for entity in data["entities"]] == [("record", "luzhou")]
    assert parse(choice={"intent": "greet", "entities": None}).parse_data()["entities"] == []


@pytest.mark.parametrize(
    "choice",
    [
        {}, {"intent": "unknown"}, {"intent": 5}, {"intent": "restart"}, {"intent": "session_start"}, "greet",
        {"intent": "greet", "entities": []}, {"intent": "greet", "entities": {"a": {"b": 1}}}, {"intent": "greet", "entities": {"a": None}},
        {"intent": "greet", "entities": {"a": "x" * 1001}},
    ],
)
def test_a_choice_the_domain_does_not_know_is_refused(choice):
    with pytest.raises(BadTurn):
        parse(choice=choice)
