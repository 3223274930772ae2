"""What a message looks like to eyes, ears and keyboard: lists, cards, sources, links, names, days; marker `browser`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import update

from bot.gateway.tables import chat_message
from bot.replies.web_page_widget import WIDGET
from tests.browsers import MARKS
from tests.gateway.fake_core import FakeCore

from .conftest import World, answers, opened, say

pytestmark = MARKS
SOURCES = [
    {"title": "City of Herne", "url": "https://example.org/a", "as_of": "2019-05"},
    {"title": "Chamber", "url": "ftp://example.org/b", "as_of": None},
    {"title": "Paper", "url": None, "as_of": "2021"},
]
CARDS: dict[str, dict[str, Any]] = {
    "organisation": {
        "title": "Innobanx GmbH",
        "subtitle": "Company",
        "rows": [
            {"label": "Place", "value": "Düsseldorf, Germany"},
            {"label": "Website", "value": "https://example.org", "url": "https://example.org"},
        ],
    },
    "place": {"title": "泸州", "subtitle": "City", "text": "In the south of Sichuan.", "rows": []},
    "contact": {
        "title": "Front office",
        "rows": [
            {"label": "E-mail", "value": "office@example.org", "url": "mailto:office@example.org"},
            {"label": "Phone", "value": "+49 2323 000000", "url": "tel:+492323000000"},
        ],
    },
    "case": {
        "title": "Your request 4F7K-2",
        "subtitle": "Waiting",
        "items": [{"title": "Topic", "text": "Twin cities"}, {"title": "Answer by e-mail"}],
    },
}

Ask = Callable[..., Locator]


@pytest.fixture
def ask(web: World, context: BrowserContext, core: FakeCore) -> Ask:
    """The answer that the core gives, as the chat shows it."""
    page = web.page(context)
    opened(page)
    count = 1

    def go(text: str, **custom: Any) -> Locator:
        nonlocal count
        count += 1
        buttons = custom.pop("buttons", [])
        core.next_reply = {"messages": [{"text": text, "buttons": buttons, "custom": custom}]}
        say(page, "?")
        return answers(page, count)

    return go


def test_numbered_lines_and_dashes_become_lists(ask: Ask) -> None:
    answer = ask("Two partners:\n1. Innobanx – company\n2. Chamber\nAnd more:\n– one\n– two\n\nThat is all.\nReally.")
    expect(answer.locator(".bubble ol > li")).to_have_text(["Innobanx – company", "Chamber"])
    expect(answer.locator(".bubble ul > li")).to_have_text(["one", "two"])
    expect(answer.locator(".bubble > p")).to_have_text(["Two partners:", "And more:", "That is all. Really."])


def test_numbers_go_on_where_the_text_says(ask: Ask) -> None:
    answer = ask("4. four\n5. five\n1999. was a year")
    expect(answer.locator(".bubble ol").first).to_have_attribute("start", "4")


def test_sources_are_footnotes_with_their_dates(ask: Ask) -> None:
    answer = ask("A fact.", sources=SOURCES[:2])
    expect(answer.locator(".bubble sup")).to_have_text("1 2")
    notes = answer.locator(".sources li")
    expect(notes).to_have_text(["City of Herne (as of May 2019)", "Chamber"])
    expect(answer.locator(".sources a")).to_have_count(1)
    expect(answer.locator(".sources summary")).to_have_text(WIDGET["en"]["sources"])
    many = ask("More facts.", sources=SOURCES)
    expect(many.locator(".sources li").first).to_be_hidden()
    many.locator("summary").press("Enter")
    expect(many.locator(".sources li").last).to_have_text("Paper (as of 2021)")


@pytest.mark.parametrize("kind", list(CARDS))
def test_a_card_shows_what_it_has_and_nothing_more(ask: Ask, kind: str) -> None:
    card = CARDS[kind]
    shown = ask("Here you are.", card=card).locator(".card")
    expect(shown.locator("h3")).to_have_text(card["title"])
    for row in card.get("rows", []):
        expect(shown.locator("dl")).to_contain_text(f"{row['label']}{row['value']}")
    for item in card.get("items", []):
        expect(shown.locator("ul")).to_contain_text(item["title"])
    assert shown.locator("dl").count() == bool(card.get("rows"))
    links = [row["url"] for row in card.get("rows", []) if row.get("url", "").startswith(("https:", "mailto:"))]
    assert [link.get_attribute("href") for link in shown.locator("a").all()] == links


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x",
        "blob:https://example.org/x", "file:///etc/passwd", "tel:+49", "//example.org/x", "/desk", "https:", "",
    ],
)  # fmt: skip
def test_only_web_and_mail_addresses_become_links(ask: Ask, address: str) -> None:
    card = {"title": "x", "rows": [{"label": "Web", "value": "Click", "url": address}]}
    shown = ask("x", card=card)
    expect(shown.locator(".card dd")).to_have_text("Click")
    expect(shown.locator("a")).to_have_count(0)


def test_addresses_in_a_text_are_links_without_the_full_stop(ask: Ask) -> None:
    answer = ask(
        "See https://example.org/a?b=c#d. Or（http://example.org/中）, not javascript:alert(1) or ftp://example.org"
    )
    assert [link.get_attribute("href") for link in answer.locator("a").all()] == [
        "https://example.org/a?b=c#d",
        "http://example.org/",
    ]
    for link in answer.locator("a").all():
        assert link.get_attribute("rel") == "noopener noreferrer"


def test_markup_stays_text_everywhere(ask: Ask) -> None:
    evil = "<img src=x onerror=alert(1)>"
    answer = ask(
        evil,
        buttons=[{"title": evil, "payload": "/ask_more"}],
        card={"title": evil, "subtitle": evil, "text": evil, "rows": [{"label": evil, "value": evil, "url": "https://example.org"}]},
        sources=[{"title": evil, "url": "https://example.org", "as_of": evil}],
    )  # fmt: skip
    expect(answer.locator("img")).to_have_count(0)
    expect(answer.locator(".choice")).to_have_text(evil)


def test_names_written_from_right_to_left_stay_in_their_place(ask: Ask) -> None:
    answer = ask(
        "1. مركز الأعمال – Herne", card={"title": "مركز (Herne)", "rows": [{"label": "Name", "value": "مركز!"}]}
    )
    expect(answer.locator("li")).to_have_attribute("dir", "auto")
    expect(answer.locator(".card h3")).to_have_attribute("dir", "auto")
    expect(answer.locator(".card dd bdi")).to_have_text("مركز!")


def test_each_message_tells_who_said_it_in_which_language(ask: Ask, core: FakeCore) -> None:
    core.language = "zh"
    answer = ask("你好")
    expect(answer).to_have_attribute("lang", "zh")
    expect(answer.locator(".author")).to_have_text(WIDGET["en"]["assistant"])
    expect(answer.locator(".author")).to_have_attribute("lang", "en")
    log = answer.page.locator("#log")
    assert (log.get_attribute("role"), log.get_attribute("aria-label")) == ("log", WIDGET["en"]["log"])


def test_days_are_kept_apart(web: World, context: BrowserContext) -> None:
    page = web.page(context)
    opened(page)
    for text in ("long ago", "yesterday"):
        say(page, text)
    answers(page, 3)
    now = datetime.now(UTC)

    def age(db: Any) -> None:
        for text, days in (("long ago", 40), ("You said: long ago", 40), ("yesterday", 1), ("You said: yesterday", 1)):
            db.execute(update(chat_message).where(chat_message.c.text == text).values(at=now - timedelta(days=days)))

    web.live.store.run(lambda session: age(session.connection()))
    page.reload()
    page.locator("#launcher").click()
    answers(page, 3)
    expect(page.locator(".day")).to_have_text(["today", re.compile(r"^\w+,? \d+ \w+,? \d{4}$"), "yesterday"])


def test_reading_further_up_is_not_disturbed_and_the_way_down_is_offered(ask: Ask, core: FakeCore) -> None:
    page: Page = ask("\n\n".join("A long answer." for _ in range(40))).page
    log = page.locator("#log")
    log.evaluate("(log) => log.scrollTo(0, 0)")
    expect(page.locator("#newer")).to_be_hidden()
    page.evaluate("document.querySelector('ccc-chat').shadowRoot.querySelector('#log').scrollTop = 0")
    core.delays = [0.5]
    ask_again = page.locator("#input")
    ask_again.fill("more")
    ask_again.press("Enter")
    log.evaluate("(log) => log.scrollTo(0, 0)")
    answers(page, 3)
    page.locator("#newer").click()
    expect(page.locator("#newer")).to_be_hidden()
    expect(page.locator(".message.assistant").last).to_be_in_viewport()


def test_an_answer_that_comes_while_the_log_still_moves_to_the_question_is_in_sight(ask: Ask) -> None:
    page: Page = ask("\n\n".join("A long answer." for _ in range(40))).page
    page.emulate_media(reduced_motion="no-preference")
    page.locator("#log").evaluate("(log) => log.scrollTo(0, 0)")  # its beginning is read
    say(page, "more")  # answered at once, sooner than a smooth scroll ends
    answers(page, 3)
    expect(page.locator(".message.assistant").last).to_be_in_viewport()
    expect(page.locator("#newer")).to_be_hidden()
