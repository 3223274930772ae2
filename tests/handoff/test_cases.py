"""From waiting to a person, to a colleague or another desk, to the end and back: who may, what is written, what is told."""

from datetime import timedelta
from functools import partial

import pytest

from bot.handoff import outbox
from bot.handoff.cases import (
    add_note,
    claim,
    close,
    hand_to_colleague,
    hand_to_desk,
    resume_assistant,
    staff_answered,
    visitor_wrote,
    withdraw,
)
from bot.handoff.reading import audit_of, contact_of, count_cases, list_cases, notes_of, open_case_of
from bot.handoff.records import Case, Changed, Contact, Taken, UnknownCase, UnknownConversation
from bot.handoff.routing import HandoffData
from bot.handoff.vault import Vault
from bot.store import Store

from .conftest import CONVERSATION, DESKS, MONDAY, Open, at_once, start_conversation, state_of

LATER = MONDAY + timedelta(minutes=20)


@pytest.fixture
def number(open_: Open) -> str:
    """The number of a case that waits."""
    return open_().case.number


def now_of(store: Store) -> Case | None:
    return store.run(lambda session: open_case_of(session, CONVERSATION))


def actions(store: Store, number: str) -> list[tuple[str, str]]:
    return [(entry.by, entry.action) for entry in store.run(lambda session: audit_of(session, number))]


def test_who_claims_a_case_holds_it_and_the_visitor_is_with_a_person(store: Store, number: str) -> None:
    case = store.run(lambda session: claim(session, number, "anna", at=LATER))
    assert (case.state, case.claimed_by, case.claimed_at, case.version) == ("human", "anna", LATER, 2)
    assert state_of(store) == "human" and actions(store, number)[-1] == ("anna", "claimed")


def test_claiming_twice_changes_nothing(store: Store, number: str) -> None:
    first = store.run(lambda session: claim(session, number, "anna"))
    assert store.run(lambda session: claim(session, number, "anna")) == first


def test_a_case_that_a_colleague_holds_cannot_be_claimed(store: Store, number: str) -> None:
    store.run(lambda session: claim(session, number, "anna"))
    with pytest.raises(Taken) as taken:
        store.run(lambda session: claim(session, number, "bernd"))
    assert taken.value.by == "anna"
    case = now_of(store)
    assert case is not None and case.claimed_by == "anna"


def test_of_many_that_claim_at_once_one_holds_it(store: Store, open_: Open) -> None:
    people = ["anna", "bernd", "chen", "dora"]
    for turn in range(6):
        start_conversation(store, f"web:race-{turn}")
        number = open_("m-1", f"web:race-{turn}").case.number
        outcomes = at_once(*(partial(store.run, lambda s, p=who, n=number: claim(s, n, p)) for who in people))  # type: ignore[misc]
        [holder] = [outcome.claimed_by for outcome in outcomes if isinstance(outcome, Case)]
        assert [o.by for o in outcomes if isinstance(o, Taken)] == [holder] * 3
        assert actions(store, number) == [("visitor", "opened"), (holder, "claimed")]


def test_a_claim_and_a_withdrawal_at_once_end_in_one_state(store: Store, open_: Open) -> None:
    for turn in range(6):
        where = f"web:race-{turn}"
        start_conversation(store, where)
        number = open_("m-1", where).case.number
        claimed, withdrawn = at_once(
            partial(store.run, lambda s, n=number: claim(s, n, "anna")),  # type: ignore[misc]
            partial(store.run, lambda s, w=where: withdraw(s, w)),  # type: ignore[misc]
        )
        assert isinstance(claimed, Case | Changed) and withdrawn.state == "closed"
        assert state_of(store, where) == "bot"


def test_an_unknown_number_is_refused(store: Store) -> None:
    for number in ("00000000", "x", ""):
        with pytest.raises(UnknownCase):
            store.run(lambda session, n=number: claim(session, n, "anna"))  # type: ignore[misc]


def test_a_page_that_is_out_of_date_changes_nothing(store: Store, number: str) -> None:
    store.run(lambda session: claim(session, number, "anna", version=1))
    with pytest.raises(Changed):
        store.run(lambda session: close(session, number, "anna", "answered", version=1))
    assert state_of(store) == "human"


def test_a_colleague_who_is_given_a_case_holds_it(store: Store, number: str) -> None:
    store.run(lambda session: claim(session, number, "anna"))
    case = store.run(lambda session: hand_to_colleague(session, number, "anna", "bernd"))
    assert case.claimed_by == "bernd" and state_of(store) == "human"
    with pytest.raises(Taken):
        store.run(lambda session: close(session, number, "anna", "answered"))


def test_who_may_do_more_can_take_a_case_from_a_colleague(store: Store, number: str) -> None:
    store.run(lambda session: claim(session, number, "anna"))
    case = store.run(lambda session: hand_to_colleague(session, number, "lead", "lead", force=True))
    assert case.claimed_by == "lead"


def test_a_case_given_to_another_desk_waits_there_and_the_desk_is_told(
    store: Store, number: str, data: HandoffData
) -> None:
    store.run(lambda session: claim(session, number, "anna"))
    store.run(lambda session: staff_answered(session, number, "anna"))
    case = store.run(lambda s: hand_to_desk(s, data, DESKS, number, "anna", "ihk-international", at=LATER))
    assert (case.state, case.desk, case.deputy, case.claimed_by) == (
        "waiting",
        "ihk-international",
        "centre-general",
        None,
    )
    assert case.unanswered_since == case.desk_since == LATER and state_of(store) == "waiting"
    told = store.run(lambda session: outbox.by_key(session, f"case:{number}:desk:"))
    assert [mail.to for mail in told] == ["ihk@example.org"]


def test_a_visitor_who_waits_when_the_desk_changes_has_waited_since_before(
    store: Store, number: str, data: HandoffData
) -> None:
    case = store.run(lambda s: hand_to_desk(s, data, DESKS, number, "anna", "ihk-international", at=LATER))
    assert (case.unanswered_since, case.desk_since) == (MONDAY, LATER)


def test_after_an_answer_nobody_waits_until_the_visitor_writes_again(store: Store, number: str) -> None:
    store.run(lambda session: claim(session, number, "anna"))
    answered = store.run(lambda session: staff_answered(session, number, "anna", at=LATER))
    assert (answered.unanswered_since, answered.first_answer_at) == (None, LATER)
    wrote = LATER + timedelta(minutes=5)
    for at in (wrote, wrote + timedelta(minutes=5)):
        store.write(lambda db, t=at: visitor_wrote(db, CONVERSATION, at=t))  # type: ignore[misc]
    case = now_of(store)
    assert case is not None and case.unanswered_since == wrote
    again = store.run(lambda session: staff_answered(session, number, "anna", at=wrote + timedelta(hours=1)))
    assert again.first_answer_at == LATER and again.unanswered_since is None


def test_only_who_holds_a_case_answers(store: Store, number: str) -> None:
    with pytest.raises(Changed):
        store.run(lambda session: staff_answered(session, number, "anna"))
    store.run(lambda session: claim(session, number, "anna"))
    with pytest.raises(Taken):
        store.run(lambda session: staff_answered(session, number, "bernd"))


def test_a_closed_case_keeps_its_reason_and_the_conversation_is_closed(store: Store, number: str) -> None:
    store.run(lambda session: claim(session, number, "anna"))
    case = store.run(lambda session: close(session, number, "anna", "answered", at=LATER))
    assert (case.state, case.close_reason, case.closed_at, case.unanswered_since) == ("closed", "answered", LATER, None)
    assert state_of(store) == "closed" and now_of(store) is None
    with pytest.raises(Changed):
        store.run(lambda session: claim(session, number, "bernd"))


def test_from_closed_the_conversation_goes_back_to_the_assistant(store: Store, number: str) -> None:
    store.run(lambda session: close(session, number, "anna", "answered"))
    assert store.run(lambda session: resume_assistant(session, CONVERSATION)) is None
    assert state_of(store) == "bot"


def test_staff_can_return_a_conversation_to_the_assistant_at_once(store: Store, number: str) -> None:
    store.run(lambda session: close(session, number, "anna", "answered", back_to_assistant=True))
    assert state_of(store) == "bot"


def test_a_visitor_who_chooses_the_assistant_withdraws_a_case_for_the_chat(store: Store, number: str) -> None:
    store.run(lambda session: claim(session, number, "anna"))
    case = store.write(lambda db: resume_assistant(db, CONVERSATION))
    assert case is not None and (case.state, case.close_reason) == ("closed", "withdrawn") and state_of(store) == "bot"
    assert actions(store, number)[-1] == ("visitor", "closed")


def test_a_case_for_an_answer_by_mail_stays_while_the_visitor_chats_on(store: Store, open_: Open) -> None:
    number = open_(reach="email").case.number
    case = store.run(lambda session: resume_assistant(session, CONVERSATION))
    assert case is not None and case.state == "waiting" and state_of(store) == "bot"
    assert open_("m-2").case.number == number and state_of(store) == "waiting"  # asked for a person again
    store.run(lambda session: resume_assistant(session, CONVERSATION))
    store.run(lambda session: claim(session, number, "anna"))
    store.run(lambda session: staff_answered(session, number, "anna"))
    assert state_of(store) == "human"


def test_closing_leaves_a_visitor_with_the_assistant_who_went_there(store: Store, open_: Open) -> None:
    number = open_(reach="email").case.number
    store.run(lambda session: resume_assistant(session, CONVERSATION))
    store.run(lambda session: close(session, number, "anna", "answered"))
    assert state_of(store) == "bot"


def test_a_conversation_that_was_never_opened_cannot_go_back(store: Store) -> None:
    for change in (resume_assistant, withdraw):
        with pytest.raises(UnknownConversation):
            store.run(lambda session, f=change: f(session, "web:gone"))  # type: ignore[misc]


def test_withdrawing_without_a_case_changes_nothing(store: Store) -> None:
    assert store.run(lambda session: withdraw(session, CONVERSATION)) is None
    assert state_of(store) == "bot"


def test_notes_are_kept_in_order_with_who_wrote_them(store: Store, number: str, vault: Vault) -> None:
    for by, text in (("anna", "called back"), ("bernd", "他下周回来")):
        store.run(lambda session, b=by, t=text: add_note(session, vault, number, b, t))  # type: ignore[misc]
    notes = store.run(lambda session: notes_of(session, vault, number))
    assert [(note.by, note.text) for note in notes] == [("anna", "called back"), ("bernd", "他下周回来")]
    assert actions(store, number)[1:] == [("anna", "noted"), ("bernd", "noted")]


def test_who_reads_contact_data_is_written_down(store: Store, number: str, vault: Vault) -> None:
    contact = store.run(lambda session: contact_of(session, vault, number, "anna"))
    assert contact == Contact("Wann fährt die Delegation?", "anna@example.org", "Anna Beispiel", "Pumpen")
    assert actions(store, number)[-1] == ("anna", "read")


def test_the_list_shows_who_has_waited_longest_first(store: Store, open_: Open) -> None:
    numbers = []
    for place, topic in enumerate(("luzhou", "trade", "swust", "luzhou")):
        start_conversation(store, f"web:list-{place}")
        at = MONDAY + timedelta(minutes=10 - place)
        numbers.append(open_("m-1", f"web:list-{place}", at, topic=topic).case.number)
    store.run(lambda session: claim(session, numbers[3], "anna"))
    store.run(lambda session: staff_answered(session, numbers[3], "anna"))
    listed = store.run(lambda session: list_cases(session))
    assert [case.number for case in listed] == [numbers[2], numbers[1], numbers[0], numbers[3]]
    twinning = store.run(lambda session: list_cases(session, desk="city-twinning"))
    assert [case.number for case in twinning] == [numbers[0], numbers[3]]
    mine = store.run(lambda session: list_cases(session, claimed_by="anna"))
    assert [case.number for case in mine] == [numbers[3]]
    assert store.run(lambda session: list_cases(session, language="zh")) == []
    assert store.run(lambda session: count_cases(session)) == {"waiting": 3, "human": 1}
    assert store.run(lambda session: count_cases(session, desk="ihk-international")) == {"waiting": 1, "human": 0}
