"""What the list and the page of a case show, to whom."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, Update, update

from bot.handoff import cases
from bot.handoff.reading import audit_of
from bot.handoff.records import Contact
from bot.handoff.tables import handoff_case
from bot.handoff.vault import Vault
from bot.replies.desk import words

from .conftest import Desk, Person

DE = words("de")
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7 * 7 }}"
Come = Callable[[str], Person]


def _execute(db: Connection, statement: Update) -> None:
    db.execute(statement)


def test_staff_see_the_cases_of_their_desks_and_leads_see_all(desk: Desk, come: Come) -> None:
    twin = desk.open_case(conversation="web:roles-1").number
    trade = desk.open_case(conversation="web:roles-2", topic="trade").number
    for login, seen, unseen in [("wei", twin, trade), ("tom", trade, twin)]:
        person = come(login)
        for view in ("desks", "all"):
            page = person.page("/cases", view=view)
            assert seen in page and unseen not in page
        assert person.get(f"/cases/{seen}").status_code == 200
        for path in ("", "/news", "/typing"):
            assert person.get(f"/cases/{unseen}{path}").status_code == 404
        for what in ("claim", "note", "messages", "close", "desk", "colleague", "typing"):
            fields = {"version": "1", "text": "x", "id": "0b5f3c1e-6a0e-4b8e-9d3c-2f1f6f0f7c11"}
            fields |= {"reason": "spam", "desk": "centre-general", "to": login}
            assert person.post(f"/cases/{unseen}/{what}", **fields).status_code == 404, what
    lead = come("lea").page("/cases", view="all")
    assert twin in lead and trade in lead


def test_deputies_see_a_case_too(desk: Desk, come: Come) -> None:
    number = desk.open_case(conversation="web:deputy", topic="trade").number  # its deputy is the general desk
    assert come("ada").get(f"/cases/{number}").status_code == 200


def test_a_case_at_a_desk_without_people_waits_in_sight_of_all(desk: Desk, come: Come) -> None:
    number = desk.open_case(conversation="web:unstaffed", topic="swust").number
    desk.store.write(
        lambda db: db.execute(update(handoff_case).where(handoff_case.c.number == number).values(deputy=None))
    )
    assert number in come("tom").page("/cases")
    come("ada").do(number, "claim")
    assert come("tom").get(f"/cases/{number}").status_code == 404


def test_contact_data_are_only_on_the_page_and_reading_is_written_down(desk: Desk, come: Come) -> None:
    contact = Contact("Gibt es einen Termin?", "visitor@example.org", "Vera Muster", "Muster Pumpen")
    number = desk.open_case(conversation="web:contact", contact=contact).number
    person = come("wei")
    listed = person.page("/cases") + person.page("/cases/list") + person.get(f"/cases/{number}/news").text
    page = person.page(f"/cases/{number}")
    for told in ("visitor@example.org", "Vera Muster", "Muster Pumpen", "Gibt es einen Termin?"):
        assert told in page and told not in listed
    assert DE["contact_audited"] in page
    trail = desk.store.read(lambda db: audit_of(db, number))
    assert [(e.by, e.action, e.detail["what"]) for e in trail if e.action == "read"] == [
        ("wei", "read", "contact"),
        ("wei", "read", "transcript"),
    ]


def test_what_no_key_opens_is_said_and_the_case_can_still_be_handled(desk: Desk, come: Come) -> None:
    number = desk.open_case(conversation="web:sealed").number
    other = Vault(["another-key-than-the-configured-one-of-length"]).seal("Geheim")
    desk.store.write(
        lambda db: db.execute(update(handoff_case).where(handoff_case.c.number == number).values(question=other))
    )
    person = come("wei")
    assert DE["contact_sealed"] in person.page(f"/cases/{number}")
    assert person.do(number, "claim").status_code == 200


def test_markup_from_visitors_and_colleagues_stays_text(desk: Desk, come: Come) -> None:
    contact = Contact(EVIL, "visitor@example.org", EVIL, EVIL)
    number = desk.open_case(conversation="web:evil", contact=contact).number
    person = come("wei")
    person.do(number, "claim")
    person.do(number, "note", text=EVIL)
    person.do(number, "messages", text=EVIL, id="0b5f3c1e-6a0e-4b8e-9d3c-2f1f6f0f7c12")
    page, news = person.page(f"/cases/{number}"), person.get(f"/cases/{number}/news").json()
    for html in (page, news["messages"], news["head"], person.page("/cases", search=EVIL)):
        assert "<script>alert" not in html and "<img src=x" not in html and ">49" not in html
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_the_page_shows_conversation_summary_and_where_it_was_handed_over(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:shown", shown=("innobanx", "luzhou"))
    page = come("wei").page(f"/cases/{case.number}")
    log, after = page.split(DE["handed_over_here"], 1)
    assert "Wo ist Luzhou?" in log and "In Sichuan." in log
    summary = after.split('id="summary-heading"')[1].split("</section>")[0]
    assert (
        "Wo ist Luzhou?" in summary and "Luzhou" in summary and "Innobanx" in summary and DE["language_de"] in summary
    )


def test_filters_narrow_the_list(desk: Desk, come: Come) -> None:
    number = desk.open_case(conversation="web:filters", language="zh").number
    person = come("lea")
    for query, there in [
        ({"language": "zh"}, True), ({"language": "en"}, False), ({"state": "waiting"}, True), ({"state": "closed"}, False),
        ({"desk": "centre-general"}, True), ({"desk": "wfg-settlement"}, False), ({"view": "mine"}, False),
        ({"state": "nonsense", "language": "xx", "order": "x", "view": "y"}, True),
    ]:  # fmt: skip
        assert (number in person.page("/cases", **query)) is there, query
    person.do(number, "claim")
    assert number in person.page("/cases", view="mine") and number not in person.page("/cases", state="waiting")


def test_a_number_leads_to_its_case_and_words_find_notes(desk: Desk, come: Come) -> None:
    number = desk.open_case(conversation="web:search").number
    person = come("wei")
    person.do(number, "note", text="Rückruf wegen der Delegation aus Luzhou")
    spoken = f"{number[:4].lower()}-{number[4:]}"
    assert person.get("/cases", search=spoken).url.path == f"/desk/cases/{number}"
    assert number in person.page("/cases", search="delegation RÜCKRUF")
    assert number not in person.page("/cases", search="delegation Wakefield")
    assert f"/desk/cases/{number}" not in come("tom").page("/cases", search=number, view="all")


def test_waiting_time_is_counted_in_office_hours_and_sorts_the_list(desk: Desk, come: Come) -> None:
    now = datetime.now(UTC)
    early = desk.open_case(conversation="web:early").number
    late = desk.open_case(conversation="web:late").number
    for number, since in ((early, now - timedelta(days=10)), (late, now)):
        waits = update(handoff_case).where(handoff_case.c.number == number).values(unanswered_since=since)
        desk.store.write(partial(_execute, statement=waits))
    person = come("wei")
    newest, longest = person.page("/cases"), person.page("/cases", order="longest")
    assert newest.index(late) < newest.index(early)
    assert longest.index(early) < longest.index(late)
    line = longest[longest.index(f'data-number="{early}"') :].split("</tr>")[0]
    assert DE["late"] in line and "Std." in line


def test_the_title_counts_what_waits_at_my_desks(desk: Desk, come: Come) -> None:
    person = come("tom")
    before = person.get("/pulse").json()["waiting"]
    number = desk.open_case(conversation="web:count", topic="trade").number
    desk.open_case(conversation="web:count-other")
    assert person.get("/pulse").json() == {"waiting": before + 1}
    assert f"<title>({before + 1}) {DE['cases']}" in person.page("/cases")
    person.do(number, "claim")
    assert person.get("/pulse").json() == {"waiting": before}


def test_events_tell_of_a_new_case(desk: Desk, come: Come) -> None:
    person = come("tom")
    before = person.get("/pulse").json()["waiting"]
    with person.http.stream("GET", "/desk/events", timeout=60) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("data:")) == f'data: {{"waiting": {before}}}'
        number = desk.open_case(conversation="web:event", topic="trade").number
        assert next(line for line in lines if line.startswith("data:")) == f'data: {{"waiting": {before + 1}}}'
    person.do(number, "claim")


def test_unknown_addresses_are_refused_in_words(come: Come) -> None:
    person = come("wei")
    for path in ("/nonsense", "/cases/nonsense", "/static/nonsense.js", "/cases/0000ABCD/news?after=x"):
        answer = person.get(path)
        assert answer.status_code == 404 and DE["refusal_heading"] in answer.text, path


def test_a_note_needs_words(desk: Desk, come: Come) -> None:
    number = desk.open_case(conversation="web:note").number
    answer = come("wei").do(number, "note", text="  ")
    assert answer.status_code == 422 and DE["note_length"] in answer.text
    assert desk.store.read(lambda db: [e for e in audit_of(db, number) if e.action == "noted"]) == []


def test_a_closed_case_can_be_read_but_not_handled(desk: Desk, come: Come) -> None:
    number = desk.open_case(conversation="web:closed").number
    desk.store.run(lambda session: cases.close(session, number, "wei", "spam"))
    page = come("wei").page(f"/cases/{number}")
    assert DE["closed_note"].format(reason=DE["reason_spam"]) in page
    assert "/claim" not in page and "/messages" not in page
    assert number in come("wei").page("/cases", state="closed")


@pytest.mark.parametrize("login", ["wei", "lea"])
def test_the_list_can_be_brought_up_to_date_without_the_rest_of_the_page(desk: Desk, come: Come, login: str) -> None:
    number = desk.open_case(conversation=f"web:fragment-{login}").number
    answer = come(login).get("/cases/list", view="all")
    assert number in answer.text and "<html" not in answer.text
    assert int(answer.headers["x-waiting"]) >= 1
