"""The chat on another website against the whole assistant: real answers, cards and languages."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.channels.web.demo.site import make_site
from bot.replies.greeting import GREETING
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_widget import LABELS, WIDGET
from tests.browsers import MARKS, MILLISECONDS
from tests.gateway.fake_core import RunningServer
from tests.waiting import free_port

from .copies import Copy, started
from .phrases import DUESSELDORF, INNOBANX

pytestmark = MARKS


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copy, str]]:
    """A copy of the assistant, and a website that embeds its chat."""
    port = free_port()
    with started(tmp_path_factory.mktemp("copy"), ALLOWED_ORIGINS=f"http://127.0.0.1:{port}") as copy:
        site = RunningServer(make_site(copy.url), port=port)
        yield copy, site.url
        site.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert troubles == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_website_gets_true_answers_with_card_and_sources(
    embedded: tuple[Copy, str], page: Page, language: str
) -> None:
    page.goto(f"{embedded[1]}/?lang={language}")
    page.get_by_role("button", name=LABELS[language]["launcher"]).click()
    page.locator("#start").click()
    messages = page.locator(".message.assistant")
    expect(messages.first).to_contain_text(GREETING[language].splitlines()[0])
    page.locator("#input").fill(INNOBANX[language])
    page.keyboard.press("Enter")
    answer = messages.nth(1)
    expect(answer).to_contain_text(DUESSELDORF[language])
    expect(answer).to_have_attribute("lang", language)
    expect(answer.locator(".card h3")).to_contain_text("Innobanx")
    expect(answer.locator(".sources a").first).to_have_attribute("href", "https://www.herne.international/partners/")
    assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize(("before", "after"), [("en", "zh"), ("zh", "de"), ("de", "en")])
def test_a_language_chosen_in_the_chat_is_the_one_of_the_answers(
    embedded: tuple[Copy, str], page: Page, before: str, after: str
) -> None:
    page.goto(f"{embedded[1]}/?lang={before}")
    page.locator("#launcher").click()
    page.locator("#start").click()
    messages = page.locator(".message.assistant")
    expect(messages).to_have_count(1)
    page.locator("#language").select_option(after)
    expect(page.locator("#title")).to_have_text(WIDGET[after]["chat_title"])
    expect(messages.nth(1)).to_have_attribute("lang", after)
    page.locator("#input").fill("Innobanx")
    page.keyboard.press("Enter")
    expect(messages.nth(2)).to_have_attribute("lang", after)
    expect(messages.nth(2)).to_contain_text(DUESSELDORF[after])
