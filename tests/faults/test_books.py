"""Each count finds what is wrong in books that are wrong on purpose, and nothing in those that are right."""

from dataclasses import replace
from typing import Any, cast

import pytest

from . import books
from .books import Books, MailRow
from .corpus import LEAKS, ODD, texts
from .figures import Row, at_most, markdown, none_of, percentile, slowest
from .form import STEPS, Request
from .mailbox import Mail
from .plan import GOALS
from .scale import LONG, SHORT
from .visitors import Attempt, Said, Visitor

CHAT = "web:one"


def _visitor() -> Visitor:
    """Two messages, both answered."""
    visitor = Visitor(cast(Any, None), "en")
    visitor.conversation = CHAT
    for name in ("m1", "m2"):
        said = visitor.message(text=name)
        said.id = name
        said.replies = [{"id": f"r-{name}", "text": "answer"}]
    return visitor


RIGHT = Books(
    cases={"7K3M9QXA": CHAT},
    mails=[
        MailRow("case:7K3M9QXA:opened:desk", "aa", "sent"),
        MailRow("case:7K3M9QXA:opened:visitor", "bb", "sent"),
    ],
    messages={
        CHAT: [
            ("m1", None, "visitor", "m1"),
            ("r-m1", "m1", "assistant", "answer"),
            ("m2", None, "visitor", "m2"),
            ("r-m2", "m2", "assistant", "answer"),
        ]
    },
    turns={CHAT: ["m1", "m2"]},
)
MAILS = [
    Mail("<aa@example.org>", "desk@example.org", "7K3M9QXA"),
    Mail("<bb@example.org>", "anna@example.org", "7K3M9QXA"),
]


def _request(number: str = "7K3M9QXA") -> Request:
    return Request(_visitor(), "anna@example.org", number)


def test_in_right_books_nothing_is_found() -> None:
    visitors, requests = [_visitor()], [_request()]
    assert books.acknowledged(visitors) == 2
    for count in (books.lost_turns, books.doubled_turns, books.out_of_order):
        assert count(RIGHT, visitors) == []
    for find in (books.lost_cases, books.doubled_cases, books.false_confirmations):
        assert find(RIGHT, requests) == []
    assert books.unlike_mails(RIGHT, MAILS) == []
    assert books.doubled_mails(MAILS) == 0


def test_cases_that_are_lost_doubled_or_of_somebody_else_are_found() -> None:
    assert books.lost_cases(replace(RIGHT, cases={}), [_request()])
    assert books.lost_cases(replace(RIGHT, cases={"7K3M9QXA": "web:other"}), [_request()])
    assert books.false_confirmations(replace(RIGHT, cases={}), [_request()])
    assert books.doubled_cases(replace(RIGHT, cases={"7K3M9QXA": CHAT, "00000000": CHAT}), [_request()])


@pytest.mark.parametrize(
    "mails",
    [
        MAILS[:1],
        [*MAILS, Mail("<cc@example.org>", "anna@example.org", "7K3M9QXA")],
        [*MAILS, Mail("<bb@example.org>", "other@example.org", "7K3M9QXA")],
    ],
    ids=["one is missing", "one under another id", "one to somebody else"],
)
def test_mails_that_are_missing_or_too_many_are_found(mails: list[Mail]) -> None:
    assert books.unlike_mails(RIGHT, mails)


def test_a_mail_that_came_again_is_counted_and_is_no_other_mail() -> None:
    assert books.unlike_mails(RIGHT, [*MAILS, MAILS[0]]) == []
    assert books.doubled_mails([*MAILS, MAILS[0]]) == 1


@pytest.mark.parametrize("position", range(4))
def test_a_message_or_an_answer_that_is_not_in_the_history_is_found(position: int) -> None:
    rows = [row for number, row in enumerate(RIGHT.messages[CHAT]) if number != position]
    assert books.lost_turns(replace(RIGHT, messages={CHAT: rows}), [_visitor()])


def test_turns_that_are_lost_doubled_or_in_another_order_are_found() -> None:
    visitors = [_visitor()]
    assert books.lost_turns(replace(RIGHT, turns={CHAT: ["m1"]}), visitors)
    assert books.doubled_turns(replace(RIGHT, turns={CHAT: ["m1", "m1", "m2"]}), visitors)
    again = [*RIGHT.messages[CHAT], ("r-m3", "m2", "assistant", "answer")]
    assert books.doubled_turns(replace(RIGHT, messages={CHAT: again}), visitors)
    assert books.out_of_order(replace(RIGHT, turns={CHAT: ["m2", "m1"]}), visitors)
    assert books.taken_otherwise(RIGHT, visitors) == []
    assert books.taken_otherwise(replace(RIGHT, turns={CHAT: ["m2", "m1"]}), visitors)
    turned = [RIGHT.messages[CHAT][i] for i in (2, 3, 0, 1)]
    assert books.out_of_order(replace(RIGHT, messages={CHAT: turned}), visitors)


def test_a_form_that_goes_back_to_a_step_it_had_passed_has_lost_it() -> None:
    request = _request()
    request.steps = list(STEPS)
    assert request.stayed_in_step
    request.steps = [*STEPS[:4], STEPS[0], *STEPS[1:]]
    assert not request.stayed_in_step


def test_nothing_looked_at_holds_nothing() -> None:
    assert none_of("G0", "what", [], 1).held
    assert not none_of("G0", "what", [], 0).held
    assert not none_of("G0", "what", ["wrong"], 10).held
    assert not slowest("G0", "what", [], 1).held
    assert slowest("G0", "what", [1.0], 1).held and not slowest("G0", "what", [0.5, 1.1], 1).held
    assert at_most("G0", "what", 2, 2).held and not at_most("G0", "what", 2.1, 2).held
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0


def test_the_table_in_markdown_has_one_line_for_each_row() -> None:
    rows = [Row("G1", "a | b", "<= 1", "0", True, "SQLite"), Row("G2", "c", "0", "1", False, "SQLite")]
    lines = markdown(rows).splitlines()
    assert len(lines) == 4
    assert "a / b" in lines[2] and "&lt;= 1" in lines[2] and lines[3].endswith("| NO |")


def test_an_apology_is_known_in_each_language_and_an_answer_is_none() -> None:
    for language, text in (
        ("en", "I am sorry, something on our side is not working"),
        ("de", "gestört"),
        ("zh", "故障"),
    ):
        visitor = Visitor(cast(Any, None), language)
        assert not visitor.is_apology(Said("m", {}, [Attempt(200, 0.1)], [{"text": text}]))
        assert visitor.is_apology(Said("m", {}, [], [{"text": _apology(language)}]))


def _apology(language: str) -> str:
    from .visitors import APOLOGIES

    return APOLOGIES[language][0]


def test_the_corpus_is_the_same_at_each_run_and_leaks_are_seen() -> None:
    assert list(texts("de", 200)) == list(texts("de", 200)) != list(texts("en", 200))
    assert len(list(texts("zh", len(ODD) + 5))) == len(ODD) + 5
    for leak in (
        "Traceback (most recent call last)",
        "sqlite3.OperationalError",
        "Dear {name}",
        "at bot/gateway/app.py",
    ):
        assert LEAKS.search(leak), leak
    assert not LEAKS.search("Konin is Herne's Polish twin town.")


def test_every_goal_is_in_both_forms_of_the_harness() -> None:
    assert {goal.short_on for goal in GOALS} <= {"", "sqlite", "postgresql"}
    assert LONG.on_both and LONG.requests * 2 >= 100
    assert SHORT.requests >= 9  # three a language
