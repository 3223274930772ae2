"""The page while people are in the chat, in a real browser; marker `browser`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from bot.gateway.tables import chat_session
from bot.handoff.opening import open_case
from bot.handoff.records import Contact, Request
from bot.handoff.routing import route
from bot.replies.problems import LANGUAGES
from bot.replies.staff_lines import BACK_TO_ASSISTANT, LINES, RATINGS
from bot.replies.web_page_widget import WIDGET
from tests.browsers import MARKS
from tests.waiting import until

from .live import DESKS, Live

ANSWER = {"en": "The delegation leaves on Monday.", "de": "Die Delegation fährt am Montag.", "zh": "代表团星期一出发。"}

pytestmark = [*MARKS, pytest.mark.parametrize("live", ["sqlite"], indirect=True)]


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are kept for looking at after the run."""
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture(params=[(1280, 900, "light"), (320, 640, "dark")], ids=["desktop", "phone"])
def context(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    width, height, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext, live: Live) -> Iterator[Callable[[str], Page]]:
    troubles: list[str] = []

    def go(address: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda m: troubles.append(m.text) if m.type == "error" and "401" not in m.text else None)
        page.goto(f"{live.server.url}{address}")
        return page

    yield go
    assert troubles == []


def opened_for(live: Live, language: str, *, email: str | None = None) -> str:
    """The number of a case for the newest conversation."""
    newest = select(chat_session.c.conversation).order_by(chat_session.c.created_at.desc()).limit(1)
    conversation = str(live.store.read(lambda db: db.execute(newest).scalar_one()))
    wanted = Request(conversation, "form-1", language, Contact("?", email), reach="email" if email else "chat")
    way = route(live.data, DESKS, [], language)
    return live.store.run(lambda s: open_case(s, live.vault, wanted, way, DESKS)).case.number


def is_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_waits_talks_to_a_person_and_says_how_it_was(
    live: Live, visit: Callable[[str], Page], screenshots: Path, language: str
) -> None:
    texts = WIDGET[language]
    page = visit(f"/?lang={language}")
    page.locator("#start").click()
    expect(page.locator(".message.assistant")).to_have_count(1)
    number = opened_for(live, language)
    expect(page.locator("#banner")).to_have_text(texts["state_waiting"])
    expect(page.locator("#person")).to_be_hidden()
    page.locator("#input").fill("OK")
    page.keyboard.press("Enter")
    expect(page.locator(".message.system .choice").first).to_have_text(BACK_TO_ASSISTANT[language])

    live.call(live.staff.claim(number, "anna", name="Anna"))
    expect(page.locator("#banner")).to_have_text(texts["state_human"])
    live.call(live.staff.typing(number, "anna", name="Anna"))
    expect(page.locator("#typing-text")).to_have_text(texts["staff_typing"].format(name="\u2068Anna\u2069"))
    live.call(live.staff.write(number, "anna", ANSWER[language], "m-1", name="Anna"))
    answer = page.locator(".message.staff")
    expect(answer).to_contain_text(ANSWER[language])
    expect(answer).to_have_attribute("lang", language)
    expect(answer.locator(".by")).to_contain_text("Anna")
    expect(answer.locator(".by")).to_contain_text(texts["staff"])
    expect(page.locator("#typing-text")).to_have_text("")
    page.locator("#input").press_sequentially("Hm")
    expect(page.locator("#input")).to_have_value("Hm")
    until(lambda: live.call(live.staff.visitor_is_typing(number)))
    page.keyboard.press("Enter")
    expect(page.locator(".message.visitor")).to_have_count(2)
    is_accessible(page)
    page.screenshot(path=screenshots / f"{language}-{page.evaluate('innerWidth')}-person.png")

    live.call(live.staff.close(number, "anna", "answered", name="Anna"))
    expect(page.locator("#banner")).to_be_empty()
    page.get_by_role("button", name=RATINGS[1][language], exact=True).click()
    expect(page.locator(".message.system").last).to_contain_text(LINES["rated"][language])
    expect(page.locator("#person")).to_be_visible()
    is_accessible(page)
    page.screenshot(path=screenshots / f"{language}-{page.evaluate('innerWidth')}-rated.png")


def test_a_link_from_a_mail_leads_back_into_the_conversation_once_the_visitor_says_so(
    live: Live, visit: Callable[[str], Page]
) -> None:
    chat = live.chat("de")
    live.with_person(chat)
    link = live.gateway.signer.issue_link(live.conversation(chat), live.gateway.staff.mails.link_lifetime)
    page = visit(f"/?lang=de#resume={link}")
    expect(page.locator("#start")).to_have_text(WIDGET["de"]["continue_chat"])
    assert "resume" not in page.url
    assert page.evaluate("sessionStorage.length") == 0
    page.locator("#start").click()
    expect(page.locator(".message.system")).to_contain_text("Anna")
    expect(page.locator("#banner")).to_have_text(WIDGET["de"]["state_human"])
    page.reload()
    expect(page.locator(".message.system")).to_contain_text("Anna")


def test_a_link_that_has_ended_says_so_and_a_new_chat_can_begin(live: Live, visit: Callable[[str], Page]) -> None:
    page = visit("/?lang=en#resume=old")
    page.locator("#start").click()
    expect(page.locator("#gate-error")).to_contain_text("no longer works")
    expect(page.locator("#start")).to_have_text(WIDGET["en"]["start"])
    page.locator("#start").click()
    expect(page.locator(".message.assistant")).to_have_count(1)
