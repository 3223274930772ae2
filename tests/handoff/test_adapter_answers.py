"""What staff of a help desk do becomes what the visitor sees, once and in order, however it reaches us."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.gateway import history
from bot.handoff import cases
from bot.handoff.personal_data import erase_cases
from bot.handoff.routing import HandoffData
from bot.handoff.vault import Vault
from bot.store import Store

from .adapter_bench import Bench, kind_on, running
from .conftest import CONVERSATION, state_of
from .fake_server import Refuse


@pytest.fixture
def bench(store: Store, vault: Vault, data: HandoffData) -> Iterator[Bench]:
    """A case that has arrived at a help desk."""
    with running(store, vault, data, kind_on(store)) as bench:
        bench.opened()
        yield bench


def system_lines(bench: Bench) -> list[str]:
    said = bench.store.read(lambda db: history.after(db, CONVERSATION, 0, 1000))
    return [message.text for message in said if message.author == "system"]


def test_an_answer_reaches_the_visitor_with_the_name_of_the_person(bench: Bench) -> None:
    assert bench.called(bench.fake.call(bench.fake.says("Am Montag."))) == [204]
    assert bench.answers() == [("Emma", "Am Montag.")]
    case = bench.case()
    assert (case.state, case.claimed_by, case.unanswered_since) == ("human", bench.name, None)
    assert state_of(bench.store) == "human" and "Emma" in system_lines(bench)[0]


def test_a_call_that_comes_again_changes_nothing(bench: Bench) -> None:
    call = bench.fake.call(bench.fake.says("Am Montag."))
    assert bench.called(call, call, call) == [204, 204, 204]
    bench.look()
    assert bench.answers() == [("Emma", "Am Montag.")] and len(system_lines(bench)) == 1


def test_calls_in_the_wrong_order_give_answers_in_the_right_one(bench: Bench) -> None:
    calls = [bench.fake.call(bench.fake.says(text)) for text in ("eins", "zwei", "drei")]
    bench.called(*reversed(calls))
    assert [text for _, text in bench.answers()] == ["eins", "zwei", "drei"]


def test_an_answer_whose_call_is_lost_is_found_by_looking(bench: Bench) -> None:
    bench.fake.says("eins")
    bench.look()
    bench.fake.says("zwei", name="Ole")
    bench.look()
    bench.look()
    assert bench.answers() == [("Emma", "eins"), ("Ole", "zwei")]


def test_many_answers_are_all_found(bench: Bench) -> None:
    texts = [f"Antwort {n}" for n in range(105)]
    for text in texts:
        bench.fake.says(text)
    bench.look()
    assert [text for _, text in bench.answers()] == texts


def test_what_came_from_us_does_not_come_back(bench: Bench) -> None:
    bench.visitor_says("Hallo?", "v-1")
    bench.send()
    fake: Any = bench.fake
    ours = fake.messages[fake.one()] if bench.name == "chatwoot" else fake.articles[fake.one()]
    assert set(bench.called(*(fake.call(message) for message in ours))) == {204}
    bench.look()
    assert bench.answers() == [] and bench.case().state == "waiting"


def test_what_is_not_for_the_visitor_stays_there(bench: Bench) -> None:
    hidden: list[dict[str, Any]] = [{"sender": "System"}, {"internal": True}, {"internal": None}, {"body": "<br>"}]
    if bench.name == "chatwoot":
        hidden = [
            {"private": True}, {"message_type": "activity"}, {"message_type": "template"}, {"content": " "},
            {"sender": {"id": 1, "name": "Bot", "type": "agent_bot"}}, {"sender": None},
        ]  # fmt: skip
    calls = [bench.fake.call(bench.fake.says("intern", **others)) for others in hidden]
    assert set(bench.called(*calls)) == {204}
    bench.look()
    assert bench.answers() == [] and bench.case().state == "waiting"


def test_what_is_closed_there_is_closed_here_after_its_last_answer(bench: Bench) -> None:
    bench.fake.says("Am Montag.")
    bench.fake.closes()
    assert bench.called(bench.fake.call_closed()) == [204]
    assert bench.answers() == [("Emma", "Am Montag.")]
    case = bench.case()
    assert (case.state, case.close_reason) == ("closed", "answered") and state_of(bench.store) == "closed"
    assert bench.send() == 0  # it need not be told there
    assert any("Emma" in text for text in system_lines(bench)[1:])


def test_a_closing_whose_call_is_lost_is_found_by_looking(bench: Bench) -> None:
    bench.fake.closes()
    bench.look()
    bench.look()
    assert bench.case().state == "closed"


def test_an_answer_is_taken_from_the_call_when_nothing_can_be_fetched(bench: Bench) -> None:
    call = bench.fake.call(bench.fake.says("Am Montag."))
    bench.fake.stop()
    assert bench.called(call, call) == [204, 204]
    assert bench.answers() == [("Emma", "Am Montag.")]
    bench.fake.start()
    bench.look()
    assert bench.answers() == [("Emma", "Am Montag.")]


def test_a_closing_waits_until_it_is_known_what_was_said_before_it(bench: Bench) -> None:
    bench.fake.closes()
    call = bench.fake.call_closed()
    bench.fake.stop()
    assert bench.called(call) == [503] and bench.case().state == "waiting"
    bench.look()  # also away
    bench.fake.start()
    assert bench.called(call) == [204] and bench.case().state == "closed"


def test_whoever_answers_there_takes_over_from_a_person_here(bench: Bench) -> None:
    bench.store.run(lambda session: cases.claim(session, bench.number, "ole"))
    bench.fake.says("Am Montag.")
    bench.look()
    assert bench.case().claimed_by == bench.name and bench.answers() == [("Emma", "Am Montag.")]


def test_an_answer_to_a_case_that_is_closed_here_is_not_lost_in_silence(bench: Bench) -> None:
    bench.store.run(lambda session: cases.withdraw(session, CONVERSATION))
    call = bench.fake.call(bench.fake.says("Am Montag."))
    assert bench.called(call, call) == [204, 204]
    bench.fake.plan = [None, Refuse(500)]
    bench.send()
    bench.clock.forward(seconds=15)
    bench.send()
    assert bench.answers() == [] and len(bench.fake.notes()) == 2
    assert "nicht" in bench.fake.notes()[1]


def test_an_answer_that_was_read_long_ago_is_not_called_late(bench: Bench) -> None:
    call = bench.fake.call(bench.fake.says("Am Montag."))
    bench.called(call)
    bench.store.run(lambda session: cases.close(session, bench.number, "ole", "answered", force=True))
    bench.send()
    bench.fake.stop()
    assert bench.called(call) == [503] and bench.send() == 0


def test_a_long_answer_comes_in_parts(bench: Bench) -> None:
    text = "wort " * 1900
    bench.fake.says(text)
    bench.look()
    bench.look()
    parts = [part for _, part in bench.answers()]
    assert len(parts) == 3 and " ".join(parts).split() == text.split()


def test_an_answer_of_signs_that_nobody_sees_keeps_no_other_back(bench: Bench) -> None:
    bench.fake.says("\x07")
    bench.fake.says("Am Montag.")
    bench.look()
    assert bench.answers() == [("Emma", "Am Montag.")]


def test_a_person_without_a_name_is_one_of_the_team(bench: Bench) -> None:
    bench.fake.says("Am Montag.", name="")
    bench.look()
    assert bench.answers() == [("Unser Team", "Am Montag.")]


def test_a_conversation_that_is_none_of_ours_is_left_alone(bench: Bench) -> None:
    message = bench.fake.says("Am Montag.")
    other = {"conversation": {"id": 999}} if bench.name == "chatwoot" else {"ticket": {"id": 999, "state": "closed"}}
    assert bench.called(bench.fake.call(message, **other)) == [204]
    assert bench.answers() == [] and bench.case().state == "waiting"


def test_a_call_about_an_erased_case_is_harmless(bench: Bench) -> None:
    call = bench.fake.call(bench.fake.says("Am Montag."))
    bench.store.run(lambda session: erase_cases(session, CONVERSATION))
    assert bench.called(call) == [204] and bench.answers() == []


def test_a_conversation_that_was_deleted_there_stops_no_other(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    fake: Any = bench.fake
    (fake.conversations if bench.name == "chatwoot" else fake.tickets).clear()
    bench.look()
    assert f"case {bench.number} cannot be looked at: send:HTTP 404" in caplog.text


def test_answers_and_messages_at_the_same_time_keep_both(bench: Bench) -> None:
    for n in range(5):
        bench.fake.says(f"Antwort {n}")
        bench.visitor_says(f"Frage {n}", f"v-{n}")

    async def both(helpdesk: Any) -> None:
        helpdesk.sender.start()
        await helpdesk.answers.look_at_all()
        await helpdesk.sender.drain()

    bench.run(both)
    bench.send()
    assert [text for _, text in bench.answers()] == [f"Antwort {n}" for n in range(5)]
    assert bench.fake.incoming()[1:] == [f"Frage {n}" for n in range(5)]
