"""The desk in Chromium beside a visitor's chat: a real copy, an account from the command line, a case answered and closed."""

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.handoff.opening import open_case
from bot.handoff.records import Contact, Request
from bot.handoff.routing import read_handoff, route
from bot.handoff.vault import Vault
from bot.partners.queries import desks
from bot.replies.desk import words
from bot.settings import ROOT, process_environment
from bot.store import Store

from .copies import Copy

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PASSWORD = "a password for this test only"
SECONDS = 15_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found: install the system's chromium package"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def account(copy: Copy) -> str:
    """The login of a lead, made as an operator makes it."""
    command = [sys.executable, "-m", "bot", "desk", "add-user", "lea", "--name", "Lea Muster", "--role", "lead"]
    subprocess.run(
        [*command, "--password-stdin"], input=f"{PASSWORD}\n", cwd=ROOT, text=True, check=True, timeout=60,
        capture_output=True, env=process_environment() | {"VAR_DIR": str(copy.var_dir)},
    )  # fmt: skip
    return "lea"


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


def conversation_of(token: str) -> str:
    """The conversation that a visitor's token speaks for."""
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return f"web:{claims['sub']}"


def case_of(copy: Copy, conversation: str, language: str) -> str:
    """The number of a case for a conversation, opened as the action server does it."""
    store, vault = Store(f"sqlite:///{copy.var_dir / 'assistant.db'}"), Vault([copy.secret("CASE_KEY")])
    data = read_handoff(ROOT / "data" / "handoff")
    request = Request(conversation, f"m-{datetime.now(UTC).timestamp()}", language, Contact("代表团什么时候出发？"))
    try:
        return store.run(
            lambda db: open_case(db, vault, request, route(data, desks(db), [], language), desks(db)).case.number
        )
    finally:
        store.close()


def test_a_case_is_answered_in_the_visitors_chat_and_closed(
    copy: Copy, account: str, pages: tuple[Page, Page], tmp_path: Path
) -> None:
    chat, desk = pages
    t = words("de")
    chat.goto(f"{copy.url}/?lang=zh")
    with chat.expect_response("**/api/session") as opened:
        chat.locator("#start").click()
    token = opened.value.json()["token"]
    number = case_of(copy, conversation_of(token), "zh")
    desk.goto(f"{copy.url}/desk/cases/{number}")
    desk.locator("#login").fill(account)
    desk.locator("#password").fill(PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_have_text(t["case_heading"].format(number=number))
    expect(desk.locator("body")).to_contain_text("代表团什么时候出发？")
    desk.locator("#claim").click()
    expect(chat.locator("#log")).to_contain_text("Lea Muster", timeout=SECONDS)

    desk.locator("#answer").fill("您好，代表团五月出发。")
    desk.keyboard.press("Control+Enter")
    said = chat.locator(".message.staff")
    expect(said).to_contain_text("您好，代表团五月出发。", timeout=SECONDS)
    expect(said).to_have_attribute("lang", "zh")

    chat.locator("#input").fill("谢谢！<b>几号？</b>")
    chat.keyboard.press("Enter")
    expect(desk.locator("#log .message.visitor").last).to_contain_text("谢谢！<b>几号？</b>", timeout=SECONDS)
    answers = chat.locator(".message.assistant").count()
    desk.screenshot(path=tmp_path / "desk.png", full_page=True)

    desk.locator("details:has(#reason) > summary").click()
    desk.locator("#reason").select_option("answered")
    desk.locator("details:has(#reason) button").first.click()
    expect(desk.locator("#head .badge")).to_have_text(t["state_closed"])
    expect(chat.locator(".message.assistant")).to_have_count(answers)
    chat.locator("#input").fill("Innobanx是什么公司？")
    chat.keyboard.press("Enter")
    expect(chat.locator(".message.assistant").last).to_contain_text("杜塞尔多夫", timeout=SECONDS)
