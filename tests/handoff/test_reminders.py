"""Who waits too long: the desk is reminded, then the deputy asked, by office hours and once each."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.handoff import outbox
from bot.handoff.cases import claim, close, hand_to_desk, staff_answered, visitor_wrote
from bot.handoff.reading import audit_of, list_cases
from bot.handoff.records import Due
from bot.handoff.reminders import due, remind
from bot.handoff.routing import HandoffData
from bot.store import Store

from .conftest import CONVERSATION, DESKS, Open, at_once


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


FRIDAY = berlin("2026-11-20T11:30")  # an hour before the weekend; 120 minutes are reached on Monday at ten
MONDAY_TEN = berlin("2026-11-23T10:00")
TUESDAY = berlin("2026-11-24T09:00")  # 60 + 360 minutes after Friday 11:30 are over


def due_at(store: Store, data: HandoffData, now: datetime) -> list[Due]:
    return store.run(lambda session: due(session, data, now))


def mark(store: Store, data: HandoffData, item: Due, now: datetime) -> bool:
    return store.run(lambda session: remind(session, data, DESKS, item, now))


def mails(store: Store) -> list[tuple[str, str]]:
    rows = store.run(lambda session: outbox.by_key(session, "case:"))
    return [(row.template, row.to) for row in rows if row.template != "desk_notice"]


def test_a_reminder_is_due_after_the_office_hours_that_are_set(store: Store, open_: Open, data: HandoffData) -> None:
    open_(at=FRIDAY)
    assert due_at(store, data, MONDAY_TEN - timedelta(seconds=1)) == []
    [item] = due_at(store, data, MONDAY_TEN)
    assert (item.kind, item.at) == ("reminder", MONDAY_TEN)


def test_marking_a_reminder_sends_one_mail_and_ends_it(store: Store, open_: Open, data: HandoffData) -> None:
    number = open_(at=FRIDAY).case.number
    [item] = due_at(store, data, MONDAY_TEN)
    assert [mark(store, data, item, MONDAY_TEN) for _ in range(3)] == [True, False, False]
    assert due_at(store, data, MONDAY_TEN) == []
    assert mails(store) == [("reminder", "twinning@example.org")]
    [mail] = store.run(lambda session: outbox.by_key(session, f"case:{number}:reminder:"))
    assert mail.params == {"number": number, "visitor_language": "de", "hours": 2}
    entry = store.run(lambda session: audit_of(session, number))[-1]
    assert (entry.by, entry.action, entry.detail) == ("clock", "reminded", {"desk": "city-twinning"})


def test_two_processes_that_remind_at_once_send_one_mail(store: Store, open_: Open, data: HandoffData) -> None:
    open_(at=FRIDAY)
    [item] = due_at(store, data, MONDAY_TEN)
    assert sorted(at_once(*[partial(mark, store, data, item, MONDAY_TEN)] * 4)) == [False, False, False, True]
    assert len(mails(store)) == 1


def test_then_the_deputy_is_asked_and_sees_the_case(store: Store, open_: Open, data: HandoffData) -> None:
    number = open_(at=FRIDAY).case.number
    [first] = due_at(store, data, MONDAY_TEN)
    mark(store, data, first, MONDAY_TEN)
    assert store.run(lambda session: list_cases(session, desk="centre-general")) == []
    [second] = due_at(store, data, TUESDAY)
    assert second.kind == "escalation" and mark(store, data, second, TUESDAY)
    assert mails(store) == [("reminder", "twinning@example.org"), ("escalation", "general@example.org")]
    assert [case.number for case in store.run(lambda session: list_cases(session, desk="centre-general"))] == [number]
    assert due_at(store, data, TUESDAY + timedelta(days=30)) == []


def test_after_a_long_standstill_it_is_the_escalation_only(store: Store, open_: Open, data: HandoffData) -> None:
    open_(at=FRIDAY)
    [item] = due_at(store, data, TUESDAY)
    assert item.kind == "escalation" and mark(store, data, item, TUESDAY)
    assert due_at(store, data, TUESDAY) == [] and [kind for kind, _ in mails(store)] == ["escalation"]


def test_a_desk_without_a_deputy_is_reminded_only(store: Store, open_: Open, data: HandoffData) -> None:
    alone = data.routing.model_copy(update={"desks": {"centre-general": data.routing.desks["centre-general"]}})
    alone.desks["centre-general"] = alone.desks["centre-general"].model_copy(update={"deputy": None})
    without = HandoffData(data.offices, alone)
    number = open_(at=FRIDAY).case.number
    store.run(lambda s: hand_to_desk(s, without, DESKS, number, "anna", "centre-general", at=FRIDAY))
    [item] = due_at(store, without, TUESDAY)
    assert item.kind == "reminder" and mark(store, without, item, TUESDAY)
    assert due_at(store, without, TUESDAY) == []


def test_who_was_answered_meanwhile_is_not_reminded_of(store: Store, open_: Open, data: HandoffData) -> None:
    number = open_(at=FRIDAY).case.number
    [item] = due_at(store, data, MONDAY_TEN)
    store.run(lambda session: claim(session, number, "anna"))
    store.run(lambda session: staff_answered(session, number, "anna"))
    assert due_at(store, data, TUESDAY) == [] and not mark(store, data, item, MONDAY_TEN)
    assert mails(store) == []


def test_who_is_held_by_a_person_that_does_not_answer_is_reminded_of(
    store: Store, open_: Open, data: HandoffData
) -> None:
    number = open_(at=FRIDAY).case.number
    store.run(lambda session: claim(session, number, "anna"))
    assert [item.kind for item in due_at(store, data, MONDAY_TEN)] == ["reminder"]


def test_each_wait_is_reminded_of_anew(store: Store, open_: Open, data: HandoffData) -> None:
    number = open_(at=FRIDAY).case.number
    [item] = due_at(store, data, MONDAY_TEN)
    mark(store, data, item, MONDAY_TEN)
    store.run(lambda session: claim(session, number, "anna"))
    store.run(lambda session: staff_answered(session, number, "anna"))
    store.write(lambda db: visitor_wrote(db, CONVERSATION, at=MONDAY_TEN + timedelta(hours=1)))
    [again] = due_at(store, data, berlin("2026-11-23T14:00"))
    assert mark(store, data, again, berlin("2026-11-23T14:00")) and len(mails(store)) == 2


def test_a_new_desk_has_its_own_time(store: Store, open_: Open, data: HandoffData) -> None:
    number = open_(at=FRIDAY).case.number
    store.run(lambda s: hand_to_desk(s, data, DESKS, number, "anna", "ihk-international", at=MONDAY_TEN))
    assert due_at(store, data, MONDAY_TEN + timedelta(hours=1)) == []
    [item] = due_at(store, data, berlin("2026-11-23T13:00"))
    mark(store, data, item, berlin("2026-11-23T13:00"))
    assert mails(store) == [("reminder", "ihk@example.org")]


def test_a_closed_case_is_not_reminded_of(store: Store, open_: Open, data: HandoffData) -> None:
    number = open_(at=FRIDAY).case.number
    [item] = due_at(store, data, MONDAY_TEN)
    store.run(lambda session: close(session, number, "anna", "answered"))
    assert due_at(store, data, TUESDAY) == [] and not mark(store, data, item, MONDAY_TEN)
