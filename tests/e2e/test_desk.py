"""The desk in Chromium beside a visitor's chat: a real copy, an account from the command line, a case answered and closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.replies.desk import words
from tests.browsers import MARKS

from .copies import Copy, conversation_of
from .staff import PASSWORD, add_account, case_for

pytestmark = MARKS


@pytest.fixture(scope="module")
def account(copy: Copy) -> str:
    """The login of a lead, made as an operator makes it."""
    return add_account(copy, "lea", "Lea Muster", "--role", "lead")


@pytest.fixture
def pages(chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """The visitor's window and that of the staff; neither may complain."""
    troubles: list[str] = []
    contexts = [chromium.new_context(locale=locale, reduced_motion="reduce") for locale in ("zh-CN", "de-DE")]
    opened = [context.new_page() for context in contexts]
    for page in opened:
        page.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened[0], opened[1]
    for context in contexts:
        context.close()
    assert troubles == []


def test_a_case_is_answered_in_the_visitors_chat_and_closed(
    copy: Copy, account: str, pages: tuple[Page, Page], tmp_path: Path
) -> None:
    chat, desk = pages
    t = words("de")
    chat.goto(f"{copy.url}/?lang=zh")
    with chat.expect_response("**/api/session") as opened:
        chat.locator("#start").click()
    token = opened.value.json()["token"]
    number = case_for(copy, conversation_of(token), "zh", "代表团什么时候出发？")
    desk.goto(f"{copy.url}/desk/cases/{number}")
    desk.locator("#login").fill(account)
    desk.locator("#password").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_have_text(t["case_heading"].format(number=number))
    expect(desk.locator("body")).to_contain_text("代表团什么时候出发？")
    desk.locator("#claim").click()
    expect(chat.locator("#log")).to_contain_text("Lea Muster")
    expect(desk.locator("#composer")).to_be_visible()
    desk.wait_for_load_state("load")  # with its script, without which a form is a page of its own

    desk.locator("#answer").fill("您好，代表团五月出发。")
    desk.keyboard.press("Control+Enter")
    said = chat.locator(".message.staff")
    expect(said).to_contain_text("您好，代表团五月出发。")
    expect(said).to_have_attribute("lang", "zh")

    chat.locator("#input").fill("谢谢！<b>几号？</b>")
    chat.keyboard.press("Enter")
    expect(desk.locator("#log .message.visitor").last).to_contain_text("谢谢！<b>几号？</b>")
    answers = chat.locator(".message.assistant").count()
    desk.screenshot(path=tmp_path / "desk.png", full_page=True)

    desk.locator("details:has(#reason) > summary").click()
    desk.locator("#reason").select_option("answered")
    desk.locator("details:has(#reason) button").first.click()
    expect(desk.locator("#head .badge")).to_have_text(t["state_closed"])
    expect(chat.locator(".message.assistant")).to_have_count(answers)
    chat.locator("#input").fill("Innobanx是什么公司？")
    chat.keyboard.press("Enter")
    expect(chat.locator(".message.assistant").last).to_contain_text("杜塞尔多夫")
