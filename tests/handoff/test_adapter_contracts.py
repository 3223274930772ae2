"""Each help desk's own contract: the calls we make, field by field, and what its versions and answers differ in."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from httpx import Request, Response

from bot.handoff import cases
from bot.handoff.adapters.http import DEFAULT_WAIT, LONGEST_WAIT, Api, refusal
from bot.handoff.adapters.plain_text import plain_text
from bot.handoff.mailers import NotSent
from bot.handoff.routing import HandoffData
from bot.handoff.vault import Vault
from bot.replies import helpdesk as texts
from bot.store import Store

from .adapter_bench import Bench, running
from .conftest import CONVERSATION, start_conversation
from .fake_chatwoot import ACCOUNT, INBOX
from .fake_server import LOST
from .fake_zammad import CUSTOMER, GROUP

QUESTION = "Wann fährt die Delegation?"


@pytest.fixture
def store(open_store: Callable[[str], Store], tmp_path: Path) -> Store:
    """What is tested here does not depend on the kind of database."""
    store = open_store(f"sqlite:///{tmp_path}/assistant.db")
    start_conversation(store, CONVERSATION)
    return store


@pytest.fixture
def chatwoot(store: Store, vault: Vault, data: HandoffData) -> Iterator[Bench]:
    with running(store, vault, data, "chatwoot") as bench:
        yield bench


@pytest.fixture
def zammad(store: Store, vault: Vault, data: HandoffData) -> Iterator[Bench]:
    with running(store, vault, data, "zammad") as bench:
        yield bench


def test_chatwoot_is_called_as_its_contract_says(chatwoot: Bench) -> None:
    number = chatwoot.opened()
    chatwoot.visitor_says("Hallo?", "v-1")
    chatwoot.store.run(lambda session: cases.close(session, number, "anna", "answered"))
    chatwoot.send()
    base = f"/api/v1/accounts/{ACCOUNT}"
    contact, conversation, note, question, said, closed = chatwoot.fake.written()
    assert (contact.method, contact.path) == ("POST", f"{base}/contacts")
    assert contact.body["inbox_id"] == INBOX and contact.body["identifier"] == f"case:{number}"
    assert (contact.body["name"], contact.body["email"]) == ("Anna Beispiel", "anna@example.org")
    assert conversation.path == f"{base}/conversations" and conversation.body["status"] == "open"
    assert conversation.body["inbox_id"] == INBOX and conversation.body["source_id"].startswith("source-")
    assert conversation.body["custom_attributes"] == {"lang": "de", "topic": "luzhou", "case": number}
    messages = f"{base}/conversations/{chatwoot.fake.one()}/messages"
    assert [call.path for call in (note, question, said)] == [messages] * 3
    assert (note.body["message_type"], note.body["private"]) == ("outgoing", True)
    assert [(call.body["message_type"], call.body["content"]) for call in (question, said)] == [
        ("incoming", QUESTION), ("incoming", "Hallo?"),
    ]  # fmt: skip
    assert closed.path == f"{base}/conversations/{chatwoot.fake.one()}/toggle_status"
    assert closed.body == {"status": "resolved"}
    assert {call.headers["api_access_token"] for call in chatwoot.fake.calls} == {"chatwoot-token"}


def test_a_contact_without_a_link_to_the_inbox_gets_one(chatwoot: Bench) -> None:
    fake: Any = chatwoot.fake
    fake.links_at_once = False
    number = chatwoot.opened()
    assert fake.incoming() == [QUESTION]
    [link] = fake.written("contact_inboxes")
    assert link.body == {"inbox_id": INBOX, "source_id": f"case:{number}"}


def test_an_address_that_another_contact_has_keeps_no_case_back(chatwoot: Bench) -> None:
    fake: Any = chatwoot.fake
    fake.contacts[1] = {"id": 1, "identifier": None, "email": "anna@example.org", "contact_inboxes": []}
    number = chatwoot.opened()
    mine = next(contact for contact in fake.contacts.values() if contact["identifier"] == f"case:{number}")
    assert mine["email"] is None and "anna@example.org" in fake.notes()[0]


def test_two_cases_of_one_visitor_are_two_contacts_and_one_is_erased_alone(chatwoot: Bench) -> None:
    fake: Any = chatwoot.fake
    first = chatwoot.opened()
    chatwoot.store.run(lambda session: cases.close(session, first, "anna", "answered"))
    second = chatwoot.opened(key="m-2")
    assert sorted(c["identifier"] for c in fake.contacts.values()) == sorted([f"case:{first}", f"case:{second}"])
    assert sorted(c["status"] for c in fake.conversations.values()) == ["open", "resolved"]


@pytest.mark.parametrize("at", range(4))
def test_versions_that_do_not_keep_our_ids_double_nothing_either(chatwoot: Bench, at: int) -> None:
    fake: Any = chatwoot.fake
    fake.keeps_source_id = False
    chatwoot.opens()
    chatwoot.visitor_says(QUESTION, "v-1")  # the same words again are a message of their own
    fake.plan = [*[None] * (at + 1), LOST]
    chatwoot.send()
    chatwoot.clock.forward(seconds=15)
    chatwoot.send()
    assert set(chatwoot.states()) == {"sent"}
    assert fake.incoming() == [QUESTION, QUESTION] and len(fake.notes()) == 1


def test_a_file_that_staff_send_is_a_link(chatwoot: Bench) -> None:
    chatwoot.opened()
    files = [{"data_url": "https://chatwoot.example.org/files/plan.pdf"}]
    chatwoot.fake.says("Der Plan", attachments=files)
    chatwoot.fake.says("", attachments=files)
    chatwoot.look()
    link = "https://chatwoot.example.org/files/plan.pdf"
    assert [text for _, text in chatwoot.answers()] == [f"Der Plan\n{link}", link]


@pytest.mark.parametrize("other", [{"account": {"id": 99}}, {"inbox": {"id": 99}}])
def test_calls_of_another_account_or_inbox_are_left_alone(chatwoot: Bench, other: Any) -> None:
    chatwoot.opened()
    assert chatwoot.called(chatwoot.fake.call(chatwoot.fake.says("Am Montag."), **other)) == [204]
    assert chatwoot.answers() == []


def test_zammad_is_called_as_its_contract_says(zammad: Bench) -> None:
    number = zammad.opened()
    zammad.visitor_says("Hallo?", "v-1")
    zammad.store.run(lambda session: cases.close(session, number, "anna", "answered"))
    zammad.send()
    ticket, said, closed = zammad.fake.written()
    assert (ticket.method, ticket.path) == ("POST", "/api/v1/tickets")
    assert ticket.body["title"] == f"Fall {number} – luzhou"
    assert (ticket.body["group"], ticket.body["customer"]) == (GROUP, CUSTOMER)
    article = ticket.body["article"]
    assert article["body"].endswith(QUESTION) and (article["type"], article["internal"]) == ("note", False)
    assert (said.method, said.path) == ("POST", "/api/v1/ticket_articles")
    assert said.body == {
        "ticket_id": zammad.fake.one(), "body": "Hallo?", "type": "note", "sender": "Customer", "internal": False,
        "content_type": "text/plain",
    }  # fmt: skip
    assert (closed.method, closed.path) == ("PUT", f"/api/v1/tickets/{zammad.fake.one()}")
    assert closed.body == {"state": "closed"}


@pytest.mark.parametrize("state", ["merged", {"name": "closed", "id": 4}])
def test_a_ticket_that_ends_otherwise_is_closed_too(zammad: Bench, state: Any) -> None:
    zammad.opened()
    fake: Any = zammad.fake
    fake.tickets[fake.one()]["state"] = state
    zammad.look()
    assert zammad.case().state == "closed"


@pytest.mark.parametrize(
    ("sender", "name"),
    [("Emma Taylor", "Emma Taylor"), ('"Emma Taylor via Desk" <desk@example.org>', "Emma Taylor"), ("desk@example.org", "Unser Team")],
)  # fmt: skip
def test_the_person_behind_an_article_is_named_and_no_address(zammad: Bench, sender: str, name: str) -> None:
    zammad.opened()
    zammad.fake.says("Am Montag.", name=sender)
    zammad.look()
    assert zammad.answers() == [(name, "Am Montag.")]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>Am <b>Montag</b>.<div><br></div><div>Gruß</div></div>", "Am Montag.\n\nGruß"),
        ("<p>eins</p><p>zwei<br/>drei</p>", "eins\n\nzwei\ndrei"),
        ("a &lt;b&gt; &amp; c&nbsp;d", "a <b> & c d"),
        ("<style>x{}</style><script>alert(1)</script>gut", "gut"),
        ('neu<blockquote type="cite">alt<div>alt</div></blockquote>', "neu"),
        ('Antwort<div data-signature="true"><br>Emma <img src="x"> Taylor</div>', "Antwort"),
        ("<blockquote>nie geschlossen", ""),
        ("<ul><li>eins</li><li>zwei</li></ul>", "eins\n\nzwei"),
        ("泸州<br>黑尔讷", "泸州\n黑尔讷"),
        ("", ""),
    ],
)
def test_an_article_in_html_is_read_as_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (404, True), (422, True), (401, False), (403, False), (500, False), (302, False)]
)  # fmt: skip
def test_what_an_answer_means_for_the_delivery(status: int, permanent: bool) -> None:
    refused = refusal(status)
    assert (refused.error, refused.permanent, refused.after) == (f"send:HTTP {status}", permanent, None)


def test_how_long_a_help_desk_wants_to_be_left_alone() -> None:
    assert refusal(429, "7").after == timedelta(seconds=7)
    assert refusal(503, "7").after == timedelta(seconds=7) and refusal(503).after is None
    assert refusal(429, "0").after == refusal(429, "Thu, 01 Jan 1970 00:00:00 GMT").after == timedelta(seconds=1)
    assert refusal(429, "999999").after == LONGEST_WAIT
    for unreadable in (None, "", "soon", "-5", "²", "9" * 30):
        assert refusal(429, unreadable).after == DEFAULT_WAIT
    dated = refusal(429, format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)).after
    assert dated is not None and timedelta(minutes=4) < dated <= timedelta(minutes=5)


async def _answered(response: Response) -> Any:
    api = Api("http://127.0.0.1:9", {}, 1.0)

    async def answer(*_: Any, **__: Any) -> Response:
        response.request = Request("GET", "http://127.0.0.1:9")
        return response

    api._client.request = answer  # type: ignore[method-assign]
    try:
        return await api.get("/x")
    finally:
        await api.close()


def test_an_answer_that_is_no_json_says_nothing() -> None:
    assert asyncio.run(_answered(Response(200, content=b"{}"))) == {}
    assert asyncio.run(_answered(Response(204))) is None
    with pytest.raises(NotSent, match="no JSON"):
        asyncio.run(_answered(Response(200, content=b"<html>")))


def test_an_answer_against_the_contract_is_tried_again_later(chatwoot: Bench) -> None:
    chatwoot.opens()
    handle = chatwoot.fake.handle
    chatwoot.fake.handle = lambda call: (200, {"surprise": []})  # type: ignore[method-assign]
    chatwoot.send()
    assert chatwoot.rows()[0].last_error == "send:not the contract" and chatwoot.states() == ["queued"]
    chatwoot.fake.handle = handle  # type: ignore[method-assign]
    chatwoot.clock.forward(seconds=15)
    chatwoot.send()
    assert chatwoot.states() == ["sent"] and chatwoot.fake.incoming() == [QUESTION]


def test_every_text_for_a_help_desk_stands_in_three_languages() -> None:
    tables = [texts.CASE, texts.LATE, texts.SOMEONE]
    for many in (texts.LABELS, texts.LANGUAGES, texts.REACH, texts.AUTHORS):
        tables += many.values()
    assert [table for table in tables if set(table) != {"en", "de", "zh"} or not all(table.values())] == []


def test_cases_of_two_visitors_stay_apart(zammad: Bench) -> None:
    first = zammad.opened()
    start_conversation(zammad.store, "web:two")
    second = zammad.opened(conversation="web:two")
    fake: Any = zammad.fake
    emma, ole = sorted(fake.tickets)
    for ticket, text in ((ole, "für zwei"), (emma, "für eins")):
        fake.says(text, ticket_id=ticket)
    zammad.look()
    assert zammad.answers() == [("Emma", "für eins")] and first != second
