"""What people do with a case, and what happens when two do it at once."""

import uuid
from collections.abc import Callable

from bot.gateway import history
from bot.handoff.reading import audit_of, get_case
from bot.handoff.records import Case
from bot.replies.desk import words
from tests.handoff.conftest import at_once, state_of

from .conftest import Desk, Person

DE = words("de")
Come = Callable[[str], Person]


def now(desk: Desk, number: str) -> Case:
    return desk.store.read(lambda db: get_case(db, number))


def said(desk: Desk, case: Case) -> list[tuple[str, str]]:
    messages = desk.store.read(lambda db: history.after(db, case.conversation, 0, 100))
    return [(message.author, message.text) for message in messages]


def test_from_claim_to_close(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:whole")
    person = come("wei")
    assert DE["claim_first"] in person.page(f"/cases/{case.number}")
    assert 'id="composer"' in person.do(case.number, "claim").text
    sent = person.do(case.number, "messages", text="Die Delegation fährt im Mai.", id=str(uuid.uuid4()))
    assert "Die Delegation fährt im Mai." in sent.text
    assert "Wei Muster" in sent.text
    closed = person.do(case.number, "close", reason="answered")
    assert DE["closed_note"].format(reason=DE["reason_answered"]) in closed.text
    assert (now(desk, case.number).state, state_of(desk.store, "web:whole")) == ("closed", "closed")
    assert ("staff", "Die Delegation fährt im Mai.") in said(desk, case)
    actions = [(e.by, e.action) for e in desk.store.read(lambda db: audit_of(db, case.number)) if e.action != "read"]
    assert actions == [("visitor", "opened"), ("wei", "claimed"), ("wei", "answered"), ("wei", "closed")]


def test_closing_can_give_the_visitor_back_to_the_assistant(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:back")
    person = come("wei")
    person.do(case.number, "claim")
    person.do(case.number, "close", reason="other", back="yes")
    assert state_of(desk.store, "web:back") == "bot"


def test_one_of_two_who_claim_at_once_gets_the_case_and_the_other_reads_who(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:race")
    people = {"wei": come("wei"), "ada": come("ada")}
    forms = {login: {"csrf": one.csrf(), "version": one.version(case.number)} for login, one in people.items()}
    answers = dict(
        zip(
            people,
            at_once(
                *(
                    lambda p=p, f=forms[k]: p.http.post(f"/desk/cases/{case.number}/claim", data=f)
                    for k, p in people.items()
                )
            ),
            strict=True,
        )
    )
    holder = now(desk, case.number).claimed_by
    assert holder in people
    loser = next(login for login in people if login != holder)
    assert answers[str(holder)].status_code == 200
    assert answers[loser].status_code == 409
    name = {"wei": "Wei Muster", "ada": "Ada Muster"}[str(holder)]
    assert DE["taken"].format(name=name) in answers[loser].text


def test_a_page_that_is_out_of_date_changes_nothing_and_says_what_is_now(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:stale")
    person, other = come("wei"), come("ada")
    old = person.version(case.number)
    other.do(case.number, "claim")
    other.do(case.number, "desk", desk="city-twinning")
    answer = person.post(f"/cases/{case.number}/close", version=old, reason="spam")
    assert answer.status_code == 409 and DE["changed"] in answer.text
    assert DE["now_waiting"].split("{")[0] in answer.text
    assert now(desk, case.number).state == "waiting"


def test_a_message_to_a_case_of_a_colleague_is_refused_and_stays_in_its_field(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:taken")
    person, other = come("wei"), come("ada")
    other.do(case.number, "claim")
    fields = {"text": "Mein langer Text", "id": str(uuid.uuid4()), "version": "2"}
    answer = person.post(f"/cases/{case.number}/messages", **fields)
    assert answer.status_code == 409 and DE["taken"].format(name="Ada Muster") in answer.text
    assert ">Mein langer Text</textarea>" in answer.text
    header = {"Accept": "application/json", "X-CSRF-Token": person.csrf()}
    told = person.http.post(f"/desk/cases/{case.number}/messages", data=fields, headers=header)
    assert (told.status_code, told.json()["error"]) == (409, DE["taken"].format(name="Ada Muster"))
    assert "Mein langer Text" not in str(said(desk, case))


def test_one_message_sent_twice_is_said_once(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:twice")
    person = come("wei")
    person.do(case.number, "claim")
    message_id = str(uuid.uuid4())
    for _ in range(2):
        assert person.do(case.number, "messages", text="Einmal", id=message_id).status_code == 200
    assert [text for author, text in said(desk, case) if author == "staff"] == ["Einmal"]


def test_messages_without_words_too_long_or_without_an_id_are_refused(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:wordless")
    person = come("wei")
    person.do(case.number, "claim")
    for text in ("", "  \n", "x" * 4001, "\u200b"):
        answer = person.do(case.number, "messages", text=text, id=str(uuid.uuid4()))
        assert answer.status_code == 422 and DE["message_length"] in answer.text, text[:5]
    assert person.do(case.number, "messages", text="x", id="1").status_code == 400
    assert [author for author, _ in said(desk, case) if author == "staff"] == []


def test_a_colleague_to_whom_a_case_is_given_holds_it(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:given")
    person, colleague = come("wei"), come("tom")
    person.do(case.number, "claim")
    assert person.do(case.number, "colleague", to="tom").url.path == "/desk/cases"
    assert now(desk, case.number).claimed_by == "tom"
    assert 'id="composer"' in colleague.page(f"/cases/{case.number}")
    assert colleague.do(case.number, "colleague", to="nobody").status_code == 422


def test_a_desk_to_which_a_case_is_given_sees_it_waiting(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:moved")
    person = come("wei")
    person.do(case.number, "claim")
    person.do(case.number, "desk", desk="ihk-international")
    assert (now(desk, case.number).state, now(desk, case.number).desk) == ("waiting", "ihk-international")
    assert case.number in come("tom").page("/cases")
    assert person.get(f"/cases/{case.number}").status_code == 404
    assert come("tom").do(case.number, "desk", desk="nonsense").status_code == 422


def test_only_a_lead_takes_a_case_from_somebody(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:force")
    come("wei").do(case.number, "claim")
    answer = come("ada").post(f"/cases/{case.number}/claim", version="2")
    assert answer.status_code == 409 and now(desk, case.number).claimed_by == "wei"
    lead = come("lea")
    assert DE["take_over"].format(name="Wei Muster") in lead.page(f"/cases/{case.number}")
    lead.do(case.number, "claim")
    assert now(desk, case.number).claimed_by == "lea"


def test_typing_is_told_in_both_directions(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:typing")
    person = come("wei")
    person.do(case.number, "claim")
    assert person.post(f"/cases/{case.number}/typing").status_code == 204
    assert person.get(f"/cases/{case.number}/typing").json() == {"typing": False}


def test_canned_texts_come_filled_in_and_in_the_visitors_language_first(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:canned", language="zh")
    page = come("lea").do(case.number, "claim").text
    languages = [DE[f"language_{code}"] for code in ("zh", "en", "de")]
    places = [page.index(f'<optgroup label="{name}">') for name in languages]
    assert places == sorted(places)
    offered = page.split('id="canned"')[1].split("</select>")[0]
    assert "Lea Muster" in offered and case.number in offered and "{" not in offered


def test_news_bring_what_is_behind_a_position_only(desk: Desk, come: Come) -> None:
    case = desk.open_case(conversation="web:news")
    person = come("wei")
    first = person.get(f"/cases/{case.number}/news").json()
    assert (first["version"], first["mine"], first["state"], first["last"]) == (1, False, "waiting", 2)
    person.do(case.number, "claim")
    news = person.get(f"/cases/{case.number}/news", after=first["last"]).json()
    assert (news["mine"], news["state"]) == (True, "human")
    assert "Wei Muster" in news["messages"] and "Wo ist Luzhou?" not in news["messages"]
