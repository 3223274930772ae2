"""The page in Chromium against the whole assistant: real answers with sources, by keyboard, in three languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.replies.greeting import GREETING
from bot.replies.problems import LANGUAGES
from bot.replies.web_page_widget import WIDGET
from tests.browsers import MARKS, tab_to

from .copies import Copy
from .phrases import AND_WHERE, DUESSELDORF, INNOBANX

AUTOMATED = {"en": "automated assistant", "de": "automatischen Assistenten", "zh": "自动助手"}

pytestmark = MARKS


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are kept for looking at after the run."""
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert troubles == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conversation_by_keyboard_with_real_answers(copy: Copy, page: Page, screenshots: Path, language: str) -> None:
    page.goto(f"{copy.url}/?lang={language}")
    expect(page.locator("#gate")).to_contain_text(AUTOMATED[language])
    expect(page.locator("#input")).to_be_hidden()
    page.screenshot(path=screenshots / f"{language}-before.png")
    tab_to(page, "#start")
    page.keyboard.press("Enter")
    messages = page.locator(".message.assistant")
    expect(messages.nth(0)).to_contain_text(GREETING[language].splitlines()[0])
    expect(page.locator("#input")).to_be_focused()

    for number, question in enumerate((INNOBANX[language], AND_WHERE[language]), start=1):
        page.keyboard.type(question)
        page.keyboard.press("Enter")
        answer = messages.nth(number)
        expect(answer).to_contain_text(DUESSELDORF[language])
        expect(answer).to_have_attribute("lang", language)
        expect(answer.locator(".sources a").first).to_have_attribute(
            "href", "https://www.herne.international/partners/"
        )
    expect(messages).to_have_count(3)

    messages.nth(2).locator(".choice").first.focus()
    page.keyboard.press("Enter")
    expect(messages).to_have_count(4)
    page.screenshot(path=screenshots / f"{language}-after.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reload_keeps_the_history_and_the_context(copy: Copy, page: Page, screenshots: Path, language: str) -> None:
    page.goto(f"{copy.url}/?lang={language}")
    page.locator("#start").click()
    page.locator("#input").fill(INNOBANX[language])
    page.keyboard.press("Enter")
    messages = page.locator(".message.assistant")
    expect(messages.nth(1)).to_contain_text(DUESSELDORF[language])
    before = page.locator(".bubble").all_inner_texts()
    page.reload()
    expect(page.locator(".message")).to_have_count(3)
    assert page.locator(".bubble").all_inner_texts() == before
    page.locator("#input").fill(AND_WHERE[language])
    page.keyboard.press("Enter")
    expect(messages.nth(2)).to_contain_text(DUESSELDORF[language])
    page.screenshot(path=screenshots / f"{language}-reloaded.png", full_page=True)


def test_the_language_of_the_answers_follows_the_visitor(copy: Copy, page: Page) -> None:
    page.goto(f"{copy.url}/?lang=en")
    page.locator("#start").click()
    messages = page.locator(".message.assistant")
    for number, language in enumerate(LANGUAGES, start=1):
        page.locator("#input").fill(INNOBANX[language])
        page.keyboard.press("Enter")
        expect(messages.nth(number)).to_have_attribute("lang", language)
        expect(messages.nth(number)).to_contain_text(DUESSELDORF[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_for_a_person_names_the_desk(copy: Copy, page: Page, language: str) -> None:
    page.goto(f"{copy.url}/?lang={language}")
    page.locator("#start").click()
    page.locator("#person").click()
    expect(page.locator(".message.visitor")).to_contain_text(WIDGET[language]["person_message"])
    expect(page.locator(".message.assistant").nth(1)).to_contain_text("general-desk@example.org")
